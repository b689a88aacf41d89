import Glibc
import Inspection
import Issuer
import JOSE
import Synchronization
import Testing

@testable import Federation

@Suite("A served issuer is asked for a token")
struct TokenEndpointTests {
  private static let audience = "sts.amazonaws.com"

  /// The fields of a form that was posted, decoded, in their order.
  private func fields(_ request: String) -> [String] {
    let body = request.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
    return body.split(separator: "&").map { field in
      var bytes: [UInt8] = []
      var rest = field.utf8[...]
      while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%") {
          bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
          rest = rest.dropFirst(2)
        } else {
          bytes.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test("by token exchange, with the credential, at the endpoint of its discovery document")
  func asks() async throws {
    let bench = try TokenBench(
      endpoint: { $0 + "/any/where?x=1" },
      answer: { TokenBench.granted($0, headers: ["Date: Tue, 24 Nov 2026 12:00:58 GMT"]) })
    let token = try await bench.endpoint().token(for: [Self.audience])
    #expect(token.compact == TokenBench.token(["iss": JSON(bench.issuer), "aud": JSON(Self.audience), "sub": "x"]))
    #expect(token.skew == 10)
    #expect(bench.requests.count == 2)
    let request = try #require(bench.posted.first)
    #expect(request.hasPrefix("POST /any/where?x=1 HTTP/1.1\r\n"))
    #expect(request.lowercased().contains("content-type: application/x-www-form-urlencoded\r\n"))
    #expect(
      fields(request) == [
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange",
        "requested_token_type=urn:ietf:params:oauth:token-type:id_token", "audience=sts.amazonaws.com",
        "subject_token=\(TokenBench.credential)",
        "subject_token_type=urn:ietf:params:oauth:token-type:access_token",
      ])
  }

  @Test("for several audiences, and no longer than wanted; nothing in an audience can become another field")
  func manyAudiences() async throws {
    let names = ["//iam.googleapis.com/a", "a&expires_in=9+%41=", "ümlaut"]
    let bench = try TokenBench { TokenBench.granted($0, audience: .array(names.map { JSON($0) })) }
    _ = try await bench.endpoint().token(for: names, lifetime: 900)
    let sent = fields(try #require(bench.posted.first))
    #expect(sent.filter { $0.hasPrefix("audience=") } == names.map { "audience=" + $0 })
    #expect(sent.filter { $0.hasPrefix("expires_in=") } == ["expires_in=900"])
  }

  @Test("at its socket without any credential, under its own name")
  func socket() async throws {
    let bench = try TokenBench(socketIssuer: "https://idp.acme.test/team") { TokenBench.granted($0) }
    _ = try await bench.endpoint().token(for: [Self.audience])
    #expect(bench.requests.count == 2)
    let request = try #require(bench.posted.first)
    #expect(request.hasPrefix("POST /team/token HTTP/1.1\r\n"))
    #expect(request.lowercased().contains("host: idp.acme.test\r\n"))
    #expect(!request.contains("subject_token") && !request.lowercased().contains("authorization"))
  }

  @Test("at a socket that is not there, which is said")
  func noSocket() async throws {
    let endpoint = TokenEndpoint(
      issuer: try IssuerURL("https://idp.acme.test"), access: .socket(path: "/nowhere/idp.sock"), environment: [:],
      clock: { TokenBench.now })
    let error = await #expect(throws: TokenEndpointError.self) { try await endpoint.token(for: [Self.audience]) }
    #expect(error?.code == "socket-failed")
    #expect(error?.description.contains("/nowhere/idp.sock cannot be reached (No such file or directory)") == true)
    #expect(error?.hint.contains("--socket") == true)
  }

  // MARK: - Where the credential goes

  @Test(
    "and the credential goes to the issuer's own origin alone",
    arguments: [
      "https://idp.acme.test/token", "http://127.0.0.1:1/token", "http://localhost:{port}/token",
      "https://127.0.0.1:{port}/token", "http://10.0.0.1/token", "http://me@127.0.0.1:{port}/token", "/token", "",
      "file:///etc/passwd", "http://127.0.0.1.evil.test/token",
    ])
  func foreignEndpoint(named: String) async throws {
    let bench = try TokenBench(
      endpoint: { issuer in
        let port = issuer.split(separator: ":").last ?? ""
        return named.replacing("{port}", with: port)
      }, answer: { TokenBench.granted($0) })
    let error = await #expect(throws: TokenEndpointError.self) {
      try await bench.endpoint().token(for: [Self.audience])
    }
    #expect(error?.code == "url-not-allowed", "\(String(describing: error))")
    #expect(bench.posted.isEmpty)
  }

  @Test("and not to one that says it is another issuer, or names no endpoint")
  func notTheIssuer() async throws {
    let other = try TokenBench(discoveryIssuer: "https://idp.acme.test") { TokenBench.granted($0) }
    let mismatch = await #expect(throws: TokenEndpointError.self) {
      try await other.endpoint().token(for: [Self.audience])
    }
    #expect(mismatch?.code == "issuer-mismatch")
    let mute = try TokenBench(endpoint: { _ in nil }, answer: { TokenBench.granted($0) })
    let none = await #expect(throws: TokenEndpointError.self) { try await mute.endpoint().token(for: [Self.audience]) }
    #expect(none?.reason == .noEndpoint)
    #expect(other.posted.isEmpty && mute.posted.isEmpty)
  }

