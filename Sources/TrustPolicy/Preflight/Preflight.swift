import Inspection
import JOSE

/// One token held against the limits of all relying parties: what no policy can change.
public struct Preflight: Sendable {
  public struct Party: Sendable {
    public let relyingParty: RelyingParty
    public let checks: [Check]

    /// Reject when a limit is broken, unknown when one cannot be told.
    public var decision: Decision {
      if checks.contains(where: { $0.outcome == .fail }) { return .reject }
      return checks.contains { $0.outcome == .unknown } ? .unknown : .accept
    }
  }

  public let parties: [Party]

  public init(_ token: PresentedToken, now: Timestamp) {
    let limits = PreflightLimits(token: token)
    parties = RelyingParty.allCases.map { Party(relyingParty: $0, checks: limits.checks(of: $0, now: now)) }
  }

  /// `idp preflight --json`.
  public var json: JSON {
    [
      "schema": 1,
      "parties": .array(
        parties.map { party in
          [
            "relyingParty": JSON(party.relyingParty.rawValue), "verdict": JSON(party.decision.rawValue),
            "checks": .array(party.checks.map(VerdictJSON.json)),
          ]
        }),
    ]
  }

  /// A line for each relying party, and below it what stands against the token; one line feed at the end.
  public func text(paint: TextReport.Paint = TextReport.plain, ascii: Bool = false) -> String {
    let signs: Signs = ascii ? .ascii : .unicode
    let width = parties.map { TextWidth.of($0.relyingParty.name) }.max() ?? 0
    var lines: [String] = []
    for party in parties {
      let name = party.relyingParty.name
      let (sign, role, words): (String, TextReport.Role, String) =
        switch party.decision {
        case .accept: (signs.pass, .good, "within its limits")
        case .reject: (signs.fail, .bad, "would refuse this token whatever the policy says")
        case .unknown: (signs.unknown, .warning, "cannot be told in full")
        }
      let padding = String(repeating: " ", count: width - TextWidth.of(name) + 2)
      lines.append(paint(role, sign) + " " + paint(.heading, name) + padding + paint(role, words))
      for check in party.checks where check.outcome == .fail || check.outcome == .unknown || check.hint != nil {
        let (mark, role): (String, TextReport.Role) =
          switch check.outcome {
          case .fail: (signs.fail, .bad)
          case .unknown: (signs.unknown, .warning)
          default: (signs.warning, .muted)
          }
        let values = [check.actual.map { "found \($0)" }, check.expected.map { "takes \($0)" }].compactMap(\.self)
        let detail = check.outcome == .pass ? "" : values.isEmpty ? "" : ": " + values.joined(separator: ", ")
        lines.append("    " + paint(role, mark) + " " + paint(.text, Visible.escaped(check.title + detail)))
        if let hint = check.hint { lines.append("      " + paint(.muted, Visible.escaped(hint))) }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
