import Federation
import Inspection
import Issuer
import JOSE
import Synchronization
import TerminalUI

/// Carries out the exchanges that the interface asks for.
final class InterfaceExchanges: Sendable {
  private let workspace: Workspace
  private let port: TerminalPort
  /// For what blocks.
  private let work: Worker
  /// Those under way; nil for one whose token is still being made.
  private let tasks = Mutex<[ExchangeID: Task<Void, Never>?]>([:])

  init(workspace: Workspace, port: TerminalPort, work: Worker) {
    self.workspace = workspace
    self.port = port
    self.work = work
  }

  /// Begins and returns at once.
  func begin(_ id: ExchangeID, _ order: ExchangeOrder) {
    tasks.withLock { _ = $0.updateValue(nil, forKey: id) }
    work.add { [self] in
      do throws(Failure) {
        let now = Surroundings.now()
        do {
          // Before a token is made for it: what is malformed needs none.
          _ = try OrderedExchange(order, subject: nil, now: now)
          let token = try token(order, now)
          let subject = CompactToken(parsing: token).claims?["sub"]?.stringValue
          start(id, try OrderedExchange(order, subject: subject, now: now), token)
        } catch let error as ExchangeInputError {
          end(id, .exchangeRefused(id, input: error.input, problem: error.problem))
        } catch let failure as Failure {
          throw failure
        } catch {
          throw Failure("exchange-failed", "\(error)")
        }
      } catch {
        end(id, .exchangeRefused(id, input: nil, problem: [error.message, error.hint ?? ""].joined(separator: " ")))
      }
    }
  }

  func cancel(_ id: ExchangeID) {
    tasks.withLock { $0.removeValue(forKey: id) }??.cancel()
  }

  private func token(_ order: ExchangeOrder, _ now: Timestamp) throws(Failure) -> String {
    switch order.token {
    case .compact(let token): return token
    case .fresh(let audience, let isPinned):
      var claims = JSONObject()
      if isPinned, let role = order.inputs["role-arn"] {
        claims.set(AWSExchangeOptions.rolesClaim, to: .array([JSON(role)]))
      }
      let request = TokenRequest(audiences: [audience], lifetime: ExchangeTokenOptions.lifetime, claims: claims)
      return try workspace.issue(request, now: now).compact
    }
  }

  private func start(_ id: ExchangeID, _ exchange: OrderedExchange, _ token: String) {
    tasks.withLock { tasks in
      // It was cancelled meanwhile: then nothing is sent.
      guard tasks.keys.contains(id) else { return }
      tasks[id] = Task { [self] in
        let report = await exchange.run(token) { [port] event in
          if let note = Self.note(event) { port.post(.exchangeProgress(id, note)) }
        }
        end(id, .exchangeEnded(id, report))
      }
    }
  }

  /// Tells the end, unless it was cancelled.
  private func end(_ id: ExchangeID, _ message: Message) {
    let isAwaited = tasks.withLock { $0.removeValue(forKey: id) != nil }
    if isAwaited { port.post(message) }
  }

  private static func note(_ event: ExchangeClient.Event) -> String? {
    switch event {
    case .sends(let request, let attempt):
      "asks \(Visible.escaped(request.url))" + (attempt > 1 ? ", for the \(attempt). time" : "")
    case .waits(let milliseconds, let because):
      "asks again in \(milliseconds / 1000).\(milliseconds % 1000 / 100) s: \(because)"
    case .clock: nil
    }
  }
}
