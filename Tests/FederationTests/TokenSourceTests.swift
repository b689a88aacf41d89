import Glibc
import Inspection
import JOSE
import Synchronization
import Testing

@testable import Federation

@Suite("Sources of tokens")
struct TokenSourceTests {
  private static let audience = "sts.amazonaws.com"

  private func failure(
    _ source: TokenSource, _ surroundings: SourceSurroundings, audiences: [String] = [Self.audience]
  ) async throws -> SourceError {
    try #require(await #expect(throws: SourceError.self) { try await source.token(for: audiences, in: surroundings) })
  }

  // MARK: - Names

  @Test("are chosen by a name that is stable", arguments: TokenSource.known)
  func names(source: TokenSource) { #expect(TokenSource(name: source.name) == source) }

  @Test(
    "that take a part have it after a colon",
    arguments: [
      ("file:/run/a b:c", TokenSource.file("/run/a b:c")), ("env:JWT", .variable("JWT")),
      ("command:a | b", .command("a | b")),
      ("azure-imds:11111111-2222-3333-4444-555555555555", .azureIMDS(clientID: "11111111-2222-3333-4444-555555555555")),
      ("google-metadata:ci@acme.iam.gserviceaccount.com", .googleMetadata(account: "ci@acme.iam.gserviceaccount.com")),
      ("kubernetes:prod/deployer.v1", .kubernetes(KubernetesAccount(namespace: "prod", name: "deployer.v1"))),
    ])
  func parts(name: String, source: TokenSource) {
    #expect(TokenSource(name: name) == source)
    #expect(source.name == name)
  }

  @Test(
    "of other names there are none",
    arguments: [
      "", "github", "GitHub-Actions", "file:", "file", "env:", "env:A=B", "command:", "file:a\0b", "azure-imds:a/b",
      "azure-imds:", "google-metadata:..", "google-metadata:a?b", "kubernetes:a", "kubernetes:a/b/c",
      "kubernetes:../b", "kubernetes:a/b?x", "kubernetes:A/b", "kubernetes:-a/b", "buildkite:x",
    ])
  func noNames(name: String) { #expect(TokenSource(name: name) == nil) }

  // MARK: - What is stored

  @Test(
    "a file's token is taken as people have it",
    arguments: ["TOKEN", "TOKEN\n", "  Bearer TOKEN\n", #"{"token": "TOKEN"}"#, "export JWT='TOKEN'"])
  func file(form: String) async throws {
    let bench = try SourceBench()
    let token = SourceBench.token()
    let text = form.split(separator: "TOKEN", omittingEmptySubsequences: false).joined(separator: token)
    try bench.folder.write(Array(text.utf8), to: "token")
    let path = bench.folder.path + "/token"
    for (source, environment) in [
      (TokenSource.file(path), [:]), (.variable("JWT"), ["JWT": text]),
      (.awsFile, ["AWS_WEB_IDENTITY_TOKEN_FILE": path]), (.azureFile, ["AZURE_FEDERATED_TOKEN_FILE": path]),
    ] {
      #expect(try await source.token(for: [Self.audience], in: bench.surroundings(environment)) == token)
    }
  }

  @Test("a stored token that is not for the audience, is over or is none is refused, and it is said which")
  func unfit() async throws {
    let bench = try SourceBench()
    let around = bench.surroundings([
      "OTHER": SourceBench.token("vault.hashicorp.com"), "NOBODY": SourceBench.token(.null),
      "OLD": SourceBench.token("sts.amazonaws.com", ["exp": JSON(SourceBench.now.seconds - 60)]),
      "TEXT": "no token", "EMPTY": "", "ENCRYPTED": "eyJhbGciOiJkaXIifQ.a.b.c.d",
    ])
    let other = try await failure(.variable("OTHER"), around)
    #expect(other.reason == .wrongAudience(wanted: Self.audience, found: ["vault.hashicorp.com"]))
    #expect(
      other.description
        == "Cannot get a token from env:OTHER: what it has is for vault.hashicorp.com, not for sts.amazonaws.com.")
    #expect(try await failure(.variable("NOBODY"), around).code == "wrong-audience")
    let old = try await failure(.variable("OLD"), around)
    // A variable stays as it is.
    #expect(old.reason == .expired(seconds: 60) && !old.isTransient)
    #expect(TokenSource.variable("OLD").presence(in: around) == .absent("what is there has expired: $OLD"))
    #expect(TokenSource.variable("OTHER").presence(in: around) == .present("$OTHER"))
    #expect(try await failure(.variable("TEXT"), around).code == "no-token")
    #expect(try await failure(.variable("ENCRYPTED"), around).code == "no-token")
    #expect(try await failure(.variable("EMPTY"), around).reason == .absent("EMPTY is not set"))
    #expect(try await failure(.variable("NONE"), around).reason == .absent("NONE is not set"))
    #expect(try await failure(.awsFile, around).reason == .absent("AWS_WEB_IDENTITY_TOKEN_FILE is not set"))
  }

  @Test("a file that is missing, a folder or too large is not read", arguments: ["none", "folder", "large"])
  func unreadable(name: String) async throws {
    let bench = try SourceBench()
    try bench.folder.write([], to: "folder/x")
    try bench.folder.write([UInt8](repeating: 0x61, count: (1 << 16) + 1), to: "large")
    let error = try await failure(.file(bench.folder.path + "/" + name), bench.surroundings())
    #expect(error.code == "input-unreadable")
    #expect(error.description.contains("\(name) cannot be read ("))
  }

  @Test("GitLab's are in the variables that the job declares; the one for the audience is taken")
  func gitLab() async throws {
    let bench = try SourceBench()
    let issuer: JSONObject = ["iss": "https://gitlab.example"]
    let token = SourceBench.token(["vault.hashicorp.com", "sts.amazonaws.com"], issuer)
    var environment = [
      "GITLAB_CI": "true", "CI_SERVER_URL": "https://gitlab.example", "A_TOKEN": SourceBench.token("sigstore", issuer),
      "B_TOKEN": token, "C_TOKEN": SourceBench.token(), "CI_JOB_TOKEN": "glcbt-64_secret",
    ]
    let around = bench.surroundings(environment)
    #expect(try await TokenSource.gitLab.token(for: [Self.audience], in: around) == token)
    #expect(TokenSource.gitLab.presence(in: around) == .present("$A_TOKEN, $B_TOKEN"))
    let error = try await failure(.gitLab, around, audiences: ["other"])
    #expect(error.description.contains("sigstore ($A_TOKEN)"))
    #expect(error.hint?.contains("id_tokens") == true)
    environment["A_TOKEN"] = nil
    environment["B_TOKEN"] = nil
    #expect(
      TokenSource.gitLab.presence(in: bench.surroundings(environment)) == .absent("the job declares no id_tokens"))
    #expect(TokenSource.gitLab.presence(in: bench.surroundings()) == .absent("GITLAB_CI is not set"))
  }

  @Test("Kubernetes projects files; the one for the audience is taken")
  func projected() async throws {
    let bench = try SourceBench()
    let around = bench.surroundings()
    guard case .absent = TokenSource.kubernetesFile.presence(in: around) else {
      Issue.record("nothing is projected yet")
      return
    }
    try bench.folder.write(
      Array(SourceBench.token(["https://kubernetes.default.svc"]).utf8),
      to: "var/run/secrets/kubernetes.io/serviceaccount/token")
    let token = SourceBench.token(["sts.amazonaws.com"])
    try bench.folder.write(Array(token.utf8), to: "var/run/secrets/tokens/aws")
    #expect(try await TokenSource.kubernetesFile.token(for: [Self.audience], in: around) == token)
    #expect(try await failure(.kubernetesFile, around, audiences: ["other"]).code == "wrong-audience")
  }

  // MARK: - GitHub Actions

  @Test("GitHub's service is asked with the job's credential, and the audience cannot become another parameter")
  func gitHub() async throws {
    let audience = "a&b=c d"
    let token = SourceBench.token(JSON(audience))
    let requests = Mutex<[String]>([])
    let server = try LoopbackServer { path, request in
      requests.withLock { $0.append(request) }
      return LoopbackServer.answer(#"{"count":1,"value":"\#(token)"}"#)
    }
    let around = try SourceBench().surroundings([
      "ACTIONS_ID_TOKEN_REQUEST_URL": server.url + "/token?api-version=2.0",
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret",
    ])
    #expect(try await TokenSource.gitHubActions.token(for: [audience], in: around) == token)
    let request = try #require(requests.withLock { $0.first })
    #expect(request.hasPrefix("GET /token?api-version=2.0&audience=a%26b%3Dc%20d HTTP/1.1\r\n"))
    #expect(request.lowercased().contains("authorization: bearer secret\r\n"))
  }

  @Test("a refusal of GitHub's is told in its words, but never with the credential")
  func gitHubRefuses() async throws {
    let bench = try SourceBench()
    for (body, words) in [(#"{"message":"too many"}"#, "too many"), (#"{"message":"no secret here"}"#, nil)] {
      let server = try LoopbackServer { _, _ in
        LoopbackServer.answer(body, status: "429 Too Many Requests", headers: ["Retry-After: 7"])
      }
      let error = try await failure(
        .gitHubActions,
        bench.surroundings([
          "ACTIONS_ID_TOKEN_REQUEST_URL": server.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret",
        ]))
      guard case .refused(_, 429, let found) = error.reason else {
        Issue.record("\(error)")
        continue
      }
      #expect(found == words)
      #expect(error.retryAfter == 7 && error.isTransient)
    }
  }

  @Test("a job without the permission says which one it lacks")
  func gitHubPermission() async throws {
    let around = try SourceBench().surroundings(["GITHUB_ACTIONS": "true"])
    let error = try await failure(.gitHubActions, around)
    #expect(error.reason == .absent("this job may not request tokens"))
    #expect(error.hint?.contains("id-token: write") == true)
  }

  @Test("the job's credential is never sent in the clear")
  func gitHubPlain() async throws {
    let error = try await failure(
      .gitHubActions,
      try SourceBench().surroundings([
        "ACTIONS_ID_TOKEN_REQUEST_URL": "http://192.0.2.1/token", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "secret",
      ]))
    #expect(error.code == "url-not-allowed")
  }

  // MARK: - Metadata servers

  @Test("Google's metadata server is asked as its own tools ask it, and has to answer as it does")
  func google() async throws {
    let token = SourceBench.token()
    let requests = Mutex<[String]>([])
    let server = try LoopbackServer { path, request in
      requests.withLock { $0.append(request) }
      guard !path.contains("/impostor/") else { return LoopbackServer.answer(token) }
      return LoopbackServer.answer(token + "\n", headers: ["Metadata-Flavor: Google"])
    }
    let bench = try SourceBench()
    let around = bench.surroundings(["GCE_METADATA_HOST": "127.0.0.1:\(server.port)", "HTTPS_PROXY": "http://none:1"])
    #expect(try await TokenSource.googleMetadata(account: nil).token(for: [Self.audience], in: around) == token)
    let request = try #require(requests.withLock { $0.first })
    #expect(
      request.hasPrefix(
        "GET /computeMetadata/v1/instance/service-accounts/default/identity?audience=sts.amazonaws.com&format=full "))
    #expect(request.lowercased().contains("metadata-flavor: google\r\n"))
    let error = try await failure(.googleMetadata(account: "impostor"), around)
    #expect(error.description.contains("not Google's metadata server"))
  }

  @Test("Azure's metadata service gives a token whose audience is the application's own identifier")
  func azure() async throws {
    let token = SourceBench.token("fb60f99c-7a34-4190-8149-302f77469936")
    let requests = Mutex<[String]>([])
    let server = try LoopbackServer { path, request in
      requests.withLock { $0.append(request) }
      guard !path.contains("client_id=none") else {
        return TokenBench.refusal("400 Bad Request", "invalid_request", "Identity not found")
      }
      return LoopbackServer.answer(#"{"access_token":"\#(token)","expires_on":"1795525248"}"#)
    }
    let around = try SourceBench().surroundings(["AZURE_POD_IDENTITY_AUTHORITY_HOST": server.url + "/"])
    let audience = "api://AzureADTokenExchange"
    #expect(try await TokenSource.azureIMDS(clientID: "x").token(for: [audience], in: around) == token)
    let request = try #require(requests.withLock { $0.first })
    #expect(
      request.hasPrefix(
        "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange"
          + "&client_id=x HTTP/1.1\r\n"))
    #expect(request.lowercased().contains("\r\nmetadata: true\r\n"))
    let error = try await failure(.azureIMDS(clientID: "none"), around)
    #expect(error.description.contains("HTTP 400, and says: Identity not found"))
    #expect(error.hint?.contains("managed identity") == true)
  }

  @Test("a metadata server is looked for over the network only when that is asked for")
  func probing() async throws {
    let asked = Mutex(0)
    let server = try LoopbackServer { path, _ in
      asked.withLock { $0 += 1 }
      return path == "/metadata/versions"
        ? LoopbackServer.answer(#"{"apiVersions":["2021-02-01"]}"#)
        : LoopbackServer.answer("computeMetadata/", headers: ["Metadata-Flavor: Google"])
    }
    let bench = try SourceBench()
    guard case .unknown = TokenSource.azureIMDS(clientID: nil).presence(in: bench.surroundings()) else {
      Issue.record("nothing tells whether the machine is Azure's")
      return
    }
    let around = bench.surroundings([
      "GCE_METADATA_HOST": "127.0.0.1:\(server.port)", "AZURE_POD_IDENTITY_AUTHORITY_HOST": server.url,
    ])
    for source in [TokenSource.googleMetadata(account: nil), .azureIMDS(clientID: nil)] {
      _ = source.presence(in: around)
      #expect(asked.withLock { $0 } == 0)
      let presence = await source.probedPresence(in: around)
      guard case .present = presence else {
        Issue.record("\(presence)")
        continue
      }
      asked.withLock { $0 = 0 }
    }
  }

  @Test("what the machine says of itself shows whose it is")
  func machine() throws {
    let bench = try SourceBench()
    try bench.folder.write(Array("Google Compute Engine\n".utf8), to: "sys/class/dmi/id/product_name")
    try bench.folder.write(Array("7783-7084-3265-9085-8269-3286-77\n".utf8), to: "sys/class/dmi/id/chassis_asset_tag")
    let around = bench.surroundings()
    #expect(TokenSource.googleMetadata(account: nil).presence(in: around) == .present("the machine is Google's"))
    #expect(TokenSource.azureIMDS(clientID: nil).presence(in: around) == .present("the machine is Azure's"))
  }

  @Test(
    "plain http goes to a metadata server only, and to none on the Internet",
    arguments: [
      ("http://169.254.169.254/x", true), ("http://metadata.google.internal/x", true), ("http://10.0.0.1/x", true),
      ("http://metadata.google.internal.example/x", false), ("http://8.8.8.8/x", false),
    ])
  func plain(address: String, isAllowed: Bool) {
    #expect(((try? FetchURL(address, purpose: "it", allowsMetadataServers: true)) != nil) == isAllowed)
    #expect((try? FetchURL(address, purpose: "it")) == nil)
  }

  // MARK: - Kubernetes

  /// A pod of its own account `prod:deployer`, whose cluster is at a port of this machine.
  private func pod(_ bench: SourceBench, port: Int, authority: PrivateAuthority) throws -> SourceSurroundings {
    let folder = "var/run/secrets/kubernetes.io/serviceaccount"
    let token = SourceBench.token("https://kubernetes", ["sub": "system:serviceaccount:prod:deployer"])
    try bench.folder.write(Array(token.utf8), to: "\(folder)/token")
    try bench.folder.write(try TokenFile.read(authority.file), to: "\(folder)/ca.crt")
    return bench.surroundings(["KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(port)"])
  }

  @Test("a pod asks the cluster for a token of its own account")
  func tokenRequest() async throws {
    let authority = try PrivateAuthority()
    let bench = try SourceBench()
    let certificate = try authority.certificate()
    // Without -HTTP the server sends what it reads, which the test gives it once the request is there.
    let input = bench.folder.path + "/input"
    #expect(mkfifo(input, 0o600) == 0)
    let answer = open(input, O_RDWR | O_CLOEXEC)
    defer { close(answer) }
    let server = try Command(
      [
        "sh", "-c",
        "exec openssl s_server -accept 127.0.0.1:0 -cert \(certificate.file) -key \(certificate.key) < \(input)",
      ], in: bench.folder.path)
    let line = try #require(server.readLine(beginningWith: "ACCEPT "))
    let around = try pod(
      bench, port: try #require(line.split(separator: ":").last.flatMap { Int($0) }), authority: authority)
    #expect(
      TokenSource.kubernetes(nil).presence(in: around)
        == .present("this is a pod, and KUBERNETES_SERVICE_HOST is set"))
    let token = SourceBench.token(["sts.amazonaws.com"])
    async let received = TokenSource.kubernetes(nil).token(for: [Self.audience], lifetime: 60, in: around)
    let request = server.readLine(beginningWith: "POST ")
    let credential = server.readLine(beginningWith: "Authorization: ")
    let body = LoopbackServer.answer(#"{"status":{"token":"\#(token)"}}"#, status: "201 Created")
    #expect(body.withUnsafeBytes { write(answer, $0.baseAddress, $0.count) } == body.count)
    #expect(try await received == token)
    #expect(request?.hasPrefix("POST /api/v1/namespaces/prod/serviceaccounts/deployer/token HTTP/1.1") == true)
    #expect(credential?.hasPrefix("Authorization: Bearer eyJ") == true)
  }

  @Test("a pod trusts the cluster's authority alone")
  func otherCluster() async throws {
    let (authority, stranger) = (try PrivateAuthority(), try PrivateAuthority())
    let server = try TLSServer(authority.certificate())
    let bench = try SourceBench()
    let error = try await failure(.kubernetes(nil), try pod(bench, port: server.port, authority: stranger))
    #expect(error.code == "tls-failed")
  }

  @Test("elsewhere kubectl asks for an account that is named")
  func kubectl() async throws {
    let bench = try SourceBench()
    let token = SourceBench.token()
    let around = bench.surroundings(programs: ["kubectl"], outcome: SourceBench.printed(token + "\n"))
    let source = try #require(TokenSource(name: "kubernetes:prod/deployer"))
    #expect(try await source.token(for: [Self.audience], lifetime: 60, in: around) == token)
    #expect(
      bench.runs.map(\.arguments) == [
        [
          "kubectl", "create", "token", "deployer", "--namespace=prod", "--audience=sts.amazonaws.com",
          "--duration=600s",
        ]
      ])
    #expect(try await failure(.kubernetes(nil), around).description.contains("kubernetes:NAMESPACE/SERVICEACCOUNT"))
  }

  // MARK: - Programs

  @Test(
    "CI systems and workspaces are asked by their own programs",
    arguments: [
      (TokenSource.buildkite, ["BUILDKITE": "true"], "buildkite-agent oidc request-token --audience=sts.amazonaws.com"),
      (.circleCI, ["CIRCLECI": "true"], #"circleci run oidc get --claims={"aud":"sts.amazonaws.com"}"#),
      (.gitpod, ["GITPOD_WORKSPACE_ID": "x"], "gp idp token --audience=sts.amazonaws.com"),
      (.ona, [:], "ona idp token --audience=sts.amazonaws.com"),
      (
        .spiffe, ["SPIFFE_ENDPOINT_SOCKET": "unix:///run/agent.sock"],
        "spire-agent api fetch jwt -audience=sts.amazonaws.com -socketPath=/run/agent.sock"
      ),
    ])
  func programs(source: TokenSource, environment: [String: String], line: String) async throws {
    let bench = try SourceBench()
    let token = SourceBench.token()
    let program = String(line.prefix { $0 != " " })
    let printed = source == .spiffe ? "token(spiffe://acme/ci):\n\t\(token)\nbundle(spiffe://acme):\n\t{}\n" : token
    let around = bench.surroundings(environment, programs: [program], outcome: SourceBench.printed(printed))
    #expect(try await source.token(for: [Self.audience], in: around) == token)
    #expect(bench.runs.map { $0.arguments.joined(separator: " ") } == [line])
    let absent = bench.surroundings(environment, programs: [])
    #expect(try await failure(source, absent).code == "source-absent")
  }

  @Test("what a program says about its failure is told, and cannot act on a terminal")
  func programFails() async throws {
    let around = try SourceBench().surroundings(
      programs: ["ona"], outcome: SourceBench.printed("", status: 1, errors: "usage…\nnot \u{1B}[31mlogged in\n\n"))
    let error = try await failure(.ona, around)
    #expect(error.code == "command-failed")
    #expect(error.description.contains("ona ended with status 1, and says: not "))
    #expect(!error.description.utf8.contains(0x1B))
  }

  @Test("any command finds the audience in its environment, and is not named in what is said of it")
  func command() async throws {
    let bench = try SourceBench()
    let token = SourceBench.token("$(reboot)")
    let source = TokenSource.command("get --key=secret")
    let around = bench.surroundings(outcome: SourceBench.printed(token))
    #expect(try await source.token(for: ["$(reboot)"], in: around) == token)
    #expect(
      bench.runs == [
        SourceBench.Run(arguments: ["/bin/sh", "-c", "get --key=secret"], audience: "$(reboot)")
      ])
    let error = try await failure(source, bench.surroundings(outcome: SourceBench.printed("", status: 3)))
    #expect(!error.description.contains("secret"))
    #expect(try await failure(source, around, audiences: ["a", "b"]).reason == .severalAudiences)
  }

  @Test("CircleCI's own variable is taken when it is for the audience, and the program is asked otherwise")
  func circleCI() async throws {
    let bench = try SourceBench()
    let stored = SourceBench.token("org")
    let fresh = SourceBench.token()
    let environment = ["CIRCLECI": "true", "CIRCLE_OIDC_TOKEN_V2": stored]
    let around = bench.surroundings(environment, programs: ["circleci"], outcome: SourceBench.printed(fresh))
    #expect(try await TokenSource.circleCI.token(for: ["org"], in: around) == stored)
    #expect(bench.runs.isEmpty)
    #expect(try await TokenSource.circleCI.token(for: [Self.audience], in: around) == fresh)
    #expect(try await failure(.circleCI, bench.surroundings(environment)).code == "wrong-audience")
  }
}
