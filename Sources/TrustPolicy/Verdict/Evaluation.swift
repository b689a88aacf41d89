import Inspection
import JOSE

/// The steps that a relying party takes with a token, and what would mend those that fail.
public struct Evaluation: Sendable {
  /// One step, and what the relying party answers when it fails.
  struct Step: Sendable {
    let check: Check
    let answer: PartyAnswer?
    /// Steps of one stage are taken in an order that is not known.
    let stage: Int
  }

  private(set) var steps: [Step] = []
  /// Whom the token becomes when it is accepted.
  var principal: String?
  /// What no document tells but must be true as well.
  var beyond: [Check] = []
  /// Ways to accept the token: each mends everything that stands in one way of being accepted.
  /// They are made when they are asked for: a bare decision needs none.
  var routes: @Sendable () -> [Route] = { [] }
  /// What stands in every way, such as a wrong audience.
  var obstacles: [Route.Obstacle] = []

  init() {}

  /// Adds a step behind all others.
  ///
  /// - Parameter answer: what the relying party answers when the check fails.
  mutating func add(_ check: Check, answer: PartyAnswer? = nil) {
    steps.append(Step(check: check, answer: answer, stage: (steps.last?.stage ?? 0) + 1))
  }

  /// Adds a step of which it is not known whether it comes before or after the last one.
  mutating func addBeside(_ check: Check, answer: PartyAnswer? = nil) {
    steps.append(Step(check: check, answer: answer, stage: steps.last?.stage ?? 1))
  }

  /// Something that fails, with the changes of which each would mend it.
  mutating func obstacle(_ repairs: [Repair]) { obstacles.append(Route.Obstacle(repairs: repairs)) }

  var decision: Decision {
    if steps.contains(where: { $0.check.outcome == .fail }) { return .reject }
    return steps.contains { $0.check.outcome == .unknown } ? .unknown : .accept
  }

  func verdict(of configuration: some TrustConfiguration) -> Verdict {
    let stage = steps.first { $0.check.outcome == .fail }?.stage
    let reported = steps.indices.filter { steps[$0].stage == stage && steps[$0].check.outcome == .fail }
    let certain = stage.map { stage in
      !steps.contains { $0.stage <= stage && $0.check.outcome == .unknown }
    }
    return Verdict(
      relyingParty: configuration.relyingParty, name: configuration.name, decision: decision,
      checks: steps.map(\.check), reported: reported, answers: reported.compactMap { steps[$0].answer },
      isReportCertain: certain ?? true, principal: decision == .reject ? nil : principal, beyond: beyond, lints: [],
      suggestions: [])
  }
}

/// A way to be accepted: all its obstacles must go.
struct Route: Sendable {
  struct Obstacle: Sendable {
    /// Each mends it, the narrowest first; empty when nothing can.
    let repairs: [Repair]
  }

  var obstacles: [Obstacle]
}

/// A change that may mend a failing check.
struct Repair: Sendable {
  let title: String
  /// What is there and what should be, for people.
  let before: String
  let after: String
  let change: Change

  enum Change: Sendable {
    case document([Edit])
    /// Another token: this claim with this value.
    case claim(String, JSON)
  }
}
