import Glibc
import Inspection
import Issuer
import JOSE

/// Keeps a fresh token in a file: each is written whole or not at all, for its owner alone, without a newline.
///
/// It does a step at a time and never waits, so that whoever holds it can look after signals and programs between them.
struct TokenKeeper {
  /// What happened, for a person.
  enum Event {
    case kept(expiry: Timestamp?, next: Int64)
    case failed(Failure, expiry: Timestamp?, next: Int64)
  }

  /// How long to wait at most before the next step, in milliseconds: the clock may be set, the machine may sleep, and
  /// somebody may take the file away.
  static let longestStep: Int64 = 5000
  /// How long to wait while a request is under way.
  private static let shortestStep: Int64 = 20

  let path: String
  private let supply: TokenSupply
  private let request: TokenRequest
  /// How long the first token is waited for, in milliseconds; nil for as long as it takes.
  private let patience: Int64?
  private let began = ChildProcess.monotonic()
  private let report: (Event) -> Void
  private var pending: Blocking.Pending<Result<TokenSupply.Token, SupplyFailure>>?
  /// When the next request is made: in milliseconds since 1970, for a machine that slept, and on the clock that nobody
  /// sets, for one whose time was set back; whichever comes first.
  private var due: (wall: Int64, monotonic: Int64) = (0, 0)
  private var failures = 0
  private var expiry: Timestamp?
  /// The token that is in the file; nil before the first one.
  private(set) var current: String?

  init(
    path: String, supply: TokenSupply, request: TokenRequest, patience: Int64? = nil,
    report: @escaping (Event) -> Void
  ) {
    self.patience = patience
    self.path = path
    self.supply = supply
    self.request = request
    self.report = report
  }

  /// Does what is to be done now.
  ///
  /// - Returns: after how many milliseconds there may be something to do.
  /// - Throws: ``Failure`` as long as there was no token yet and waiting would bring none. Later ones are reported, and
  ///   tried again.
  mutating func step() throws(Failure) -> Int64 {
    let now = Surroundings.milliseconds()
    if let pending {
      guard let result = pending.value else { return Self.shortestStep }
      self.pending = nil
      switch result {
      case .success(let token): try keep(token.compact, now)
      case .failure(let error): try fail(error, now)
      }
    } else if left(now) <= 0 || isGone {
      var supply = supply
      // Later ones come when nobody is there, or when the terminal is somebody else's.
      supply.mayAsk = supply.mayAsk && current == nil
      pending = Blocking.begin { [supply, request] () async in
        do throws(SupplyFailure) { return .success(try await supply.token(request)) } catch { return .failure(error) }
      }
      return Self.shortestStep
    }
    return max(Self.shortestStep, min(Self.longestStep, left(now)))
  }

  /// In how many milliseconds the next request is due.
  private func left(_ now: Int64) -> Int64 { min(due.wall - now, due.monotonic - ChildProcess.monotonic()) }

  private mutating func wait(_ pause: Int64, _ now: Int64) {
    due = (now + pause, ChildProcess.monotonic() + pause)
  }

  /// Whether somebody took the file away, as Vault's agent does once it has read it.
  private var isGone: Bool { current != nil && failures == 0 && access(path, F_OK) != 0 && errno == ENOENT }

  private mutating func keep(_ compact: String, _ now: Int64) throws(Failure) {
    do {
      try AtomicFile.write(Array(compact.utf8), to: path, mode: 0o600, action: "write the token to")
    } catch {
      return try fail(SupplyFailure(Failure("output-failed", error.description)), now)
    }
    current = compact
    failures = 0
    let seconds = CompactToken(parsing: compact).claims?["exp"]?.doubleValue
    expiry = seconds.flatMap { Int64(exactly: $0.rounded(.down)) }.map { Timestamp($0) }
    let pause = RenewalPlan.pause(lifetime: expiry.map { Timestamp(now / 1000).distance(to: $0) })
    wait(pause, now)
    report(.kept(expiry: expiry, next: pause))
  }

  private mutating func fail(_ error: SupplyFailure, _ now: Int64) throws(Failure) {
    let isPatient = patience.map { ChildProcess.monotonic() - began < $0 } ?? true
    guard current != nil || (error.isTransient && isPatient) else { throw error.failure }
    failures += 1
    let pause = RenewalPlan.pause(afterFailures: failures, wish: error.retryAfter)
    wait(pause, now)
    report(.failed(error.failure, expiry: expiry, next: pause))
  }
}

extension TokenKeeper.Event {
  /// A line for standard error.
  func text(_ path: String) -> String {
    switch self {
    case .kept(let expiry, let next):
      let until = expiry.map { " until \($0.display())" } ?? ""
      return "idp: \(Visible.escaped(path)) holds a token\(until); the next one in \(Countdown.text(next / 1000))\n"
    case .failed(let failure, let expiry, let next):
      let left = expiry.map { Surroundings.now().distance(to: $0) }
      let state =
        left.map { $0 > 0 ? "; the one there holds for \(Countdown.text($0))" : "; the one there has expired" } ?? ""
      let pause = next < 1000 ? "1s" : Countdown.text(next / 1000)
      return Failure(
        failure.code, failure.message, hint: "It is tried again in \(pause)\(state)."
      ).text
    }
  }
}
