import Inspection
import JOSE

/// `AssumeRoleWithWebIdentity` of AWS STS: a token for temporary credentials of a role. The request is not signed.
public struct AWSExchange: Exchange {
  public let party = ExchangeParty.aws
  public let roleARN: String
  public let sessionName: String
  /// Seconds; nil for AWS's own, an hour.
  public let duration: Int64?
  let policy: String?
  let policyARNs: [String]
  let endpoint: FetchURL

  /// - Parameters:
  ///   - roleARN: of the role to become.
  ///   - sessionName: what CloudTrail calls the session: 2 to 64 letters, digits and `+=,.@_-`.
  ///   - duration: how long the credentials are to live, 900 to 43200 seconds, and no longer than the role allows.
  ///   - policy: an IAM policy as JSON that narrows what the session may do.
  ///   - policyARNs: managed policies that narrow it, ten at most.
  ///   - region: whose endpoint is asked; nil for the global one of the role's partition.
  ///   - endpoint: a URL to ask instead.
  public init(
    roleARN: String, sessionName: String, duration: Int64? = nil, policy: String? = nil, policyARNs: [String] = [],
    region: String? = nil, endpoint: String? = nil
  ) throws(ExchangeInputError) {
    let partition = try Self.partition(ofRole: roleARN)
    guard NameShape.isMade(sessionName, with: "_+=,.@-", count: 2...64) else {
      throw ExchangeInputError(
        "session-name",
        "The session name “\(sessionName.prefix(80))” must have 2 to 64 letters, digits and signs of +=,.@_-.")
    }
    if let duration, !(900...43_200).contains(duration) {
      throw ExchangeInputError(
        "duration", "AWS gives credentials for 15 minutes to 12 hours, 900 to 43200 seconds, not for \(duration).")
    }
    if let policy { try Self.check(policy: policy) }
    guard policyARNs.count <= 10, policyARNs.allSatisfy(Self.isPolicyARN) else {
      throw ExchangeInputError(
        "policy-arn", "The ARNs of session policies must look like arn:aws:iam::aws:policy/NAME, and be ten at most.")
    }
    self.roleARN = roleARN
    self.sessionName = sessionName
    self.duration = duration
    self.policy = policy
    self.policyARNs = policyARNs
    self.endpoint = try Self.endpoint(endpoint, region: region, partition: partition)
  }

  /// Where the token goes.
  public var url: String { endpoint.text }

  public func exchange(_ token: String, by client: ExchangeClient) async throws(ExchangeFailure) -> AWSCredentials {
    try await client.send(try request(token), to: party) { answer throws(ExchangeProblem) in
      try AWSCredentials(answer)
    }
  }

  func request(_ token: String) throws(ExchangeFailure) -> ExchangeRequest {
    // The limit is the API's.
    let token = try TokenSafety.sendable(token, to: party, at: endpoint, limit: 20_000)
    var fields = [
      ExchangeField("Action", "AssumeRoleWithWebIdentity"), ExchangeField("Version", "2011-06-15"),
      ExchangeField("RoleArn", JSON(roleARN)), ExchangeField("RoleSessionName", JSON(sessionName)),
    ]
    if let duration { fields.append(ExchangeField("DurationSeconds", JSON(duration))) }
    if let policy { fields.append(ExchangeField("Policy", JSON(policy))) }
    for (index, arn) in policyARNs.enumerated() {
      fields.append(ExchangeField("PolicyArns.member.\(index + 1).arn", JSON(arn)))
    }
    fields.append(ExchangeField("WebIdentityToken", JSON(token), isSecret: true))
    return ExchangeRequest(to: endpoint, .form, fields, headers: [ExchangeField("Accept", "text/xml")])
  }

  // MARK: Inputs

