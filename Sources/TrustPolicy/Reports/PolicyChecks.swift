import Inspection

extension TrustConfiguration {
  /// `aws deploy`: what it is called where there is little room, harmless to show. What has no name of its own goes by its
  /// file, without the folder.
  public var label: String {
    let isFile = name == location.file
    let own = isFile ? name.split(separator: "/").last.map(String.init) : nil
    return "\(relyingParty.rawValue) \(Visible.escaped(cut(own ?? name, 100)))"
  }
}

/// The beginning of a text that may have no end.
private func cut(_ text: String, _ limit: Int) -> String {
  text.utf8.count <= limit ? text : text.prefix(limit) + "…"
}

extension Check.Outcome {
  /// What a decision is in a report of checks.
  public init(_ decision: Decision) {
    self =
      switch decision {
      case .accept: .pass
      case .reject: .fail
      case .unknown: .unknown
      }
  }
}

extension PolicySet {
  /// What each policy decides about a token, as checks of a report; a policy that cannot be read is unknown.
  ///
  /// - Parameter token: nil for one that has no claims.
  public func checks(on token: PresentedToken?, at now: Timestamp) -> [Check] {
    let decided = (documents?.configurations ?? []).indices.map { index in
      check(
        documents?.configurations[index].label ?? "", token.flatMap { documents?.outcome(of: index, on: $0, at: now) })
    }
    return decided
      + problems.map { problem in
        let file = problem.location.file.split(separator: "/").last.map(String.init) ?? problem.location.file
        return Check(
          id: "policy", title: Visible.escaped(cut(file, 100)), outcome: .unknown,
          actual: Visible.escaped(cut(problem.problem, 300)))
      }
  }

  private func check(_ title: String, _ outcome: TrustOutcome?) -> Check {
    guard let outcome else {
      return Check(id: "policy", title: title, outcome: .unknown, actual: "the token has no claims to decide by")
    }
    let reason = outcome.reason ?? "would accept this token"
    return Check(
      id: "policy", title: title, outcome: Check.Outcome(outcome.decision), actual: Visible.escaped(cut(reason, 300)))
  }
}
