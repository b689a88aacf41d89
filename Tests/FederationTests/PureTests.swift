import Inspection
import JOSE
import Testing

@testable import Federation

@Suite struct FetchURLTests {
  @Test(
    "https goes anywhere, http stays on this machine",
    arguments: [
      ("https://idp.acme.dev", 443, false), ("https://idp.acme.dev:8443/x?y=1", 8443, false),
      ("http://localhost:8765", 8765, true),
      ("http://127.0.0.1/keys", 80, true), ("http://[::1]:1", 1, true), ("HTTPS://IDP.acme.dev", 443, false),
    ])
  func allowed(text: String, port: Int, isLoopback: Bool) throws {
    let url = try FetchURL(text, purpose: "it")
    #expect(url.port == port)
    #expect(url.isLoopback == isLoopback)
  }

  @Test(
    "what must not be asked is refused",
    arguments: [
      "http://idp.acme.dev", "http://localhost.evil.dev", "http://127.0.0.1.evil.dev", "ftp://x", "file:///etc/passwd",
      "idp.acme.dev", "",
      "https://", "https://a:b@c", "https://h#f", "https://h:0", "https://h:99999", "https://h/\r\nX: y",
      "https://h/\u{1B}", "https://hö",
      "https://" + String(repeating: "a", count: 3000),
    ])
  func refused(text: String) {
    let error = #expect(throws: FetchError.self) { try FetchURL(text, purpose: "it") }
    #expect(error?.code == "url-not-allowed")
    #expect(error?.description.unicodeScalars.contains { Visible.needsEscape($0) } == false)
  }

  @Test(
    "an address that is not on the Internet is known in every spelling",
    arguments: [
      ("127.0.0.1", true), ("127.1", true), ("2130706433", true), ("0x7f000001", true), ("0177.0.0.1", true),
      ("10.1.2.3", true),
      ("169.254.169.254", true), ("172.16.0.1", true), ("172.32.0.1", false), ("192.168.1.1", true),
      ("100.64.0.1", true),
      ("8.8.8.8", false), ("[::1]", true), ("[fd00::1]", true), ("[fe80::1]", true), ("[::ffff:10.0.0.1]", true),
      ("[2001:db8::1]", false),
      ("idp.acme.dev", false), ("localhost", true),
    ])
  func privateAddresses(host: String, isPrivate: Bool) throws {
    #expect(try FetchURL("https://\(host)/", purpose: "it").isPrivateAddress == isPrivate)
  }
}

@Suite struct DiscoveryDocumentTests {
  func place(_ document: JSON, _ issuer: String = "https://idp.acme.dev") throws -> String {
    try KeyFetcher.place(of: document, issuer: issuer, issuerURL: try FetchURL(issuer, purpose: "it")).text
  }

