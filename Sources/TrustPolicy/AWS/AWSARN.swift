/// An Amazon Resource Name: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
struct AWSARN: Sendable {
  let parts: [Substring]

  /// Nil when the text has not six parts or does not begin with `arn`.
  init?(_ text: String) {
    parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "arn" else { return nil }
  }

  var account: String { String(parts[4]) }
  var resource: String { String(parts[5]) }

  /// The URL of an OIDC provider without its scheme: what stands behind `oidc-provider/`.
  var providerURL: String? {
    guard parts[2] == "iam", parts[5].hasPrefix("oidc-provider/") else { return nil }
    return String(parts[5].dropFirst("oidc-provider/".count))
  }
}
