import CEL
import Inspection
import JOSE

extension OctoSTSPolicy {
  func lints(for token: PresentedToken?) -> [Lint] {
    var lints: [Lint] = []
    for rule in [issuer, subject, audience].compactMap(\.self) + claims where rule.isLoose {
      lints.append(
        Lint(
          "alternation-without-group", .warning,
          "The pattern is anchored as ^\(rule.text)$, without a group: each alternative is anchored at one end only, so "
            + "an attacker's value that begins like the first or ends like the last fits; write (?:…) around it.",
          at: rule.node.location))
    }
    if subject.isPattern {
      // What no subject of the real issuer is like.
      let strangers = ["repo:attacker/evil:ref:refs/heads/main", "project_path:attacker/evil:ref_type:branch:ref:main"]
      if strangers.contains(where: { subject.matches($0) }), claims.isEmpty {
        lints.append(
          Lint(
            "no-subject-pin", .warning,
            "The pattern takes the subjects of strangers: whoever has a repository at the issuer gets the permissions.",
            at: subject.node.location))
      } else if Self.leavesOwnerOpen(subject) {
        lints.append(
          Lint(
            "wildcard-tenant", .warning,
            "The pattern is not closed after the owner's name: whoever registers a name that begins like it gets in.",
            at: subject.node.location))
      }
    }
    if issuer.isPattern, issuer.matches("https://attacker.example") || issuer.matches(issuer.text + ".attacker.example")
    {
      lints.append(
        Lint(
          "open-issuer", .warning,
          "The pattern takes issuers of strangers: an attacker signs a token with their own keys.",
          at: issuer.node.location))
    }
    if let parsed = GitHubSubject(subject.text), !parsed.isImmutable {
      lints.append(
        Lint(
          "name-without-id", .info,
          "Only names are pinned: who registers them again after a rename or deletion gets in.",
          at: subject.node.location))
    }
    return lints.sorted { $0.severity < $1.severity }
  }

  /// Whether names that go on after the owner's fit as well.
  private static func leavesOwnerOpen(_ rule: OctoSTSRule) -> Bool {
    guard rule.text.hasPrefix("repo:") else { return false }
    let owner = rule.text.dropFirst(5).prefix { $0 != "/" && !"\\.*+?[(".contains($0) }
    guard !owner.isEmpty, rule.text.dropFirst(5 + owner.count).first != "/" else { return false }
    return rule.matches("repo:\(owner)-evil/evil:ref:refs/heads/main")
  }
}
