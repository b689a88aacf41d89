import Federation
import Inspection
import JOSE

extension Failure {
  /// An exchange that gave nothing, for a command that only has its result to show: word for word, with what it means.
  init(_ failure: ExchangeFailure) {
    let lines = [failure.explanation?.meaning, failure.hint, failure.clockNote].compactMap(\.self)
    self.init(
      failure.code, failure.description, hint: lines.isEmpty ? nil : lines.joined(separator: "\n"),
      status: failure.refusal == nil || failure.isRetryable ? .undecided : .no)
  }
}

extension Exchange {
  /// What the party gives for the token.
  func outcome(
    _ token: String, environment: [String: String] = Surroundings.environment
  ) throws(Failure) -> Outcome {
    try Blocking.wait { () async throws(Failure) in
      try await self.result(token, environment: environment).get()
    }
  }

  /// What the party gives for the token, or why it gives nothing.
  func result(
    _ token: String, environment: [String: String] = Surroundings.environment
  ) async -> Result<Outcome, Failure> {
    await run(token, environment: environment, clock: { Surroundings.now() }).result.mapError { Failure($0) }
  }
}

extension AWSExchangeOptions {
  /// Credentials of the role for a token that is fresh, or given.
  func credentials(_ token: ExchangeTokenOptions, _ workspace: Workspace) throws(Failure) -> AWSCredentials {
    let now = Surroundings.now()
    // Before a token is made for it: what is malformed needs none.
    let checked = try exchange(subject: nil, now: now)
    let compact = try token.token(for: Self.audience, claims: pin(toRole: checked.roleARN), workspace)
    let subject = CompactToken(parsing: compact).claims?["sub"]?.stringValue
    return try exchange(subject: subject, now: now).outcome(
      compact, environment: Variables(Surroundings.environment).trusting("AWS_CA_BUNDLE"))
  }

  /// The variables that AWS's own tools take credentials from. Those that would choose others are left out of the
  /// environment.
  func environment(_ credentials: AWSCredentials, in environment: [String: String]) -> [String: String] {
    let region = region ?? Variables(environment).first("AWS_REGION", "AWS_DEFAULT_REGION")
    var environment = environment
    // Some read the one only, some the other.
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] { environment[name] = region }
    for name in [
      "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
      "AWS_SECURITY_TOKEN",
    ] {
      environment[name] = nil
    }
    environment["AWS_ACCESS_KEY_ID"] = credentials.accessKeyID
    environment["AWS_SECRET_ACCESS_KEY"] = credentials.secretAccessKey
    environment["AWS_SESSION_TOKEN"] = credentials.sessionToken
    environment["AWS_CREDENTIAL_EXPIRATION"] = credentials.expiration.rfc3339()
    return environment
  }

  /// The arguments of a command that asks for the same role, wherever and in whatever environment it runs.
  func arguments(_ environment: [String: String] = Surroundings.environment) throws(Failure) -> [String] {
    let exchange = try exchange(subject: nil, now: Surroundings.now(), environment: environment)
    let variables = Variables(environment)
    var words = ["--role-arn=\(exchange.roleARN)"]
    // In one word, so that no value is taken for an option.
    func add(_ name: String, _ value: String?) { if let value { words.append("\(name)=\(value)") } }
    add("--role-session-name", roleSessionName ?? variables.first("AWS_ROLE_SESSION_NAME"))
    add("--duration-seconds", duration.map { String($0.seconds) })
    add("--region", region ?? variables.first("AWS_REGION", "AWS_DEFAULT_REGION"))
    add("--endpoint-url", endpointURL ?? variables.first("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"))
    add("--session-policy", sessionPolicy.map(ProgramLine.fullPath))
    for arn in policyARNs { add("--policy-arn", arn) }
    return noPin ? words + ["--no-pin"] : words
  }
}

extension ExchangeTokenOptions {
  /// The source as it means the same in any folder: a helper runs in that of the program that calls it, which may be
  /// somebody else's repository.
  private static func wherever(_ name: String) throws(Failure) -> String {
    if name.hasPrefix("file:") { return "file:" + ProgramLine.fullPath(String(name.dropFirst(5))) }
    guard name.hasPrefix("command:") else { return name }
    let program = name.dropFirst(8).drop { $0 == " " }.prefix { $0 != " " }
    guard program.contains("/"), !program.hasPrefix("/"), !program.hasPrefix("~/") else { return name }
    throw Failure(
      "usage", "\(program) is another program in another folder, and a helper runs in any.",
      hint: "Write its whole path: --source 'command:/…'.")
  }

  /// The arguments of a command that asks for such a token again, and again.
  func arguments() throws(Failure) -> [String] {
    guard input == nil else {
      throw Failure(
        "usage", "--token is one token, which ends: a helper needs a source of new ones.",
        hint: "Give --source file:PATH for a file that is kept fresh, or another --source.")
    }
    var words: [String] = []
    func add(_ name: String, _ value: String?) { if let value { words.append("\(name)=\(value)") } }
    add("--audience", audience)
    add("--ttl", ttl.map { String($0.seconds) })
    add("--folder", folder.map(ProgramLine.fullPath))
    add("--source", try source.chosen.source.map { (name) throws(Failure) in try Self.wherever(name) })
    add("--issuer", source.issuer)
    add("--credential", source.credential.map(ProgramLine.fullPath))
    return words
  }
}
