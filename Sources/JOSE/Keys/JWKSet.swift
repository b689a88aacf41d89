/// A set of keys (RFC 7517 §5).
public struct JWKSet: Sendable {
  /// The keys that can be used, in the order of the set.
  public let keys: [JWK]
  /// The keys that cannot, each with its reason.
  public let skipped: [Skipped]

  /// The most keys that a set may have, so that a hostile one cannot take minutes to try.
  static let mostKeys = 256
  /// The most private keys that are read from a set. A published set has none; each costs a signature to check.
  static let mostPrivateKeys = 16

  /// A key of a set that cannot be used.
  public struct Skipped: Sendable, Hashable {
    /// Its place in the set, counted from 0.
    public let index: Int
    /// Its `kid`, when that much can be read.
    public let keyID: String?
    public let error: KeyError
  }

  public init(keys: [JWK]) { self.init(keys: keys, skipped: []) }

  init(keys: [JWK], skipped: [Skipped]) {
    self.keys = keys
    self.skipped = skipped
  }

  /// Reads a set, `{"keys": […]}`, or a single JWK.
  ///
  /// A key of a set that cannot be used is skipped and reported (RFC 7517 §5); a single one that cannot is an error.
  ///
  /// - Throws: ``KeyError``
  public init(_ json: JSON) throws(KeyError) {
    guard let object = json.objectValue else {
      throw KeyError(.wrongKind(expected: "a JWK set or a JWK, which are objects", found: json.kindName))
    }
    guard let value = object["keys"] else {
      guard object["kty"] != nil else {
        throw KeyError(.wrongKind(expected: "a JWK set ('keys') or a JWK ('kty')", found: "an object with neither"))
      }
      self.init(keys: [try JWK(json)])
      return
    }
    guard let elements = value.arrayValue else {
      throw KeyError(.wrongKind(expected: "an array as 'keys' of a JWK set", found: value.kindName))
    }
    guard elements.count <= Self.mostKeys else { throw KeyError(.tooManyKeys(limit: Self.mostKeys)) }
    var keys: [JWK] = []
    var skipped: [Skipped] = []
    var privateKeys = 0
    for (index, element) in elements.enumerated() {
      do throws(KeyError) {
        if element["d"] != nil { privateKeys += 1 }
        if privateKeys > Self.mostPrivateKeys, element["d"] != nil {
          throw KeyError(.tooManyKeys(limit: Self.mostPrivateKeys))
        }
        keys.append(try JWK(element))
      } catch {
        skipped.append(Skipped(index: index, keyID: element["kid"]?.stringValue, error: error))
      }
    }
    self.init(keys: keys, skipped: skipped)
  }

  /// The set to be published: public members only, no secrets.
  public func json() -> JSON { ["keys": .array(keys.compactMap(\.publicJWK).map(JSON.object))] }
}
