import Inspection
import JOSE
import Testing
import TrustPolicy

@Suite("Refusals foreseen")
struct ExchangeForesightTests {
  private static func documents(_ texts: [(name: String, text: String)]) throws -> TrustDocuments {
    try TrustDocuments(texts.map { try Document(Array($0.text.utf8), file: $0.name) })
  }

  private static func vaultRole(_ name: String, subject: String) -> (name: String, text: String) {
    (
      name + ".json",
      #"{"role_type":"jwt","user_claim":"sub","bound_audiences":["v"],"bound_subject":"\#(subject)"}"#
    )
  }

  private static let vault = (
    name: "config.json", text: #"{"oidc_discovery_url":"https://idp.acme.dev","bound_issuer":"https://idp.acme.dev"}"#
  )
  private static let token = PresentedToken(
    claims: [
      "iss": "https://idp.acme.dev", "sub": "s", "aud": "v", "iat": 1_795_521_648, "nbf": 1_795_521_648,
      "exp": 1_795_525_248,
    ], header: ["alg": "RS256", "kid": "k"])
  private static let now = Timestamp(1_795_521_660)

  @Test(
    "an answer is foreseen by its words where there is no code",
    arguments: [
      ("error validating token: invalid subject (sub) claim", true), ("role \"x\" could not be found", false),
      ("permission denied 400", false),
    ])
  func words(message: String, isForeseen: Bool) throws {
    let documents = try Self.documents([Self.vault, Self.vaultRole("app", subject: "other")])
    let refusal = ExchangeRefusal(status: 400, code: "", message: message)
    let foresight = try #require(
      ExchangeForesight(of: refusal, by: .vault, name: "app", documents, token: Self.token, at: Self.now))
    #expect((foresight.foreseeing != nil) == isForeseen)
    #expect(foresight.sentence.contains("do not foresee") == !isForeseen)
  }

  @Test("the configuration with the name counts, else all of the party, and those of others never")
  func named() throws {
    let documents = try Self.documents([
      Self.vault, Self.vaultRole("app", subject: "s"), Self.vaultRole("main", subject: "other"),
      ("credential.json", #"{"name":"x","issuer":"https://idp.acme.dev","subject":"s","audiences":["v"]}"#),
    ])
    func verdicts(_ name: String?, _ party: ExchangeParty) -> [String]? {
      ExchangeForesight(
        of: ExchangeRefusal(status: 400, code: "", message: "x"), by: party, name: name, documents, token: Self.token,
        at: Self.now)?.verdicts.map(\.name)
    }
    #expect(verdicts("main", .vault) == ["main"])
    #expect(verdicts("nosuch", .vault) == ["app", "main"])
    #expect(verdicts(nil, .entra)?.count == 1)
    #expect(verdicts(nil, .gcp) == nil)
  }

  @Test("a policy that would accept is not what the party has")
  func accepted() throws {
    let documents = try Self.documents([Self.vault, Self.vaultRole("app", subject: "s")])
    let foresight = ExchangeForesight(
      of: ExchangeRefusal(status: 400, code: "", message: "x"), by: .vault, name: "app", documents, token: Self.token,
      at: Self.now)
    #expect(foresight?.sentence.contains("does it have these documents now?") == true)
  }

  @Test("documents tell what an exchange has to be told")
  func inputs() throws {
    let role =
      #"{"Role":{"RoleName":"deploy","Arn":"arn:aws:iam::1:role/deploy","AssumeRolePolicyDocument":"#
      + #"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":"x"}}]}}}"#
    let provider =
      #"{"name":"projects/1/locations/global/workloadIdentityPools/p/providers/x","oidc":{"issuerUri":"https://i"},"#
      + #""attributeMapping":{"google.subject":"assertion.sub"}}"#
    let documents = try Self.documents([
      ("role.json", role), ("provider.json", provider), Self.vault, Self.vaultRole("app", subject: "s"),
    ])
    let inputs = documents.configurations.map(\.exchangeInputs)
    #expect(inputs.contains(["role-arn": "arn:aws:iam::1:role/deploy"]))
    #expect(
      inputs.contains([
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x"
      ]))
    #expect(inputs.contains(["role": "app"]))
  }
}
