import Inspection
import JOSE

/// The claim `https://aws.amazon.com/roles`: the roles that a token may open at all. It is held against the role before
/// the trust policy is.
struct AWSRolesClaim {
  let check: Check
  let answer: PartyAnswer?
  /// Whether the claim names the role; false when there is no claim, nil when the role's ARN is not known.
  let isAuthorized: Bool?

  init(_ token: PresentedToken, role: AWSRole) {
    let title = "the token's roles claim names the role"
    func fail(_ actual: String, _ answer: String, _ hint: String? = nil) -> (Check, PartyAnswer?, Bool?) {
      (
        Check(id: "roles-claim", title: title, outcome: .fail, expected: role.arn, actual: actual, hint: hint),
        PartyAnswer("InvalidIdentityToken", answer), false
      )
    }
    (check, answer, isAuthorized) =
      switch Self.roles(in: token[AWSClaims.roles]) {
      case .absent:
        (Check(id: "roles-claim", title: title, outcome: .skipped, actual: "the token has no such claim"), nil, false)
      case .unsupported(let kind):
        fail(kind, "The roles claim is not in a supported format")
      case .named(let roles):
        if roles.isEmpty {
          fail("no role ARN", "The roles claim contains no valid role ARNs")
        } else if let arn = role.arn {
          roles.contains { $0.hasSameBytes(as: arn) }
            ? (
              Check(
                id: "roles-claim", title: title, outcome: .pass, expected: arn, actual: roles.joined(separator: ", ")),
              nil, true
            )
            : fail(
              roles.joined(separator: ", "),
              "The target role ARN is not present in the roles claim of the identity token",
              "The issuer pinned this token to other roles.")
        } else {
          (
            Check(
              id: "roles-claim", title: title, outcome: .unknown, actual: roles.joined(separator: ", "),
              hint: "The role's ARN is not known: give the output of aws iam get-role --role-name ROLE."), nil, nil
          )
        }
      }
  }

  private enum Claim {
    case absent
    case unsupported(String)
    case named([String])
  }

  private static func roles(in claim: JSON?) -> Claim {
    switch claim {
    case nil, .null?: return .absent
    case .string(let text)?:
      return .named(valid(text.value.split(separator: ";").map(String.init)))
    case .array(let elements)?: return .named(valid(elements.compactMap(\.stringValue)))
    case let other?: return .unsupported(other.kindName)
    }
  }

  private static func valid(_ roles: [String]) -> [String] {
    roles.map { text in
      var slice = text[...]
      while slice.first?.isWhitespace == true { slice.removeFirst() }
      while slice.last?.isWhitespace == true { slice.removeLast() }
      return String(slice)
    }.filter { AWSARN($0)?.resource.hasPrefix("role/") == true }
  }
}
