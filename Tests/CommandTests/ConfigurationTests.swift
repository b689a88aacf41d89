import Inspection
import Issuer
import Testing

@testable import TrustPolicy
@testable import idp

@Suite("The configuration")
struct ConfigurationTests {
  private func read(_ text: String) throws(Failure) -> Configuration {
    try ConfigurationReader.read(Array(text.utf8), file: "config.yaml")
  }

  @Test("may be empty, or hold nothing but remarks", arguments: ["", "\n", "# nothing yet\n", "---\n"])
  func empty(text: String) throws {
    let configuration = try read(text)
    #expect(
      configuration.audiences == ["sts.amazonaws.com", "api://AzureADTokenExchange", "vault.hashicorp.com", "sigstore"])
    #expect(configuration.issuer == IssuerConfiguration())
  }

  @Test("holds all that the manual page names")
  func whole() throws {
    let configuration = try read(
      """
      audiences: [a.example, //iam.googleapis.com/projects/1]
      issuer:
        url: https://idp.acme.dev/idp
        algorithm: EdDSA
        lifetime: 90s
        subject: repo:${git.remote}
        claims: {team: platform, level: 3, nested: {a: [1, null, true]}, where: "${env.REGION}"}
        environment: [REGION]
      issuers:
        - https://token.actions.githubusercontent.com
        - url: https://gitlab.com
          jwks: gitlab.json
        - url: https://idp.example.org/team
          credential: credentials/team
        - {url: https://a.example, credential: ~/a}
        - {url: https://b.example, credential-env: IDP_CREDENTIAL}
        - {url: http://localhost:8765, socket: /run/idp.sock, jwks: keys.json}
      keys: {quit: ctrl-q, copy: [c, f5]}
      clipboard: xsel
      color: never
      mouse: false
      auto-renew: true
      local-time: yes
      """)
    #expect(configuration.audiences == ["a.example", "//iam.googleapis.com/projects/1"])
    #expect(configuration.issuer.issuer.text == "https://idp.acme.dev/idp")
    #expect(configuration.issuer.algorithm == .eddsa)
    #expect(configuration.issuer.lifetime == 90)
    #expect(configuration.issuer.subject?.source == "repo:${git.remote}")
    #expect(configuration.issuer.claims.map(\.name) == ["team", "level", "nested", "where"])
    #expect(configuration.issuer.claims[2].value == .literal(["a": [1, nil, true]]))
    #expect(configuration.issuer.environment == ["REGION"])
    #expect(
      configuration.issuers == [
        TrustedIssuer(url: "https://token.actions.githubusercontent.com", keys: nil),
        TrustedIssuer(url: "https://gitlab.com", keys: "gitlab.json"),
        TrustedIssuer(url: "https://idp.example.org/team", keys: nil, access: .file("credentials/team")),
        TrustedIssuer(url: "https://a.example", keys: nil, access: .file("~/a")),
        TrustedIssuer(url: "https://b.example", keys: nil, access: .variable("IDP_CREDENTIAL")),
        TrustedIssuer(url: "http://localhost:8765", keys: "keys.json", access: .socket("/run/idp.sock")),
      ])
    #expect(configuration.clipboard == .xsel)
    #expect(configuration.color == .never)
    #expect(!configuration.usesMouse)
    #expect(configuration.renewsAutomatically)
    #expect(configuration.usesLocalTime)
  }

  /// A text with a mistake, where it is, and words of what is said about it.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let text: String
    let line: Int
    let column: Int
    let words: String
    var hint: String?

    var testDescription: String { words }
  }

  @Test(
    "names line and column of a mistake, and what would be right",
    arguments: [
      Mistake(text: "audience: [a]", line: 1, column: 1, words: "no setting “audience”", hint: "“audiences”"),
      Mistake(text: "mouse: true\nMOUSE: true", line: 2, column: 1, words: "no setting “MOUSE”", hint: "“mouse”"),
      Mistake(text: "zzz: 1", line: 1, column: 1, words: "no setting “zzz”", hint: "There are: audiences, issuer"),
      Mistake(text: "issuer:\n  algoritm: RS256", line: 2, column: 3, words: "in issuer", hint: "“algorithm”"),
      Mistake(text: "issuer:\n  algorithm: rs256", line: 2, column: 14, words: "“rs256” is no value", hint: "“RS256”"),
      Mistake(text: "issuer:\n  lifetime: 25h", line: 2, column: 13, words: "no lifetime", hint: "between 1s and 24h"),
      Mistake(text: "issuer:\n  lifetime: [1]", line: 2, column: 13, words: "must be text, but is a list"),
      Mistake(text: "issuer:\n  url: http://idp.acme.dev", line: 2, column: 8, words: "plain http"),
      Mistake(text: "issuer:\n  url: idp.acme.dev", line: 2, column: 8, words: "https://"),
      Mistake(text: "issuer:\n  subject: ${git.brunch}", line: 2, column: 12, words: "git.branch"),
      Mistake(text: "issuer:\n  subject: ${env.HOME}", line: 2, column: 12, words: "issuer.environment"),
      Mistake(text: "issuer:\n  claims:\n    sub: me", line: 3, column: 5, words: "issuer alone"),
      Mistake(text: "issuer:\n  claims:\n    n: 0x1F", line: 3, column: 8, words: "no number", hint: "decimal"),
      Mistake(text: "issuer:\n  environment: [A-B]", line: 2, column: 17, words: "no name of an environment variable"),
      Mistake(text: "issuers:\n  - jwks: x", line: 2, column: 5, words: "has no “url”"),
      Mistake(
        text: "issuers:\n  - url: https://a.example\n    credentials: x", line: 3, column: 5,
        words: "no setting “credentials” in issuers[0]", hint: "“credential”"),
      Mistake(
        text: "issuers:\n  - {url: https://a.example, credential: x, socket: y}", line: 2, column: 45,
        words: "asked in two ways", hint: "Leave one"),
      Mistake(
        text: "issuers:\n  - url: https://a.example\n    credential: idpw_abc_def", line: 3, column: 17,
        words: "a credential itself", hint: "credential: PATH"),
      Mistake(
        text: "issuers:\n  - url: https://a.example\n    credential-env: idpw_abc_def", line: 3, column: 21,
        words: "a credential itself", hint: "credential: PATH"),
      Mistake(
        text: "issuers:\n  - url: https://a.example\n    credential: ''", line: 3, column: 17, words: "is empty"),
      Mistake(
        text: "issuers:\n  - url: https://a.example\n    credential-env: $X", line: 3, column: 21,
        words: "no name of an environment variable"),
      Mistake(
        text: "issuers:\n  - url: https://a.example\n    socket: /\(String(repeating: "x", count: 107))", line: 3,
        column: 13, words: "longer than 107 bytes", hint: "shorter"),
      Mistake(text: "issuers:\n  - url: http://idp.example.org", line: 2, column: 10, words: "plain http"),
      Mistake(text: "issuers: https://a.example", line: 1, column: 10, words: "must be a list, but is text"),
      Mistake(text: "audiences: sigstore", line: 1, column: 12, words: "must be a list, but is text"),
      Mistake(text: "audiences:\n  - no", line: 2, column: 5, words: "boolean", hint: "quotes"),
      Mistake(text: "audiences:\n  - 12", line: 2, column: 5, words: "number", hint: "quotes"),
      Mistake(text: "audiences:\n  -\n", line: 2, column: 4, words: "empty"),
      Mistake(text: "audiences:\n  - a\n  - b\n  - a", line: 4, column: 5, words: "listed twice"),
      Mistake(text: "audiences:\n  - a b", line: 2, column: 5, words: "white space"),
      Mistake(text: "mouse: maybe", line: 1, column: 8, words: "true or false, but is text"),
      Mistake(text: "color: on", line: 1, column: 8, words: "“on” is no value of color", hint: "auto, always, never"),
      Mistake(text: "clipboard: xlip", line: 1, column: 12, words: "“xlip”", hint: "“xclip”"),
      Mistake(text: "keys:\n  quitt: q", line: 2, column: 3, words: "no setting “quitt” in keys", hint: "“quit”"),
      Mistake(text: "keys:\n  quit: ctrl-7", line: 2, column: 9, words: "ctrl-"),
      Mistake(
        text: "mouse: true\ncolor: never\nmouse: false", line: 3, column: 1, words: "“mouse” is here a second time"),
      Mistake(text: "mouse: [", line: 2, column: 1, words: "no YAML"),
      Mistake(text: "mouse: true\n\tcolor: never", line: 2, column: 1, words: "no YAML"),
      Mistake(text: "- a\n- b", line: 1, column: 1, words: "must be a mapping"),
      Mistake(text: "just text", line: 1, column: 1, words: "must be a mapping"),
    ])
  func mistakes(mistake: Mistake) throws {
    let failure = try #require(throws: Failure.self) { try read(mistake.text) }
    #expect(failure.code == "configuration")
    #expect(failure.location == DocumentLocation(file: "config.yaml", line: mistake.line, column: mistake.column))
    #expect(failure.message.hasPrefix("config.yaml:\(mistake.line):\(mistake.column): "))
    #expect(failure.message.contains(mistake.words), "\(failure.message)")
    if let hint = mistake.hint { #expect(failure.hint?.contains(hint) == true, "\(failure.hint ?? "no hint")") }
  }

  @Test(
    "sees in plain text what YAML 1.1 sees there",
    arguments: [
      ("", .null), ("~", .null), ("Null", .null), ("nUll", .text), ("yes", .bool(true)), ("Off", .bool(false)),
      ("TRUE", .bool(true)), ("tRue", .text), ("y", .text), ("12", .integer), ("-1_000", .integer), ("0x1F", .integer),
      ("0xG", .text), ("0o17", .integer), ("1.5", .decimal), (".5", .decimal), ("1e3", .decimal), ("1.2.3", .text),
      ("1e", .text), ("-", .text), (".", .text), (".inf", .decimal), ("12a", .text), ("2026-11-23", .text),
    ] as [(String, PlainScalar)])
  func plain(text: String, meaning: PlainScalar) {
    #expect(PlainScalar.meaning(of: text) == meaning)
  }

  @Test("says where credentials and sockets are from its own folder")
  func relativePaths() throws {
    let text = "issuers: [{url: https://a.example, credential: c/a}, {url: https://b.example, socket: s}]"
    let configuration = try ConfigurationReader.read(Array(text.utf8), file: "/home/ada/.config/idp/config.yaml")
    #expect(
      configuration.issuers.map(\.access) == [.file("/home/ada/.config/idp/c/a"), .socket("/home/ada/.config/idp/s")])
  }

  @Test(
    "never repeats a credential that somebody wrote into it", arguments: ["credential", "credential-env", "socket"])
  func hidesCredential(name: String) throws {
    let failure = try #require(throws: Failure.self) {
      try read("issuers: [{url: https://a.example, \(name): idpw_abcdefghijklmnop_secret}]")
    }
    #expect(!failure.text.contains("secret"))
  }

  @Test("that is no UTF-8 is refused")
  func notUTF8() throws {
    #expect(throws: Failure.self) { try ConfigurationReader.read([0x61, 0xFF], file: "config.yaml") }
  }

  @Test("never lets text of the file act on a terminal")
  func hostile() throws {
    let failure = try #require(throws: Failure.self) { try read("\"a\\e]0;x\\a\": 1") }
    #expect(failure.text.unicodeScalars.allSatisfy { $0 == "\n" || !Visible.needsEscape($0) })
  }

  @Test(
    "gets audiences in quotes when they would be read as something else",
    arguments: [
      ("sts.amazonaws.com", "sts.amazonaws.com"), ("api://AzureADTokenExchange", "api://AzureADTokenExchange"),
      ("//iam.googleapis.com/x", "//iam.googleapis.com/x"), ("yes", "\"yes\""), ("null", "\"null\""), ("12", "\"12\""),
      ("a#b", "\"a#b\""), ("@x.y", "\"@x.y\""), ("é.example", "\"é.example\""), ("a\"b", "\"a\\\"b\""),
    ])
  func quoting(name: String, written: String) throws {
    #expect(AudienceEditor.scalar(name) == written)
    #expect(try read("audiences:\n  - \(AudienceEditor.scalar(name))").audiences == [name])
  }
}
