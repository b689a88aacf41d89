import JOSE
import Testing

@testable import TrustPolicy

@Suite("Which issuer a configuration trusts, for whom, and by whose keys")
struct IssuerTrustTests {
  static let issuer = "https://idp.example.org/team"

  /// Documents, the audiences that they take of the issuer, and one that they do not take.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let documents: [String]
    let takes: [String]
    var uploads = false
  }

  static let cases = [
    Case(
      testDescription: "AWS, with the provider",
      documents: [
        #"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/idp.example.org/team"}}]}"#,
        #"{"Url": "idp.example.org/team", "ClientIDList": ["sts.amazonaws.com", "b"], "ThumbprintList": []}"#,
      ], takes: ["sts.amazonaws.com", "b"]),
    Case(
      testDescription: "AWS, by the principal alone",
      documents: [
        #"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/idp.example.org/team"}}]}"#
      ], takes: []),
    Case(
      testDescription: "Entra ID",
      documents: [
        #"{"name": "x", "issuer": "https://idp.example.org/team", "subject": "s", "audiences": ["api://AzureADTokenExchange"]}"#
      ], takes: ["api://AzureADTokenExchange"]),
    Case(
      testDescription: "Google Cloud, which fetches",
      documents: [
        #"{"name": "projects/1/locations/global/workloadIdentityPools/p/providers/x", "oidc": {"issuerUri": "https://idp.example.org/team"}, "attributeMapping": {"google.subject": "assertion.sub"}}"#
      ], takes: ["https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x"]),
    Case(
      testDescription: "Google Cloud, with uploaded keys",
      documents: [
        #"{"name": "projects/1/locations/global/workloadIdentityPools/p/providers/x", "oidc": {"issuerUri": "https://idp.example.org/team", "allowedAudiences": ["a"], "jwksJson": "{\"keys\":[]}"}, "attributeMapping": {"google.subject": "assertion.sub"}}"#
      ], takes: ["a"], uploads: true),
    Case(
      testDescription: "Vault, by discovery",
      documents: [
        #"{"oidc_discovery_url": "https://idp.example.org/team"}"#,
        #"{"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault.hashicorp.com"]}"#,
      ], takes: ["vault.hashicorp.com"]),
    Case(
      testDescription: "Vault, with keys that are written down",
      documents: [
        #"{"jwt_validation_pubkeys": ["no key"], "bound_issuer": "https://idp.example.org/team"}"#,
        #"{"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault.hashicorp.com"]}"#,
      ], takes: ["vault.hashicorp.com"], uploads: true),
    Case(
      testDescription: "Kubernetes",
      documents: [
        #"{"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthenticationConfiguration", "jwt": [{"issuer": {"url": "https://idp.example.org/team", "audiences": ["k8s"]}, "claimMappings": {"username": {"claim": "sub", "prefix": ""}}}]}"#
      ], takes: ["k8s"]),
    Case(
      testDescription: "octo-sts, by a pattern",
      documents: [
        #"{"issuer": "https://idp.example.org/team", "subject": "s", "audience_pattern": "a|b", "permissions": {}}"#
      ], takes: ["a", "b"]),
    Case(
      testDescription: "octo-sts, for its own domain",
      documents: [#"{"issuer": "https://idp.example.org/team", "subject": "s", "permissions": {}}"#],
      takes: ["octo-sts.dev"]),
  ]

  private func trust(_ texts: [String], _ issuer: String) throws -> IssuerTrust? {
    let documents = try TrustDocuments(
      texts.enumerated().map { try Document(Array($1.utf8), file: "policy\($0).json") })
    return try #require(documents.configurations.first).trust(in: issuer)
  }

  @Test("is told from the documents", arguments: cases)
  func told(it: Case) throws {
    let trust = try #require(try trust(it.documents, Self.issuer))
    for audience in it.takes { #expect(trust.takes(audience), "\(audience)") }
    #expect(!trust.takes("somebody else"))
    #expect((trust.uploadedKeys != nil) == it.uploads)
  }

  @Test("is nothing for another issuer, a slash at the end included", arguments: cases)
  func other(it: Case) throws {
    #expect(try trust(it.documents, Self.issuer + "/") == nil)
    #expect(try trust(it.documents, "http://localhost:8765") == nil)
  }

  @Test("names the uploaded keys by their thumbprints")
  func thumbprints() throws {
    let x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
    let y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
    let key = #"{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#
    let set = JSON("{\"keys\":[\(key)]}").compact()
    let text =
      #"{"oidc": {"issuerUri": "https://idp.example.org/team", "jwksJson": \#(set)}, "attributeMapping": {"google.subject": "assertion.sub"}}"#
    let thumbprint = try JWK(try JSON(parsing: key)).thumbprint
    #expect(try trust([text], Self.issuer)?.uploadedKeys == [thumbprint])
  }

  @Test("is not a matter of Vault without its configuration, which names the issuer")
  func vaultRole() throws {
    #expect(try trust([#"{"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["a"]}"#], Self.issuer) == nil)
  }
}
