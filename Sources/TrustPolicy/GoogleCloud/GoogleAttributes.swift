import CEL
import Inspection
import JOSE

/// What the mapping of a provider makes of claims.
struct GoogleAttributes {
  struct Step {
    let check: Check
    let answer: PartyAnswer?
    var repairs: [Repair] = []
  }

  /// One for each entry of the mapping.
  private(set) var steps: [Step] = []
  /// What expressions see: `assertion`, `google` and `attribute`.
  private(set) var variables: [String: CELValue]
  /// The same with numbers of the other type.
  private(set) var otherwise: [String: CELValue]
  /// `google.subject`, where it could be made.
  private(set) var subject: String?
  private(set) var groups: [String] = []
  /// What stands behind `attribute.`, with its values.
  private(set) var custom: [(name: String, value: String)] = []
  /// Whether every entry could be made.
  private(set) var isComplete = true

  /// The limit on `google.subject` in bytes.
  static let longestSubject = 127

  init(provider: GoogleProvider, claims: JSONObject) {
    let assertion = CELValue(.object(claims))
    variables = ["assertion": assertion]
    otherwise = ["assertion": CELValue(.object(claims), numbers: .double)]
    var google = CELMap()
    var attribute = CELMap()
    for mapping in provider.mappings {
      guard let value = evaluate(mapping, assertion) else {
        isComplete = false
        continue
      }
      if mapping.target.hasPrefix("attribute.") {
        let name = String(mapping.target.dropFirst(10))
        attribute.insert(value, for: .string(name))
        if case .string(let text) = value { custom.append((name, text)) }
      } else {
        google.insert(value, for: .string(String(mapping.target.dropFirst(7))))
        record(value, as: mapping.target)
      }
    }
    // Attributes are texts, whatever the numbers are.
    for (name, value) in ["google": google, "attribute": attribute] {
      variables[name] = .map(value)
      otherwise[name] = .map(value)
    }
  }

  private mutating func record(_ value: CELValue, as target: String) {
    switch value {
    case .string(let text) where target == "google.subject": subject = text
    case .list(let elements) where target == "google.groups":
      groups = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
    default: break
    }
  }

  /// The value of an entry; nil when there is none, or none of the right type.
  private mutating func evaluate(_ mapping: GoogleMapping, _ assertion: CELValue) -> CELValue? {
    var check = Check(
      id: "mapping", title: "\(mapping.target) can be made: \(mapping.expression.text)", outcome: .fail,
      location: mapping.node.location)
    var answer: PartyAnswer?
    var result: CELValue?
    switch mapping.expression.program {
    case .failure(let error):
      check.outcome = .unknown
      check.hint = "\(error.message) Whether Google has it is not documented."
    case .success(let program):
      do throws(CELError) {
        let value = try program.evaluate(["assertion": assertion])
        check.actual = value.shown
        let other = try? program.evaluate(["assertion": otherwise["assertion"] ?? .null])
        if other?.isEqual(to: value) != true {
          check.outcome = .unknown
          check.hint = "It hangs on whether a whole number in the token is an int or a double, which is not documented."
        } else if let problem = Self.typeProblem(value, of: mapping.target) {
          check.hint = problem
        } else if mapping.target == "google.subject", value.shown.utf8.count > Self.longestSubject {
          check.actual = "\(value.shown.utf8.count) bytes: \(value.shown)"
          check.expected = "at most \(Self.longestSubject) bytes"
          check.hint = "Map google.subject from a shorter claim, or from a part of it."
          answer = Self.tooLong
        } else {
          check.outcome = .pass
          result = value
        }
      } catch {
        if case .limit = error.kind { check.outcome = .unknown }
        check.actual = "an error: \(error.message)"
        if case .noSuchField(let name) = error.kind {
          check.hint = "The token lacks the claim \(name)."
        }
      }
    }
    steps.append(Step(check: check, answer: answer))
    return result
  }

  private static func typeProblem(_ value: CELValue, of target: String) -> String? {
    if target == "google.groups" {
      guard case .list(let elements) = value,
        elements.allSatisfy({ if case .string = $0 { true } else { false } })
      else { return "google.groups must be a list of strings, and this is a \(value.type.name)." }
      return nil
    }
    if case .string = value { return nil }
    return "\(target) must be a string, and this is a \(value.type.name): write string(…) around it."
  }

  private static let tooLong = PartyAnswer(
    "invalid_request",
    "The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or "
      + "the incoming assertion to produce a mapped attribute that is less than 127 bytes.")

  // MARK: Whom the token becomes

  /// The names under which bindings can know the token, the narrowest first; nil when the subject or the pool is not
  /// known.
  func principals(of provider: GoogleProvider) -> [String]? {
    guard let parts = provider.parts, let subject else { return nil }
    let pool =
      "iam.googleapis.com/projects/\(parts.project)/locations/global/workloadIdentityPools/\(parts.pool)"
    return ["principal://\(pool)/subject/\(subject)"] + groups.map { "principalSet://\(pool)/group/\($0)" }
      + custom.map { "principalSet://\(pool)/attribute.\($0.name)/\($0.value)" } + ["principalSet://\(pool)/*"]
  }
}
