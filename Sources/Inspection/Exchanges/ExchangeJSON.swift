import JOSE

/// An exchange as JSON, schema 1.
public enum ExchangeJSON {
  /// `idp exchange --json`.
  ///
  /// - Parameter showsSecrets: without it, secrets that came back are left out, and their names are under `hidden`.
  public static func document(_ report: ExchangeReport, showsSecrets: Bool) -> JSONObject {
    var object: JSONObject = ["schema": 1, "party": JSON(report.party.rawValue)]
    switch report.result {
    case .gave(let fields, let expiry):
      object.set("exchanged", to: true)
      object.set("expires", to: expiry.map { JSON($0.rfc3339()) } ?? .null)
      let shown = fields.filter { showsSecrets || !$0.isSecret }
      object.set("result", to: .object(JSONObject(shown.map { ($0.name, $0.value) })))
      let hidden = fields.filter { $0.isSecret && !showsSecrets }
      if !hidden.isEmpty { object.set("hidden", to: .array(hidden.map { JSON($0.name) })) }
    case .refused(let refusal, let explanation):
      object.set("exchanged", to: refusal.isForNow ? .null : false)
      object.set(
        "refusal",
        to: [
          "status": JSON(Int64(refusal.status)), "code": JSON(refusal.code), "message": JSON(refusal.message),
          "meaning": explanation.map { JSON($0.meaning) } ?? .null,
          "remedy": explanation.map { JSON($0.remedy) } ?? .null,
        ])
    case .failed(let problem, let hint):
      object.set("exchanged", to: .null)
      object.set("problem", to: JSON(problem))
      object.set("hint", to: hint.map { JSON($0) } ?? .null)
    }
    object.set("notes", to: .array(report.notes.map { JSON($0) }))
    object.set("sent", to: .array(report.sent.map(json)))
    return object
  }

  private static func json(_ sent: ExchangeReport.Sent) -> JSON {
    [
      "url": JSON(sent.url), "attempts": JSON(Int64(sent.attempts)),
      "fields": .object(
        JSONObject(sent.fields.map { ($0.name, $0.isSecret ? JSON(ExchangeField.shortened($0.text)) : $0.value) })),
    ]
  }
}
