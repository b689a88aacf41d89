import Inspection
import Synchronization

/// An exchange that has been made: what came back for programs, and all of it for people.
public struct ExchangeRun<Outcome: ExchangeOutcome>: Sendable {
  public let result: Result<Outcome, ExchangeFailure>
  public let report: ExchangeReport
}

extension Exchange {
  /// Gives the token to the party, and writes down what was sent where and what came of it.
  ///
  /// - Parameters:
  ///   - environment: `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and their kin.
  ///   - clock: what time it is.
  ///   - progress: is told what happens meanwhile, from any thread.
  public func run(
    _ token: String, environment: [String: String], clock: @escaping @Sendable () -> Timestamp,
    progress: @escaping @Sendable (ExchangeClient.Event) -> Void = { _ in }
  ) async -> ExchangeRun<Outcome> {
    await run(token, by: ExchangeClient(environment: environment, clock: clock), progress: progress)
  }

  /// The same for who only wants to show it.
  public func report(
    _ token: String, environment: [String: String], clock: @escaping @Sendable () -> Timestamp,
    progress: @escaping @Sendable (ExchangeClient.Event) -> Void
  ) async -> ExchangeReport {
    await run(token, environment: environment, clock: clock, progress: progress).report
  }

  func run(
    _ token: String, by client: ExchangeClient,
    progress: @escaping @Sendable (ExchangeClient.Event) -> Void = { _ in }
  ) async -> ExchangeRun<Outcome> {
    let notes = Notes()
    let client = client.observed { event in
      notes.take(event)
      progress(event)
    }
    do {
      let outcome = try await exchange(token, by: client)
      return ExchangeRun(
        result: .success(outcome),
        report: ExchangeReport(
          party: party, sent: notes.sent, result: .gave(outcome.fields, expiry: outcome.expiry),
          notes: [notes.clockNote].compactMap(\.self)))
    } catch {
      var result = ExchangeReport.Result.failed(problem: error.found, hint: error.hint)
      if var refusal = error.refusal {
        refusal.isForNow = error.isRetryable
        result = .refused(refusal, error.explanation)
      }
      return ExchangeRun(
        result: .failure(error),
        report: ExchangeReport(
          party: party, sent: notes.sent, result: result,
          notes: [error.clockNote, error.waitNote].compactMap(\.self)))
    }
  }
}

/// What was sent so far, and by how much the last clock differed.
private final class Notes: Sendable {
  private let state = Mutex<(sent: [ExchangeReport.Sent], clockNote: String?)>(([], nil))

  var sent: [ExchangeReport.Sent] { state.withLock { $0.sent } }
  var clockNote: String? { state.withLock { $0.clockNote } }

  func take(_ event: ExchangeClient.Event) {
    state.withLock { state in
      switch event {
      case .sends(let request, 1):
        state.sent.append(ExchangeReport.Sent(url: request.url, fields: request.headers + request.fields))
      case .sends(_, let attempt): state.sent.indices.last.map { state.sent[$0].attempts = attempt }
      case .waits: break
      case .clock(let skew):
        guard skew.magnitude >= 30, let url = state.sent.last?.url else { break }
        state.clockNote = ExchangeFailure.clockNote(skew: skew, url: url)
      }
    }
  }
}