  @Test("the keys are where the issuer's own document says")
  func keys() throws {
    #expect(
      try place(["issuer": "https://idp.acme.dev", "jwks_uri": "https://keys.acme.dev/jwks"])
        == "https://keys.acme.dev/jwks")
  }

  @Test(
    "an issuer is compared byte for byte",
    arguments: ["https://idp.acme.dev/", "https://IDP.acme.dev", "https://idp.acme.de", ""])
  func mismatch(named: String) {
    let error = #expect(throws: FetchError.self) {
      try place(["issuer": JSON(named), "jwks_uri": "https://idp.acme.dev/jwks"])
    }
    #expect(error?.code == "issuer-mismatch")
  }

  @Test(
    "a public issuer cannot send us to a private address, or to plain http",
    arguments: [
      "https://127.0.0.1/keys", "https://169.254.169.254/latest", "http://localhost/keys", "http://idp.acme.dev/keys",
      "https://localhost/x",
      "https://[::1]/x", "file:///etc/passwd",
    ])
  func elsewhere(uri: String) {
    let error = #expect(throws: FetchError.self) {
      try place(["issuer": "https://idp.acme.dev", "jwks_uri": JSON(uri)])
    }
    #expect(error?.code == "url-not-allowed")
  }

  @Test(
    "a document without its members is named as such",
    arguments: ["{}", "[]", #"{"issuer":"https://idp.acme.dev"}"#, #"{"issuer":7}"#])
  func incomplete(text: String) throws {
    let document = try JSON(parsing: text)
    let error = #expect(throws: FetchError.self) { try place(document) }
    #expect(error?.code == "document-malformed")
  }
}

@Suite struct CachePolicyTests {
  @Test(
    "freshness follows Cache-Control between a minute and a day",
    arguments: [
      (nil, nil, 300), ("max-age=3600", nil, 3600), ("public, max-age=600, must-revalidate", nil, 600),
      ("max-age=5", nil, 60),
      ("max-age=99999999", nil, 86_400), ("no-store", nil, 60), ("no-cache, max-age=600", nil, 60),
      ("max-age=3600", "600", 3000),
      ("max-age=3600", "-5", 3600), ("max-age=100", "90", 60), ("max-age=x", nil, 300), ("Max-Age=\"900\"", nil, 900),
      ("max-age=-9223372036854775808", "9223372036854775807", 60),
    ] as [(String?, String?, Int64)])
  func lifetime(cacheControl: String?, age: String?, seconds: Int64) {
    #expect(CachePolicy.lifetime(cacheControl: cacheControl, age: age) == seconds)
  }

  @Test(
    "the date of a header is read",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("yesterday", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
    ] as [(String, Int64?)])
  func date(text: String, seconds: Int64?) {
    #expect(HTTPDate.parse(text)?.seconds == seconds)
  }
}

@Suite struct ProxySettingsTests {
  func proxy(_ environment: [String: String], _ url: String = "https://idp.acme.dev/x") throws -> String? {
    try ProxySettings(environment: environment).proxy(for: FetchURL(url, purpose: "it")).map { "\($0.host):\($0.port)" }
  }

  @Test(
    "a proxy is found as curl finds it",
    arguments: [
      ([:], nil), (["HTTPS_PROXY": "http://proxy:3128"], "proxy:3128"),
      (["https_proxy": "proxy:1", "HTTPS_PROXY": "http://other:2"], "proxy:1"),
      (["ALL_PROXY": "http://proxy"], "proxy:1080"), (["HTTP_PROXY": "http://proxy:1"], nil),
      (["https_proxy": ""], nil),
      (["HTTPS_PROXY": "http://[fd00::1]:8080/"], "fd00::1:8080"),
    ] as [([String: String], String?)])
  func found(environment: [String: String], expected: String?) throws {
    #expect(try proxy(environment) == expected)
  }

  @Test(
    "NO_PROXY takes hosts out: names, their subdomains, ports, networks, all",
    arguments: [
      ("idp.acme.dev", true), ("acme.dev", true), (".acme.dev", true), ("*.acme.dev", true), ("*", true),
      ("other.dev, acme.dev", true),
      ("cme.dev", false), ("idp.acme.dev:443", true), ("idp.acme.dev:8443", false), ("", false), ("10.0.0.0/8", false),
    ])
  func exceptions(value: String, isDirect: Bool) throws {
    #expect((try proxy(["HTTPS_PROXY": "http://proxy:1", "NO_PROXY": value]) == nil) == isDirect)
  }

  @Test("a network takes out the addresses in it")
  func network() throws {
    #expect(try proxy(["HTTPS_PROXY": "http://p:1", "no_proxy": "10.0.0.0/8"], "https://10.2.3.4/") == nil)
    #expect(try proxy(["HTTPS_PROXY": "http://p:1", "no_proxy": "10.0.0.0/8"], "https://11.2.3.4/") == "p:1")
  }

  @Test("this machine is never asked through another one")
  func loopback() throws {
    #expect(try proxy(["HTTPS_PROXY": "http://p:1", "http_proxy": "http://p:1"], "http://localhost:8765") == nil)
  }

  @Test("user and password are decoded, and a proxy of another kind is an error")
  func credentials() throws {
    let url = try FetchURL("https://idp.acme.dev", purpose: "it")
    let proxy = try ProxySettings(environment: ["HTTPS_PROXY": "http://me:p%40ss@proxy:1"]).proxy(for: url)
    #expect(proxy?.credentials == "me:p@ss")
    #expect(throws: FetchError.self) {
      try ProxySettings(environment: ["HTTPS_PROXY": "socks5://proxy:1"]).proxy(for: url)
    }
  }
}
