import Inspection
import JOSE

/// What a relying party decides.
public enum Decision: String, Sendable, Hashable {
  /// Every check that the relying party makes passes.
  case accept
  case reject
  /// It cannot be told from what is known. Never to be shown as accept.
  case unknown
}

/// What a relying party answers when it refuses.
public struct PartyAnswer: Sendable, Hashable {
  /// The code or the name of the error, such as `AccessDenied`.
  public let code: String
  /// The text, word for word; empty where it is not known.
  public let message: String

  public init(_ code: String, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// Whether a relying party would accept a token, check by check, and what would change its mind.
public struct Verdict: Sendable {
  public let relyingParty: RelyingParty
  /// Which configuration of the relying party it is: the file, and the role or provider in it.
  public let name: String
  public let decision: Decision
  /// All checks, in the order in which the relying party makes them; it stops at the first failure, this list does not.
  public let checks: [Check]
  /// The indices into ``checks`` of the failures of which the relying party reports one. More than one when it is not
  /// known in which order it makes these checks; empty when nothing fails.
  public let reported: [Int]
  /// What it answers, one for each of ``reported``.
  public let answers: [PartyAnswer]
  /// Whether a check before the failure could not be made: then the relying party may report that one instead.
  public let isReportCertain: Bool
  /// Whom the token becomes, when it is accepted: an ARN, a principal, a user name.
  public let principal: String?
  /// What no document tells but must be true as well, each `unknown` with the command that would tell.
  public let beyond: [Check]
  public var lints: [Lint]
  public var suggestions: [Suggestion]

  /// The one answer that the relying party gives; nil when nothing fails, or when it is not known which one comes first.
  public var wouldReport: PartyAnswer? {
    guard let first = answers.first, answers.allSatisfy({ $0 == first }) else { return nil }
    return first
  }
}

/// Something about a document that should be different, whatever a token says.
public struct Lint: Sendable, Hashable {
  public enum Severity: String, Sendable, Hashable, Comparable {
    /// The document cannot work, or cannot be stored.
    case error
    /// Others than those who were meant can get in, or nobody can.
    case warning
    case info

    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
    private var rank: Int { self == .error ? 0 : self == .warning ? 1 : 2 }
  }

  /// A stable name, such as `no-subject-pin`.
  public let id: String
  public let severity: Severity
  /// What is wrong, and what an attacker could do, in one sentence.
  public let message: String
  public let location: DocumentLocation?

  public init(_ id: String, _ severity: Severity, _ message: String, at location: DocumentLocation?) {
    self.id = id
    self.severity = severity
    self.message = message
    self.location = location
  }
}

/// A change after which the relying party accepts the token: that has been tried.
public struct Suggestion: Sendable, Equatable {
  /// What to do, in one sentence.
  public let title: String
  public let before: String
  public let after: String
  /// Where in a document; nil when it is the token that should be another.
  public let location: DocumentLocation?
  /// The changes of documents; empty when it is the token that should be another.
  public let edits: [Edit]
  /// The claims that the token should have instead; empty when it is the documents that should be changed.
  public let claims: JSONObject
}
