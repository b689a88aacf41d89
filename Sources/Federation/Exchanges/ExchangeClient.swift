import Inspection
import JOSE

/// Carries the requests of exchanges over the network.
///
/// It asks again only when the party says that this may help, a few times and after pauses that differ; a refusal is
/// final. No redirect is followed: a token goes where the person sent it, and nowhere else.
public struct ExchangeClient: Sendable {
  /// What happens while an exchange is under way.
  public enum Event: Sendable {
    /// The request goes out, for the first time or again.
    case sends(ExchangeRequest, attempt: Int)
    /// The party wants to be asked again; so many milliseconds pass before that.
    case waits(milliseconds: Int64, because: String)
    /// The party's clock minus ours, in seconds, by an answer.
    case clock(skew: Int64)
  }

  /// How often a request is sent at most.
  static let attempts = 4
  /// The longest pause that is waited for, in milliseconds.
  static let longestPause: Int64 = 10_000
  /// The most bytes of an answer: 256 KiB.
  static let byteLimit = 1 << 18

  private let fetcher: Fetcher
  private let clock: @Sendable () -> Timestamp
  private let observe: @Sendable (Event) -> Void
  /// Waits so many milliseconds.
  private let pause: @Sendable (Int64) async throws -> Void

  /// - Parameters:
  ///   - environment: `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and their kin.
  ///   - clock: what time it is.
  ///   - observe: is told what happens, from any thread.
  public init(
    environment: [String: String], clock: @escaping @Sendable () -> Timestamp,
    observe: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.init(fetcher: Fetcher(environment: environment), clock: clock, observe: observe)
  }

  init(
    fetcher: Fetcher, clock: @escaping @Sendable () -> Timestamp,
    observe: @escaping @Sendable (Event) -> Void = { _ in },
    pause: @escaping @Sendable (Int64) async throws -> Void = { try await Task.sleep(for: .milliseconds($0)) }
  ) {
    self.fetcher = fetcher
    self.clock = clock
    self.observe = observe
    self.pause = pause
  }

  /// The same, told to one observer more.
  func observed(_ other: @escaping @Sendable (Event) -> Void) -> ExchangeClient {
    ExchangeClient(
      fetcher: fetcher, clock: clock,
      observe: { [observe] event in
        observe(event)
        other(event)
      }, pause: pause)
  }

  /// Sends a request until there is an answer that counts, and reads it.
  func send<Value>(
    _ request: ExchangeRequest, to party: ExchangeParty,
    reading read: (ExchangeAnswer) throws(ExchangeProblem) -> Value
  ) async throws(ExchangeFailure) -> Value {
    var attempt = 1
    while true {
      observe(.sends(request, attempt: attempt))
      let response: Fetcher.Response
      do {
        var sent = request.request
        sent.byteLimit = Self.byteLimit
        response = try await fetcher.send(sent, until: fetcher.deadline())
      } catch {
        throw ExchangeFailure(party: party, url: request.url, .network(error.reason))
      }
      let arrived = clock()
      let skew = response.date.map { arrived.distance(to: $0) }
      if let skew { observe(.clock(skew: skew)) }
      let answer = ExchangeAnswer(
        status: response.status, bytes: response.bytes, arrived: arrived.seconds, contentType: response.contentType,
        skew: skew)
      do {
        return try read(answer)
      } catch {
        let failure = ExchangeFailure(
          party: party, url: request.url, .init(error, of: answer, to: request), skew: skew,
          retryAfter: response.retryAfter)
        let pause = Self.pause(before: attempt + 1, wanted: response.retryAfter)
        guard failure.isRetryable, attempt < Self.attempts, let pause else { throw failure }
        observe(.waits(milliseconds: pause, because: failure.found))
        do { try await self.pause(pause) } catch {
          throw ExchangeFailure(party: party, url: request.url, .cancelled)
        }
        attempt += 1
      }
    }
  }

  /// How many milliseconds to wait before an attempt: twice as long each time, a random part of it, so that many who
  /// were turned away together do not come back together; as long as the party wants, nil when that is too long.
  static func pause(before attempt: Int, wanted: Int64?) -> Int64? {
    let longest = Int64(250) << Int64(min(attempt, 5))
    let own = Int64.random(in: longest / 2...longest)
    let wanted = (wanted ?? 0).multipliedReportingOverflow(by: 1000)
    guard !wanted.overflow, wanted.partialValue <= longestPause else { return nil }
    return wanted.partialValue + own
  }
}

extension ExchangeFailure.Reason {
  fileprivate init(_ problem: ExchangeProblem, of answer: ExchangeAnswer, to request: ExchangeRequest) {
    switch problem {
    case .refused(let refusal):
      // Some repeat what they were given.
      self = .refused(
        ExchangeRefusal(
          status: refusal.status, code: request.withoutSecrets(refusal.code),
          message: request.withoutSecrets(refusal.message)))
    case .malformed(let words): self = .answer(status: answer.status, problem: request.withoutSecrets(words))
    }
  }
}
