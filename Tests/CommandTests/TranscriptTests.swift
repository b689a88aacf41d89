import Glibc
import Testing

@testable import idp

@Suite("Commands, as transcripts")
struct TranscriptTests {
  /// The folder of the transcripts. `IDP_RECORD=1 swift test --filter TranscriptTests` writes them anew.
  static let folder = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Transcripts"

  static let names: [String] = {
    guard let folder = opendir(folder) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".txt") { names.append(String(name.dropLast(4))) }
    }
    return names.sorted()
  }()

  @Test("exist")
  func exist() {
    #expect(Self.names.count >= 8)
  }

  @Test("do what is written", arguments: names)
  func replay(name: String) throws {
    let path = "\(Self.folder)/\(name).txt"
    let transcript = Transcript(String(decoding: try InputFile.read(path), as: UTF8.self))
    let bench = try Workbench()
    defer { bench.remove() }
    var seen: [Transcript.Step] = []
    for step in transcript.steps {
      var actual = step
      actual.expected = Transcript.lines(of: bench.run(step.command), in: bench)
      if getenv("IDP_RECORD") == nil {
        #expect(
          actual.expected == step.expected,
          "\(name): $ \(step.command)\n\(actual.expected.joined(separator: "\n"))")
      }
      seen.append(actual)
    }
    if getenv("IDP_RECORD") != nil {
      let file = fopen(path, "w")
      fputs(Transcript.text(seen, transcript.rest), file)
      fclose(file)
    }
  }
}
