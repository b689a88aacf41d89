import Glibc
import Inspection
import Issuer
import JOSE
import Testing

@testable import Federation

/// An issuer's keys, and what a host serves of them.
private struct Publication {
  static let now = Timestamp(1_795_521_648)
  static let cached = ["Content-Type: application/json", "Cache-Control: public, max-age=1800"]

  let ring: KeyRing

  /// - Parameter rotatedAgo: makes a second key so many seconds ago.
  init(rotatedAgo: Int64? = nil) throws {
    var ring = KeyRing()
    try ring.rotate(.es256, at: Self.now.seconds - 100_000)
    if let rotatedAgo { try ring.rotate(.es256, at: Self.now.seconds - rotatedAgo) }
    self.ring = ring
  }

  var keys: JSON { ring.publishedKeys(at: Self.now.seconds).json() }

  func discovery(_ issuer: String, jwksURI: String? = nil) -> JSON {
    [
      "issuer": JSON(issuer), "jwks_uri": JSON(jwksURI ?? issuer + "/.well-known/jwks.json"),
      "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    ]
  }

  /// A host on this machine that answers as it should, but for what `override` answers.
  func host(
    override: @escaping @Sendable (_ path: String, _ own: String) -> [UInt8]? = { _, _ in nil }
  ) throws -> LoopbackServer {
    let keys = self.keys
    return try LoopbackServer { path, request in
      let host = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("host: ") }?.dropFirst(6) ?? ""
      let own = "http://\(host)"
      if let answer = override(path, own) { return answer }
      switch path {
      case "/.well-known/openid-configuration":
        return LoopbackServer.answer(self.discovery(own).compact(), headers: Self.cached)
      case "/.well-known/jwks.json": return LoopbackServer.answer(keys.compact(), headers: Self.cached)
      default: return LoopbackServer.answer("no", status: "404 Not Found")
      }
    }
  }

  /// - Parameter url: the address to look at; nil for that of the issuer.
  func checks(
    _ issuer: String, at url: String? = nil, _ environment: [String: String] = [:], now: Timestamp = now,
    ahead: Int64 = 3600
  ) async throws -> [Check] {
    let check = PublicationCheck(
      issuer: try IssuerURL(issuer), ring: ring, schedule: RotationSchedule(publishedAhead: ahead),
      environment: environment)
    return await check.run(at: url, now: now)
  }
}

extension [Check] {
  fileprivate func ids(_ outcome: Check.Outcome) -> [String] { filter { $0.outcome == outcome }.map(\.id) }

  fileprivate subscript(id: String) -> Check? { first { $0.id == id } }
}

@Suite struct PublicationCheckTests {
  @Test("all is well where all is served as it is published")
  func well() async throws {
    let publication = try Publication(rotatedAgo: 60)
    let host = try publication.host()
    let checks = try await publication.checks(host.url)
    #expect(checks.ids(.fail) == [])
    #expect(checks.ids(.unknown) == [])
    #expect(checks.ids(.skipped) == ["https"])
    #expect(checks["keys"]?.children.map(\.outcome) == [.pass, .pass])
    #expect(ExitStatus(checks) == .good)
  }

  @Test("the address of the document is as good as that of the issuer")
  func document() async throws {
    let publication = try Publication()
    let host = try publication.host()
    let checks = try await publication.checks(host.url, at: host.url + "/.well-known/openid-configuration")
    #expect(checks.ids(.fail) == [])
  }

  @Test("an address that is not the issuer's is told by byte, a slash at the end included", arguments: ["/", "/team"])
  func otherIssuer(suffix: String) async throws {
    let publication = try Publication()
    let host = try publication.host { path, own in
      path == "/team/.well-known/openid-configuration"
        ? LoopbackServer.answer(publication.discovery(own).compact(), headers: Publication.cached) : nil
    }
    let checks = try await publication.checks(host.url, at: host.url + suffix)
    #expect(checks.ids(.fail) == ["configured-issuer", "issuer"])
    #expect(checks["issuer"]?.hint?.contains("slash") == (suffix == "/"))
  }

