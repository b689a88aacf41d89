import JOSE

/// Which values of a token are secrets that stay hidden until they are asked for.
enum Masking {
  /// Members of a JWK that only its owner may see (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
  private static let privateKeyMembers: Set<String> = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

  /// Names, without case and punctuation, that carry credentials in the tokens of real services.
  private static let secretNames: Set<String> = [
    "password", "passphrase", "secret", "clientsecret", "privatekey", "secretkey", "secretaccesskey",
    "awssecretaccesskey", "sessiontoken", "awssessiontoken", "accesstoken", "refreshtoken", "apikey",
  ]

  /// Whether a member is hidden, by its name, what it holds and the object that it stands in.
  static func hides(name: String, value: JSON, in object: JSONObject?) -> Bool {
    switch value {
    case .null, .bool: return false
    default: break
    }
    if privateKeyMembers.contains(name), object?["kty"] != nil { return true }
    if name.utf8.count <= 32 {
      let bare = String(name.lowercased().filter { $0.isLetter || $0.isNumber })
      if secretNames.contains(bare) { return true }
    }
    if case .string(let string) = value, string.raw.utf8.count > 40 {
      return JSONPreview.prefix(string.value, limit: 64).contains("PRIVATE KEY-----")
    }
    return false
  }
}
