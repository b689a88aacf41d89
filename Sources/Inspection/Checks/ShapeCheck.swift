import JOSE

/// Whether the text is a well-formed token.
enum ShapeCheck {
  static func of(_ token: CompactToken) -> Check {
    let expected = "header.payload.signature in base64url, header and payload JSON objects"
    guard let first = token.problems.first else {
      let isEncrypted = token.kind == .jwe
      return Check(
        id: "format", title: "format", outcome: .pass, expected: isEncrypted ? nil : expected,
        actual: isEncrypted ? "an encrypted token (JWE)" : "a signed token (JWS)",
        hint: isEncrypted ? "Only the header can be read without the recipient's key." : nil)
    }
    let children = token.problems.dropFirst().map { problem in
      Check(
        id: "format-\(problem.part.rawValue)", title: problem.part.rawValue, outcome: .fail,
        actual: (problem.offset.map { "byte \($0): " } ?? "") + problem.message, hint: problem.hint)
    }
    return Check(
      id: "format", title: "format", outcome: .fail, expected: expected, actual: first.description, hint: first.hint,
      children: children)
  }
}
