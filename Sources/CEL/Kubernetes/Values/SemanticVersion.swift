/// A version by the rules of <https://semver.org>: the type `kubernetes.Semver`.
struct SemanticVersion: Sendable {
  let major: UInt64
  let minor: UInt64
  let patch: UInt64
  let preRelease: [Identifier]

  /// Build metadata is kept out: it has no part in comparisons, and nothing shows it.
  enum Identifier: Sendable, Equatable {
    case number(UInt64)
    case text(String)
  }

  /// Reads `1.2.3-rc.1+build.5`.
  ///
  /// - Parameter normalizing: takes `v1.2` and `01.02` as well, as 1.2.0.
  init(parsing text: String, normalizing: Bool = false) throws(MalformedValue) {
    let text = normalizing ? try Self.normalized(text) : text
    if text.isEmpty { throw MalformedValue(message: "Version string empty") }
    let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw MalformedValue(message: "No Major.Minor.Patch elements found") }
    major = try Self.number(parts[0], named: "major")
    minor = try Self.number(parts[1], named: "minor")
    let release = parts[2].prefix { $0 != "+" }
    let core = release.prefix { $0 != "-" }
    patch = try Self.number(core, named: "patch")
    preRelease = try Self.identifiers(release.dropFirst(core.count))
    try Self.checkBuild(parts[2].dropFirst(release.count))
  }

  private static func number(_ text: Substring, named name: String) throws(MalformedValue) -> UInt64 {
    let shown = CELText.quoted(text)
    guard text.utf8.allSatisfy(CELText.isDigit) else {
      throw MalformedValue(message: "Invalid character(s) found in \(name) number \(shown)")
    }
    if text.utf8.count > 1 && text.utf8.first == UInt8(ascii: "0") {
      throw MalformedValue(message: "\(name.capitalizedASCII) number must not contain leading zeroes \(shown)")
    }
    guard let value = UInt64(text) else {
      throw MalformedValue(message: "\(name.capitalizedASCII) number is empty or too large: \(shown)")
    }
    return value
  }

  private static func identifiers(_ text: Substring) throws(MalformedValue) -> [Identifier] {
    guard text.first == "-" else { return [] }
    var identifiers: [Identifier] = []
    for part in text.dropFirst().split(separator: ".", omittingEmptySubsequences: false) {
      let shown = CELText.quoted(part)
      if part.isEmpty { throw MalformedValue(message: "Prerelease is empty") }
      guard part.utf8.allSatisfy(CELText.isDigit) else {
        guard part.utf8.allSatisfy(isAllowed) else {
          throw MalformedValue(message: "Invalid character(s) found in prerelease \(shown)")
        }
        identifiers.append(.text(String(part)))
        continue
      }
      guard part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"), let value = UInt64(part) else {
        throw MalformedValue(message: "Numeric PreRelease version must not contain leading zeroes \(shown)")
      }
      identifiers.append(.number(value))
    }
    return identifiers
  }

  private static func checkBuild(_ text: Substring) throws(MalformedValue) {
    guard text.first == "+" else { return }
    for part in text.dropFirst().split(separator: ".", omittingEmptySubsequences: false) {
      if part.isEmpty { throw MalformedValue(message: "Build meta data is empty") }
      guard part.utf8.allSatisfy(isAllowed) else {
        throw MalformedValue(message: "Invalid character(s) found in build meta data \(CELText.quoted(part))")
      }
    }
  }

  private static func normalized(_ text: String) throws(MalformedValue) -> String {
    var parts = (text.hasPrefix("v") ? text.dropFirst() : text[...])
      .split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() where part.utf8.count > 1 {
      let stripped = part.drop { $0 == "0" }
      parts[index] = stripped.utf8.first.map(CELText.isDigit) == true ? stripped : "0" + stripped
    }
    if parts.count < 3, let last = parts.last, last.utf8.contains(where: { "+-".utf8.contains($0) }) {
      throw MalformedValue(message: "short version cannot contain PreRelease/Build meta data")
    }
    return (parts + Array(repeating: "0", count: 3 - parts.count)).joined(separator: ".")
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    CELText.isAlphanumeric(byte) || byte == UInt8(ascii: "-")
  }
}

extension SemanticVersion {
  /// -1, 0 or 1, by the precedence of semver.org.
  func compared(to other: SemanticVersion) -> Int64 {
    for (left, right) in [(major, other.major), (minor, other.minor), (patch, other.patch)] where left != right {
      return left < right ? -1 : 1
    }
    // What has identifiers comes before the release itself.
    if preRelease.isEmpty || other.preRelease.isEmpty {
      return preRelease.isEmpty ? (other.preRelease.isEmpty ? 0 : 1) : -1
    }
    for (left, right) in zip(preRelease, other.preRelease) where left != right {
      switch (left, right) {
      case (.number(let left), .number(let right)): return left < right ? -1 : 1
      case (.number, .text): return -1
      case (.text, .number): return 1
      case (.text(let left), .text(let right)): return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
      }
    }
    let (count, otherCount) = (preRelease.count, other.preRelease.count)
    return count == otherCount ? 0 : count < otherCount ? -1 : 1
  }
}

extension String {
  fileprivate var capitalizedASCII: String { prefix(1).uppercased() + dropFirst() }
}
