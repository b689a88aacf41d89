import Inspection
import JOSE

/// A token as it is presented to a relying party: its claims, its header as far as it is known, and what is known of its
/// signature.
public struct PresentedToken: Sendable {
  /// What is known of the signature.
  public enum Signature: Sendable, Equatable {
    /// It holds with keys of the issuer; the text says which.
    case verified(String)
    /// It counts as good because the caller said so: claims without a token.
    case presumed
    /// It does not hold, and why.
    case refused(String)
    /// It could not be checked, and why.
    case notChecked(String)
  }

  /// The header's members; nil when only claims are known.
  public let header: JSONObject?
  public var claims: JSONObject
  public var signature: Signature
  /// The length of the compact form in bytes; nil when only claims are known.
  public let length: Int?
  /// The stable name of the reason why the signature was refused, such as `signature-mismatch`.
  public let refusalCode: String?
  /// The key that the signature was verified with (RFC 7638); nil where none was.
  public let keyThumbprint: String?
  /// Whether somebody changed the claims to see what would happen: no issuer has signed them.
  public var isHypothetical = false

  /// Claims that count as correctly signed.
  ///
  /// - Parameter header: the header, which counts as signed too; nil when it is not known, and then what hangs on it is
  ///   not known either, but for what every relying party takes.
  public init(claims: JSONObject, header: JSONObject? = nil) {
    self.claims = claims
    self.header = header
    signature = .presumed
    refusalCode = nil
    keyThumbprint = nil
    length = nil
  }

  /// The token that was inspected; nil when its claims cannot be read.
  public init?(_ inspection: Inspection) {
    guard let claims = inspection.token.claims, inspection.token.hasWholeClaims else { return nil }
    self.claims = claims
    header = inspection.token.headerObject
    length = inspection.token.text.utf8.count
    refusalCode = inspection.signature.reason?.code
    keyThumbprint = inspection.signature.outcome == .verified ? inspection.signature.keyUsed?.thumbprint : nil
    signature =
      switch inspection.signature.outcome {
      case .verified:
        .verified(
          inspection.check("signature", at: Timestamp(0))?.actual ?? inspection.signature.keyUsed?.summary ?? "verified"
        )
      case .refused: .refused(inspection.signature.reason?.description ?? "the signature does not hold")
      case .notChecked: .notChecked(inspection.options.keysProblem ?? "the issuer's keys are not known")
      }
  }

  /// The token with other claims, marked as hypothetical: what would be if the issuer had signed them.
  public func supposing(_ claims: JSONObject) -> PresentedToken {
    var copy = self
    copy.claims = claims
    copy.isHypothetical = true
    if case .verified = signature { copy.signature = .presumed }
    return copy
  }

  /// The same token with other claims, as the issuer would have signed it.
  func with(_ claims: JSONObject) -> PresentedToken {
    var copy = self
    for member in claims.members { copy.claims.set(member.name.value, to: member.value) }
    return copy
  }

  // MARK: Claims

  /// The value of a claim; the last one of duplicates.
  public subscript(claim: String) -> JSON? { claims[claim] }

  public var issuer: String? { claims["iss"]?.stringValue }
  public var subject: String? { claims["sub"]?.stringValue }

  /// The values of `aud`: of a list those that are strings.
  public var audiences: [String] {
    switch claims["aud"] {
    case .string(let text)?: [text.value]
    case .array(let elements)?: elements.compactMap(\.stringValue)
    default: []
    }
  }

  /// `alg` of the header; nil when the header is not known, or has none.
  public var algorithm: String? { header?["alg"]?.stringValue }
  public var keyID: String? { header?["kid"]?.stringValue }
}
