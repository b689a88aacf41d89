import Inspection
import JOSE

/// Names one line of the list for as long as the program runs; effects and their answers carry it.
public struct EntryID: Sendable, Hashable {
  public let number: Int

  public init(_ number: Int) {
    self.number = number
  }
}

/// One line of the list on the left: an audience that tokens can be requested for, or a token that was pasted or opened.
public struct Entry: Sendable {
  /// Where the entry comes from, which decides what can be done with it.
  public enum Origin: Sendable, Hashable {
    /// An audience of the configuration or one added here: its token can be requested and renewed.
    case audience(String)
    /// A token that was pasted.
    case pasted
    /// A token that was read from a file or from standard input.
    case opened(String)
  }

  /// A request that is under way.
  struct Pending: Sendable, Hashable {
    enum Work: Sendable, Hashable { case token, keys }
    var work: Work
    var since: Moment
  }

  /// What went wrong last, kept until the next success.
  struct Problem: Sendable, Hashable {
    var text: String
    var hint: String?
    var at: Moment
  }

  public let id: EntryID
  public let origin: Origin
  /// The issuer that an audience's tokens are requested from.
  public let issuer: IssuerID
  /// How the list calls it, ready to be shown.
  var label: String
  var token: TokenView?
  var pending: Pending?
  var problem: Problem?
  /// When an automatic renewal may be tried next, so that a failing issuer is not asked again and again.
  var renewNotBefore: Moment?

  /// The audience, for an entry that tokens can be requested for.
  public var audience: String? {
    if case .audience(let name) = origin { name } else { nil }
  }

  /// What the list's sign tells, at a time: a request under way is told apart by `pending`.
  func state(at now: Timestamp) -> TokenState? {
    token?.inspection.state(at: now)
  }
}
