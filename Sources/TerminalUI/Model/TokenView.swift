import Inspection
import JOSE
import TrustPolicy

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
  /// Claims that are shown, and presented to relying parties, in place of the token's own.
  private(set) var whatIf: WhatIf?
  /// The token with what is supposed of it, which nobody signed; nil when nothing is.
  private var supposition: Inspection?
  /// The token as relying parties see it; nil when its claims cannot be read.
  private(set) var presented: PresentedToken?
  private var options: InspectionOptions
  private var changes = 0

  init(compact: String, options: InspectionOptions, receivedAt: Moment) {
    self.compact = compact
    self.options = options
    self.receivedAt = receivedAt
    keys = options.keys
    inspection = Inspection(CompactToken(parsing: compact), options: options, now: receivedAt.timestamp)
    header.show(inspection.header)
    claims.show(inspection.claims)
    presented = PresentedToken(inspection)
  }

  /// Tells a token, with its keys and what is supposed of it, from what it was before.
  struct Version: Hashable {
    let receivedAt: Moment
    let length: Int
    let changes: Int
  }

  var version: Version { Version(receivedAt: receivedAt, length: compact.utf8.count, changes: changes) }

  /// Checks the token again with other keys; what is unfolded and selected stays.
  mutating func check(with keys: KeySource, at now: Moment) {
    self.keys = keys
    options.keys = keys
    options.keysProblem = nil
    inspection = Inspection(inspection.token, options: options, now: now.timestamp)
    header.show(inspection.header)
    suppose(whatIf, at: now)
  }

  /// Shows other claims in place of the token's own; nil goes back to these.
  mutating func suppose(_ whatIf: WhatIf?, at now: Moment) {
    self.whatIf = whatIf
    changes += 1
    let real = PresentedToken(inspection)
    guard let whatIf else {
      supposition = nil
      claims.show(inspection.claims)
      presented = real
      return
    }
    presented = real?.supposing(whatIf.claims)
    let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
    let payload = Base64URL.encode(JSON.object(whatIf.claims).compact().utf8)
    let text = "\(parts.first ?? "").\(payload).\(parts.last ?? "")"
    var options = options
    options.keys = nil
    options.keysProblem = "nobody has signed what is supposed"
    let supposition = Inspection(CompactToken(parsing: text), options: options, now: now.timestamp)
    self.supposition = supposition
    claims.show(supposition.claims)
  }

  /// What the screen says of claims and times: the inspection, or that of what is supposed.
  var shown: Inspection { supposition ?? inspection }

  /// Whether another beginning or end is supposed.
  var supposesTimes: Bool { shown.times != inspection.times }

  /// The issuer that the token names, unchecked.
  var issuer: String? {
    inspection.token.claims?["iss"]?.stringValue
  }

  /// Seconds from the token's beginning to its end, when both are told.
  var lifetime: Int64? { shown.times.lifetime }

  /// Takes over what was unfolded, filtered and selected in the token that this one replaces, and what was supposed of
  /// it.
  mutating func inherit(from old: TokenView, at now: Moment) {
    var header = old.header
    header.show(inspection.header)
    self.header = header
    var claims = old.claims
    claims.show(inspection.claims)
    self.claims = claims
    if let real = inspection.token.claims, let whatIf = old.whatIf?.supposed(of: real) { suppose(whatIf, at: now) }
  }
}
