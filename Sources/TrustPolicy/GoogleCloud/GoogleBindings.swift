import Inspection
import JOSE

/// The bindings of IAM policies held against the names of a token.
struct GoogleBindings {
  let policies: [GooglePolicy]
  /// The names under which bindings can know the token, the narrowest first.
  let principals: [String]

  /// The role that lets a federated token become a service account.
  static let impersonation = "roles/iam.workloadIdentityUser"

  private var bindings: [GooglePolicy.Binding] { policies.flatMap(\.bindings) }

  private func names(_ binding: GooglePolicy.Binding) -> DocumentNode? {
    binding.members.elementsOrSelf.first { member in principals.contains { $0.hasSameBytes(as: member.string ?? "") } }
  }

  private var found: [(binding: GooglePolicy.Binding, member: DocumentNode)] {
    bindings.compactMap { binding in names(binding).map { (binding, $0) } }
  }

  var outcome: Check.Outcome {
    let found = found
    if found.contains(where: { $0.binding.condition == nil }) { return .pass }
    return found.isEmpty ? .fail : .unknown
  }

  func check(_ title: String) -> Check {
    let outcome = outcome
    let best = found.first { $0.binding.condition == nil } ?? found.first
    var check = Check(
      id: "binding", title: title, outcome: outcome,
      location: best?.member.location ?? nearest?.member.location ?? bindings.first?.members.location
        ?? policies.first?.location)
    switch outcome {
    case .pass: check.actual = best.map { "\($0.member.string ?? "") has \($0.binding.role)" }
    case .unknown:
      check.actual = best?.member.string
      check.hint = "The binding has a condition, which hangs on the time and on what is reached."
    default:
      check.expected = nearest?.member.string
      check.actual = nearest?.principal ?? principals.first
      check.hint =
        nearest.flatMap { near in
          Divergence(policy: near.member.string ?? "", token: near.principal).map { $0.asSentence }
        } ?? "No binding names this pool."
    }
    return check
  }

  /// The member of this pool that comes nearest to one of the names.
  private var nearest: (member: DocumentNode, principal: String)? {
    var best: (member: DocumentNode, principal: String, common: Int)?
    for member in bindings.flatMap(\.members.elementsOrSelf) {
      guard let text = member.string, text.hasPrefix("principal") else { continue }
      for principal in principals.dropLast() {
        let common = Divergence(policy: text, token: principal)?.commonScalars ?? 0
        if common > best?.common ?? 40 { best = (member, principal, common) }
      }
    }
    return best.map { ($0.member, $0.principal) }
  }

  var answer: PartyAnswer? {
    bindings.contains { $0.role == Self.impersonation }
      ? PartyAnswer(
        "403", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).") : nil
  }

  var repairs: [Repair] {
    guard let principal = principals.first else { return [] }
    let binding =
      bindings.first { $0.role == Self.impersonation && $0.condition == nil } ?? bindings.first { $0.condition == nil }
    return binding.map { Repair.adding(principal, to: $0.members, "Give \($0.role) to “\(principal)” too") } ?? []
  }
}
