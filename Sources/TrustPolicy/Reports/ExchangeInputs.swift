/// What a configuration tells of an exchange with its party: by the names that the exchange has for its inputs.
extension TrustConfiguration {
  public var exchangeInputs: [String: String] {
    switch self {
    case let trust as AWSTrust: trust.role.arn.map { ["role-arn": $0] } ?? [:]
    case let trust as VaultTrust:
      trust.role.backend.map { ["role": trust.role.name, "mount": $0] } ?? ["role": trust.role.name]
    case let trust as GoogleTrust:
      trust.provider.resource?.string.map { ["audience": "//iam.googleapis.com/" + $0] } ?? [:]
    default: [:]
    }
  }
}
