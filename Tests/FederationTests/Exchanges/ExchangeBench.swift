import Inspection
import JOSE
import Synchronization

@testable import Federation

/// A party whose answers a test chooses, all that it was asked, and a client that waits for nothing.
final class ExchangeBench: Sendable {
  static let now = Timestamp(1_795_521_648)
  /// Nobody has signed it: the parties of these tests check nothing.
  static let token = TokenBench.token([
    "iss": "https://idp.acme.dev", "sub": "https://github.com/acme/app", "aud": "sts.amazonaws.com",
  ])

  private let log: Log
  private let server: LoopbackServer

  private final class Log: Sendable {
    let requests = Mutex<[String]>([])
    let pauses = Mutex<[Int64]>([])
  }

  /// - Parameter answers: one after the other, the last one again and again; nil says nothing.
  init(_ answers: [UInt8]?...) throws {
    let log = Log()
    self.log = log
    server = try LoopbackServer { _, request in
      let number = log.requests.withLock { requests in
        requests.append(request)
        return requests.count
      }
      return answers[min(number, answers.count) - 1]
    }
  }

  var url: String { server.url }
  /// What was asked, head and body.
  var requests: [String] { log.requests.withLock { $0 } }
  /// The milliseconds that would have been waited.
  var pauses: [Int64] { log.pauses.withLock { $0 } }

  func client(
    secondLimit: Int = 10, observe: @escaping @Sendable (ExchangeClient.Event) -> Void = { _ in }
  ) -> ExchangeClient {
    ExchangeClient(
      fetcher: Fetcher(environment: [:], secondLimit: secondLimit), clock: { Self.now }, observe: observe,
      pause: { [log] in log.pauses.withLock { [pause = $0] in $0.append(pause) } })
  }

  /// An exchange with this party.
  func generic(_ parameters: [(name: String, value: String)] = []) throws -> GenericExchange {
    try GenericExchange(endpoint: url + "/token", parameters: parameters)
  }

  /// An exchange that fails.
  func failure(_ exchange: some Exchange, token: String = ExchangeBench.token) async -> ExchangeFailure? {
    do {
      _ = try await exchange.exchange(token, by: client())
      return nil
    } catch {
      return error
    }
  }

  static func granted(_ headers: [String] = []) -> [UInt8] {
    LoopbackServer.answer(
      #"{"access_token":"opaque-access-token","token_type":"Bearer","expires_in":3599}"#, headers: headers)
  }

  /// An answer with a status and without words.
  static func status(_ status: String, _ body: String = "{}", headers: [String] = []) -> [UInt8] {
    LoopbackServer.answer(body, status: status, headers: headers)
  }
}
