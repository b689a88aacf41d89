import Inspection
import JOSE

/// A token as the panes show it: its inspection and the state of the two trees of fields.
struct TokenView: Sendable {
  let compact: String
  private(set) var inspection: Inspection
  private(set) var keys: KeySource?
  let receivedAt: Moment
  var header = FieldTree()
  var claims = FieldTree()
  /// First line shown of the Signature pane.
  var signatureOffset = 0
  private var options: InspectionOptions

  init(compact: String, options: InspectionOptions, receivedAt: Moment) {
    self.compact = compact
    self.options = options
    self.receivedAt = receivedAt
    keys = options.keys
    inspection = Inspection(CompactToken(parsing: compact), options: options, now: receivedAt.timestamp)
    header.show(inspection.header)
    claims.show(inspection.claims)
  }

  /// Checks the token again with other keys; what is unfolded and selected stays.
  mutating func check(with keys: KeySource, at now: Moment) {
    self.keys = keys
    options.keys = keys
    options.keysProblem = nil
    inspection = Inspection(inspection.token, options: options, now: now.timestamp)
    header.show(inspection.header)
    claims.show(inspection.claims)
  }

  /// The issuer that the token names, unchecked.
  var issuer: String? {
    inspection.token.claims?["iss"]?.stringValue
  }

  /// Seconds from the token's beginning to its end, when both are told.
  var lifetime: Int64? { inspection.times.lifetime }

  /// Takes over what was unfolded, filtered and selected in the token that this one replaces.
  mutating func inherit(from old: TokenView) {
    var header = old.header
    header.show(inspection.header)
    self.header = header
    var claims = old.claims
    claims.show(inspection.claims)
    self.claims = claims
  }
}
