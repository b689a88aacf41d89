import JOSE

/// The text of `ring.json`: which keys there are, and when they sign. No secret is in it.
enum KeyRingFile {
  struct Record: Equatable {
    let keyID: String
    let algorithm: SignatureAlgorithm
    let created: Int64
    let signsFrom: Int64
  }

  static func bytes(of ring: KeyRing) -> [UInt8] {
    let keys = ring.entries.map { entry -> JSON in
      [
        "kid": JSON(entry.keyID), "alg": JSON(entry.key.algorithm.rawValue), "created": JSON(entry.created),
        "signs_from": JSON(entry.signsFrom),
      ]
    }
    let document: JSON = ["version": 1, "keys": .array(keys)]
    return Array((document.pretty() + "\n").utf8)
  }

  static func records(in bytes: [UInt8], path: String) throws(PrivateFileError) -> [Record] {
    let document: JSON
    do { document = try JSON(parsing: bytes) } catch {
      throw .damaged(path: path, problem: bytes.isEmpty ? "it is empty" : "\(error)")
    }
    guard document["version"]?.integerValue == 1 else {
      throw .damaged(path: path, problem: "its version is not 1: it may come from a newer idp")
    }
    guard let keys = document["keys"]?.arrayValue else { throw .damaged(path: path, problem: "it has no list of keys") }
    var records: [Record] = []
    for (index, key) in keys.enumerated() {
      guard let keyID = key["kid"]?.stringValue, isThumbprint(keyID),
        let algorithm = key["alg"]?.stringValue.flatMap(SignatureAlgorithm.init(rawValue:)),
        let created = key["created"]?.integerValue, let signsFrom = key["signs_from"]?.integerValue
      else { throw .damaged(path: path, problem: "key \(index + 1) is not whole") }
      records.append(Record(keyID: keyID, algorithm: algorithm, created: created, signsFrom: signsFrom))
    }
    return records
  }

  /// A kid becomes the name of a file: nothing but a SHA-256 in base64url may.
  private static func isThumbprint(_ text: String) -> Bool {
    text.utf8.count == 43 && (try? Base64URL.decode(text.utf8)) != nil
  }
}
