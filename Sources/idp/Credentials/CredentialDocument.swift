import Federation
import Inspection
import JOSE

/// What credential helpers print, each in the format of the programs that run it.
enum CredentialDocument {
  /// `credential_process` of AWS's tools.
  static func aws(_ credentials: AWSCredentials) -> JSON {
    [
      "Version": 1, "AccessKeyId": JSON(credentials.accessKeyID),
      "SecretAccessKey": JSON(credentials.secretAccessKey), "SessionToken": JSON(credentials.sessionToken),
      "Expiration": JSON(credentials.expiration.rfc3339()),
    ]
  }

  static let googleTokenTypes = [
    "urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:jwt",
  ]

  /// The answer of an executable-sourced credential of Google's (AIP-4117).
  static func google(token: String, type: String, expiry: Timestamp) -> JSON {
    [
      "version": 1, "success": true, "token_type": JSON(type), "id_token": JSON(token),
      "expiration_time": JSON(expiry.seconds),
    ]
  }

  /// The answer when there is no token; libraries show both texts.
  static func google(_ failure: Failure) -> JSON {
    let text = [failure.message, failure.hint].compactMap(\.self).joined(separator: " ")
    return ["version": 1, "success": false, "code": "401", "message": JSON(text), "reason": JSON(failure.code)]
  }

  /// The versions of `ExecCredential` that are written; they differ in nothing that is said here.
  static let kubernetesVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

  /// `ExecCredential` of Kubernetes' clients.
  ///
  /// - Parameter expiry: of the token. It is told a little earlier, so that no token ends on its way; one that no clock
  ///   reaches is not told.
  static func kubernetes(token: String, expiry: Timestamp, now: Timestamp, version: String) -> JSON {
    let early = min(30, max(now.distance(to: expiry) / 2, 0))
    var status: JSONObject =
      expiry.isInCalendar ? ["expirationTimestamp": JSON(expiry.advanced(by: -early).rfc3339())] : [:]
    status.set("token", to: JSON(token))
    return ["apiVersion": JSON(version), "kind": "ExecCredential", "status": .object(status)]
  }

  /// The version that the client wants, by what it says in `KUBERNETES_EXEC_INFO`.
  static func kubernetesVersion(_ environment: [String: String]) throws(Failure) -> String {
    guard let info = Variables(environment).first("KUBERNETES_EXEC_INFO") else { return kubernetesVersions[0] }
    guard let version = (try? JSON(parsing: info))?["apiVersion"]?.stringValue else {
      throw Failure("usage", "KUBERNETES_EXEC_INFO holds no ExecCredential of Kubernetes.")
    }
    guard kubernetesVersions.contains(version) else {
      throw Failure(
        "usage", "The client wants a credential of the version “\(version.prefix(100))”.",
        hint: "Write apiVersion: \(kubernetesVersions[0]) under exec in the kubeconfig.")
    }
    return version
  }

  /// When a token ends.
  static func expiry(of token: String) throws(Failure) -> Timestamp {
    let seconds = CompactToken(parsing: token).claims?["exp"]?.doubleValue
    guard let expiry = seconds.flatMap({ Int64(exactly: $0.rounded(.down)) }) else {
      throw Failure(
        "token-unusable", "The token does not say until when it holds.", hint: "idp inspect shows what it says.")
    }
    return Timestamp(expiry)
  }
}
