/// What the text and the header of a token say about its signature, before any key is looked at.
struct HeaderJudgement {
  /// The algorithm, when it is one that is supported.
  let algorithm: SignatureAlgorithm?
  /// What is wrong with `alg`.
  let algorithmRefusal: SignatureRefusal?
  /// What is wrong with anything else that concerns the signature.
  let otherRefusal: SignatureRefusal?

  init(_ token: CompactToken) {
    let header = token.headerObject
    (algorithm, algorithmRefusal) = Self.algorithm(header)
    otherRefusal =
      token.problems.first { $0.affectsSignature }.map(SignatureRefusal.malformed)
      ?? header.flatMap(Self.refusal(of:))
  }

  private static func algorithm(_ header: JSONObject?) -> (SignatureAlgorithm?, SignatureRefusal?) {
    guard let header else { return (nil, nil) }
    guard let value = header["alg"] else { return (nil, .algorithmMissing) }
    guard let name = value.stringValue else { return (nil, .algorithmNotAString(value.kindName)) }
    if let algorithm = SignatureAlgorithm(exactly: name) { return (algorithm, nil) }
    // Some verifiers compared without regard to case, or trimmed, and took "nOnE" for no signature needed.
    let bare = name.utf8.filter { !CompactToken.isWhitespace($0) && $0 != 0 }
    if String(decoding: bare, as: UTF8.self).lowercased() == "none" { return (nil, .algorithmNone(name)) }
    return (nil, .algorithmUnknown(name))
  }

  private static func refusal(of header: JSONObject) -> SignatureRefusal? {
    if let name = header.duplicateNames.first { return .duplicateHeaderMember(name) }
    if let value = header["kid"], value.stringValue == nil { return .keyIDNotAString(value.kindName) }
    if let value = header["b64"], value != .bool(true) { return .unencodedPayload }
    guard let critical = header["crit"] else { return nil }
    guard let elements = critical.arrayValue else {
      return .criticalMalformed("it is \(critical.kindName), not an array")
    }
    let names = elements.compactMap(\.stringValue)
    guard names.count == elements.count else { return .criticalMalformed("not all that it names are strings") }
    guard !names.isEmpty else { return .criticalMalformed("it names nothing") }
    if let absent = names.first(where: { header[$0] == nil }) {
      return .criticalMalformed("it names \(Excerpt.of(absent)), which the header does not have")
    }
    // "b64": true, alone, changes nothing and is understood (RFC 7797 §3).
    let unknown = names.filter { $0 != "b64" }
    return unknown.isEmpty ? nil : .criticalUnknown(unknown)
  }
}
