import Inspection
import JOSE
import Testing

@testable import Federation

/// What is put on the wire, and what is not even tried.
@Suite("Requests of exchanges") struct ExchangeRequestTests {
  private static let provider =
    "//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/ci-pool/providers/idp-acme"
  private static let client = "11111111-2222-3333-4444-555555555555"

  @Test("AWS: AssumeRoleWithWebIdentity of the query protocol, unsigned")
  func aws() throws {
    let exchange = try AWSExchange(
      roleARN: "arn:aws:iam::111122223333:role/ci/deploy", sessionName: "acme-app-1", duration: 900,
      policy: #"{"Version":"2012-10-17","Statement":[]}"#, policyARNs: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      region: "eu-central-1")
    let request = try exchange.request("a.b.c")
    #expect(request.url == "https://sts.eu-central-1.amazonaws.com/")
    #expect(
      request.request.form
        == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fci%2Fdeploy"
        + "&RoleSessionName=acme-app-1&DurationSeconds=900"
        + "&Policy=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D"
        + "&PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess&WebIdentityToken=a.b.c")
    #expect(request.fields.filter(\.isSecret).map(\.name) == ["WebIdentityToken"])
  }

  @Test(
    "AWS: each partition has its endpoints",
    arguments: [
      ("aws", nil, nil, "https://sts.amazonaws.com/"),
      ("aws", "us-west-2", nil, "https://sts.us-west-2.amazonaws.com/"),
      ("aws-cn", "cn-north-1", nil, "https://sts.cn-north-1.amazonaws.com.cn/"),
      ("aws-us-gov", "us-gov-west-1", nil, "https://sts.us-gov-west-1.amazonaws.com/"),
      ("aws", "us-west-2", "http://127.0.0.1:5000", "http://127.0.0.1:5000/"),
      ("aws-cn", nil, "https://vpce-1.sts.example/", "https://vpce-1.sts.example/"),
      ("aws", nil, "https://sts.example/path", "https://sts.example/path"),
    ] as [(String, String?, String?, String)])
  func awsEndpoints(partition: String, region: String?, endpoint: String?, url: String) throws {
    let exchange = try AWSExchange(
      roleARN: "arn:\(partition):iam::111122223333:role/deploy", sessionName: "it", region: region, endpoint: endpoint)
    #expect(exchange.url == url)
  }

  @Test(
    "AWS: a role's ARN that is none is refused with what is wrong about it",
    arguments: [
      ("", "six parts"), ("deploy", "six parts"), ("arn:aws:iam::111122223333:role", "does not begin with role/"),
      ("arn:aws:iam::111122223333:user/deploy", "does not begin with role/"),
      ("arn:aws:iam::1111:role/deploy", "12 digits"), ("arn:aws:iam::11112222333x:role/deploy", "12 digits"),
      ("arn:aws:sts::111122223333:assumed-role/deploy/x", "of the service “sts”"),
      ("arn:aws:iam:eu-central-1:111122223333:role/deploy", "of the service"),
      ("arn:evil:iam::111122223333:role/deploy", "no partition"), ("arn:aws:iam::111122223333:role/", "1 to 64"),
      ("arn:aws:iam::111122223333:role/a b", "1 to 64"), ("arn:aws:iam::111122223333:role//deploy", "1 to 64"),
      ("arn:aws:iam::111122223333:role/deploy\n", "1 to 64"), ("arn:aws:iam::111122223333:role/dépl", "1 to 64"),
      ("arn:aws:iam::111122223333:role/deploy*", "1 to 64"),
      ("arn:aws:iam::111122223333:role/" + String(repeating: "a", count: 65), "1 to 64"),
    ])
  func roleARNs(arn: String, words: String) {
    let error = #expect(throws: ExchangeInputError.self) { try AWSExchange(roleARN: arn, sessionName: "it") }
    #expect(error?.input == "role-arn")
    #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "")")
  }