  @Test("a redirect is a failure, and the hint says of what kind")
  func redirects() async throws {
    for (location, words) in [
      ("{own}/.well-known/openid-configuration/", "takes the file for a folder"),
      ("https://{host}/.well-known/openid-configuration", "from http to https"),
      ("https://www.example.org/.well-known/openid-configuration", "another host, www.example.org"),
      ("{own}/login", "follow no redirect"),
    ] {
      let publication = try Publication()
      let host = try publication.host { path, own in
        let target = location.replacing("{own}", with: own).replacing("{host}", with: own.dropFirst(7))
        return LoopbackServer.answer("", status: "301 Moved Permanently", headers: ["Location: \(target)"])
      }
      let checks = try await publication.checks(host.url)
      #expect(checks.ids(.fail) == ["discovery"])
      #expect(checks["discovery"]?.hint?.contains(words) == true, "\(checks["discovery"]?.hint ?? "no hint")")
    }
  }

  /// What a host answers, and what that is to relying parties.
  @Test(
    "what is not there is a failure; what cannot be told is unknown",
    arguments: [
      ("404 Not Found", .fail), ("403 Forbidden", .fail), ("500 Internal Server Error", .unknown),
      ("429 Too Many Requests", .unknown),
    ] as [(String, Check.Outcome)])
  func statuses(status: String, outcome: Check.Outcome) async throws {
    let publication = try Publication()
    let host = try publication.host { path, _ in
      path.hasSuffix("jwks.json") ? LoopbackServer.answer("no", status: status) : nil
    }
    let checks = try await publication.checks(host.url)
    #expect(checks["jwks"]?.outcome == outcome)
    #expect(checks["keys"] == nil)
  }

  @Test("a host that is not there leaves all open")
  func notThere() async throws {
    let publication = try Publication()
    var host: LoopbackServer? = try publication.host()
    let url = try #require(host?.url)
    host = nil
    let checks = try await publication.checks(url)
    #expect(checks.ids(.unknown) == ["discovery"])
    #expect(ExitStatus(checks) == .undecided)
  }

  @Test(
    "both documents must be served as JSON",
    arguments: [
      ("application/json", true), ("Application/JSON; charset=utf-8", true), ("application/jwk-set+json", true),
      ("application/octet-stream", false), ("text/html", false), ("text/json", false), (nil, false),
    ] as [(String?, Bool)])
  func types(type: String?, isGood: Bool) async throws {
    let publication = try Publication()
    let keys = publication.keys.compact()
    let host = try publication.host { path, own in
      let headers = type.map { ["Content-Type: \($0)"] } ?? []
      return path.hasSuffix("jwks.json") ? LoopbackServer.answer(keys, headers: headers) : nil
    }
    let checks = try await publication.checks(host.url)
    #expect(checks["jwks-type"]?.outcome == (isGood ? .pass : .fail))
    #expect(checks["keys"]?.outcome == .pass)
  }

  @Test(
    "a copy that outlives the wait of a new key is a failure",
    arguments: [
      ("max-age=1800", 3600, .pass, false), ("max-age=1801", 3600, .pass, true), ("max-age=3600", 3600, .pass, true),
      ("max-age=3601", 3600, .fail, true), ("max-age=60, s-maxage=86400", 3600, .fail, true),
      ("max-age=99999999999999999999", 3600, .fail, true), ("no-store", 3600, .pass, true),
      ("max-age=0", 3600, .pass, true), ("public", 3600, .pass, true), ("max-age=1800", 1800, .pass, true),
      ("max-age=1800", 600, .fail, true),
    ] as [(String, Int64, Check.Outcome, Bool)])
  func caching(header: String, ahead: Int64, outcome: Check.Outcome, hasHint: Bool) async throws {
    let publication = try Publication()
    let keys = publication.keys.compact()
    let host = try publication.host { path, _ in
      path.hasSuffix("jwks.json")
        ? LoopbackServer.answer(keys, headers: ["Content-Type: application/json", "Cache-Control: \(header)"]) : nil
    }
    let check = try await publication.checks(host.url, ahead: ahead)["jwks-cache"]
    #expect(check?.outcome == outcome)
    #expect((check?.hint != nil) == hasHint)
  }

