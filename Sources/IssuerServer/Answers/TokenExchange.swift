import Issuer

/// A token request in the form of RFC 8693 §2.1.
struct TokenExchange: Sendable, Equatable {
  static let grantType = "urn:ietf:params:oauth:grant-type:token-exchange"
  static let idToken = "urn:ietf:params:oauth:token-type:id_token"
  private static let tokenTypes = [idToken, "urn:ietf:params:oauth:token-type:jwt"]
  private static let subjectTypes = [
    "urn:ietf:params:oauth:token-type:access_token", "urn:ietf:params:oauth:token-type:jwt",
  ]

  let audiences: [String]
  /// How long the token is to live, in seconds.
  let lifetime: Int64?
  /// The credential that came as the subject token.
  let credential: String?
  /// What kind of token was asked for, as it was written; an ID token is a JWT too.
  let issuedType: String

  /// - Parameter form: the body of the request.
  /// - Throws: ``TokenError`` with what the request lacks.
  init(_ form: FormData) throws(TokenError) {
    do {
      guard let grant = try form.value("grant_type") else {
        throw TokenError(.invalidRequest, "grant_type is missing; it is \(Self.grantType)")
      }
      guard grant == Self.grantType else {
        throw TokenError(.unsupportedGrantType, "grant_type has to be \(Self.grantType)")
      }
      let wanted = try form.value("requested_token_type") ?? Self.idToken
      guard Self.tokenTypes.contains(wanted) else {
        throw TokenError(.invalidRequest, "requested_token_type has to be \(Self.idToken), or be left out")
      }
      for name in ["actor_token", "resource"] where !form.values(name).isEmpty {
        throw TokenError(.invalidRequest, "\(name) is not supported; name the relying party as audience")
      }
      if let scope = try form.value("scope"), scope != "openid" {
        throw TokenError(.invalidScope, "scope can only be openid, or be left out")
      }
      credential = try form.value("subject_token")
      let type = try form.value("subject_token_type")
      if credential != nil {
        guard let type else {
          throw TokenError(.invalidRequest, "subject_token_type is missing; it is \(Self.subjectTypes[0])")
        }
        guard Self.subjectTypes.contains(type) else {
          throw TokenError(.invalidRequest, "subject_token_type has to be \(Self.subjectTypes[0])")
        }
      }
      if let text = try form.value("expires_in") {
        guard let seconds = Int64(text), seconds > 0 else {
          throw TokenError(.invalidRequest, "expires_in has to be a number of seconds above 0")
        }
        lifetime = seconds
      } else {
        lifetime = nil
      }
      audiences = form.values("audience")
      issuedType = wanted
    } catch let duplicate as DuplicateField {
      throw TokenError(.invalidRequest, "\(duplicate.name) is there more than once")
    } catch let error as TokenError {
      throw error
    } catch {
      throw TokenError(.invalidRequest, "the form cannot be read")
    }
  }
}
