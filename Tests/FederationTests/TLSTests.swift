import Glibc
import Testing

@testable import Federation

@Suite struct TLSTests {
  @Test("an authority that nobody knows is refused, and the hint says how to make it known")
  func unknownAuthority() async throws {
    let server = try TLSServer(PrivateAuthority().certificate())
    let error = await #expect(throws: FetchError.self) { try await Bench().fetcher().keys(ofIssuer: server.url) }
    #expect(error?.reason == .untrustedCertificate)
    #expect(error?.hint.contains("SSL_CERT_FILE") == true)
  }

  @Test("SSL_CERT_FILE and SSL_CERT_DIR say whom to trust, each alone and both together", arguments: 0..<4)
  func trusted(way: Int) async throws {
    let authority = try PrivateAuthority()
    let folder = try authority.hashedFolder()
    let stranger = try PrivateAuthority()
    let environment = [
      ["SSL_CERT_FILE": authority.file], ["SSL_CERT_DIR": folder],
      ["SSL_CERT_FILE": authority.file, "SSL_CERT_DIR": try stranger.hashedFolder()],
      ["SSL_CERT_FILE": stranger.file, "SSL_CERT_DIR": folder],
    ][way]
    let server = try TLSServer(authority.certificate())
    let fetched = try await Bench().fetcher(environment).keys(ofIssuer: server.url)
    #expect(fetched.source.keys.keys.map(\.keyID) == ["one"])
  }

  @Test("an authority of one's own is trusted alone")
  func otherAuthority() async throws {
    let server = try TLSServer(PrivateAuthority().certificate())
    let stranger = try PrivateAuthority()
    let error = await #expect(throws: FetchError.self) {
      try await Bench().fetcher(["SSL_CERT_FILE": stranger.file]).keys(ofIssuer: server.url)
    }
    #expect(error?.reason == .untrustedCertificate)
  }

  @Test("authorities that cannot be read are named", arguments: ["missing.pem", "empty.pem", "text.pem"])
  func unreadableAuthorities(name: String) async throws {
    let authority = try PrivateAuthority()
    let server = try TLSServer(authority.certificate())
    let folder = try TemporaryFolder()
    try folder.write([], to: "empty.pem")
    try folder.write(Array("no certificate\n".utf8), to: "text.pem")
    let path = folder.path + "/" + name
    let error = await #expect(throws: FetchError.self) {
      try await Bench().fetcher(["SSL_CERT_FILE": path]).keys(ofIssuer: server.url)
    }
    #expect(error?.reason == .authorities(path: path))
  }

  @Test("a certificate for another host is refused as such")
  func wrongHost() async throws {
    let authority = try PrivateAuthority()
    let server = try TLSServer(authority.certificate(for: "DNS:idp.acme.test"))
    let error = await #expect(throws: FetchError.self) {
      try await Bench().fetcher(["SSL_CERT_FILE": authority.file]).keys(ofIssuer: server.url)
    }
    #expect(error?.reason == .wrongCertificate)
  }

  @Test("a server without TLS is said to have none")
  func noTLS() async throws {
    let server = try LoopbackListener { connection in
      var byte: UInt8 = 0
      _ = read(connection, &byte, 1)
      sendAll(LoopbackServer.answer("no", status: "400 Bad Request"), to: connection)
    }
    let error = await #expect(throws: FetchError.self) {
      try await Bench().fetcher().keys(ofIssuer: "https://127.0.0.1:\(server.port)")
    }
    #expect(error?.code == "tls-failed", "\(String(describing: error))")
  }
}

@Suite struct ProxyTests {
  static let issuer = "https://idp.acme.test"

  @Test("HTTPS_PROXY is asked to open the way, with its password, and TLS is with the issuer all the same")
  func connects() async throws {
    let authority = try PrivateAuthority()
    let server = try TLSServer(authority.certificate(), issuer: Self.issuer)
    let proxy = try ConnectProxy(to: server.port)
    let environment = ["HTTPS_PROXY": "http://me:p%40ss@\(proxy.address)", "SSL_CERT_FILE": authority.file]
    let fetched = try await Bench().fetcher(environment).keys(ofIssuer: Self.issuer)
    #expect(fetched.source.origin == Self.issuer + "/jwks")
    #expect(proxy.requests.count == 2)
    #expect(proxy.requests.allSatisfy { $0.hasPrefix("CONNECT idp.acme.test:443 HTTP/1.1\r\n") })
    #expect(proxy.requests.allSatisfy { $0.contains("Basic bWU6cEBzcw==\r\n") })
  }

  @Test("a proxy in between does not make a stranger's certificate good")
  func untrusted() async throws {
    let server = try TLSServer(PrivateAuthority().certificate(), issuer: Self.issuer)
    let proxy = try ConnectProxy(to: server.port)
    let error = await #expect(throws: FetchError.self) {
      try await Bench().fetcher(["HTTPS_PROXY": proxy.address]).keys(ofIssuer: Self.issuer)
    }
    #expect(error?.reason == .untrustedCertificate)
  }

  @Test(
    "a proxy that opens no way is named as the reason",
    arguments: ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"])
  func refuses(answer: String) async throws {
    let proxy = try ConnectProxy(to: 1, answer: answer)
    let error = await #expect(throws: FetchError.self) {
      try await Bench().fetcher(["HTTPS_PROXY": "http://me:secret@\(proxy.address)"]).keys(ofIssuer: Self.issuer)
    }
    #expect(error?.code == "proxy-failed", "\(String(describing: error))")
    #expect(error?.description.contains(proxy.address) == true)
    #expect(error?.description.contains("secret") == false)
  }

  @Test("a proxy that is not there is named as the reason")
  func notThere() async throws {
    var proxy: ConnectProxy? = try ConnectProxy(to: 1)
    let address = try #require(proxy?.address)
    proxy = nil
    let error = await #expect(throws: FetchError.self) {
      try await Bench().fetcher(["HTTPS_PROXY": address]).keys(ofIssuer: Self.issuer)
    }
    #expect(error?.description.contains("the proxy \(address) cannot be reached (Connection refused)") == true)
  }

  @Test("NO_PROXY goes past the proxy")
  func goesPast() async throws {
    let proxy = try ConnectProxy(to: 1)
    let issuer = "https://\(Bench.impossibleLabel).acme.test"
    let error = await #expect(throws: FetchError.self) {
      try await Bench().fetcher(["HTTPS_PROXY": proxy.address, "NO_PROXY": ".acme.test"]).keys(ofIssuer: issuer)
    }
    #expect(error?.reason == .nameNotFound)
    #expect(proxy.requests.isEmpty)
  }
}
