import CEL
import Inspection
import JOSE

/// Whom a token becomes: user name, groups, uid and extra attributes.
struct KubernetesIdentity {
  typealias Step = KubernetesTokenChecks.Step

  let issuer: KubernetesIssuer
  let token: PresentedToken
  private(set) var steps: [Step] = []
  private(set) var username: String?
  private var groups: [String] = []
  private var uid = ""
  private var extra: [(String, [String])] = []
  /// Whether an attribute could not be told: then a rule about the user cannot be either.
  private var isUnknown = false
  private let claims: CELValue

  init(issuer: KubernetesIssuer, token: PresentedToken) {
    self.issuer = issuer
    self.token = token
    claims = CELValue(.object(token.claims))
  }

  /// What rules about the user see; nil when it cannot be told.
  var user: CELValue? {
    guard let username, !isUnknown else { return nil }
    let extra = CELMap(extra.map { ($0.0, CELValue.list($0.1.map { .string($0) })) })
    return .map([
      "username": .string(username), "uid": .string(uid), "groups": .list(groups.map { .string($0) }),
      "extra": .map(extra),
    ])
  }

  /// `the user ci:repo:acme/app, groups devs`
  var principal: String? {
    username.map { "the user \($0)" + (groups.isEmpty ? "" : ", in the groups \(groups.joined(separator: ", "))") }
  }

  mutating func read() {
    readUsername()
    if let groups = issuer.groups { readGroups(groups) }
    if let uid = issuer.uid { readUID(uid) }
    for (key, expression) in issuer.extra { readExtra(key, expression) }
  }

  // MARK: Attributes

  private mutating func readUsername() {
    var check = Check(id: "username", title: "the token has a user name", outcome: .pass)
    switch issuer.username {
    case .claim(let claim, let prefix):
      check.location = claim.location
      check.expected = "the claim \(claim.text)"
      guard let value = token[claim.text] else {
        check.actual = "missing"
        return fail(check, "oidc: parse username claims \(GoText.quoted(claim.text)): claim not present")
      }
      guard let text = value.stringValue else {
        check.actual = value.compact()
        return fail(
          check,
          "oidc: parse username claims \(GoText.quoted(claim.text)): json: cannot unmarshal \(Self.goKind(value)) into Go "
            + "value of type string")
      }
      if claim.text == "email", let problem = unverified { return fail(problem.0, problem.1) }
      username = prefix + text
      check.expected = nil
      check.actual = username
      steps.append(Step(check: check, answer: nil))
    case .expression(let expression):
      check.location = expression.node.location
      guard let value = value(of: expression, &check, "username") else { return }
      guard case .string(let text) = value else {
        check.actual = value.shown
        return fail(check, "")
      }
      check.actual = text
      if text.isEmpty { return fail(check, "oidc: empty username via CEL expression is not allowed") }
      username = text
      steps.append(Step(check: check, answer: nil))
    }
  }

  /// An address counts only when it is verified, or when nothing is said about it.
  private var unverified: (Check, String)? {
    guard let value = token["email_verified"] else { return nil }
    var check = Check(
      id: "email-verified", title: "the email address is verified", outcome: .fail, expected: "true",
      actual: value.compact())
    guard let verified = value.boolValue else {
      return (
        check,
        "oidc: parse 'email_verified' claim: json: cannot unmarshal \(Self.goKind(value)) into Go value of type bool"
      )
    }
    check.hint = "Have the address verified at the issuer, or take another claim for the user name."
    return verified ? nil : (check, "oidc: email not verified")
  }

