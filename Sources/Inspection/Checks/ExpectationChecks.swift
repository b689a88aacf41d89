import JOSE

/// The issuer and the audience, when somebody said what they should be. Both are compared byte for byte (RFC 7519 §2,
/// StringOrURI).
enum ExpectationChecks {
  static func of(_ token: CompactToken, options: InspectionOptions) -> [Check] {
    [issuer(token, options.issuer), audience(token, options.audiences)]
  }

  private static func issuer(_ token: CompactToken, _ expected: String?) -> Check {
    let value = token.claims?["iss"]
    let actual = value.map { $0.stringValue.map { Visible.escaped($0) } ?? Excerpt.of($0) }
    func check(_ outcome: Check.Outcome, hint: String?) -> Check {
      Check(
        id: "issuer", title: "issuer", outcome: outcome, expected: expected.map { Visible.escaped($0) },
        actual: actual, hint: hint)
    }
    if let value, value.stringValue == nil {
      return check(.fail, hint: "iss must be a string (RFC 7519 section 4.1.1).")
    }
    guard let expected else { return check(.skipped, hint: "Nobody asked for an issuer.") }
    guard token.kind != .jwe else { return check(.unknown, hint: "The claims are encrypted.") }
    guard let text = value?.stringValue else { return check(.fail, hint: "The token names no issuer.") }
    if text.hasSameBytes(as: expected) { return check(.pass, hint: nil) }
    return check(.fail, hint: Difference.hint(text, expected) ?? "The token comes from another issuer.")
  }

  private static func audience(_ token: CompactToken, _ expected: [String]) -> Check {
    let value = token.claims?["aud"]
    let names = value.flatMap(Self.names)
    let actual =
      value.map { value in names.map { $0.map { Visible.escaped($0) }.joined(separator: ", ") } ?? Excerpt.of(value) }
    func check(_ outcome: Check.Outcome, hint: String?) -> Check {
      Check(
        id: "audience", title: "audience", outcome: outcome,
        expected: expected.isEmpty ? nil : expected.map { Visible.escaped($0) }.joined(separator: " or "),
        actual: actual, hint: hint)
    }
    if value != nil, names == nil {
      return check(.fail, hint: "aud must be a string or an array of strings (RFC 7519 section 4.1.3).")
    }
    guard !expected.isEmpty else { return check(.skipped, hint: "Nobody asked for an audience.") }
    guard token.kind != .jwe else { return check(.unknown, hint: "The claims are encrypted.") }
    guard let names, !names.isEmpty else { return check(.fail, hint: "The token names no audience.") }
    if names.contains(where: { name in expected.contains { $0.hasSameBytes(as: name) } }) {
      return check(.pass, hint: nil)
    }
    let near = names.lazy.compactMap { name in expected.lazy.compactMap { Difference.hint(name, $0) }.first }.first
    return check(.fail, hint: near ?? "The token is meant for another audience: request one for the expected audience.")
  }

  /// The audiences that `aud` names, nil when it is neither a string nor an array of strings.
  static func names(_ value: JSON) -> [String]? {
    if let single = value.stringValue { return [single] }
    guard let elements = value.arrayValue else { return nil }
    let names = elements.compactMap(\.stringValue)
    return names.count == elements.count ? names : nil
  }
}

/// Why two names that are meant to be the same are not.
enum Difference {
  /// What people overlook, in a sentence; nil when the names are plainly different.
  static func hint(_ actual: String, _ expected: String) -> String? {
    if withoutSlash(actual).hasSameBytes(as: withoutSlash(expected)) {
      return actual.utf8.last == UInt8(ascii: "/")
        ? "They differ by the slash at the end, which the token has. Names are compared exactly."
        : "They differ by the slash at the end, which the token does not have. Names are compared exactly."
    }
    if actual.lowercased().hasSameBytes(as: expected.lowercased()) {
      return "They differ in upper and lower case only. Names are compared exactly."
    }
    if withoutScheme(actual).hasSameBytes(as: withoutScheme(expected)) {
      return "They differ by the scheme (http or https) only. Names are compared exactly."
    }
    if actual == expected {
      return "They look the same but are composed of different characters. Names are compared byte for byte."
    }
    if Visible.escaped(actual) != actual {
      return "The token's name holds characters that cannot be seen, shown here as escapes."
    }
    return nil
  }

  private static func withoutSlash(_ text: String) -> Substring {
    text.utf8.last == UInt8(ascii: "/") ? text.dropLast() : text[...]
  }

  private static func withoutScheme(_ text: String) -> Substring {
    for scheme in ["https://", "http://"] where text.utf8.starts(with: scheme.utf8) {
      return text[text.utf8.index(text.startIndex, offsetBy: scheme.utf8.count)...]
    }
    return text[...]
  }
}
