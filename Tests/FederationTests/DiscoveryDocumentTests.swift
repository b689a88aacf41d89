import JOSE
import Testing

@testable import Federation

@Suite struct DiscoveryDocumentTests {
  func place(_ document: JSON, _ issuer: String = "https://idp.acme.dev") throws -> String {
    try KeyFetcher.place(
      in: document, issuer: issuer, issuerURL: try FetchURL(issuer, purpose: "it"),
      discovery: try FetchURL.discovery(of: issuer)
    ).text
  }

  @Test("the keys are where the issuer's own document says")
  func keys() throws {
    #expect(
      try place(["issuer": "https://idp.acme.dev", "jwks_uri": "https://keys.acme.dev/jwks"])
        == "https://keys.acme.dev/jwks")
  }

  @Test(
    "an issuer is compared byte for byte, and both are named",
    arguments: [
      "https://idp.acme.dev/", "https://IDP.acme.dev", "https://idp.acme.de", "", "https://idp.acme.dev\u{0}",
    ])
  func mismatch(named: String) {
    let error = #expect(throws: FetchError.self) {
      try place(["issuer": JSON(named), "jwks_uri": "https://idp.acme.dev/jwks"])
    }
    #expect(error?.code == "issuer-mismatch")
    #expect(error?.description.contains("'https://idp.acme.dev'") == true)
    #expect(error?.description.contains("'\(FetchError.quoted(named))'") == true)
  }

  @Test("two spellings of one letter are two issuers")
  func normalisation() {
    let error = #expect(throws: FetchError.self) {
      try KeyFetcher.place(
        in: ["issuer": "https://idp/e\u{301}", "jwks_uri": "https://idp/jwks"], issuer: "https://idp/\u{E9}",
        issuerURL: try FetchURL("https://idp", purpose: "it"), discovery: try FetchURL.discovery(of: "https://idp"))
    }
    #expect(error?.code == "issuer-mismatch")
  }

  @Test(
    "an issuer on the Internet cannot send us to a private address, or to plain http",
    arguments: [
      "https://127.0.0.1/keys", "https://169.254.169.254/latest", "http://localhost/keys", "http://idp.acme.dev/keys",
      "https://localhost/x", "https://[::1]/x", "https://2130706433/x", "https://[::ffff:7f00:1]/x",
      "file:///etc/passwd", "",
    ])
  func elsewhere(uri: String) {
    let error = #expect(throws: FetchError.self) {
      try place(["issuer": "https://idp.acme.dev", "jwks_uri": JSON(uri)])
    }
    #expect(error?.code == "url-not-allowed")
  }

  @Test("an issuer in this network can send us about in it, but to this machine only from it")
  func inside() throws {
    #expect(
      try place(["issuer": "https://10.0.0.1", "jwks_uri": "https://10.0.0.2/k"], "https://10.0.0.1")
        == "https://10.0.0.2/k")
    #expect(
      try place(["issuer": "http://localhost:1", "jwks_uri": "http://127.0.0.1:2/k"], "http://localhost:1")
        == "http://127.0.0.1:2/k")
    let error = #expect(throws: FetchError.self) {
      try place(["issuer": "https://10.0.0.1", "jwks_uri": "http://localhost/k"], "https://10.0.0.1")
    }
    #expect(error?.reason == .privateAddress)
  }

  @Test(
    "a document without its members is named as such",
    arguments: [
      "{}", "[]", "null", #"{"issuer":"https://idp.acme.dev"}"#, #"{"issuer":7}"#,
      #"{"issuer":"https://idp.acme.dev","jwks_uri":{}}"#,
    ])
  func incomplete(text: String) throws {
    let document = try JSON(parsing: text)
    let error = #expect(throws: FetchError.self) { try place(document) }
    #expect(error?.code == "document-malformed")
  }
}
