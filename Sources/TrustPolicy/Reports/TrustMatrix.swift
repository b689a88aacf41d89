import Inspection
import JOSE

/// Who accepts what: configurations in rows, tokens in columns.
public struct TrustMatrix: Sendable {
  /// What the columns are called: audiences, or names of tokens.
  public let columns: [String]
  public let rows: [Row]

  public struct Row: Sendable {
    public let relyingParty: RelyingParty
    public let name: String
    /// One for each column.
    public let cells: [TrustOutcome]
  }

  /// Holds every configuration against every token.
  public init(_ documents: TrustDocuments, tokens: [(name: String, token: PresentedToken)], now: Timestamp) {
    columns = tokens.map(\.name)
    rows = documents.configurations.map { configuration in
      Row(
        relyingParty: configuration.relyingParty, name: configuration.name,
        cells: tokens.map { TrustOutcome(configuration.verdict(on: $0.token, at: now)) })
    }
  }

  public var json: JSON {
    [
      "schema": 1, "tokens": .array(columns.map { JSON($0) }),
      "rows": .array(
        rows.map { row in
          [
            "relyingParty": JSON(row.relyingParty.rawValue), "name": JSON(row.name),
            "cells": .array(
              row.cells.map { cell in
                ["verdict": JSON(cell.decision.rawValue), "reason": cell.reason.map { JSON($0) } ?? .null]
              }),
          ]
        }),
    ]
  }

  /// The table, with the reasons below it; one line feed at the end.
  public func text(paint: TextReport.Paint = TextReport.plain, ascii: Bool = false) -> String {
    let signs: Signs = ascii ? .ascii : .unicode
    let names = rows.map { Visible.escaped("\($0.relyingParty.rawValue) \($0.name)") }
    let width = names.map(TextWidth.of).max() ?? 0
    let heads = columns.map { Visible.escaped($0) }
    let widths = heads.map { max(TextWidth.of($0), TextWidth.of(signs.unknown + " unknown")) }
    let titles = zip(heads, widths).map { "  " + paint(.heading, $0) + padding($0, $1) }
    var lines = [trimmed(padding("", width) + titles.joined())]
    for (row, name) in zip(rows, names) {
      var line = paint(.text, name) + padding(name, width)
      for (cell, width) in zip(row.cells, widths) {
        let (sign, role): (String, TextReport.Role) =
          switch cell.decision {
          case .accept: (signs.pass + " accept", .good)
          case .reject: (signs.fail + " reject", .bad)
          case .unknown: (signs.unknown + " unknown", .warning)
          }
        line += "  " + paint(role, sign) + padding(sign, width)
      }
      lines.append(trimmed(line))
    }
    var reasons: [String] = []
    for (row, name) in zip(rows, names) {
      for (cell, head) in zip(row.cells, heads) {
        guard let reason = cell.reason else { continue }
        let text = columns.count > 1 ? "\(name), \(head): " : "\(name): "
        reasons.append(paint(.muted, text) + paint(.text, Visible.escaped(reason)))
      }
    }
    if !reasons.isEmpty { lines += [""] + reasons }
    return lines.joined(separator: "\n") + "\n"
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }

  private func padding(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(width - TextWidth.of(text), 0))
  }
}

extension Check {
  /// The first check with this outcome among the parts, and the parts of those; this one when it has none.
  public func deepest(_ outcome: Outcome) -> Check {
    children.first { $0.outcome == outcome }?.deepest(outcome) ?? self
  }
}
