import Inspection
import Issuer
import JOSE

/// A key in the transit engine of OpenBao or Vault: it signs there, and its private part never comes here
/// (https://openbao.org/api-docs/secret/transit).
public struct TransitService: Sendable {
  /// Where the engine is, such as `https://vault.example.org:8200`.
  let address: String
  let mount: String
  let key: String
  let namespace: String?
  private let token: @Sendable () throws(TransitError) -> String
  private let fetcher: Fetcher

  /// - Parameters:
  ///   - address: https, or http on this machine.
  ///   - mount: of the engine, `transit` as a rule.
  ///   - key: the name of the key; `rsa-2048` and above, `ecdsa-p256` or `ed25519`.
  ///   - namespace: of Vault Enterprise or OpenBao; nil for the root.
  ///   - environment: `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and their kin.
  ///   - token: what the engine is asked with; called each time, for tokens that are renewed.
  public init(
    address: String, mount: String = "transit", key: String, namespace: String? = nil, environment: [String: String],
    token: @escaping @Sendable () throws(TransitError) -> String
  ) {
    self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
    self.mount = mount
    self.key = key
    self.namespace = namespace
    self.token = token
    fetcher = Fetcher(environment: environment)
  }

  /// The versions of the key, as a ring in which they sign in turn.
  ///
  /// - Parameter publishedAhead: how long a version is published before it signs, in seconds.
  public func ring(publishedAhead: Int64) async throws(TransitError) -> KeyRing {
    let answer = try await ask("keys/\(key)", doing: "read the key", nil)
    return KeyRing(versions: try Self.versions(answer), publishedAhead: publishedAhead)
  }

  /// Makes a new version, which signs when it has been published for long enough.
  public func rotate() async throws(TransitError) {
    _ = try await ask("keys/\(key)/rotate", doing: "rotate the key", .object(JSONObject()))
  }

  /// The signature of the bytes by a version of the key, in the form that a JWS has (RFC 7518 §3).
  public func sign(_ bytes: [UInt8], with key: TransitKey) async throws(TransitError) -> [UInt8] {
    var body: JSONObject = [
      "input": JSON(Base64.encode(bytes)), "key_version": JSON(Int64(key.version)), "hash_algorithm": "sha2-256",
    ]
    if key.algorithm == .rs256 { body.set("signature_algorithm", to: "pkcs1v15") }
    if key.algorithm == .es256 { body.set("marshaling_algorithm", to: "jws") }
    let answer = try await ask("sign/\(self.key)", doing: "sign", .object(body))
    // `vault:v3:SIGNATURE`, in base64, or in base64url as a JWS has it.
    guard let text = answer["data"]?["signature"]?.stringValue,
      let last = text.split(separator: ":", omittingEmptySubsequences: false).last,
      text.hasPrefix("vault:v\(key.version):"),
      let signature = key.algorithm == .es256 ? try? Base64URL.decode(last.utf8) : Base64.decode(String(last)),
      !signature.isEmpty
    else { throw TransitError("sign", address, "the answer holds no signature by version \(key.version) of the key") }
    // A token that verifies nowhere is none: the key may have been made anew under its name since it was read.
    let token = CompactToken(parsing: String(decoding: bytes, as: UTF8.self) + "." + Base64URL.encode(signature))
    guard SignatureReport(verifying: token, with: JWKSet(keys: [key.jwk])).outcome == .verified else {
      throw TransitError("sign", address, "the signature is not one of the key that was read there")
    }
    return signature
  }

  // MARK: Reading

