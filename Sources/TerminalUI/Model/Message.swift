import Inspection
import TrustPolicy

/// Everything that can happen to the interface: what the person does, what time does, and what effects bring back.
public enum Message: Sendable {
  case terminal(TerminalEvent)
  /// What time it is. The loop sends it before each batch of other messages and when `Model.nextWake` is due.
  case tick(Moment)

  /// The answer to `Effect.requestToken`: a compact token and the keys to check it with.
  case tokenArrived(EntryID, String, KeySource)
  /// A compact token came, and the keys to check it with did not.
  case tokenUnchecked(EntryID, String, problem: String)
  /// The request came to nothing: what went wrong and what to try, in sentences for a person. `retryAfter` are the
  /// seconds for which the issuer does not want to be asked again.
  case tokenFailed(EntryID, problem: String, hint: String? = nil, retryAfter: Int64? = nil)
  /// The answer to `Effect.fetchKeys`.
  case keysArrived(EntryID, KeySource)
  case keysFailed(EntryID, problem: String, hint: String? = nil)

  /// What an exchange waits for, in a line for a person.
  case exchangeProgress(ExchangeID, String)
  /// What came of an exchange.
  case exchangeEnded(ExchangeID, ExchangeReport)
  /// Nothing was sent: what is wrong, and with which input, when it is one.
  case exchangeRefused(ExchangeID, input: String?, problem: String)

  /// Something was put on the clipboard: "token", by "OSC 52", so many characters.
  case copied(what: String, how: String, length: Int)
  case copyFailed(what: String, problem: String)

  /// Text that should hold a token: of a file, of standard input, of the command line. `from` names it.
  case opened(text: String, from: String?)
  case openFailed(path: String, problem: String)

  /// The answer to `Effect.readPolicies`, also when a file changed afterwards.
  case policiesRead(PolicySet)
  /// A file with a trust policy may have changed.
  case policiesChanged

  /// An issuer's clock minus ours, in seconds, from a `Date` header.
  case clockSkew(Int64, of: IssuerID = .embedded)
  /// The embedded issuer's algorithm and key ID, for the top bar, once its keys have been read.
  case issuerReady(algorithm: String, keyID: String)
  case toast(ToastLevel, String)
}
