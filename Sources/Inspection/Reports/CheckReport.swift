import JOSE

/// A list of checks as text for people and as JSON for programs, whatever they are about.
public enum CheckReport {
  // MARK: Text

  /// A line for each check, with what was expected, found and is to be done where it did not pass; one line feed at the
  /// end. Nothing that a check carries can act on a terminal.
  ///
  /// - Parameters:
  ///   - paint: puts colours around texts.
  ///   - ascii: signs of ASCII only.
  public static func text(
    _ checks: [Check], paint: TextReport.Paint = TextReport.plain, ascii: Bool = false
  ) -> String {
    let signs: Signs = ascii ? .ascii : .unicode
    return checks.flatMap { lines($0, indent: "", signs, paint) }.map { $0 + "\n" }.joined()
  }

  private static func lines(
    _ check: Check, indent: String, _ signs: Signs, _ paint: TextReport.Paint
  ) -> [String] {
    let (sign, role): (String, TextReport.Role) =
      switch check.outcome {
      case .pass: (signs.pass, .good)
      case .fail: (signs.fail, .bad)
      case .unknown: (signs.unknown, .warning)
      case .skipped: (signs.skipped, .muted)
      }
    let isOpen = check.outcome == .fail || check.outcome == .unknown
    var line = indent + paint(role, sign) + " "
    line += paint(check.outcome == .skipped ? .muted : .text, Visible.escaped(check.title))
    if !isOpen, let value = check.actual ?? check.expected { line += "  " + paint(.muted, Visible.escaped(value)) }
    var lines = [line]
    let inner = indent + "    "
    if isOpen {
      if let expected = check.expected {
        lines.append(inner + paint(.muted, "expected  ") + paint(.text, Visible.escaped(expected)))
      }
      if let actual = check.actual {
        lines.append(inner + paint(.muted, "found     ") + paint(.text, Visible.escaped(actual)))
      }
    }
    if let hint = check.hint {
      lines.append(inner + paint(isOpen ? .accent : check.outcome == .pass ? .warning : .muted, Visible.escaped(hint)))
    }
    return lines + check.children.flatMap { Self.lines($0, indent: indent + "  ", signs, paint) }
  }

  // MARK: JSON

  /// A check with those that it is made of.
  public static func json(_ check: Check) -> JSON {
    func text(_ text: String?) -> JSON { text.map { JSON($0) } ?? .null }
    var members: [(String, JSON)] = [
      ("id", JSON(check.id)), ("title", JSON(check.title)), ("outcome", JSON(check.outcome.rawValue)),
      ("expected", text(check.expected)), ("actual", text(check.actual)), ("hint", text(check.hint)),
    ]
    if !check.children.isEmpty { members.append(("children", .array(check.children.map(json)))) }
    return .object(JSONObject(members))
  }
}

extension ExitStatus {
  /// The answer of checks: no when one fails, undecided when one cannot be told.
  public init(_ checks: [Check]) {
    let outcomes = checks.map(\.outcome)
    self = outcomes.contains(.fail) ? .no : outcomes.contains(.unknown) ? .undecided : .good
  }
}
