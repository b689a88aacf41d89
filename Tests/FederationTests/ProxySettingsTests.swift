import Testing

@testable import Federation

@Suite struct ProxySettingsTests {
  func proxy(_ environment: [String: String], _ url: String = "https://idp.acme.dev/x") throws -> String? {
    try ProxySettings(environment: environment).proxy(for: FetchURL(url, purpose: "it")).map { "\($0.host):\($0.port)" }
  }

  @Test(
    "a proxy is found as curl finds it",
    arguments: [
      ([:], nil), (["HTTPS_PROXY": "http://proxy:3128"], "proxy:3128"), (["HTTPS_PROXY": "HTTP://proxy:1/"], "proxy:1"),
      (["https_proxy": "proxy:1", "HTTPS_PROXY": "http://other:2"], "proxy:1"),
      (["ALL_PROXY": "http://proxy"], "proxy:1080"), (["all_proxy": "p:1", "HTTPS_PROXY": "q:2"], "q:2"),
      (["HTTP_PROXY": "http://proxy:1", "http_proxy": "http://proxy:1"], nil), (["https_proxy": ""], nil),
      (["HTTPS_PROXY": "http://[fd00::1]:8080/"], "fd00::1:8080"),
      (["HTTPS_PROXY": "http://[fd00::1]"], "fd00::1:1080"),
    ] as [([String: String], String?)])
  func found(environment: [String: String], expected: String?) throws {
    #expect(try proxy(environment) == expected)
  }

  @Test(
    "NO_PROXY takes hosts out: names, their subdomains, ports, addresses, networks, all",
    arguments: [
      ("idp.acme.dev", "idp.acme.dev", true), ("acme.dev", "idp.acme.dev", true), (".acme.dev", "idp.acme.dev", true),
      ("*.acme.dev", "idp.acme.dev", true), ("*", "idp.acme.dev", true), ("other.dev, acme.dev", "idp.acme.dev", true),
      ("IDP.Acme.DEV", "idp.acme.dev", true), ("a.dev acme.dev", "idp.acme.dev", true),
      ("cme.dev", "idp.acme.dev", false), ("idp.acme.dev.x", "idp.acme.dev", false),
      ("idp.acme.dev:443", "idp.acme.dev", true), ("idp.acme.dev:8443", "idp.acme.dev", false),
      ("idp.acme.dev:x", "idp.acme.dev", false), ("", "idp.acme.dev", false), (",.,*.", "idp.acme.dev", false),
      ("10.0.0.0/8", "idp.acme.dev", false), ("10.0.0.0/8", "10.2.3.4", true), ("10.0.0.0/8", "11.2.3.4", false),
      ("10.2.3.4", "10.2.3.4", true), ("3.4", "10.2.3.4", false), ("10.2.3.4:443", "10.2.3.4", true),
      ("fd00::/8", "[fd00::1]", true), ("fd00::1", "[fd00:0::1]", true), ("[fd00::1]:443", "[fd00::1]", true),
      ("[fd00::1]:1", "[fd00::1]", false), ("fe00::/8", "[fd00::1]", false),
    ])
  func exceptions(value: String, host: String, isDirect: Bool) throws {
    let environment = ["HTTPS_PROXY": "http://proxy:1", "NO_PROXY": value]
    #expect((try proxy(environment, "https://\(host)/") == nil) == isDirect)
  }

  @Test("the lower-case form of NO_PROXY counts first")
  func lowerCase() throws {
    #expect(try proxy(["HTTPS_PROXY": "p:1", "no_proxy": "other", "NO_PROXY": "*"]) == "p:1")
  }

  @Test("this machine is never asked through another one", arguments: ["http://localhost:8765", "https://127.0.0.1/"])
  func loopback(url: String) throws {
    #expect(try proxy(["HTTPS_PROXY": "http://p:1", "http_proxy": "http://p:1"], url) == nil)
  }

  @Test(
    "user and password are decoded for the proxy",
    arguments: [
      ("http://me:p%40ss@proxy:1", "bWU6cEBzcw=="), ("http://a:b?b>@proxy:1", "YTpiP2I+"), ("me@proxy:1", "bWU="),
      ("http://proxy:1", nil), ("http://a%:b%4@proxy:1", "YSU6YiU0"),
    ] as [(String, String?)])
  func credentials(value: String, encoded: String?) throws {
    let url = try FetchURL("https://idp.acme.dev", purpose: "it")
    #expect(try ProxySettings(environment: ["HTTPS_PROXY": value]).proxy(for: url)?.basicCredentials == encoded)
  }

  @Test(
    "a proxy of another kind is an error, which does not tell the password",
    arguments: ["socks5://me:secret@proxy:1", "https://me:secret@proxy:1", "http://me:secret@proxy:x", "me:secret@:1"])
  func otherKind(value: String) throws {
    let url = try FetchURL("https://idp.acme.dev", purpose: "it")
    let error = #expect(throws: FetchError.self) {
      try ProxySettings(environment: ["HTTPS_PROXY": value]).proxy(for: url)
    }
    #expect(error?.code == "proxy-failed")
    #expect(error?.description.contains("secret") == false)
  }
}
