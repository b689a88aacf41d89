import Inspection
import Testing

@testable import Federation

@Suite struct FetchURLTests {
  @Test(
    "https goes anywhere, http stays on this machine",
    arguments: [
      ("https://idp.acme.dev", "idp.acme.dev", 443, false),
      ("https://idp.acme.dev:8443/x?y=1", "idp.acme.dev", 8443, false), ("https://h?y", "h", 443, false),
      ("HTTPS://IDP.acme.dev", "idp.acme.dev", 443, false), ("https://[2001:DB8::1]/", "2001:db8::1", 443, false),
      ("http://localhost:8765", "localhost", 8765, true), ("http://127.0.0.1/keys", "127.0.0.1", 80, true),
      ("http://127.1.2.3/", "127.1.2.3", 80, true), ("http://[::1]:1", "::1", 1, true),
      ("http://[0:0::0:1]:1", "0:0::0:1", 1, true), ("http://idp.localhost/", "idp.localhost", 80, true),
    ])
  func allowed(text: String, host: String, port: Int, isLoopback: Bool) throws {
    let url = try FetchURL(text, purpose: "it")
    #expect(url.host == host)
    #expect(url.port == port)
    #expect(url.isLoopback == isLoopback)
  }

  @Test(
    "what must not be asked is refused, in words that cannot act on a terminal",
    arguments: [
      "http://idp.acme.dev", "http://localhost.evil.dev", "http://127.0.0.1.evil.dev", "http://10.0.0.1", "ftp://x",
      "file:///etc/passwd", "https+unix://x", "idp.acme.dev", "", "https://", "https:///x", "https://?", "https://:1",
      "https://a:b@c", "https://a@b", "https://h#f", "https://h:0", "https://h:99999", "https://h:+80", "https://h:8x",
      "https://h:", "https://h/\r\nX: y", "https://h/\u{1B}]0;x\u{7}", "https://hö", "https://h/\u{202E}",
      "https://%31%32%37.0.0.1/", "https://h%2F@x", "https://h.", "https://[::1", "https://[::1]x", "https://[zz::]/",
      "https://[1.2.3.4]/", "https://[fe80::1%25eth0]/", "https://a;b/",
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
      ("10.1.2.3", true), ("169.254.169.254", true), ("172.16.0.1", true), ("172.32.0.1", false),
      ("192.168.1.1", true), ("192.169.0.1", false), ("100.64.0.1", true), ("100.128.0.1", false), ("0.0.0.0", true),
      ("224.0.0.1", true), ("255.255.255.255", true), ("8.8.8.8", false), ("[::1]", true), ("[::]", true),
      ("[0:0:0:0:0:0:0:1]", true), ("[fd00::1]", true), ("[FE80::1]", true), ("[ff02::1]", true),
      ("[::ffff:10.0.0.1]", true), ("[::ffff:0a00:1]", true), ("[0:0:0:0:0:ffff:a00:1]", true),
      ("[::ffff:8.8.8.8]", false), ("[::127.0.0.1]", true), ("[64:ff9b::7f00:1]", true), ("[64:ff9b::808:808]", false),
      ("[2002:7f00:1::]", true), ("[2002:808:808::]", false), ("[2001:db8::1]", false), ("idp.acme.dev", false),
      ("10.0.0.1.acme.dev", false), ("localhost", true), ("x.localhost", true),
    ])
  func privateAddresses(host: String, isPrivate: Bool) throws {
    #expect(try FetchURL("https://\(host)/", purpose: "it").isPrivate == isPrivate)
  }

  @Test(
    "the discovery document is below the issuer, whose last slash does not count",
    arguments: [
      ("https://idp.acme.dev", "https://idp.acme.dev/.well-known/openid-configuration"),
      ("https://idp.acme.dev/", "https://idp.acme.dev/.well-known/openid-configuration"),
      ("https://idp.acme.dev/a/b/", "https://idp.acme.dev/a/b/.well-known/openid-configuration"),
      ("https://idp.acme.dev//", "https://idp.acme.dev//.well-known/openid-configuration"),
    ])
  func discovery(issuer: String, url: String) throws {
    #expect(try FetchURL.discovery(of: issuer).text == url)
  }

  @Test("an issuer has no query")
  func query() {
    let error = #expect(throws: FetchError.self) { try FetchURL.discovery(of: "https://idp.acme.dev/?a=b") }
    #expect(error?.found.contains("query") == true)
  }
}

@Suite struct NetworkTests {
  @Test(
    "a network holds the addresses that begin with its bits",
    arguments: [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.4/30", "10.1.2.7", true),
      ("10.1.2.4/30", "10.1.2.8", false), ("0.0.0.0/0", "8.8.8.8", true), ("10.1.2.3/32", "10.1.2.3", true),
      ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false), ("::/0", "2001:db8::1", true),
      ("10.0.0.0/8", "::1", false), ("::/0", "10.0.0.1", false),
    ])
  func contains(network: String, address: String, isIn: Bool) throws {
    let network = try #require(IPAddress.Network(network))
    #expect(network.contains(try #require(IPAddress(address))) == isIn)
  }

  @Test(
    "what is no network is none", arguments: ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "a/8", "fd00::/129", "/8", ""])
  func malformed(text: String) {
    #expect(IPAddress.Network(text) == nil)
  }
}
