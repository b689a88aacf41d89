import Inspection
import JOSE

/// What should be different in a role.
struct VaultLints {
  let role: VaultRole
  let config: VaultConfig?
  let token: PresentedToken?

  var all: [Lint] { (tenants + patterns + names + users + audiences).sorted { $0.severity < $1.severity } }

  /// Who is trusted: as the configuration says, or else as the token does.
  private var issuer: String? { config?.boundIssuer?.string ?? config?.discoveryURL ?? token?.issuer }

  private var tenants: [Lint] {
    guard let issuer, let shared = SharedIssuer(issuer), role.subject == nil,
      !role.boundClaims.contains(where: {
        shared.pins.contains(Self.plain($0.name)) || Self.names.contains(Self.plain($0.name))
      })
    else { return [] }
    return [
      Lint(
        "no-subject-pin", .warning,
        "Everybody shares the issuer of \(shared.name), and the role pins neither \(shared.pins.joined(separator: " nor ")): "
          + "any of its users gets the role's policies.", at: role.location)
    ]
  }

  private var patterns: [Lint] {
    var lints: [Lint] = []
    for member in role.boundClaims {
      for node in member.value.array ?? [member.value] {
        guard let text = node.string, text.contains("*") else { continue }
        guard role.isGlob else {
          lints.append(
            Lint(
              "literal-wildcard", .warning,
              "* is literal without bound_claims_type glob: no token has this \(member.name).", at: node.location))
          continue
        }
        if let problem = TenantWildcard.problem(text, claim: Self.plain(member.name).lowercased()) {
          lints.append(Lint("wildcard-tenant", .warning, problem, at: node.location))
        }
      }
    }
    return lints
  }

  /// The name of a claim at the top, which a JSON pointer may say too.
  private static func plain(_ name: String) -> String { name.hasPrefix("/") ? String(name.dropFirst()) : name }

  private static let names = ["repository", "repository_owner", "project_path", "namespace_path"]

  private var names: [Lint] {
    let hasID = role.boundClaims.contains { $0.name.hasSuffix("_id") }
    return role.boundClaims.filter { Self.names.contains($0.name) && !hasID }.map { member in
      Lint(
        "name-without-id", .info,
        "Only the name in \(member.name) is pinned: who registers it again after a rename or deletion gets in; bind an id too.",
        at: member.value.location)
    }
  }

  private var users: [Lint] {
    guard let name = role.userClaim.string else { return [] }
    if ["aud", "iss"].contains(name) {
      return [
        Lint(
          "shared-user-claim", .warning,
          "\(name) is the same for all: everybody becomes the same entity, and what one of them did cannot be told.",
          at: role.userClaim.location)
      ]
    }
    guard ["email", "preferred_username", "name", "upn", "actor", "user_login"].contains(name) else { return [] }
    return [
      Lint(
        "mutable-user-claim", .info,
        "\(name) can change hands: who gets the name next becomes the entity of who had it.",
        at: role.userClaim.location)
    ]
  }

  private var audiences: [Lint] {
    guard role.audiences.isEmpty, role.roleType == "jwt" else { return [] }
    return [
      Lint(
        "no-audience", .warning,
        "No audience is bound: tokens without one get in, and all others are refused.", at: role.location)
    ]
  }
}
