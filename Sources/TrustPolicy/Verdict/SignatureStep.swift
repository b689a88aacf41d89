import Inspection

/// The step that every relying party takes: the signature must be one of the issuer's keys.
enum SignatureStep {
  static func check(_ token: PresentedToken) -> Check {
    let title = "the signature is one of the issuer's keys"
    return switch token.signature {
    case .verified(let how): Check(id: "signature", title: title, outcome: .pass, actual: how)
    case .presumed:
      Check(
        id: "signature", title: title, outcome: .pass,
        actual: token.isHypothetical ? "hypothetical: nobody has signed these claims" : "the claims count as signed")
    case .refused(let why): Check(id: "signature", title: title, outcome: .fail, actual: why)
    case .notChecked(let why):
      Check(
        id: "signature", title: title, outcome: .unknown, actual: why,
        hint: "Give the issuer's keys with --jwks, or name the issuer with --issuer to have them fetched.")
    }
  }
}