  /// The versions in an answer about a key; one that cannot be read is an error, since tokens of it may live.
  static func versions(_ answer: JSON) throws(TransitError) -> [(key: TransitKey, created: Int64)] {
    func problem(_ text: String) -> TransitError { TransitError("read the key", "", text) }
    guard let type = answer["data"]?["type"]?.stringValue, let listed = answer["data"]?["keys"]?.objectValue else {
      throw problem("the answer is no description of a key")
    }
    guard let algorithm = algorithms[type] else {
      throw problem(
        "the key is of type \(FetchError.quoted(type)), which signs no tokens; make one of rsa-2048, ecdsa-p256 or ed25519"
      )
    }
    var versions: [(key: TransitKey, created: Int64)] = []
    for member in listed.members {
      guard let number = Int(member.name.value), number > 0,
        let created = member.value["creation_time"]?.stringValue.flatMap(seconds),
        let text = member.value["public_key"]?.stringValue
      else { throw problem("a version of the key is not whole") }
      do {
        let key = try publicKey(text, type)
        versions.append((try TransitKey(version: number, key: key, algorithm: algorithm), created))
      } catch {
        throw problem("version \(number) of the key cannot be used: \(error)")
      }
    }
    guard !versions.isEmpty else { throw problem("the key has no versions") }
    return versions
  }

  private static let algorithms: [String: SignatureAlgorithm] = [
    "rsa-2048": .rs256, "rsa-3072": .rs256, "rsa-4096": .rs256, "ecdsa-p256": .es256, "ed25519": .eddsa,
  ]

  /// PEM, but for Ed25519, of which the bare bytes come in base64.
  private static func publicKey(_ text: String, _ type: String) throws -> JWK {
    let set: JWKSet
    if type == "ed25519", let bytes = Base64.decode(text) {
      set = try JWKSet(["kty": "OKP", "crv": "Ed25519", "x": JSON(Base64URL.encode(bytes))])
    } else {
      set = try JWKSet(reading: Array(text.utf8))
    }
    guard let key = set.keys.first, !key.isPrivate else {
      throw TransitError("read the key", "", "there is no public key in it")
    }
    return key
  }

  /// RFC 3339 with parts of a second, which are cut off.
  private static func seconds(_ text: String) -> Int64? {
    let whole = text.prefix { $0 != "." }
    let zone = text.dropFirst(whole.count).drop { $0 == "." || $0.isNumber }
    return Timestamp(rfc3339: String(whole) + zone)?.seconds
  }

  // MARK: Asking

  /// - Parameter body: what is posted; nil to get.
  private func ask(_ path: String, doing action: String, _ body: JSON?) async throws(TransitError) -> JSON {
    do throws(FetchError) {
      let url = try FetchURL("\(address)/v1/\(mount)/\(path)", purpose: "the transit engine")
      var request = Fetcher.Request(url: url)
      request.json = body?.compact()
      request.headers = [("X-Vault-Token", try bearer())]
      if let namespace { request.headers.append(("X-Vault-Namespace", namespace)) }
      let response = try await fetcher.send(request, until: fetcher.deadline())
      guard response.status == 200 || response.status == 204 else {
        let said = (try? response.json())?["errors"]?.arrayValue?.compactMap(\.stringValue).joined(separator: "; ")
        throw FetchError(
          url: url.text,
          .document("status \(response.status)\(said.map { ": \(FetchError.quoted($0))" } ?? "")"))
      }
      return response.bytes.isEmpty ? .null : try response.json()
    } catch {
      throw TransitError(action, address, error.found)
    }
  }

  private func bearer() throws(FetchError) -> String {
    do throws(TransitError) { return try token() } catch { throw FetchError(url: address, .document(error.problem)) }
  }
}

/// Why the transit engine did not do what it was asked for.
public struct TransitError: Error, Sendable, Equatable, CustomStringConvertible {
  let action: String
  let address: String
  /// What was found.
  public let problem: String

  public init(_ action: String, _ address: String, _ problem: String) {
    self.action = action
    self.address = address
    self.problem = problem
  }

  public var description: String {
    "Cannot \(action)\(address.isEmpty ? "" : " at \(address)"): \(problem). Look at issuer.transit in the configuration, and at the token that it is asked with."
  }
}
