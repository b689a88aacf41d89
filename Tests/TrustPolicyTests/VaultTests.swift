import FoundationEssentials
import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// Sources: trust-semantics §4, the code of Vault and OpenBao (V1, V2) and of hashicorp/cap (C1), and what OpenBao 2.7.2
/// answered: `Tests/Interop/vault-cases.json`, which `Tests/Interop/test_openbao.py` asks anew.
@Suite("Vault and OpenBao")
struct VaultTests {
  /// One question that OpenBao was asked.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let config: JSONObject
    let role: JSONObject
    let claims: JSONObject
    let answer: JSONObject?

    var testDescription: String { name }

    init(_ json: JSON) {
      let object = json.objectValue ?? JSONObject()
      name = "\(object["section"]?.stringValue ?? ""): \(object["name"]?.stringValue ?? "")"
      config = Self.merged(["jwt_validation_pubkeys": ["PEM"]], object["config"])
      role = Self.merged(["role_type": "jwt", "user_claim": "sub", "bound_audiences": ["a"]], object["role"])
      claims = Self.merged(
        ["iss": "https://i", "sub": "s", "aud": "a", "iat": JSON(noon.seconds), "exp": JSON(noon.seconds + 600)],
        object["claims"])
      answer = object["answer"]?.objectValue
    }

