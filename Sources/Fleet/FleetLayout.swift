import Issuer
import JOSE

/// Where the records of an issuer are in etcd: `/idp/<SHA-256 of the issuer in base64url>/…`.
struct FleetLayout: Sendable, Equatable {
  let root: String

  init(_ issuer: IssuerURL) { root = "/idp/" + Base64URL.encode(Digest.sha256(issuer.text.utf8)) + "/" }

  /// The public keys, by `kid`.
  var keys: String { root + "keys/" }
  /// Who serves documents, and which keys are in them, by the replica's name.
  var members: String { root + "members/" }
  /// The registered workspaces, by id.
  var workspaces: String { root + "workspaces/" }
  /// What each replica counts for the shared limits, by its name.
  var usage: String { root + "usage/" }
  /// Is there while no key may begin to sign, since etcd has lost records.
  var settling: String { root + "settling" }
  /// Changes with each change of the list of workspaces.
  var registry: String { root + "registry" }

  /// Whether a text can be the name of a replica: up to 64 letters, digits, and `. _ -`.
  static func isReplicaName(_ text: some StringProtocol) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || "._-".utf8.contains($0)
      }
  }
}