  @Test("another jwks_uri is a failure, and one that leads into the network of here is not followed")
  func location() async throws {
    let publication = try Publication()
    let host = try publication.host { path, own in
      path.hasSuffix("openid-configuration")
        ? LoopbackServer.answer(
          publication.discovery(own, jwksURI: own + "/keys").compact(), headers: Publication.cached) : nil
    }
    let checks = try await publication.checks(host.url)
    #expect(checks.ids(.fail) == ["jwks-uri", "jwks"])
    let strange = try publication.host { path, own in
      path.hasSuffix("openid-configuration")
        ? LoopbackServer.answer(
          publication.discovery(own, jwksURI: "file:///etc/passwd\u{1B}").compact(), headers: Publication.cached) : nil
    }
    #expect(try await publication.checks(strange.url).ids(.fail) == ["jwks-uri", "jwks-address"])
  }

  @Test("a document that names an algorithm too few is a failure")
  func algorithms() async throws {
    let publication = try Publication()
    let host = try publication.host { path, own in
      path.hasSuffix("openid-configuration")
        ? LoopbackServer.answer(
          #"{"issuer":"\#(own)","jwks_uri":"\#(own)/.well-known/jwks.json","id_token_signing_alg_values_supported":["RS256"]}"#,
          headers: Publication.cached) : nil
    }
    #expect(try await publication.checks(host.url).ids(.fail) == ["algorithms"])
  }

  @Test("plain http is for this machine only")
  func plain() async throws {
    let checks = try await Publication().checks("https://idp.example.org", at: "http://idp.example.org")
    #expect(checks.ids(.fail) == ["address"])
  }

  @Test("what a host sends cannot act on a terminal")
  func hostile() async throws {
    let publication = try Publication()
    let host = try publication.host { path, own in
      path.hasSuffix("jwks.json")
        ? LoopbackServer.answer(
          #"{"keys":[{"kty":"\u001b[31m","kid":"\u001b]0;x\u0007"}]}"#, headers: ["Content-Type: text/\u{202E}x"])
        : LoopbackServer.answer(
          #"{"issuer":"\#(own)\u202e","jwks_uri":"\#(own)/.well-known/jwks.json","id_token_signing_alg_values_supported":["\u001b"]}"#,
          headers: ["Content-Type: \u{9B}x"])
    }
    let text = CheckReport.text(try await publication.checks(host.url))
    #expect(text.contains("no other keys are served"))
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || !Visible.needsEscape($0) })
  }
}

@Suite struct ServedKeyTests {
  private func checks(_ publication: Publication, _ served: JSON) -> [Check] {
    ServedKeyChecks(ring: publication.ring, schedule: .standard, served: served, now: Publication.now).checks
  }

  private func stranger() throws -> JWK { try SigningKey.generate(.es256).jwk }

  @Test("a key that is missing is named, with what comes of it", arguments: [0, 1])
  func missing(index: Int) throws {
    let publication = try Publication(rotatedAgo: 60)
    let entries = publication.ring.entries
    let checks = checks(publication, JWKSet(keys: [entries[1 - index].key.jwk]).json())
    let keys = try #require(checks["keys"])
    #expect(keys.outcome == .fail)
    #expect(keys.actual == "1 of 2")
    #expect(keys.children.map(\.outcome) == (index == 0 ? [.fail, .pass] : [.pass, .fail]))
    #expect(keys.children[index].title.hasPrefix(entries[index].keyID))
    #expect(keys.children[index].hint?.contains(index == 0 ? "refused" : "Upload it before") == true)
  }

