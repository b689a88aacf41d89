import Inspection
import JOSE

/// What may be taken from a party and handed on: into headers, files of other tools, and the environment.
enum TokenSafety {
  /// The longest secret that is taken, in bytes. Session tokens of AWS have some thousands.
  static let longest = 1 << 16

  /// The string of a member, when it can be a secret at all: one word of visible ASCII. A line end in it would be a line
  /// of its own in somebody's file.
  static func secret(_ value: JSON?, named name: String) throws(ExchangeProblem) -> String {
    guard let text = value?.stringValue else { throw .malformed("the answer holds no '\(name)'") }
    return try secret(text, named: name)
  }

  /// The text, when it can be a secret at all.
  static func secret(_ text: String, named name: String) throws(ExchangeProblem) -> String {
    guard !text.isEmpty, text.utf8.count <= longest, isVisible(text) else {
      throw .malformed("'\(name)' in the answer is empty, too long, or holds characters that belong in no secret")
    }
    return text
  }

  /// Whether a text is visible ASCII without spaces.
  static func isVisible(_ text: String) -> Bool { text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }

  /// The token, when it can be sent at all.
  static func sendable(
    _ token: String, to party: ExchangeParty, at url: FetchURL, limit: Int = longest
  ) throws(ExchangeFailure) -> String {
    let problem: String? =
      if token.isEmpty {
        "the token is empty"
      } else if token.utf8.count > limit {
        "the token has \(token.utf8.count) characters, and \(party.name) takes \(limit) at most"
      } else if !isVisible(token) {
        "the token holds spaces, line ends or other characters that belong in no token"
      } else {
        nil
      }
    if let problem { throw ExchangeFailure(party: party, url: url.text, .token(problem)) }
    return token
  }
}
