import JOSE

/// A document that anybody may read, with what HTTP says about it.
public struct PublicDocument: Sendable, Equatable {
  public let bytes: [UInt8]
  /// The strong entity tag of the bytes, quotes included (RFC 9110 §8.8.3).
  public let entityTag: String
  /// For how many seconds anybody may keep it (RFC 9111 §5.2.2.1).
  public let lifetime: Int64

  public init(_ document: JSON, lifetime: Int64) {
    bytes = Array(document.compact().utf8)
    entityTag = "\"" + Base64URL.encode(Digest.sha256(bytes).prefix(18)) + "\""
    self.lifetime = lifetime
  }

  /// Whether a reader has these bytes already, by its `If-None-Match` (RFC 9110 §13.1.2): a list of tags, weak ones too, or `*`.
  public func isKnown(to ifNoneMatch: String) -> Bool {
    ifNoneMatch.split(separator: ",").contains { part in
      let tag = part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
      return tag == "*" || (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag) == entityTag
    }
  }
}