    /// An object with members of another; `$absent` takes one out, `$now` counts from the moment of the tests.
    private static func merged(_ base: JSONObject, _ changes: JSON?) -> JSONObject {
      var result = base
      for member in changes?.objectValue?.members ?? [] {
        let name = member.name.value
        if member.value.objectValue?["$absent"] != nil {
          result.members.removeAll { $0.name.value == name }
        } else if let offset = member.value.objectValue?["$now"] {
          let seconds = Double(noon.seconds) + (offset.doubleValue ?? 0)
          let text = offset.integerValue.map { "\(noon.seconds + $0)" } ?? "\(seconds)"
          result.set(name, to: JSONNumber(text: text).map { .number($0) } ?? .null)
        } else {
          result.set(name, to: member.value)
        }
      }
      return result
    }
  }

  static let cases: [Case] = {
    let folder = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
    let bytes = FileManager.default.contents(atPath: folder + "/Interop/vault-cases.json").map { Array($0) } ?? []
    return (try? JSON(parsing: bytes))?.arrayValue?.map(Case.init) ?? []
  }()

  @Test("there are more than two hundred cases")
  func count() {
    #expect(Self.cases.count > 200)
  }

  @Test("decides and answers as OpenBao does", arguments: cases)
  func recorded(question: Case) throws {
    let documents = try documents(
      JSON.object(question.config).compact(), JSON.object(question.role).compact())
    let token = PresentedToken(claims: question.claims, header: ["alg": "RS256", "kid": "k1"])
    let verdict = try documents.verdict(token)
    if let answer = question.answer {
      #expect(verdict.decision == .reject)
      #expect(verdict.wouldReport?.message == answer["text"]?.stringValue)
      #expect(verdict.wouldReport?.code == answer["status"]?.compact())
    } else {
      #expect(verdict.decision == .accept, "\(verdict.checks.filter { $0.outcome != .pass })")
    }
    try expectSuggestionsHold(documents, token)
  }

  private let config = #"{"jwks_url":"https://i/keys","bound_issuer":"https://i"}"#

  private func token(_ more: String = "") throws -> PresentedToken {
    try TrustPolicyTests.token(#"{"iss":"https://i","aud":"a","sub":"s"\#(more)}"#)
  }

  @Test("reads what vault read prints, and names the role by its file")
  func wrapped() throws {
    let role =
      #"{"request_id":"1","lease_duration":0,"data":{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"],"bound_claims":null,"token_policies":["ci","dev"]}}"#
    let documents = try TrustDocuments([
      Document(Array(#"{"data":\#(config)}"#.utf8), file: "config.json"),
      Document(Array(role.utf8), file: "x/deploy.json"),
    ])
    let verdict = try documents.verdict(try token())
    #expect(verdict.decision == .accept)
    #expect(verdict.name == "deploy")
    #expect(verdict.principal == "the entity alias s with the policies ci, dev")
  }

  @Test("leaves bound_issuer open without the configuration")
  func noConfig() throws {
    let verdict = try documents(#"{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"]}"#).verdict(try token())
    #expect(verdict.decision == .unknown)
    #expect(verdict.check("issuer")?.hint?.contains("vault read -format=json auth/jwt/config") == true)
  }

  @Test("takes no claim twice where keys are written down, as OpenBao was seen to")
  func duplicates() throws {
    let role = #"{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"]}"#
    let twice = try TrustPolicyTests.token(#"{"iss":"https://i","aud":"a","sub":"x","sub":"s"}"#)
    #expect(
      try documents(#"{"jwt_validation_pubkeys":["PEM"]}"#, role).verdict(twice).wouldReport?.message
        == "error validating token: error verifying token signature: no known key successfully validated the token signature"
    )
    #expect(try documents(config, role).verdict(twice).decision == .accept)
  }

  @Test("does not take the keys of another issuer for Vault's")
  func otherKeys() throws {
    let role = #"{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"]}"#
    func decision(_ config: String) throws -> Decision {
      try documents(config, role).verdict(try token()).decision
    }
    #expect(try decision(#"{"oidc_discovery_url":"https://i"}"#) == .accept)
    #expect(try decision(#"{"oidc_discovery_url":"https://gitlab.com"}"#) == .unknown)
    #expect(try decision(#"{"oidc_discovery_url":"https://keys","bound_issuer":"https://i"}"#) == .accept)
  }

  @Test("reads no payload with numbers that 64 bits do not hold")
  func numbers() throws {
    let role = #"{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"]}"#
    let token = try token(#","x":[1e400]"#)
    #expect(try documents(#"{"jwt_validation_pubkeys":["PEM"]}"#, role).verdict(token).decision == .reject)
    #expect(try documents(config, role).verdict(token).decision == .unknown)
  }

  @Test("takes what Terraform stores: texts apart at commas, and the mount of the role")
  func terraform() throws {
    func state(_ backend: String) -> String {
      #"""
      {"format_version":"1.0","values":{"root_module":{"resources":[
       {"address":"vault_jwt_auth_backend.gl","type":"vault_jwt_auth_backend","values":{"path":"gl","jwks_url":"https://i/keys","bound_issuer":"https://i"}},
       {"address":"vault_jwt_auth_backend_role.r","type":"vault_jwt_auth_backend_role","values":{"backend":"\#(backend)","role_type":"jwt","user_claim":"sub","bound_audiences":["a"],"bound_claims":{"ref":"main, dev"}}}]}}}
      """#
    }
    for (ref, decision) in [("main", Decision.accept), ("dev", .accept), ("main, dev", .reject)] {
      #expect(try documents(state("gl")).verdict(try token(#","ref":"\#(ref)""#)).decision == decision)
    }
    #expect(try documents(state("other")).verdict(try token(#","ref":"main""#)).decision == .unknown)
  }

  @Test("leaves open what hangs on the caller, and what differs between Vault and OpenBao")
  func unknown() throws {
    for more in [
      #""token_bound_cidrs":["10.0.0.0/8"]"#, #""claim_mappings":{"aud":"x"}"#,
      #""user_claim":"/sub","x":0"#,
    ] {
      let role = #"{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"],\#(more)}"#
        .replacing(
          #""user_claim":"sub","bound_audiences":["a"],"user_claim":"/sub""#,
          with: #""user_claim":"aud","user_claim_json_pointer":true,"bound_audiences":["a"]"#)
      #expect(try documents(config, role).verdict(try token()).decision == .unknown, "\(more)")
    }
  }

  @Test("offers the narrowest change, in the words of the role")
  func suggestions() throws {
    let role = #"{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"],"bound_claims":{"project":"acme/app"}}"#
    let documents = try documents(config, role)
    let token = try token(#","project":"acme/web""#)
    let verdict = try documents.verdict(token)
    #expect(verdict.suggestions.map(\.after) == [#"["acme/app", "acme/web"]"#])
    #expect(
      verdict.check("bound-claim")?.hint == "After “acme/” the policy goes on with “app”, the token with “web”.")
    let none = try self.documents(config, #"{"role_type":"jwt","user_claim":"sub","bound_subject":"s"}"#)
    #expect(try none.verdict(self.token()).suggestions.first?.title == "Add bound_audiences with “a”")
    try expectSuggestionsHold(none, try self.token())
  }

  private func documents(_ texts: String...) throws -> TrustDocuments {
    try TrustDocuments(
      texts.enumerated().map { try Document(Array($1.utf8), file: "policy\($0 + 1).json") })
  }

  @Test(
    "remarks what lets too many in, or nobody",
    arguments: [
      (#""bound_claims":{"ref":"x"}"#, "no-subject-pin"),
      (#""bound_claims":{"sub":"repo:acme/*"}"#, "literal-wildcard"),
      (#""bound_claims_type":"glob","bound_claims":{"sub":"repo:acme*"}"#, "wildcard-tenant"),
      (#""bound_claims":{"repository":"acme/app"}"#, "name-without-id"),
    ])
  func lints(members: String, id: String) throws {
    let documents = try documents(
      #"{"oidc_discovery_url":"https://token.actions.githubusercontent.com"}"#,
      #"{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"],\#(members)}"#)
    #expect(documents.lints().map(\.id).contains(id), "\(documents.lints().map(\.id))")
  }

  @Test(
    "says where a document is wrong",
    arguments: [
      (#"{"role_type":"jwt","bound_audiences":["a"]}"#, 1, "a user claim must be defined on the role"),
      (#"{"role_type":"jwt","user_claim":"sub"}"#, 1, "at least one bound constraint"),
      (#"{"role_type":"x","user_claim":"sub","bound_audiences":["a"]}"#, 14, "invalid 'role_type': x"),
      (
        #"{"role_type":"jwt","user_claim":"sub","bound_claims_type":"glob","bound_claims":{"x":1}}"#, 86,
        "claim is not a string: 1"
      ),
      (
        #"{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"],"claim_mappings":{"x":"role"}}"#, 85,
        "is reserved"
      ),
      (#"{"role_type":"jwt","user_claim":"sub","bound_audiences":["a"],"clock_skew_leeway":"x"}"#, 83, "no duration"),
      (#"{"role_type":"jwt","user_claim":"sub","bound_subject":123}"#, 55, "must be a string"),
      (#"{"role_type":"jwt","user_claim":"sub","bound_audiences":[true]}"#, 58, "holds a boolean"),
      (#"{"jwks_url":"https://a","oidc_discovery_url":"https://b"}"#, 1, "exactly one of"),
      (#"{"jwks_url":"https://a","jwt_supported_algs":["HS256"]}"#, 46, "unsupported signing algorithm"),
      (#"{"cel_program":{"expression":"true"}}"#, 16, "role in CEL"),
    ])
  func malformed(text: String, column: Int, words: String) throws {
    let error = try #require(throws: DocumentError.self) { try documents(text) }
    #expect(error.location == DocumentLocation(file: "policy1.json", line: 1, column: column), "\(error)")
    #expect(error.problem.contains(words), "\(error.problem)")
  }
}
