import Inspection
import JOSE
import Testing

@testable import TrustPolicy

@Suite("Terraform's state and plan")
struct TerraformTests {
  private static let host = "token.actions.githubusercontent.com"

  private static let policy =
    #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::1:oidc-provider/\#(host)"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"\#(host):sub":"repo:acme/app:ref:refs/heads/main"}}}]}"#

  private static let resources = """
    {"resources":[
      {"address":"aws_iam_openid_connect_provider.gh","mode":"managed","type":"aws_iam_openid_connect_provider",
       "values":{"url":"https://\(host)","client_id_list":["sts.amazonaws.com"],"thumbprint_list":[]}},
      {"address":"aws_iam_role.ec2","mode":"managed","type":"aws_iam_role",
       "values":{"assume_role_policy":"{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Principal\\":{\\"Service\\":\\"ec2.amazonaws.com\\"},\\"Action\\":\\"sts:AssumeRole\\"}]}"}},
      {"address":"aws_iam_role.later","mode":"managed","type":"aws_iam_role","values":{"name":"later"}}],
     "child_modules":[{"address":"module.ci","resources":[
      {"address":"module.ci.aws_iam_role.deploy","mode":"managed","type":"aws_iam_role",
       "values":{"name":"deploy","assume_role_policy":\(JSON(policy).compact())}},
      {"address":"azuread_application_federated_identity_credential.a","mode":"managed",
       "type":"azuread_application_federated_identity_credential",
       "values":{"application_id":"/applications/1","display_name":"a","issuer":"https://\(host)","subject":"repo:acme/lib:x","audiences":["api://AzureADTokenExchange"]}},
      {"address":"azurerm_federated_identity_credential.b","mode":"managed",
       "type":"azurerm_federated_identity_credential",
       "values":{"parent_id":"/applications/1","name":"b","issuer":"https://\(host)","subject":"repo:acme/app:ref:refs/heads/main","audience":["api://AzureADTokenExchange"]}},
      {"address":"google_iam_workload_identity_pool_provider.p","mode":"managed",
       "type":"google_iam_workload_identity_pool_provider",
       "values":{"name":"projects/123/locations/global/workloadIdentityPools/pool/providers/gh","disabled":false,
        "attribute_condition":"assertion.repository == 'acme/app'",
        "attribute_mapping":{"google.subject":"assertion.sub"},
        "oidc":[{"issuer_uri":"https://\(host)","allowed_audiences":[],"jwks_json":""}]}},
      {"address":"google_service_account_iam_member.m","mode":"managed","type":"google_service_account_iam_member",
       "values":{"role":"roles/iam.workloadIdentityUser","condition":[],
        "member":"principal://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/subject/repo:acme/app:ref:refs/heads/main"}}
      ,{"address":"vault_jwt_auth_backend.jwt","mode":"managed","type":"vault_jwt_auth_backend",
       "values":{"path":"jwt","type":"jwt","oidc_discovery_url":"https://\(host)","bound_issuer":"https://\(host)","jwt_supported_algs":null,"jwt_validation_pubkeys":null,"jwks_url":""}},
      {"address":"vault_jwt_auth_backend_role.app","mode":"managed","type":"vault_jwt_auth_backend_role",
       "values":{"role_name":"app","role_type":"jwt","user_claim":"sub","bound_audiences":["vault"],"bound_claims":{"repository":"acme/app"},"claim_mappings":null,"clock_skew_leeway":0}}
     ]}]}
    """

  private func token(_ aud: String) throws -> PresentedToken {
    try TrustPolicyTests.token(
      #"{"iss":"https://\#(Self.host)","aud":"\#(aud)","sub":"repo:acme/app:ref:refs/heads/main","repository":"acme/app"}"#
    )
  }

  @Test(
    "has the configurations of AWS, Entra ID and Google Cloud in it",
    arguments: [
      #"{"format_version":"1.0","terraform_version":"1.9.0","values":{"root_module":RESOURCES}}"#,
      #"{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{"root_module":RESOURCES},"resource_changes":[]}"#,
    ])
  func found(text: String) throws {
    let documents = try documents(text.replacing("RESOURCES", with: Self.resources))
    #expect(documents.configurations.map(\.relyingParty) == [.aws, .entra, .gcp, .vault])
    #expect(documents.configurations.map(\.name).first == "module.ci.aws_iam_role.deploy")
    for (index, audience) in [
      "sts.amazonaws.com", "api://AzureADTokenExchange",
      "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/providers/gh", "vault",
    ].enumerated() {
      #expect(documents.decision(of: index, on: try token(audience), at: noon) == .accept)
    }
    let refused = documents.verdict(of: 0, on: try token("x"), at: noon)
    #expect(refused.decision == .reject)
  }

  @Test("points into the policy that stands as text in the state, and can change it")
  func embedded() throws {
    let documents = try documents(
      #"{"format_version":"1.0","values":{"root_module":RESOURCES}}"#.replacing("RESOURCES", with: Self.resources))
    let token = try TrustPolicyTests.token(
      #"{"iss":"https://\#(Self.host)","aud":"sts.amazonaws.com","sub":"repo:acme/app:ref:refs/heads/dev"}"#)
    let verdict = documents.verdict(of: 0, on: token, at: noon)
    #expect(verdict.checks.compactMap { $0.deepest(.fail) }.compactMap(\.location?.line).contains(9))
    #expect(verdict.suggestions.first?.after.contains(#"\"repo:acme/app:ref:refs/heads/dev\""#) == true)
    for suggestion in verdict.suggestions where !suggestion.edits.isEmpty {
      let changed = try documents.applying(suggestion.edits)
      #expect(changed.decision(of: 0, on: token.with(suggestion.claims), at: noon) == .accept)
    }
  }

  @Test("is also read from a state file")
  func stateFile() throws {
    let text = #"""
      {"version":4,"terraform_version":"1.9.0","resources":[
        {"mode":"managed","type":"aws_iam_role","name":"deploy","instances":[{"attributes":{"assume_role_policy":\#(JSON(Self.policy).compact())}}]}]}
      """#
    #expect(try documents(text).configurations.map(\.name) == ["aws_iam_role.deploy"])
  }

  @Test("that holds nothing of use is no error of its own, but says so")
  func nothing() throws {
    let error = try #require(throws: DocumentError.self) {
      try documents(#"{"format_version":"1.0","values":{"root_module":{"resources":[]}}}"#)
    }
    #expect(error.problem.contains("nothing that a relying party decides by"))
  }
}
