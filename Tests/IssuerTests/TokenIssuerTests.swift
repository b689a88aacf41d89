import JOSE
import Testing

@testable import Issuer

@Suite struct TokenIssuerTests {
  static let now: Int64 = 1_795_521_648
  let identity = WorkspaceIdentity(
    subject: "https://github.com/acme/app", claims: ["name": "Ada", "email": "ada@acme.dev", "project": "blue"])

  func ring(_ algorithm: SignatureAlgorithm) throws -> KeyRing {
    var ring = KeyRing()
    try ring.rotate(algorithm, at: Self.now)
    return ring
  }

  func key() throws -> SigningKey { try SigningKey.generate(.eddsa) }

  @Test(
    "a token verifies with the published keys, and its header and claims stand in their order",
    arguments: IssuerConfiguration.algorithms)
  func verifies(algorithm: SignatureAlgorithm) throws {
    let ring = try ring(algorithm)
    let key = try #require(ring.entries[0].key.signingKey)
    let issuer = TokenIssuer(configuration: IssuerConfiguration(algorithm: algorithm))
    let issued = try issuer.issue(
      TokenRequest(audiences: ["example.org"]), for: identity, with: key, now: Self.now,
      identifier: "one")
    let token = CompactToken(parsing: issued.compact)
    #expect(SignatureReport(verifying: token, with: ring.publishedKeys(at: Self.now)).outcome == .verified)
    #expect(token.headerObject?.members.map(\.name.value) == ["alg", "kid", "typ"])
    #expect(token.keyID == ring.entries[0].key.jwk.thumbprint)
    #expect(token.algorithm == algorithm.rawValue)
    #expect(
      token.claims?.members.map(\.name.value)
        == ["iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "name", "email", "project"])
    #expect(token.claims?["iss"] == "http://localhost:8765")
    #expect(token.claims?["aud"] == "example.org")
    #expect(token.claims?["azp"] == "example.org")
    #expect(token.claims?["exp"]?.integerValue == Self.now + 3600)
    #expect(token.claims?["nbf"]?.integerValue == Self.now)
  }

  @Test("several audiences are an array without duplicates, and the first is azp")
  func severalAudiences() throws {
    let issuer = TokenIssuer(configuration: IssuerConfiguration(algorithm: .eddsa))
    let issued = try issuer.issue(
      TokenRequest(audiences: ["b", "a", "b"]), for: identity, with: try key(), now: Self.now, identifier: "one")
    let claims = try #require(CompactToken(parsing: issued.compact).claims)
    #expect(claims["aud"] == ["b", "a"])
    #expect(claims["azp"] == "b")
    #expect(issued.audit.text.contains(#""aud":["b","a"]"#))
  }

  @Test("claims of the request win over those of the configuration, and keep their place")
  func requestClaims() throws {
    let issuer = TokenIssuer(configuration: IssuerConfiguration(algorithm: .eddsa))
    let request = TokenRequest(audiences: ["a"], claims: ["project": "green", "n": 100_002_348_117_421_473])
    let issued = try issuer.issue(request, for: identity, with: try key(), now: Self.now, identifier: "one")
    let text = String(decoding: CompactToken(parsing: issued.compact).payload?.bytes ?? [], as: UTF8.self)
    #expect(text.hasSuffix(#""project":"green","n":100002348117421473}"#))
  }

  @Test("the claims that the issuer sets cannot be asked for", arguments: IssuerConfiguration.reservedClaims.sorted())
  func reserved(name: String) throws {
    let issuer = TokenIssuer(configuration: IssuerConfiguration(algorithm: .eddsa))
    let request = TokenRequest(audiences: ["a"], claims: JSONObject([(name, "x")]))
    let error = #expect(throws: IssueError.self) {
      try issuer.issue(request, for: identity, with: try key(), now: Self.now, identifier: "one")
    }
    #expect(error?.code == "claim-reserved")
  }

  @Test("nor can the configuration set them", arguments: IssuerConfiguration.reservedClaims.sorted())
  func reservedInConfiguration(name: String) throws {
    let configuration = IssuerConfiguration(algorithm: .eddsa, claims: [.init(name: name, value: .literal("x"))])
    let identity = try WorkspaceIdentity(facts: WorkspaceFacts(), configuration: configuration)
    let issuer = TokenIssuer(configuration: configuration)
    let error = #expect(throws: IssueError.self) {
      try issuer.issue(TokenRequest(audiences: ["a"]), for: identity, with: try key(), now: Self.now, identifier: "one")
    }
    #expect(error?.code == "claim-reserved")
  }

  @Test("an empty subject is refused")
  func emptySubject() throws {
    let configuration = IssuerConfiguration(algorithm: .eddsa, subject: try Template(""))
    let identity = try WorkspaceIdentity(facts: WorkspaceFacts(), configuration: configuration)
    let issuer = TokenIssuer(configuration: configuration)
    let error = #expect(throws: IssueError.self) {
      try issuer.issue(TokenRequest(audiences: ["a"]), for: identity, with: try key(), now: Self.now, identifier: "one")
    }
    #expect(error?.code == "subject-empty")
  }

  @Test(
    "a lifetime is from one second to 24 hours",
    arguments: [(0, false), (1, true), (86_400, true), (86_401, false), (-5, false)])
  func lifetimes(seconds: Int64, isAllowed: Bool) throws {
    let issuer = TokenIssuer(configuration: IssuerConfiguration(algorithm: .eddsa))
    let request = TokenRequest(audiences: ["a"], lifetime: seconds)
    let issued = try? issuer.issue(request, for: identity, with: try key(), now: Self.now, identifier: "one")
    #expect((issued != nil) == isAllowed)
  }

  @Test(
    "an audience that is nothing, or would act on a terminal, is refused",
    arguments: [[], [""], ["a b"], ["a\u{1B}[2J"], ["a\u{9B}"]])
  func audiences(audiences: [String]) throws {
    let issuer = TokenIssuer(configuration: IssuerConfiguration(algorithm: .eddsa))
    #expect(throws: IssueError.self) {
      try issuer.issue(
        TokenRequest(audiences: audiences), for: identity, with: try key(), now: Self.now, identifier: "one")
    }
  }

  @Test("the audit line names the token and does not hold it")
  func audit() throws {
    let issuer = TokenIssuer(configuration: IssuerConfiguration(algorithm: .eddsa))
    let issued = try issuer.issue(
      TokenRequest(audiences: ["a"]), for: identity, with: try key(), now: Self.now, identifier: "one")
    let line = try JSON(parsing: issued.audit.text)
    #expect(line.objectValue?.members.map(\.name.value) == ["time", "jti", "sub", "aud", "exp", "kid"])
    #expect(line["time"] == "2026-11-24T12:00:48Z")
    #expect(!issued.audit.text.contains(issued.compact))
    #expect(!issued.audit.text.contains(issued.compact.split(separator: ".")[2]))
  }

  @Test("discovery names the issuer, its keys and RS256, byte for byte")
  func discovery() throws {
    let document = DiscoveryDocument.make(issuer: try IssuerURL("https://services.acme.dev/idp"), algorithms: [.es256])
    #expect(document["issuer"] == "https://services.acme.dev/idp")
    #expect(document["jwks_uri"] == "https://services.acme.dev/idp/.well-known/jwks.json")
    #expect(document["id_token_signing_alg_values_supported"] == ["RS256", "ES256"])
  }
}
