import JOSE

/// A public key as it is kept in etcd, under its `kid`: what all replicas put into their JWKS.
struct KeyRecord: Sendable {
  let jwk: JWK
  let algorithm: SignatureAlgorithm
  /// In seconds since 1970.
  let created: Int64
  /// When its owner begins to sign with it, in seconds since 1970 by the owner's clock; nil while it waits for others.
  let signsFrom: Int64?
  /// Whose it is.
  let replica: String
  let incarnation: Int64

  var keyID: String { jwk.thumbprint }

  var bytes: [UInt8] {
    var object: JSONObject = [
      "jwk": .object(jwk.publicJWK ?? JSONObject()), "created": JSON(created), "replica": JSON(replica),
      "incarnation": JSON(incarnation),
    ]
    if let signsFrom { object.set("signs_from", to: JSON(signsFrom)) }
    return Array(JSON.object(object).compact().utf8)
  }

  init(
    jwk: JWK, algorithm: SignatureAlgorithm, created: Int64, signsFrom: Int64?, replica: String, incarnation: Int64
  ) {
    self.jwk = jwk
    self.algorithm = algorithm
    self.created = created
    self.signsFrom = signsFrom
    self.replica = replica
    self.incarnation = incarnation
  }

  /// Reads a record.
  ///
  /// - Parameter keyID: the `kid` under which it stands.
  /// - Throws: ``RecordProblem`` for whatever is not exactly a public key of this issuer.
  init(_ bytes: [UInt8], keyID: String) throws(RecordProblem) {
    guard bytes.count <= 8192 else { throw RecordProblem("it has more than 8,192 bytes") }
    let json: JSON
    do { json = try JSON(parsing: bytes, limits: JSONLimits(depth: 8, bytes: 8192)) } catch {
      throw RecordProblem("it is no JSON (\(error))")
    }
    guard let object = json["jwk"]?.objectValue else { throw RecordProblem("it has no key") }
    // Whoever put it there has given the key away: it must not be used, however good it is.
    if object.members.contains(where: { Self.secretMembers.contains($0.name.value) }) {
      throw RecordProblem("it holds a private key, which everybody who reads etcd knows now")
    }
    let jwk: JWK
    do { jwk = try JWK(.object(object)) } catch { throw RecordProblem("its key cannot be used (\(error))") }
    guard let algorithm = jwk.algorithm.flatMap(SignatureAlgorithm.init(rawValue:)), !algorithm.isSymmetric,
      jwk.fits(algorithm), jwk.weakness == nil
    else { throw RecordProblem("its key is weak, or not for the algorithm that it names") }
    guard jwk.thumbprint == keyID, jwk.keyID == keyID else {
      throw RecordProblem("it holds another key than its name says")
    }
    guard let created = json["created"]?.integerValue, let replica = json["replica"]?.stringValue,
      FleetLayout.isReplicaName(replica), let incarnation = json["incarnation"]?.integerValue,
      json["signs_from"] == nil || json["signs_from"]?.integerValue != nil
    else { throw RecordProblem("it is not whole") }
    self.init(
      jwk: jwk, algorithm: algorithm, created: created, signsFrom: json["signs_from"]?.integerValue, replica: replica,
      incarnation: incarnation)
  }

  private static let secretMembers: Set<String> = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
}

/// Why a record of etcd is passed over.
struct RecordProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// Free of control characters.
  let description: String

  init(_ problem: String) { description = EtcdError.quoted(problem) }
}