  /// The partition of a role's ARN: `aws`, `aws-cn`, `aws-us-gov` and others.
  static func partition(ofRole arn: String) throws(ExchangeInputError) -> String {
    let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    let problem: String? =
      if parts.count != 6 || parts[0] != "arn" {
        "it does not begin with arn: and has not its six parts"
      } else if parts[2] != "iam" || !parts[3].isEmpty {
        "it is of the service “\(parts[2])”, not of iam"
      } else if !NameShape.isMade(parts[1], with: "-", count: 3...32) || !parts[1].hasPrefix("aws") {
        "there is no partition “\(parts[1])”"
      } else if !NameShape.isDigits(parts[4], count: 12...12) {
        "an account has 12 digits, and “\(parts[4])” has not"
      } else if !parts[5].hasPrefix("role/") {
        "it names no role: its last part does not begin with role/"
      } else if !isRolePath(parts[5].dropFirst(5)) {
        "the role's name has 1 to 64 letters, digits and signs of +=,.@_-, and a path of visible ASCII"
      } else {
        nil
      }
    if let problem {
      throw ExchangeInputError(
        "role-arn",
        "“\(arn.prefix(200))” is no ARN of a role such as arn:aws:iam::111122223333:role/deploy: \(problem).")
    }
    return String(parts[1])
  }

  private static func isRolePath(_ text: Substring) -> Bool {
    let segments = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = segments.last, text.utf8.count <= 576 else { return false }
    return NameShape.isMade(name, with: "_+=,.@-", count: 1...64) && TokenSafety.isVisible(String(text))
      && !segments.dropLast().contains { $0.isEmpty }
  }

  private static func isPolicyARN(_ text: String) -> Bool {
    let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    return parts.count == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[5].hasPrefix("policy/")
      && text.utf8.count <= 2048 && TokenSafety.isVisible(text)
  }

  private static func check(policy: String) throws(ExchangeInputError) {
    guard policy.count <= 2048 else {
      throw ExchangeInputError(
        "policy", "A session policy has 2048 characters at most, and this one has \(policy.count).")
    }
    let isObject: Bool
    do {
      isObject = try JSON(parsing: policy).objectValue != nil
    } catch {
      throw ExchangeInputError("policy", "The session policy is no JSON: \(error).")
    }
    guard isObject else { throw ExchangeInputError("policy", "The session policy is no JSON object.") }
  }

  // MARK: Endpoints

  private static func endpoint(
    _ endpoint: String?, region: String?, partition: String
  ) throws(ExchangeInputError) -> FetchURL {
    if let endpoint {
      let url = try Place.url(endpoint, input: "endpoint", "the endpoint of STS")
      // Without a path the query protocol is at the root.
      return try Place.url(url.target == "/" ? "/" : "", below: endpoint, input: "endpoint", "the endpoint of STS")
    }
    guard let region else {
      guard partition == "aws" else {
        throw ExchangeInputError(
          "region", "There is no global endpoint for roles of \(partition): name a region, with --region or AWS_REGION."
        )
      }
      return try Place.url("https://sts.amazonaws.com/", input: "endpoint", "the endpoint of STS")
    }
    guard NameShape.isMade(region, with: "-", count: 2...32), region == region.lowercased(), region.contains("-"),
      !region.hasPrefix("-"), !region.hasSuffix("-")
    else {
      throw ExchangeInputError("region", "“\(region.prefix(60))” is no region such as eu-central-1.")
    }
    let (expected, domain) = suffix(ofRegion: region)
    guard expected == partition else {
      throw ExchangeInputError(
        "region", "The region \(region) is of the partition \(expected), but the role is of \(partition).")
    }
    return try Place.url("https://sts.\(region).\(domain)/", input: "region", "the endpoint of STS")
  }

  /// The partition that a region is of, and where its endpoints are.
  private static func suffix(ofRegion region: String) -> (partition: String, domain: String) {
    let partitions = [
      ("cn-", "aws-cn", "amazonaws.com.cn"), ("us-gov-", "aws-us-gov", "amazonaws.com"),
      ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"), ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
      ("us-iso-", "aws-iso", "c2s.ic.gov"), ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
      ("eusc-", "aws-eusc", "amazonaws.eu"),
    ]
    let own = partitions.first { region.hasPrefix($0.0) }
    return own.map { ($0.1, $0.2) } ?? ("aws", "amazonaws.com")
  }
}
