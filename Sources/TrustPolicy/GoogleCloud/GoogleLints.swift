import CEL
import Inspection
import JOSE

/// What should be different in a provider and its bindings.
struct GoogleLints {
  let trust: GoogleTrust
  let token: PresentedToken?

  private var provider: GoogleProvider { trust.provider }

  var all: [Lint] {
    (limits + breadth + subjects + conditionTests + members).sorted { $0.severity < $1.severity }
  }

  // MARK: What Google does not store

  private var limits: [Lint] {
    var lints: [Lint] = []
    func refuse(_ id: String, _ what: String, at location: DocumentLocation?) {
      lints.append(Lint(id, .error, "Google refuses to store this: \(what).", at: location))
    }
    if let audiences = provider.audiences?.array {
      if audiences.count > 10 { refuse("too-many-audiences", "10 audiences at most", at: provider.audiences?.location) }
      for audience in audiences where (audience.string ?? "").unicodeScalars.count > 256 {
        refuse("audience-too-long", "an audience has at most 256 characters", at: audience.location)
      }
    }
    if provider.mappings.count > 52 {
      refuse("too-many-attributes", "50 custom attributes at most", at: provider.location)
    }
    for mapping in provider.mappings where mapping.expression.text.unicodeScalars.count > 2048 {
      refuse("mapping-too-long", "an expression of the mapping has at most 2,048 characters", at: mapping.node.location)
    }
    if let condition = provider.condition, condition.text.unicodeScalars.count > 4096 {
      refuse("condition-too-long", "the condition has at most 4,096 characters", at: condition.node.location)
    }
    if let parts = provider.parts, !parts.project.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      lints.append(
        Lint(
          "project-id", .warning,
          "The name has the project's id; audiences and principals have its number: nobody can match this name.",
          at: provider.resource?.location))
    }
    return lints
  }

  // MARK: Who gets in

  private var breadth: [Lint] {
    guard provider.condition == nil, let issuer = provider.issuer.string, let shared = SharedIssuer(issuer) else {
      return []
    }
    return [
      Lint(
        "no-subject-pin", .error,
        "Everybody shares the issuer of \(shared.name), and there is no attributeCondition: any of its users gets a token "
          + "of this pool, and whatever a broad binding grants. Google refuses to store this.",
        at: provider.location)
    ]
  }

  /// Claims that those whom they name, or an administrator, can change.
  private static let mutable = ["email", "preferred_username", "upn", "name", "actor", "user_login", "environment"]

  private var subjects: [Lint] {
    guard let subject = provider.mappings.first(where: { $0.target == "google.subject" }),
      case .success(let program) = subject.expression.program, let path = program.expression.path,
      let claim = Self.mutable.first(where: { path == "assertion.\($0)" })
    else { return [] }
    return [
      Lint(
        "mutable-subject", .warning,
        "google.subject is made of \(claim), which can change hands: who gets the name next gets what its bindings grant.",
        at: subject.node.location)
    ]
  }

  private var conditionTests: [Lint] {
    guard let condition = provider.condition, case .success(let program) = condition.program else { return [] }
    var lints: [Lint] = []
    for test in program.literalTests {
      guard let path = test.subject.path else { continue }
      let claim = path.split(separator: ".").last.map(String.init) ?? path
      if test.test == .function("startsWith") {
        for text in test.texts {
          guard let problem = TenantWildcard.problem(text + "*", claim: claim == "subject" ? "sub" : claim) else {
            continue
          }
          lints.append(Lint("wildcard-tenant", .warning, problem, at: condition.node.location))
        }
      }
      if ["repository", "repository_owner", "namespace_path", "project_path"].contains(claim),
        !condition.text.contains("_id"), test.test.isPositive
      {
        lints.append(
          Lint(
            "name-without-id", .info,
            "Only the name in \(claim) is pinned: who registers it again after a rename or deletion gets in; "
              + "\(claim.replacing("_path", with: ""))_id never changes.", at: condition.node.location))
      }
      if test.test == .comparison(.notEqual), program.conjuncts.count == 1 {
        lints.append(
          Lint(
            "only-negation", .warning,
            "The only condition forbids one value: every other tenant of the issuer gets in.",
            at: condition.node.location))
      }
    }
    return lints
  }

  // MARK: Bindings

  private var members: [Lint] {
    guard let parts = provider.parts else { return [] }
    let pool = "//iam.googleapis.com/projects/\(parts.project)/locations/global/workloadIdentityPools/\(parts.pool)/"
    let mapped = Set(provider.mappings.map(\.target))
    var lints: [Lint] = []
    for member in trust.policies.flatMap(\.bindings).flatMap(\.members.elementsOrSelf) {
      guard let text = member.string, let start = text.firstRange(of: pool) else { continue }
      let rest = text[start.upperBound...]
      if rest == "*" {
        lints.append(
          Lint(
            "whole-pool", .warning,
            "The binding is for the whole pool: every token that any of its providers takes gets the role.",
            at: member.location))
      }
      let target = String(rest.prefix { $0 != "/" })
      if target.hasPrefix("attribute."), !mapped.contains(target) {
        lints.append(
          Lint(
            "unmapped-attribute", .warning,
            "No mapping makes \(target): nobody can be this member.", at: member.location))
      }
    }
    return lints
  }
}
