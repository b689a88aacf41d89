import Inspection
import JOSE
import Testing

@testable import idp

@Suite("What credential helpers print")
struct CredentialDocumentTests {
  @Test("ExecCredential ends a little before its token", arguments: [(900, 870), (40, 20), (1, 1), (0, 0), (-5, -5)])
  func early(life: Int64, told: Int64) {
    let now = Timestamp(1_700_000_000)
    let document = CredentialDocument.kubernetes(
      token: "t", expiry: now.advanced(by: life), now: now, version: "client.authentication.k8s.io/v1")
    let end = document["status"]?["expirationTimestamp"]?.stringValue
    #expect(end == now.advanced(by: told).rfc3339())
  }

  @Test("ExecCredential of a token that no clock reaches the end of does not tell it")
  func endless() {
    let document = CredentialDocument.kubernetes(
      token: "t", expiry: Timestamp(.max), now: Timestamp(1_700_000_000), version: "client.authentication.k8s.io/v1")
    #expect(document["status"] == ["token": "t"])
  }

  @Test(
    "The version is the one that the client wants",
    arguments: [
      (nil, "client.authentication.k8s.io/v1"), ("", "client.authentication.k8s.io/v1"),
      ("{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}", "client.authentication.k8s.io/v1beta1"),
    ] as [(String?, String)])
  func version(info: String?, expected: String) throws {
    let environment = info.map { ["KUBERNETES_EXEC_INFO": $0] } ?? [:]
    #expect(try CredentialDocument.kubernetesVersion(environment) == expected)
  }

  @Test(
    "A version that nobody knows is refused",
    arguments: ["{", "{}", "[]", "{\"apiVersion\":\"client.authentication.k8s.io/v1alpha1\"}", "{\"apiVersion\":1}"])
  func unknownVersion(info: String) {
    #expect(throws: Failure.self) { try CredentialDocument.kubernetesVersion(["KUBERNETES_EXEC_INFO": info]) }
  }

  @Test("A failure is told to Google's libraries with what to do")
  func googleFailure() {
    let document = CredentialDocument.google(Failure("x", "It failed.", hint: "Do this."))
    #expect(
      document
        == ["version": 1, "success": false, "code": "401", "message": "It failed. Do this.", "reason": "x"])
  }
}