  @Test(
    "AWS: so are the other inputs",
    arguments: [
      ("session-name", "a", nil, nil, nil), ("session-name", "a b", nil, nil, nil),
      ("session-name", String(repeating: "a", count: 65), nil, nil, nil), ("duration", "it", 899, nil, nil),
      ("duration", "it", 43_201, nil, nil), ("policy", "it", nil, "{", nil), ("policy", "it", nil, "[]", nil),
      ("policy", "it", nil, "{\"a\":\"" + String(repeating: "x", count: 2048) + "\"}", nil),
      ("region", "it", nil, nil, "eu central"), ("region", "it", nil, nil, "evil.example/"),
      ("region", "it", nil, nil, "cn-north-1"), ("region", "it", nil, nil, "Frankfurt"),
    ] as [(String, String, Int64?, String?, String?)])
  func awsInputs(input: String, session: String, duration: Int64?, policy: String?, region: String?) {
    let error = #expect(throws: ExchangeInputError.self) {
      try AWSExchange(
        roleARN: "arn:aws:iam::111122223333:role/deploy", sessionName: session, duration: duration, policy: policy,
        region: region)
    }
    #expect(error?.input == input)
  }

  @Test("Entra ID: the token is the client's assertion")
  func entra() throws {
    let exchange = try EntraExchange(
      tenant: "acme.onmicrosoft.com", clientID: Self.client, scope: "https://management.azure.com/.default")
    let request = try exchange.request("a.b.c")
    #expect(request.url == "https://login.microsoftonline.com/acme.onmicrosoft.com/oauth2/v2.0/token")
    #expect(
      request.request.form
        == "grant_type=client_credentials&client_id=\(Self.client)&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
        + "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=a.b.c"
    )
  }

  @Test(
    "Entra ID: malformed inputs are refused",
    arguments: [
      ("tenant", "common", client, "x/.default", "https://login.microsoftonline.com"),
      ("tenant", "../other", client, "x/.default", "https://login.microsoftonline.com"),
      ("tenant", "acme.com/x", client, "x/.default", "https://login.microsoftonline.com"),
      ("tenant", "", client, "x/.default", "https://login.microsoftonline.com"),
      ("client-id", "acme.com", "deploy", "x/.default", "https://login.microsoftonline.com"),
      ("client-id", "acme.com", client + "0", "x/.default", "https://login.microsoftonline.com"),
      ("scope", "acme.com", client, "https://management.azure.com", "https://login.microsoftonline.com"),
      ("scope", "acme.com", client, "a b/.default", "https://login.microsoftonline.com"),
      ("authority", "acme.com", client, "x/.default", "http://login.example"),
      ("authority", "acme.com", client, "x/.default", "https://login.example/?x"),
    ])
  func entraInputs(input: String, tenant: String, client: String, scope: String, authority: String) {
    let error = #expect(throws: ExchangeInputError.self) {
      try EntraExchange(authority: authority, tenant: tenant, clientID: client, scope: scope)
    }
    #expect(error?.input == input)
  }

  @Test("Google Cloud: the token service, then the service account with what came back")
  func google() throws {
    let exchange = try GoogleExchange(
      audience: "https:" + Self.provider,
      impersonationURL: try GoogleExchange.impersonationURL(of: "deploy@acme-prod.iam.gserviceaccount.com"),
      scopes: ["https://www.googleapis.com/auth/devstorage.read_only"], lifetime: 600)
    let request = try exchange.request("a.b.c")
    #expect(request.url == "https://sts.googleapis.com/v1/token")
    #expect(
      request.request.form
        == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&audience="
        + FormEncoding.percentEncoded(Self.provider)
        + "&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"
        + "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
        + "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&subject_token=a.b.c")
    let second = try #require(exchange.impersonation("federated"))
    #expect(
      second.url
        == "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/deploy@acme-prod.iam.gserviceaccount.com"
        + ":generateAccessToken")
    #expect(
      second.request.json
        == #"{"scope":["https://www.googleapis.com/auth/devstorage.read_only"],"lifetime":"600s"}"#)
    #expect(second.request.headers.map(\.value) == ["Bearer federated"])
    #expect(second.headers.filter(\.isSecret).count == 1)
    #expect(try GoogleExchange(audience: Self.provider).impersonation("federated") == nil)
  }

  @Test(
    "Google Cloud: what is no provider is refused",
    arguments: [
      "", "projects/1/locations/global/workloadIdentityPools/ci-pool/providers/idp-acme",
      provider.replacing("123456789", with: "acme-prod"), String(provider.dropLast("/providers/idp-acme".count)),
      provider.replacing("global", with: "europe"), provider.replacing("ci-pool", with: "ci pool"),
      provider.replacing("//iam.", with: "//evil."), provider + "/x", provider + "\n",
    ])
  func providers(name: String) {
    let error = #expect(throws: ExchangeInputError.self) { try GoogleExchange(audience: name) }
    #expect(error?.input == "audience")
  }

  @Test(
    "Google Cloud: what is no service account is refused",
    arguments: [
      "deploy", "@x.iam.gserviceaccount.com", "a@b", "a@b.com/../x", "a b@c.iam.gserviceaccount.com", "a@b@c.com",
    ])
  func serviceAccounts(account: String) {
    #expect(throws: ExchangeInputError.self) { try GoogleExchange.impersonationURL(of: account) }
  }

  @Test("Vault: the login of a mount, in a namespace")
  func vault() throws {
    let exchange = try VaultExchange(
      address: "https://vault.example.org/", mount: "/team/jwt/", role: "app", namespace: "acme/")
    let request = try exchange.request("a.b.c")
    #expect(request.url == "https://vault.example.org/v1/auth/team/jwt/login")
    #expect(request.request.json == #"{"role":"app","jwt":"a.b.c"}"#)
    #expect(request.request.headers.map(\.name) == ["X-Vault-Request", "X-Vault-Namespace"])
    #expect(request.request.headers.last?.value == "acme")
    #expect(
      try VaultExchange(address: "http://127.0.0.1:8200").request("a.b.c").request.json == #"{"jwt":"a.b.c"}"#)
  }

  @Test(
    "Vault: what would lead elsewhere is refused",
    arguments: [
      ("address", "http://vault.example.org", "jwt", "app", nil), ("address", "vault.example.org", "jwt", "app", nil),
      ("address", "https://vault.example.org/?x", "jwt", "app", nil), ("address", "https://a@b", "jwt", "app", nil),
      ("mount", "https://v", "..", "app", nil), ("mount", "https://v", "jwt/../../sys", "app", nil),
      ("mount", "https://v", "a?b", "app", nil), ("mount", "https://v", "", "app", nil),
      ("mount", "https://v", "a//b", "app", nil), ("role", "https://v", "jwt", "", nil),
      ("role", "https://v", "jwt", "a\nb", nil), ("namespace", "https://v", "jwt", "app", "a\r\nX: y"),
    ] as [(String, String, String, String, String?)])
  func vaultInputs(input: String, address: String, mount: String, role: String, namespace: String?) {
    let error = #expect(throws: ExchangeInputError.self) {
      try VaultExchange(address: address, mount: mount, role: role, namespace: namespace)
    }
    #expect(error?.input == input)
  }

  @Test("any endpoint: the parameters of RFC 8693, with others beside and in place of them")
  func generic() throws {
    let standard = try GenericExchange(
      endpoint: "https://sts.example/token", parameters: [("audience", "x"), ("audience", "y")])
    #expect(
      try standard.request("a.b.c").request.form
        == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
        + "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&audience=x&audience=y&subject_token=a.b.c"
    )
    let own = try GenericExchange(
      endpoint: "https://sts.example/token",
      parameters: [("subject_token_type", "id"), ("grant_type", "other"), ("client_secret", "s")])
    #expect(
      try own.request("a.b.c").request.form
        == "subject_token_type=id&grant_type=other&client_secret=s&subject_token=a.b.c")
    #expect(try own.request("a.b.c").fields.filter(\.isSecret).map(\.name) == ["client_secret", "subject_token"])
  }

  @Test("what came from a file is a secret, whatever its name")
  func secretParameters() throws {
    let exchange = try GenericExchange(
      endpoint: "https://sts.example/token", parameters: [("scope", "read")],
      secretParameters: [("x-anything", "a-value-of-a-file")])
    #expect(try exchange.request("a.b.c").fields.filter(\.isSecret).map(\.name) == ["x-anything", "subject_token"])
  }

  @Test(
    "secrets are cut out of what others repeat, byte for byte and in one pass",
    arguments: [("characters", "no ", " here"), ("s3cr3t-value", "", "\u{301} is wrong"), ("s3cr3t-value", "a", "b")])
  func withoutSecrets(secret: String, before: String, after: String) throws {
    let exchange = try GenericExchange(
      endpoint: "https://sts.example/token", secretParameters: [("x", secret)])
    let shown = try exchange.request("a.b.c").withoutSecrets(before + secret + after)
    #expect(shown == before + ExchangeField.shortened(secret) + after)
  }

  @Test("secrets are cut out as a form writes them, too")
  func withoutEncodedSecret() throws {
    let exchange = try GenericExchange(
      endpoint: "https://sts.example/token", secretParameters: [("x", "Sup3r&secret value/+1")])
    let shown = try exchange.request("a.b.c").withoutSecrets("x=Sup3r%26secret%20value%2F%2B1&y=z")
    #expect(!shown.contains("secret") && shown.hasSuffix("&y=z"), "\(shown)")
  }

  @Test("of a token whatever follows its first two parts is cut out too")
  func withoutToken() throws {
    let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0aGUgc3ViamVjdCJ9.c2lnbmF0dXJl"
    let request = try GenericExchange(endpoint: "https://sts.example/token").request(token)
    for said in [token, String(token.dropLast()), token + "A", token + "\u{301}"] {
      let shown = request.withoutSecrets("bad token \(said)!")
      #expect(!shown.contains("dGhlIHN1YmplY3Q") && !shown.contains("c2lnbmF0dXJ"), "\(shown)")
    }
  }

  @Test(
    "any endpoint: the token is not given twice, and names are names", arguments: ["subject_token", "", "a b", "a\n"])
  func genericInputs(name: String) {
    #expect(throws: ExchangeInputError.self) {
      try GenericExchange(endpoint: "https://sts.example/token", parameters: [(name, "x")])
    }
  }
}