  private mutating func readGroups(_ mapping: KubernetesIssuer.Mapping) {
    var check = Check(id: "groups", title: "the groups are texts", outcome: .pass)
    let value: CELValue
    var lead = ""
    switch mapping {
    case .claim(let claim, let prefix):
      check.location = claim.location
      guard let json = token[claim.text] else {
        check.outcome = .skipped
        check.actual = "the token has no \(claim.text)"
        steps.append(Step(check: check, answer: nil))
        return
      }
      value = CELValue(json)
      lead = prefix
    case .expression(let expression):
      check.location = expression.node.location
      guard let result = self.value(of: expression, &check, "groups") else { return }
      value = result
    }
    guard let texts = Self.texts(value) else {
      check.actual = value.shown
      check.hint = "A text or a list of texts is needed: a number is none."
      return fail(check, "")
    }
    groups = texts.map { lead + $0 }
    check.actual = groups.joined(separator: ", ")
    steps.append(Step(check: check, answer: nil))
  }

  private mutating func readUID(_ mapping: KubernetesIssuer.Mapping) {
    var check = Check(id: "uid", title: "the uid is a text", outcome: .pass)
    switch mapping {
    case .claim(let claim, _):
      check.location = claim.location
      guard let text = token[claim.text]?.stringValue else {
        check.actual = token[claim.text]?.compact() ?? "missing"
        return fail(check, "")
      }
      uid = text
    case .expression(let expression):
      check.location = expression.node.location
      guard let value = value(of: expression, &check, "uid") else { return }
      guard case .string(let text) = value else {
        check.actual = value.shown
        return fail(check, "")
      }
      uid = text
    }
    check.actual = uid
    steps.append(Step(check: check, answer: nil))
  }

  private mutating func readExtra(_ key: String, _ expression: KubernetesExpression) {
    var check = Check(
      id: "extra", title: "the attribute \(key) is a text or a list of texts", outcome: .pass,
      location: expression.node.location)
    guard let value = value(of: expression, &check, "extra") else { return }
    guard let texts = Self.texts(value) else {
      check.actual = value.shown
      return fail(check, "")
    }
    if !texts.isEmpty { extra.append((key, texts)) }
    check.actual = texts.joined(separator: ", ")
    steps.append(Step(check: check, answer: nil))
  }

  // MARK: Values

  /// The value of an expression; nil after a step was added that says why there is none.
  private mutating func value(
    of expression: KubernetesExpression, _ check: inout Check, _ what: String
  ) -> CELValue? {
    switch expression.program {
    case _ where expression.hasEscapes:
      check.outcome = .unknown
      check.hint = "Escapes such as __dot__ in names are not read here."
    case .failure(let error):
      check.outcome = .unknown
      check.hint = "\(error.message) Which functions there are hangs on the server's version."
    case .success(let program):
      do throws(CELError) {
        let value = try program.evaluate(["claims": claims])
        let other = try? program.evaluate(["claims": CELValue(.object(token.claims), numbers: .double)])
        if other?.isEqual(to: value) == true { return value }
        check.outcome = .unknown
        check.hint = "It hangs on whether a whole number in the token is an int or a double, which is not documented."
      } catch {
        if case .limit = error.kind {
          check.outcome = .unknown
          check.hint = error.message
        } else {
          check.actual = "an error: \(error.message)"
          check.hint = ConditionExplanation(program: program, variables: [:], location: nil).remedy(error)
          fail(check, "")
          return nil
        }
      }
    }
    isUnknown = true
    steps.append(Step(check: check, answer: nil))
    return nil
  }

  private mutating func fail(_ check: Check, _ text: String) {
    var check = check
    check.outcome = .fail
    isUnknown = true
    steps.append(Step(check: check, answer: KubernetesAuthentication.answer(text)))
  }

  /// A text, or a list of texts; null and an empty text are none.
  private static func texts(_ value: CELValue) -> [String]? {
    switch value {
    case .string(let text): return text.isEmpty ? [] : [text]
    case .null: return []
    case .list(let elements):
      var texts: [String] = []
      for element in elements {
        guard case .string(let text) = element else { return nil }
        texts.append(text)
      }
      return texts
    default: return nil
    }
  }

  /// What Go's JSON calls a value.
  static func goKind(_ value: JSON) -> String {
    switch value {
    case .null: "null"
    case .bool: "bool"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
