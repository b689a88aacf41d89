import CEL

/// Changes an expression as little as possible so that it holds: each test that fails takes the token's own value too.
struct ConditionRepair {
  let explanation: ConditionExplanation

  private struct Rewrite {
    let range: Range<Int>
    let text: String
  }

  /// The text of the changed expression; nil when there is no such change.
  var text: String? {
    guard let rewrites = rewrites(explanation.program.expression), !rewrites.isEmpty else { return nil }
    var bytes = Array(explanation.program.source.utf8)
    for rewrite in rewrites.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      bytes.replaceSubrange(rewrite.range, with: Array(rewrite.text.utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Nil when the expression cannot be made to hold.
  private func rewrites(_ expression: CELExpression) -> [Rewrite]? {
    if case .holds = explanation.outcome(expression) { return [] }
    switch expression.shape {
    case .and(let operands):
      var all: [Rewrite] = []
      for operand in operands {
        guard let own = rewrites(operand) else { return nil }
        all += own
      }
      return all
    case .or(let operands):
      // The alternative that is nearest to holding.
      return operands.compactMap { operand in rewrites(operand).map { ($0, likeness(operand)) } }
        .min { ($0.0.count, -$0.1) < ($1.0.count, -$1.1) }?.0
    default:
      return CELLiteralTest(expression).flatMap(rewrite).map { [$0] }
    }
  }

  private func value(_ test: CELLiteralTest) -> String? {
    guard case .string(let text)? = try? explanation.program.evaluate(test.subject, explanation.variables) else {
      return nil
    }
    return text
  }

  /// How many scalars the token's value shares with the nearest literals of an expression.
  private func likeness(_ expression: CELExpression) -> Int {
    expression.conjuncts.compactMap { CELLiteralTest($0) }.map { test in
      let actual = value(test) ?? ""
      return test.texts.compactMap { Divergence(policy: $0, token: actual)?.commonScalars }.max() ?? 0
    }.reduce(0, +)
  }

  private func rewrite(_ test: CELLiteralTest) -> Rewrite? {
    guard test.test.isPositive, !test.texts.isEmpty, test.texts.count == test.literals.count, let value = value(test)
    else { return nil }
    let own = CELLiteral.quoted(value)
    switch test.test {
    case .comparison:
      let literals = test.literals.map(\.text) + [own]
      return Rewrite(
        range: test.expression.range, text: "\(test.subject.text) in [\(literals.joined(separator: ", "))]")
    case .function:
      return Rewrite(
        range: test.expression.range, text: "(\(test.expression.text) || \(test.subject.text) == \(own))")
    }
  }
}
