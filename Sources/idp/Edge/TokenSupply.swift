import Federation
import Inspection
import Issuer
import JOSE

/// Where the tokens of a command come from: the embedded issuer, or what was chosen in its place.
struct TokenSupply: Sendable {
  enum Origin: Sendable {
    case embedded
    case served(ServedIssuer)
    case source(TokenSource)
  }

  /// A token that came.
  struct Token: Sendable {
    let compact: String
    /// The clock of who gave it minus ours, in seconds; nil when that is not known.
    var skew: Int64?
  }

  let origin: Origin
  /// Whether a program that is asked for a token may ask the person at the terminal in turn.
  var mayAsk = false
  private let workspace: Workspace

  init(_ origin: Origin, _ workspace: Workspace) {
    self.origin = origin
    self.workspace = workspace
  }

  var isEmbedded: Bool { if case .embedded = origin { true } else { false } }

  /// Whether it lets a token live for as long as it is asked to, within its limits; others decide that themselves.
  var takesLifetime: Bool { if case .source(let source) = origin { source.takesLifetime } else { true } }

  /// What is called it in a message.
  var name: String {
    switch origin {
    case .embedded: "the embedded issuer"
    case .served(let issuer): issuer.url
    case .source(.command): "the command"
    case .source(let source): "the source \(source.name)"
    }
  }

  /// A token for these audiences.
  ///
  /// - Parameters:
  ///   - lifetime: how long it should live, in seconds. Who cannot be told decides that: see ``takesLifetime``.
  ///   - claims: for the embedded issuer; others decide themselves which claims a token has.
  func token(
    audiences: [String], lifetime: Int64? = nil, claims: JSONObject = JSONObject()
  ) throws(Failure) -> String {
    let request = TokenRequest(audiences: audiences, lifetime: lifetime, claims: claims)
    // Without the network there is nothing to wait for.
    if isEmbedded { return try workspace.issue(request, now: Surroundings.now()).compact }
    return try Blocking.wait { () async throws(Failure) in
      do throws(SupplyFailure) {
        return try await self.token(request).compact
      } catch {
        throw error.failure
      }
    }
  }

  /// A token for these audiences, by a task that can be cancelled.
  func token(_ request: TokenRequest) async throws(SupplyFailure) -> Token {
    do throws(Failure) {
      try check(request)
      if isEmbedded { return Token(compact: try workspace.issue(request, now: Surroundings.now()).compact) }
    } catch {
      throw SupplyFailure(error)
    }
    switch origin {
    case .embedded: throw SupplyFailure(Failure("cancelled", "There is no token."))
    case .served(let issuer):
      let token = try await issuer.token(for: request.audiences, lifetime: request.lifetime)
      return Token(compact: token.compact, skew: token.skew)
    case .source(let source):
      do throws(SourceError) {
        return Token(
          compact: try await source.token(
            for: request.audiences, lifetime: request.lifetime, in: Surroundings.ofSources(mayAsk: mayAsk)))
      } catch {
        throw SupplyFailure(
          Failure(error.code, error.description, hint: error.hint), retryAfter: error.retryAfter,
          isTransient: error.isTransient)
      }
    }
  }

  /// Whether a lifetime that the person asks for can be had.
  func check(lifetime: Duration?) throws(Failure) {
    guard lifetime == nil || takesLifetime else {
      throw Failure(
        "usage", "How long its tokens live is decided by \(name) itself: --ttl does not go with it.",
        hint: "Leave --ttl out.")
    }
  }

  /// What an issuer elsewhere would refuse, or leave out in silence.
  private func check(_ request: TokenRequest) throws(Failure) {
    guard !isEmbedded else { return }
    guard request.claims.members.isEmpty else {
      guard case .served = origin else {
        throw Failure(
          "usage", "\(name.capitalisingFirst()) decides itself which claims a token has: --claim does not go with it.",
          hint: "Leave --claim out, or take the embedded issuer.")
      }
      throw Failure(
        "usage", "A served issuer decides itself which claims a token has: --claim does not go with --issuer.",
        hint: "Claims of a workspace are set there: idp workspaces add NAME --claim NAME=VALUE.")
    }
    for audience in request.audiences where !TokenIssuer.isAudience(audience) {
      throw Failure("audience-malformed", "\(IssueError.audience(audience))")
    }
    if let lifetime = request.lifetime, !IssuerConfiguration.lifetimes.contains(lifetime) {
      throw Failure("lifetime-out-of-range", "\(IssueError.lifetime(seconds: lifetime))")
    }
  }
}

/// Why no token came.
struct SupplyFailure: Error, Sendable {
  let failure: Failure
  /// For how many seconds it should not be asked again; nil when it did not say.
  let retryAfter: Int64?
  /// Whether the same request may be granted later without anybody changing anything.
  let isTransient: Bool

  init(_ failure: Failure, retryAfter: Int64? = nil, isTransient: Bool = false) {
    self.failure = failure
    self.retryAfter = retryAfter
    self.isTransient = isTransient
  }
}

extension Surroundings {
  /// What the sources of tokens find around this process.
  ///
  /// - Parameter mayAsk: whether their programs have the terminal, where we have it; then they get two minutes in place of
  ///   half a minute.
  static func ofSources(mayAsk: Bool = false) -> SourceSurroundings {
    SourceSurroundings(
      environment: environment, clock: { now() }, locate: { ChildProcess.path(of: $0, environment) },
      run: { arguments, environment in
        let leash = Leash()
        return await withTaskCancellationHandler {
          // A thread of its own: those of the tasks are few, and are not to wait for a program.
          await withCheckedContinuation { continuation in
            Worker.detach {
              let result = ChildProcess.run(
                arguments, capturesErrors: true, environment: environment, timeout: 30_000,
                patience: mayAsk ? 120_000 : nil, leash: leash)
              continuation.resume(returning: result.map(SourceSurroundings.Outcome.init))
            }
          }
        } onCancel: {
          leash.cut()
        }
      })
  }
}

extension SourceSurroundings.Outcome {
  init(_ result: ChildProcess.Result) {
    let excess: String? =
      switch result.excess {
      case nil: nil
      case .time(let milliseconds): "it took more than \(milliseconds / 1000) seconds"
      case .output: "it printed more than \(ChildProcess.outputLimit >> 20) MiB"
      }
    self.init(status: result.status, output: result.output, errors: result.errors, excess: excess)
  }
}

extension String {
  fileprivate func capitalisingFirst() -> String { prefix(1).uppercased() + dropFirst() }
}
