import Glibc

@testable import idp

/// A file of command lines with what they print and how they end:
/// ```
/// # a remark
/// $ idp verify good.txt
/// what it prints on standard output
/// ! what it prints on standard error
/// => 1
/// ```
struct Transcript {
  /// One command line with what it should do.
  struct Step: Equatable {
    /// The lines before the command that are not its own: remarks and empty lines.
    var remarks: [String] = []
    var command = ""
    var expected: [String] = []
  }

  let steps: [Step]
  /// What stands after the last step.
  let rest: [String]

  init(_ text: String) {
    var steps: [Step] = []
    var remarks: [String] = []
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
    if lines.last?.isEmpty == true { lines.removeLast() }
    while let line = lines.popFirst() {
      guard line.hasPrefix("$ ") else {
        remarks.append(line)
        continue
      }
      var step = Step(remarks: remarks, command: String(line.dropFirst(2)))
      remarks = []
      // A command that was never run has no result yet: what follows it is not its own.
      let next = lines.firstIndex { $0.hasPrefix("$ ") } ?? lines.endIndex
      if let end = lines[..<next].firstIndex(where: { $0.hasPrefix("=> ") }) {
        step.expected = Array(lines[...end])
        lines = lines[(end + 1)...]
      }
      steps.append(step)
    }
    self.steps = steps
    rest = remarks
  }

  /// The transcript with other results.
  static func text(_ steps: [Step], _ rest: [String]) -> String {
    (steps.flatMap { $0.remarks + ["$ " + $0.command] + $0.expected } + rest).joined(separator: "\n") + "\n"
  }

  /// What a step should look like after it was run.
  static func lines(of outcome: Workbench.Outcome, in bench: Workbench) -> [String] {
    var lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last?.isEmpty == true {
      lines.removeLast()
    } else if let last = lines.indices.last {
      lines[last] += "<no newline>"
    }
    lines += outcome.errors.split(separator: "\n", omittingEmptySubsequences: true).map { "! " + $0 }
    lines.append("=> \(outcome.status.map(String.init) ?? "killed")")
    return lines.map { normalised($0, bench) }
  }

  /// Puts names in place of what differs from run to run: keys, tokens, times of now, the temporary home.
  private static func normalised(_ line: String, _ bench: Workbench) -> String {
    var line = line
    line = replace(line, #"eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]{20,})?"#, "<token>")
    line = replace(line, bench.keyID, "<kid>")
    line = replace(line, #"(^|[^A-Za-z0-9_-])[A-Za-z0-9_-]{43}([^A-Za-z0-9_-]|$)"#, #"\1<kid of ours>\2"#)
    line = replace(line, #"(^|[^A-Za-z0-9_-])[A-Za-z0-9_-]{22}([^A-Za-z0-9_-]|$)"#, #"\1<jti>\2"#)
    line = replace(line, bench.home, "~")
    // The tokens of the made-up issuer are of 2023 and are judged at times of theirs, which stay.
    line = replace(line, #"20(2[4-9]|[3-9][0-9])-[0-9][0-9]-[0-9][0-9][ T][0-9:]{8}Z"#, "<time>")
    line = replace(line, #"(exp|iat|nbf)("?:?) +(17[1-9]|1[89][0-9]|[2-9][0-9]{2})[0-9]{7}"#, #"\1\2 <seconds>"#)
    line = replace(line, #"(in|for) (1h 0m|59m 5[0-9]s|9m 5[0-9]s|10m 0s)"#, #"\1 <a while>"#)
    line = replace(line, #"expired [0-9]+y [0-9]+d ago"#, "expired <years> ago")
    return line
  }

  /// A regular expression of POSIX, replaced wherever it matches.
  private static func replace(_ text: String, _ pattern: String, _ replacement: String) -> String {
    var expression = regex_t()
    guard regcomp(&expression, pattern, REG_EXTENDED) == 0 else { return text }
    defer { regfree(&expression) }
    var rest = Array(text.utf8)
    var result: [UInt8] = []
    var isFirst = true
    while true {
      var matches = [regmatch_t](repeating: regmatch_t(), count: 4)
      let source = rest.map { CChar(bitPattern: $0) } + [0]
      guard regexec(&expression, source, 4, &matches, isFirst ? 0 : REG_NOTBOL) == 0 else { break }
      let start = Int(matches[0].rm_so)
      let end = Int(matches[0].rm_eo)
      guard end > start else { break }
      result += rest[..<start]
      var characters = replacement.utf8.makeIterator()
      while let byte = characters.next() {
        guard byte == UInt8(ascii: "\\"), let digit = characters.next() else {
          result.append(byte)
          continue
        }
        let group = matches[Int(digit) - 0x30]
        if group.rm_so >= 0 { result += rest[Int(group.rm_so)..<Int(group.rm_eo)] }
      }
      rest = Array(rest[end...])
      isFirst = false
    }
    return String(decoding: result + rest, as: UTF8.self)
  }
}
