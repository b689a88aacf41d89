import Inspection
import TrustPolicy

/// An exchange from its form to what came of it.
struct ExchangeView: Sendable {
  enum Stage: Sendable {
    case form
    /// It is under way; the note says what is waited for.
    case running(ExchangeID, since: Moment, note: String)
    case done(Outcome)
  }

  /// What came of it.
  struct Outcome: Sendable {
    let report: ExchangeReport
    /// How long it took, in milliseconds.
    let duration: Int64
    /// What the trust documents say about a refusal.
    var foresight: Foresight?
  }

  /// What is shown of the trust documents.
  struct Foresight: Sendable {
    /// Which configuration the Trust view shows.
    let index: Int
    let sentence: String
    /// The check at fault, in words.
    let reason: String?
    let isForeseen: Bool
  }

  /// The entry whose token it is.
  let entry: EntryID
  var form: ExchangeForm
  var stage = Stage.form
  var offset = 0
  /// Whether what came back is shown whole; only for this exchange.
  var showsSecrets = false

  /// Whether plain characters are text here and not keys.
  var isTyping: Bool { if case .form = stage { true } else { false } }

  /// Empties the line that is typed; false when there was nothing in it.
  mutating func clearsText() -> Bool {
    guard isTyping, let index = form.selectedInput, !form.field(index).isEmpty else { return false }
    form.change(index) { $0.clear() }
    return true
  }
}