  @Test("and what cannot be a credential goes nowhere", arguments: ["", "a b", "a\r\nX: y", "ä", "\u{0}"])
  func noCredential(text: String) async throws {
    let bench = try TokenBench { TokenBench.granted($0) }
    let error = await #expect(throws: TokenEndpointError.self) {
      try await bench.endpoint(credential: text).token(for: [Self.audience])
    }
    #expect(error?.reason == .credentialMalformed)
    #expect(bench.requests.isEmpty)
  }

  @Test("over TLS only where its certificate is known")
  func unknownAuthority() async throws {
    let server = try TLSServer(PrivateAuthority().certificate())
    let endpoint = TokenEndpoint(
      issuer: try IssuerURL(server.url), access: .credential(TokenBench.credential), environment: [:],
      clock: { TokenBench.now })
    let error = await #expect(throws: TokenEndpointError.self) { try await endpoint.token(for: [Self.audience]) }
    #expect(error?.reason == .transport(.untrustedCertificate))
    #expect(error?.hint.contains("SSL_CERT_FILE") == true)
  }

  // MARK: - What comes back

  /// An answer that is no token, and what is said of it.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    let answer: [UInt8]
    let code: String
    let words: String
    let hint: String
    var testDescription: String { name }

    init(_ name: String, _ answer: [UInt8], _ code: String, _ words: String, _ hint: String) {
      (self.name, self.answer, self.code, self.words, self.hint) = (name, answer, code, words, hint)
    }
  }

  @Test(
    "and what it answers instead is told for what it is, with what to do",
    arguments: [
      Refusal(
        "credential", TokenBench.refusal("401 Unauthorized", "invalid_client", "revoked."), "credential-refused",
        "does not accept the credential, and says: revoked.", "idp workspaces add"),
      Refusal(
        "target", TokenBench.refusal("400 Bad Request", "invalid_target"), "audience-refused",
        "may not have a token for sts.amazonaws.com.", "--audience"),
      Refusal(
        "forbidden", LoopbackServer.answer("", status: "403 Forbidden"), "audience-refused", "sts.amazonaws.com",
        "--audience"),
      Refusal(
        "grant", TokenBench.refusal("400 Bad Request", "unsupported_grant_type"), "no-token-exchange", "RFC 8693",
        "idp serve"),
      Refusal(
        "request", TokenBench.refusal("400 Bad Request", "invalid_request", "no such thing"), "request-refused",
        "invalid_request, and says: no such thing", "Correct"),
      Refusal(
        "too often", TokenBench.refusal("429 Too Many Requests", "x", headers: ["Retry-After: 75"]),
        "too-many-requests", "asked too often (again in 1m 15s)", "1m 15s"),
      Refusal(
        "too often, whenever", LoopbackServer.answer("", status: "429 Too Many Requests"), "too-many-requests",
        "asked too often.", "minute"),
      Refusal(
        "away", TokenBench.refusal("503 Service Unavailable", "temporarily_unavailable", headers: ["Retry-After: 5"]),
        "issuer-unavailable", "cannot answer now (again in 5s)", "5s"),
      Refusal("missing", LoopbackServer.answer("no", status: "404 Not Found"), "http-status", "HTTP 404", "URL"),
      Refusal("broken", LoopbackServer.answer("<h1>", status: "500 Oops"), "http-status", "HTTP 500", "log"),
      Refusal(
        "broken off", Array("HTTP/1.1 502 Bad\r\nContent-Length: 99\r\n\r\nx".utf8), "http-status", "HTTP 502", "log"),
      Refusal("html", LoopbackServer.answer("<html>"), "document-malformed", "no JSON", "URL"),
      Refusal("nothing", LoopbackServer.answer("{}"), "document-malformed", "'access_token'", "URL"),
      Refusal(
        "other type",
        LoopbackServer.answer(
          #"{"access_token":"x","issued_token_type":"urn:ietf:params:oauth:token-type:saml2"}"#),
        "document-malformed", "saml2", "URL"),
      Refusal(
        "redirect", LoopbackServer.answer("", status: "307 There", headers: ["Location: http://127.0.0.1:1/"]),
        "redirect-not-followed", "to http://127.0.0.1:1/", "URL"),
      Refusal(
        "huge", LoopbackServer.answer(String(repeating: " ", count: 1 << 16) + "{}"), "answer-too-large",
        "65536 bytes", "URL"),
      Refusal("opaque token", TokenBench.answer("secret"), "wrong-token", "no signed JWT", "Do not use it"),
      Refusal(
        "encrypted token", TokenBench.answer("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXY.dGV4dA.dGFn"),
        "wrong-token", "no signed JWT", "Do not use it"),
      Refusal(
        "issuer", TokenBench.granted("https://evil.test"), "wrong-token", "issuer is 'https://evil.test'",
        "Do not use it"),
      Refusal(
        "nobody", TokenBench.answer(TokenBench.token(["aud": "x"])), "wrong-token", "names no issuer", "Do not use it"),
    ])
  func refused(refusal: Refusal) async throws {
    let bench = try TokenBench { _ in refusal.answer }
    let error = await #expect(throws: TokenEndpointError.self) {
      try await bench.endpoint().token(for: [Self.audience])
    }
    #expect(error?.code == refusal.code, "\(String(describing: error))")
    #expect(error?.description.contains(refusal.words) == true, "\(error?.description ?? "")")
    #expect(error?.hint.contains(refusal.hint) == true, "\(error?.hint ?? "")")
    #expect(bench.posted.count == 1)
  }

  @Test(
    "whose token must be for every audience that was asked for",
    arguments: [
      ("sts.amazonaws.com", true), (["other", "sts.amazonaws.com"], true), ("sts.amazonaws.com.evil", false),
      (["other"], false), ([], false), (nil, false), (["STS.amazonaws.com"], false),
    ] as [(JSON, Bool)])
  func audiences(audience: JSON, isGood: Bool) async throws {
    let bench = try TokenBench { TokenBench.granted($0, audience: audience) }
    let endpoint = try bench.endpoint()
    guard !isGood else {
      _ = try await endpoint.token(for: [Self.audience])
      return
    }
    let error = await #expect(throws: TokenEndpointError.self) { try await endpoint.token(for: [Self.audience]) }
    #expect(error?.code == "wrong-token")
    #expect(error?.description.contains("not for the audience 'sts.amazonaws.com'") == true)
  }

  @Test("whose words reach no terminal as commands, and never repeat the credential")
  func hostileWords() async throws {
    let loud = try TokenBench { _ in
      TokenBench.refusal(
        "400 Bad Request", "\u{1B}[2Jx", "\u{1B}]0;y\u{7}\u{202E}" + String(repeating: "z", count: 9000))
    }
    let error = await #expect(throws: TokenEndpointError.self) { try await loud.endpoint().token(for: [Self.audience]) }
    #expect(error?.description.unicodeScalars.contains { Visible.needsEscape($0) } == false)
    #expect((error?.description.utf8.count ?? .max) < 1500)
    let echo = try TokenBench { _ in
      TokenBench.refusal("401 Unauthorized", "invalid_client", "what is \(TokenBench.credential)?")
    }
    let said = await #expect(throws: TokenEndpointError.self) { try await echo.endpoint().token(for: [Self.audience]) }
    #expect(said?.code == "credential-refused" && said?.description.contains("idpw_") == false)
  }

  @Test(
    "that says when to come back",
    arguments: [
      ("120", 120), ("0", 0), ("99999999999999999999", 86_400), ("Tue, 24 Nov 2026 12:02:58 GMT", 120),
      ("Tue, 24 Nov 2026 11:00:00 GMT", 0), ("soon", nil), ("-5", nil), ("", nil),
    ] as [(String, Int64?)])
  func retryAfter(header: String, seconds: Int64?) async throws {
    let bench = try TokenBench { _ in
      LoopbackServer.answer(
        "{}", status: "503 No", headers: ["Retry-After: \(header)", "Date: Tue, 24 Nov 2026 12:00:58 GMT"])
    }
    let error = await #expect(throws: TokenEndpointError.self) {
      try await bench.endpoint().token(for: [Self.audience])
    }
    #expect(error?.retryAfter == seconds)
  }

  @Test("which has to answer in time")
  func timeOut() async throws {
    let bench = try TokenBench { _ in nil }
    let error = await #expect(throws: TokenEndpointError.self) {
      try await bench.endpoint(secondLimit: 1).token(for: [Self.audience])
    }
    #expect(error?.reason == .transport(.timeOut(seconds: 1)))
  }

  @Test("and its keys come over its socket too, apart from those of its name")
  func keysBySocket() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/s"
    let issuer = "https://\(Bench.impossibleLabel).acme.test"
    let server = try LoopbackServer(socket: path) { target, _ in
      target == "/jwks"
        ? LoopbackServer.answer(Bench.jwks)
        : LoopbackServer.answer(#"{"issuer":"\#(issuer)","jwks_uri":"\#(issuer)/jwks"}"#)
    }
    let fetcher = try Bench().fetcher()
    let fetched = try await fetcher.keys(ofIssuer: issuer, socket: path)
    #expect(fetched.source.keys.keys.map(\.keyID) == ["one"])
    let error = await #expect(throws: FetchError.self) { try await fetcher.keys(ofIssuer: issuer) }
    #expect(error?.reason == .nameNotFound)
    withExtendedLifetime(server) {}
  }
}
