import Inspection
import JOSE

/// Verdicts as JSON, schema 1.
public enum VerdictJSON {
  /// `idp explain --json`: one verdict as an object, several as an array under `results`.
  public static func explain(_ verdicts: [Verdict]) -> JSON {
    if verdicts.count == 1, let only = verdicts.first {
      return .object(JSONObject([("schema", 1)] + members(only)))
    }
    return ["schema": 1, "results": .array(verdicts.map { .object(JSONObject(members($0))) })]
  }

  /// `idp lint --json`.
  public static func lint(_ lints: [Lint]) -> JSON { ["schema": 1, "lints": .array(lints.map(json))] }

  private static func members(_ verdict: Verdict) -> [(String, JSON)] {
    [
      ("relyingParty", JSON(verdict.relyingParty.rawValue)), ("name", JSON(verdict.name)),
      ("verdict", JSON(verdict.decision.rawValue)), ("wouldReport", verdict.wouldReport.map(json) ?? .null),
      ("reportIsCertain", .bool(verdict.isReportCertain)), ("checks", .array(verdict.checks.map(json))),
      ("lints", .array(verdict.lints.map(json))), ("suggestions", .array(verdict.suggestions.map(json))),
      ("principal", text(verdict.principal)), ("beyond", .array(verdict.beyond.map(json))),
    ]
  }

  private static func json(_ answer: PartyAnswer) -> JSON {
    ["code": JSON(answer.code), "message": JSON(answer.message)]
  }

  static func json(_ check: Check) -> JSON {
    [
      "id": JSON(check.id), "title": JSON(check.title), "outcome": JSON(check.outcome.rawValue),
      "expected": text(check.expected), "actual": text(check.actual), "hint": text(check.hint),
      "location": json(check.location), "children": .array(check.children.map(json)),
    ]
  }

  private static func json(_ lint: Lint) -> JSON {
    [
      "id": JSON(lint.id), "severity": JSON(lint.severity.rawValue), "message": JSON(lint.message),
      "location": json(lint.location),
    ]
  }

  private static func json(_ suggestion: Suggestion) -> JSON {
    var object: JSONObject = [
      "title": JSON(suggestion.title), "before": JSON(suggestion.before), "after": JSON(suggestion.after),
      "location": json(suggestion.location),
    ]
    // What a suggestion of one change is, its members tell already.
    if suggestion.edits.count > 1 { object.set("edits", to: .array(suggestion.edits.map(json))) }
    return .object(object)
  }

  private static func json(_ edit: Edit) -> JSON {
    ["before": JSON(edit.before), "after": JSON(edit.after), "location": json(edit.location)]
  }

  private static func json(_ location: DocumentLocation?) -> JSON {
    guard let location else { return .null }
    return [
      "file": JSON(location.file), "line": JSON(Int64(location.line)), "column": JSON(Int64(location.column)),
    ]
  }

  private static func text(_ text: String?) -> JSON { text.map { JSON($0) } ?? .null }
}