  @Test("another key under the same kid is a failure, and so are two of them")
  func impostor() throws {
    let publication = try Publication()
    let entry = publication.ring.entries[0]
    var forged = try #require(try stranger().publicJWK)
    forged.set("kid", to: JSON(entry.keyID))
    let alone = checks(publication, ["keys": [.object(forged)]])
    #expect(alone["keys"]?.children.first?.actual == "another key under this kid")
    #expect(alone["foreign-keys"]?.outcome == .fail)
    let own = try #require(entry.key.jwk.publicJWK)
    let both = checks(publication, ["keys": [.object(own), .object(forged)]])
    #expect(both.ids(.fail) == ["keys", "foreign-keys"])
  }

  @Test("private parts are shouted about, and never shown", arguments: [SignatureAlgorithm.es256, .eddsa, .rs256])
  func privateParts(algorithm: SignatureAlgorithm) throws {
    let publication = try Publication()
    let key = try #require(publication.ring.entries[0].key.jwk.publicJWK)
    var betrayed = key
    betrayed.set("d", to: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXM")
    let checks = checks(publication, ["keys": [.object(key), .object(betrayed)]])
    #expect(checks.first?.id == "private-keys")
    #expect(checks.first?.outcome == .fail)
    #expect(!CheckReport.text(checks).contains("c2VjcmV0"))
    #expect(!checks.map { CheckReport.json($0).compact() }.joined().contains("c2VjcmV0"))
    #expect(self.checks(publication, publication.keys)["private-keys"] == nil)
  }

  @Test("a secret instead of a key, and a bare key instead of a set, are noticed too")
  func secret() throws {
    let publication = try Publication()
    let secret: JSON = ["kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXM"]
    #expect(checks(publication, ["keys": [secret]]).first?.id == "private-keys")
    #expect(checks(publication, secret).first?.id == "private-keys")
    #expect(checks(publication, []).ids(.fail) == ["keys"])
    #expect(checks(publication, ["keys": 1]).ids(.fail) == ["keys"])
  }

  @Test("foreign keys are failures, also those that cannot be read; many of them are counted")
  func foreign() throws {
    let publication = try Publication()
    let own = publication.ring.entries[0].key.jwk
    let one = checks(publication, JWKSet(keys: [own, try stranger()]).json())
    #expect(one.ids(.fail) == ["foreign-keys"])
    var members = JWKSet(keys: [own]).json()["keys"]?.arrayValue ?? []
    members += (0..<9).map { ["kty": "XX", "kid": JSON("key \($0)")] }
    let many = checks(publication, ["keys": .array(members)])
    #expect(many["foreign-keys"]?.actual?.hasSuffix("and 4 more") == true)
  }

  @Test("without a key of one's own nothing can be told")
  func noRing() throws {
    let served = JWKSet(keys: [try stranger()]).json()
    let checks = ServedKeyChecks(ring: KeyRing(), schedule: .standard, served: served, now: Publication.now).checks
    #expect(checks.map(\.outcome) == [.unknown, .unknown])
  }

  @Test("a key that nobody needs any more is only mentioned")
  func idle() throws {
    var ring = KeyRing()
    try ring.rotate(.eddsa, at: Publication.now.seconds - 300_000)
    try ring.rotate(.eddsa, at: Publication.now.seconds - 200_000)
    let served = JWKSet(keys: ring.entries.map(\.key.jwk)).json()
    let checks = ServedKeyChecks(ring: ring, schedule: .standard, served: served, now: Publication.now).checks
    #expect(checks.map(\.outcome) == [.pass, .pass])
    #expect(checks["foreign-keys"]?.hint?.contains("Nobody needs") == true)
  }
}

@Suite struct PublicationCertificateTests {
  /// Now: the certificates of the tests hold for two days.
  /// Asked anew each time: a certificate that was made meanwhile does not hold before.
  private static var now: Timestamp { Timestamp(Int64(time(nil))) }

  private func serve(_ publication: Publication, on server: TLSServer) throws {
    try server.serve(
      LoopbackServer.answer(publication.discovery(server.url).compact(), headers: Publication.cached),
      at: ".well-known/openid-configuration")
    try server.serve(
      LoopbackServer.answer(publication.keys.compact(), headers: Publication.cached), at: ".well-known/jwks.json")
  }

