import JOSE

/// The inspection as JSON for programs, schema 1. Header and claims are as in the token: order, duplicates, the text of
/// numbers and escapes are kept.
public enum JSONReport {
  /// `idp verify --json`: whether the token is valid, and each check.
  ///
  /// - Parameter redact: cuts the signature part out of tokens, of those inside the claims too.
  public static func verify(_ inspection: Inspection, now: Timestamp, redact: Bool = false) -> JSON {
    .object(JSONObject(verdict(inspection, now) + content(inspection, redact: redact)))
  }

  /// `idp inspect --json`: everything that the panes show.
  ///
  /// - Parameters:
  ///   - policies: what relying parties decide, one check for each policy.
  ///   - redact: cuts the signature part out of tokens, of those inside the claims too.
  public static func inspect(
    _ inspection: Inspection, now: Timestamp, policies: [Check] = [], redact: Bool = false
  ) -> JSON {
    let token = inspection.token
    var members = verdict(inspection, now)
    members += [
      ("state", JSON(inspection.state(at: now).rawValue)),
      ("verdict", .object(JSONObject(VerdictLine.of(inspection, at: now, policies: policies).map(part)))),
      ("kind", JSON(kind(token.kind))),
      ("now", JSON(now.rfc3339())),
    ]
    members += content(inspection, redact: redact)
    members += [
      ("times", times(inspection, now)),
      ("signature", signature(inspection)),
      ("provider", inspection.provider.map { JSON($0.rawValue) } ?? .null),
      ("explained", explained(inspection)),
      ("problems", .array(token.problems.map(problem))),
      ("warnings", .array(inspection.warnings.map(CheckReport.json))),
      ("policies", .array(policies.map(CheckReport.json))),
      ("token", JSON(redact ? token.redacted : token.text)),
    ]
    return .object(JSONObject(members))
  }

  private static func verdict(_ inspection: Inspection, _ now: Timestamp) -> [(String, JSON)] {
    [
      ("schema", 1), ("valid", .bool(inspection.exitStatus(at: now) == .good)),
      ("checks", .array(inspection.checks(at: now).map(CheckReport.json))),
    ]
  }

  private static func content(_ inspection: Inspection, redact: Bool) -> [(String, JSON)] {
    [
      ("header", shown(inspection.token.header.json, redact)),
      ("claims", shown(inspection.token.payload?.json, redact)),
    ]
  }

  private static func shown(_ value: JSON?, _ redact: Bool) -> JSON {
    guard let value else { return .null }
    return redact ? Redaction.of(value) : value
  }

  private static func part(_ part: VerdictLine.Part) -> (String, JSON) {
    (part.name.rawValue, ["word": JSON(part.word.rawValue), "detail": JSON(part.detail)])
  }

  private static func times(_ inspection: Inspection, _ now: Timestamp) -> JSON {
    func time(_ moment: Timestamp?) -> JSON { moment.map { JSON($0.rfc3339()) } ?? .null }
    let times = inspection.times
    return [
      "expiry": time(times.expiry), "notBefore": time(times.notBefore), "issuedAt": time(times.issuedAt),
      "remaining": times.remaining(at: now).map { JSON($0) } ?? .null, "leeway": JSON(inspection.options.leeway),
    ]
  }

  private static func signature(_ inspection: Inspection) -> JSON {
    let report = inspection.signature
    let outcome =
      switch report.outcome {
      case .verified: "verified"
      case .refused: "refused"
      case .notChecked: "not checked"
      }
    let source = inspection.options.keys
    return [
      "outcome": JSON(outcome), "code": text(report.reason?.code), "reason": text(report.reason?.description),
      "wouldHold": report.wouldHold.map { JSON.bool($0) } ?? .null, "kid": text(report.keyUsed?.keyID),
      "thumbprint": text(report.keyUsed?.thumbprint), "keysFrom": text(source?.origin),
      "keysFetched": text(source?.fetchedAt?.rfc3339()), "keysStale": source.map { JSON.bool($0.stale) } ?? .null,
    ]
  }

  private static func explained(_ inspection: Inspection) -> JSON {
    func fields(_ fields: [Field]) -> JSON {
      .array(
        fields.map { field in
          [
            "name": JSON(field.name), "meaning": text(field.meaning), "explanation": text(field.explanation),
            "time": text(field.time?.rfc3339()),
          ]
        })
    }
    return ["header": fields(inspection.header), "claims": fields(inspection.claims)]
  }

  private static func problem(_ problem: TokenProblem) -> JSON {
    [
      "part": JSON(problem.part.rawValue), "byte": problem.offset.map { JSON(Int64($0)) } ?? .null,
      "message": JSON(Visible.escaped(problem.description)), "hint": JSON(problem.hint),
    ]
  }

  private static func kind(_ kind: CompactToken.Kind) -> String {
    switch kind {
    case .jws: "jws"
    case .jwe: "jwe"
    case .unknown: "unknown"
    }
  }

  private static func text(_ text: String?) -> JSON { text.map { JSON($0) } ?? .null }
}

/// Cuts the signatures out of tokens that stand inside a value, such as the assertion that a token was exchanged for.
enum Redaction {
  static func of(_ value: JSON) -> JSON {
    switch value {
    case .string(let string):
      guard TokenText.beginsAsToken(string.value[...]) else { return value }
      let token = CompactToken(parsing: string.value)
      guard token.headerObject != nil, token.kind != .unknown(segments: 1) else { return value }
      return JSON(token.redacted)
    case .array(let elements): return .array(elements.map(of))
    case .object(let object):
      return .object(
        JSONObject(members: object.members.map { JSONObject.Member(name: $0.name, value: of($0.value)) }))
    case .null, .bool, .number: return value
    }
  }
}
