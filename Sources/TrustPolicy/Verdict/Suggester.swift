import Inspection
import JOSE

/// Finds the changes after which a token is accepted. Each is tried before it is offered.
struct Suggester {
  let documents: TrustDocuments
  let index: Int
  let token: PresentedToken
  let now: Timestamp

  /// What is offered at most; more would be a list to choose from, and no advice.
  private static let mostSuggestions = 3
  private static let mostTrials = 24

  func suggestions(for evaluation: Evaluation) -> [Suggestion] {
    guard evaluation.decision == .reject else { return [] }
    var routes = evaluation.routes()
    if routes.isEmpty { routes = [Route(obstacles: [])] }
    var found: [Suggestion] = []
    var trials = 0
    for route in routes.sorted(by: { $0.obstacles.count < $1.obstacles.count }) {
      for choice in choices(evaluation.obstacles + route.obstacles) {
        guard trials < Self.mostTrials, found.count < Self.mostSuggestions else { return found }
        trials += 1
        let suggestion = suggestion(of: choice)
        if !found.contains(suggestion), isAccepted(with: choice) { found.append(suggestion) }
      }
      // A way with fewer changes is narrower than all that come after it.
      if !found.isEmpty { break }
    }
    return found
  }

  /// One repair for each obstacle: first the narrowest of each, then the others of one obstacle at a time.
  private func choices(_ obstacles: [Route.Obstacle]) -> [[Repair]] {
    guard !obstacles.isEmpty, obstacles.count <= 6 else { return [] }
    let firsts = obstacles.compactMap(\.repairs.first)
    guard firsts.count == obstacles.count else { return [] }
    var choices = [firsts]
    for (index, obstacle) in obstacles.enumerated() {
      for repair in obstacle.repairs.dropFirst() {
        var choice = firsts
        choice[index] = repair
        choices.append(choice)
      }
    }
    return choices
  }

  private func suggestion(of repairs: [Repair]) -> Suggestion {
    let edits = Self.edits(of: repairs)
    return Suggestion(
      title: Self.distinct(repairs.map(\.title)).joined(separator: "; and "),
      before: Self.distinct(repairs.map(\.before)).joined(separator: "\n"),
      after: Self.distinct(repairs.map(\.after)).joined(separator: "\n"),
      location: edits.first?.location, edits: edits, claims: Self.claims(of: repairs))
  }

  private static func claims(of repairs: [Repair]) -> JSONObject {
    var claims = JSONObject()
    for repair in repairs {
      if case .claim(let name, let value) = repair.change { claims.set(name, to: value) }
    }
    return claims
  }

  /// The texts without those that came before.
  private static func distinct(_ texts: [String]) -> [String] {
    texts.enumerated().filter { index, text in !texts[..<index].contains(text) }.map(\.element)
  }

  private static func edits(of repairs: [Repair]) -> [Edit] {
    repairs.flatMap { repair -> [Edit] in
      if case .document(let edits) = repair.change { edits } else { [] }
    }
  }

  private func isAccepted(with repairs: [Repair]) -> Bool {
    let token = token.with(Self.claims(of: repairs))
    guard let changed = try? documents.applying(Self.edits(of: repairs)), index < changed.configurations.count else {
      return false
    }
    return changed.decision(of: index, on: token, at: now) == .accept
  }
}
