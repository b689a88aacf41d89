import Testing

@testable import Issuer

@Suite struct IssuerURLTests {
  @Test(
    "an issuer is kept as it was written, and its documents lie below it",
    arguments: [
      ("https://idp.acme.dev", "https://idp.acme.dev/.well-known/jwks.json"),
      ("https://idp.acme.dev/", "https://idp.acme.dev/.well-known/jwks.json"),
      ("https://services.acme.dev/idp", "https://services.acme.dev/idp/.well-known/jwks.json"),
      ("https://idp.acme.dev:8443/a/b", "https://idp.acme.dev:8443/a/b/.well-known/jwks.json"),
      ("http://localhost:8765", "http://localhost:8765/.well-known/jwks.json"),
      ("http://127.0.0.1", "http://127.0.0.1/.well-known/jwks.json"),
      ("http://[::1]:80/x", "http://[::1]:80/x/.well-known/jwks.json"),
    ])
  func valid(text: String, jwks: String) throws {
    let issuer = try IssuerURL(text)
    #expect(issuer.text == text)
    #expect(issuer.jwksURL == jwks)
  }

  @Test(
    "what cannot be an issuer is refused for its own reason",
    arguments: [
      ("idp.acme.dev", IssuerURLError.Reason.scheme), ("ftp://idp.acme.dev", .scheme), ("", .scheme),
      ("http://idp.acme.dev", .insecure), ("http://localhost.evil.dev", .insecure), ("https://", .host),
      ("https://:1", .host),
      ("https://host:0", .host), ("https://host:70000", .host), ("https://host:x", .host), ("https://host:+80", .host),
      ("https://me@host", .user), ("https://host?x", .queryOrFragment), ("https://host#x", .queryOrFragment),
      ("https://ho st", .characters), ("https://host/\u{1B}[2J", .characters), ("https://höst", .characters),
    ])
  func invalid(text: String, reason: IssuerURLError.Reason) {
    #expect(throws: IssuerURLError(text: text, reason: reason)) { try IssuerURL(text) }
  }
}
