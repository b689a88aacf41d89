import HTTPTypes
import JOSE

/// Why a token request is refused, as its sender is told: an error of RFC 6749 §5.2 with a sentence that says what to do.
///
/// To those who are not known it tells nothing about what there is.
struct TokenError: Error, Sendable, Equatable {
  enum Code: String, Sendable {
    case invalidRequest = "invalid_request"
    case invalidClient = "invalid_client"
    /// RFC 8693 §2.2.2.
    case invalidTarget = "invalid_target"
    case invalidScope = "invalid_scope"
    case unsupportedGrantType = "unsupported_grant_type"
    /// RFC 6749 §4.1.2.1, used here with 429 and 503.
    case unavailable = "temporarily_unavailable"
    case tooMany = "too_many_requests"
    case tooLarge = "request_too_large"
    case failed = "server_error"
  }

  let code: Code
  let description: String
  /// When to try again, in seconds.
  var retryAfter: Int64?

  init(_ code: Code, _ description: String, retryAfter: Int64? = nil) {
    self.code = code
    self.description = description
    self.retryAfter = retryAfter
  }

  var status: HTTPResponse.Status {
    switch code {
    case .invalidRequest, .invalidTarget, .invalidScope, .unsupportedGrantType: .badRequest
    case .invalidClient: .unauthorized
    case .tooMany: .tooManyRequests
    case .tooLarge: .contentTooLarge
    case .unavailable: .serviceUnavailable
    case .failed: .internalServerError
    }
  }

  /// As RFC 6749 §5.2 has it. Too many requests are told in a code of that registry too.
  var oauth: JSON {
    let code = self.code == .tooMany ? Code.unavailable : self.code == .tooLarge ? .invalidRequest : self.code
    return ["error": JSON(code.rawValue), "error_description": JSON(description)]
  }

  /// As RFC 9457 has it.
  var problem: JSON {
    [
      "type": "about:blank", "title": JSON(status.reasonPhrase), "status": JSON(Int64(status.code)),
      "detail": JSON(description), "code": JSON(code.rawValue),
    ]
  }
}
