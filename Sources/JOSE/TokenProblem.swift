/// What is wrong with the text of a token, and where.
public struct TokenProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The part of the token that is wrong.
  public let part: Part
  /// The first wrong byte, counted from 0 in the text of the token; nil when it cannot be told.
  public let offset: Int?
  public let reason: Reason
  /// Where the problem stands among the others.
  let order: Int

  public enum Part: String, Sendable, Hashable { case header, payload, signature, whole }

  public enum Reason: Sendable, Hashable {
    /// This number of parts, where a JWS has three and a JWE five.
    case segments(Int)
    /// A part that must not be empty is.
    case empty
    case base64url(Base64URLError.Reason)
    /// The decoded bytes are no JSON; the offset in the error counts decoded bytes.
    case notJSON(JSONError)
    /// JSON, but this kind of value.
    case notAnObject(String)
    /// The payload is a token itself (RFC 7519 §5.2, `cty` is `JWT`).
    case nestedToken
    /// `alg` is `none`, and yet there is a signature (RFC 7518 §3.6).
    case unexpectedSignature
    /// JSON serialisation of a JWS or JWE instead of the compact one.
    case jsonSerialisation
    /// JSON that is no token.
    case json
  }

  init(part: Part, offset: Int?, reason: Reason, order: Int) {
    self.part = part
    self.offset = offset
    self.reason = reason
    self.order = order
  }

  /// Whether the signature cannot count because of this. What the payload says (JSON or not) has no say in whether it is
  /// signed; how it is encoded has.
  public var affectsSignature: Bool {
    switch reason {
    case .notJSON, .notAnObject, .nestedToken, .empty: part != .payload
    case .unexpectedSignature, .segments, .base64url, .jsonSerialisation, .json: true
    }
  }

  /// One sentence: the part, the byte, what was expected and found.
  public var description: String {
    let place =
      switch (part, offset) {
      case (.whole, let offset?): "byte \(offset)"
      case (.whole, nil): "token"
      case (_, let offset?): "\(part.rawValue), byte \(offset)"
      case (_, nil): part.rawValue
      }
    return "\(place): \(message)"
  }

  /// The sentence without its place.
  public var message: String {
    switch reason {
    case .segments(1): "no '.' in it, where a token has three parts separated by dots"
    case .segments(2): "the token ends after its second part, the signature is missing"
    case .segments(let count): "\(count) parts separated by dots, where a signed token has 3 and an encrypted one 5"
    case .empty:
      switch part {
      case .signature: "the signature is empty"
      case .payload: "the payload is empty"
      case .header, .whole: "the header is empty"
      }
    case .base64url(let reason): Base64URLError(offset: 0, reason: reason).message
    case .notJSON(let error): "no JSON: \(error.message) (decoded byte \(error.offset))"
    case .notAnObject(let kind): "must be a JSON object, but is \(kind)"
    case .nestedToken: "is another token, not claims"
    case .unexpectedSignature: "alg is none, which has no signature, but there is one"
    case .jsonSerialisation: "this is the JSON serialisation of a JWS or JWE, where the compact one is expected"
    case .json: "this is JSON, not a token"
    }
  }

  /// What to do about it.
  public var hint: String {
    switch reason {
    case .segments(1): "Paste the whole token: it begins with eyJ and has two dots."
    case .segments(2): "It was cut off when it was copied, or its signature was left out: copy it whole."
    case .segments: "Check that nothing was pasted before or after the token."
    case .empty:
      switch part {
      case .signature: "It was cut off when it was copied, or its signature was left out: copy it whole."
      case .payload: "A detached payload (RFC 7515, appendix F) must be put back between the dots."
      case .header, .whole: "Copy the token from its first character on."
      }
    case .base64url(.padding): "Whoever made the token must leave the '=' out (RFC 7515 section 2)."
    case .base64url(.whitespace): "Remove the space or line break; it often comes from wrapped output."
    case .base64url(.standardAlphabet): "Whoever made the token must use base64url (RFC 7515 section 2), not base64."
    case .base64url(.alphabet): "Look at this byte: something else was pasted with the token, or it was changed."
    case .base64url(.length): "One or more characters are missing: the token was cut off or changed."
    case .base64url(.nonCanonicalTail): "The last character was changed, or the issuer's encoder is wrong."
    case .notJSON(let error):
      if case .unexpectedEnd = error.reason {
        "It ends too early: the token was cut off. Copy it whole."
      } else {
        "The issuer wrote no JSON here, or the token was changed."
      }
    case .notAnObject: "An ID token carries an object here; ask the issuer for one."
    case .nestedToken: "Inspect the inner token: it is what the payload decodes to."
    case .unexpectedSignature: "The header was changed: reject the token."
    case .jsonSerialisation: "Ask for the compact serialisation: header.payload.signature."
    case .json: "Paste the token itself; it begins with eyJ."
    }
  }
}