  @Test("a certificate that is good for two days more passes, and is to be renewed")
  func good() async throws {
    let publication = try Publication()
    let authority = try PrivateAuthority()
    let server = try TLSServer(authority.certificate())
    try serve(publication, on: server)
    let checks = try await publication.checks(server.url, ["SSL_CERT_FILE": authority.file], now: Self.now)
    #expect(checks.ids(.pass).starts(with: ["https", "certificate", "certificate-chain", "certificate-expiry"]))
    #expect(checks["certificate-expiry"]?.hint?.contains("renew it") == true)
    #expect(checks.ids(.unknown) == [])
    let late = try await publication.checks(
      server.url, ["SSL_CERT_FILE": authority.file], now: Self.now.advanced(by: 3 * 86_400))
    #expect(late["certificate-expiry"]?.outcome == .fail)
    let early = try await publication.checks(
      server.url, ["SSL_CERT_FILE": authority.file], now: Self.now.advanced(by: -86_400))
    #expect(early["certificate-expiry"]?.outcome == .fail)
  }

  @Test("an authority that nobody knows is a failure, and its certificate is looked at all the same")
  func unknownAuthority() async throws {
    let publication = try Publication()
    let server = try TLSServer(PrivateAuthority().certificate())
    let checks = try await publication.checks(server.url, now: Self.now)
    #expect(checks["certificate"]?.outcome == .fail)
    #expect(checks["certificate"]?.hint?.contains("SSL_CERT_FILE") == true)
    #expect(checks["certificate-expiry"]?.outcome == .pass)
    #expect(ExitStatus(checks) == .no)
  }

  @Test("a certificate for another host is a failure")
  func wrongHost() async throws {
    let publication = try Publication()
    let authority = try PrivateAuthority()
    let server = try TLSServer(authority.certificate(for: "DNS:idp.acme.test"))
    let checks = try await publication.checks(server.url, ["SSL_CERT_FILE": authority.file], now: Self.now)
    #expect(checks["certificate"]?.outcome == .fail)
    #expect(checks["certificate"]?.actual?.contains("another host") == true)
  }

  @Test("a certificate in between must be sent along", arguments: [true, false])
  func chain(isSent: Bool) async throws {
    let publication = try Publication()
    let authority = try PrivateAuthority()
    let between = try authority.subordinate()
    let server = try TLSServer(between.certificate(), chain: isSent ? between.file : nil)
    try serve(publication, on: server)
    let checks = try await publication.checks(server.url, ["SSL_CERT_FILE": authority.file], now: Self.now)
    #expect(checks["certificate"]?.outcome == (isSent ? .pass : .fail))
    #expect(checks["certificate-chain"]?.outcome == (isSent ? .pass : .unknown))
    #expect(checks["certificate-chain"]?.actual == (isSent ? "2 certificates" : "the server's own alone"))
    #expect(checks["certificate-chain"]?.hint?.contains("fullchain") == (isSent ? nil : true))
  }

  @Test("through a proxy the certificate is judged, and cannot be looked at")
  func proxy() async throws {
    let publication = try Publication()
    let authority = try PrivateAuthority()
    let server = try TLSServer(authority.certificate())
    let issuer = "https://idp.acme.test"
    try server.serve(
      LoopbackServer.answer(publication.discovery(issuer).compact(), headers: Publication.cached),
      at: ".well-known/openid-configuration")
    try server.serve(
      LoopbackServer.answer(publication.keys.compact(), headers: Publication.cached), at: ".well-known/jwks.json")
    let proxy = try ConnectProxy(to: server.port)
    let checks = try await publication.checks(
      issuer, ["HTTPS_PROXY": "http://\(proxy.address)", "SSL_CERT_FILE": authority.file], now: Self.now)
    #expect(checks["certificate"]?.outcome == .pass)
    #expect(checks["certificate-expiry"]?.outcome == .skipped)
    #expect(checks.ids(.fail) == [])
  }
}
