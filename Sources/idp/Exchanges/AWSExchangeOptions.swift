import ArgumentParser
import Federation
import Inspection
import JOSE

/// Which role of AWS a token is exchanged for; what is not given is taken from the variables that AWS's own tools read.
struct AWSExchangeOptions: ParsableArguments {
  @Option(
    name: [.customLong("role-arn"), .customLong("aws-role")],
    help: ArgumentHelp(
      "The role to become.", discussion: "Without it, IDP_AWS_ROLE_ARN, else AWS_ROLE_ARN.", valueName: "arn"))
  var roleARN: String?

  @Option(
    help: ArgumentHelp(
      "What CloudTrail calls the session.",
      discussion: "Without it, AWS_ROLE_SESSION_NAME, else the token's subject and the time.", valueName: "name"))
  var roleSessionName: String?

  @Option(
    name: [.customShort("d"), .customLong("duration-seconds")],
    help: ArgumentHelp("How long the credentials live: 15m to 12h. Without it, an hour.", valueName: "time"))
  var duration: Duration?

  @Option(
    help: ArgumentHelp(
      "Ask STS in this region.",
      discussion: "Without it, AWS_REGION, else AWS_DEFAULT_REGION, else the global endpoint.", valueName: "region"))
  var region: String?

  @Option(
    help: ArgumentHelp(
      "Ask STS here instead.", discussion: "Without it, AWS_ENDPOINT_URL_STS, else AWS_ENDPOINT_URL.", valueName: "url")
  )
  var endpointURL: String?

  @Option(
    help: ArgumentHelp("An IAM policy as JSON that narrows what the session may do.", valueName: "file"),
    completion: .file())
  var sessionPolicy: String?

  @Option(
    name: .customLong("policy-arn"),
    help: ArgumentHelp("A managed policy that narrows it too; repeat it for several.", valueName: "arn"))
  var policyARNs: [String] = []

  @Flag(
    help: ArgumentHelp(
      "Do not pin the token to the role.",
      discussion: """
        A token that is made for this exchange carries the claim https://aws.amazon.com/roles, so that who gets hold of \
        it can open no other role with it.
        """))
  var noPin = false

  static let audience = "sts.amazonaws.com"

  /// The role, from the command line or the environment.
  func role(_ environment: [String: String]) throws(Failure) -> String {
    let variables = Variables(environment)
    guard let role = roleARN ?? variables.first("IDP_AWS_ROLE_ARN", "AWS_ROLE_ARN") else {
      throw Failure(
        "usage", "Which role is to be had is not said.", hint: "Give --role-arn ARN, or set IDP_AWS_ROLE_ARN.")
    }
    return role
  }

  /// Whether anything but the role is given.
  var narrows: Bool {
    noPin || !policyARNs.isEmpty
      || [roleSessionName, region, endpointURL, sessionPolicy].contains { $0 != nil } || duration != nil
  }

  /// The claims that pin a token to the role; none with `--no-pin`.
  func pin(toRole role: String) -> JSONObject {
    noPin ? JSONObject() : [Self.rolesClaim: .array([JSON(role)])]
  }

  /// The roles that a token may open at all (AWS's issuers guide: “Controlling access with the roles claim”).
  static let rolesClaim = "https://aws.amazon.com/roles"

  /// The exchange; what is malformed is refused here.
  ///
  /// - Parameters:
  ///   - subject: `sub` of the token, for the name of the session.
  ///   - now: for the name of the session.
  func exchange(
    subject: String?, now: Timestamp, environment: [String: String] = Surroundings.environment
  ) throws(Failure) -> AWSExchange {
    let variables = Variables(environment)
    let role = try role(environment)
    let policy = try sessionPolicy.map { (path) throws(Failure) in
      String(decoding: try InputFile.read(path), as: UTF8.self)
    }
    return try ExchangeInput.check(Self.optionNames) { () throws(ExchangeInputError) in
      try AWSExchange(
        roleARN: role,
        sessionName: roleSessionName ?? variables.first("AWS_ROLE_SESSION_NAME")
          ?? Self.sessionName(subject: subject, now: now),
        duration: duration?.seconds, policy: policy, policyARNs: policyARNs,
        region: region ?? variables.first("AWS_REGION", "AWS_DEFAULT_REGION"),
        endpoint: endpointURL ?? variables.first("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"))
    }
  }

  private static let optionNames = [
    "role-arn": "--role-arn or AWS_ROLE_ARN", "session-name": "--role-session-name or AWS_ROLE_SESSION_NAME",
    "duration": "--duration-seconds", "policy": "--session-policy", "policy-arn": "--policy-arn",
    "region": "--region or AWS_REGION", "endpoint": "--endpoint-url or AWS_ENDPOINT_URL_STS",
  ]

  /// A name that tells who came and when: of `https://github.com/acme/app` it is `acme-app-1795521648`.
  static func sessionName(subject: String?, now: Timestamp) -> String {
    let time = "-\(now.seconds)"
    var name = ""
    for part in (subject ?? "").split(whereSeparator: { "/:".contains($0) }).suffix(2) {
      let safe = part.unicodeScalars.map { scalar in
        scalar.isASCII
          && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            || "+=,.@_-".unicodeScalars.contains(scalar))
          ? Character(scalar) : "-"
      }
      name += (name.isEmpty ? "" : "-") + String(safe)
    }
    return String((name.isEmpty ? "idp" : name).suffix(64 - time.utf8.count)) + time
  }
}
