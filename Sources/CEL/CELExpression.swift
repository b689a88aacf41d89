/// A part of an expression, for explanations: where it is in the source, and what it consists of.
public struct CELExpression: Sendable {
  let tree: SyntaxTree
  let id: NodeID

  /// Where it is in the source, in bytes of its UTF-8 form. Parentheses around it are not included.
  public var range: Range<Int> { tree.nodes[id].range }

  /// Its text.
  public var text: String {
    let utf8 = tree.source.utf8
    let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
    return String(tree.source[start..<utf8.index(start, offsetBy: range.count)])
  }

  /// What it is.
  public indirect enum Shape: Sendable {
    case literal(CELValue)
    /// A name, and what is selected from it: `assertion.sub`. An index that is a text counts as a selection:
    /// `assertion["sub"]` has the path `assertion.sub`, and `claims["a b"]` has `claims["a b"]`.
    case path(String)
    case comparison(Comparison, left: CELExpression, right: CELExpression)
    /// A function; macros are ``macro(_:)``.
    case call(function: String, target: CELExpression?, arguments: [CELExpression])
    case not(CELExpression)
    case and([CELExpression])
    case or([CELExpression])
    case conditional(CELExpression, then: CELExpression, otherwise: CELExpression)
    case list([CELExpression])
    /// `has(expression.field)`
    case presence(CELExpression, field: String)
    case macro(Macro)
    /// Arithmetic, maps, indices that are no texts, and whatever else there is.
    case other
  }

  public enum Comparison: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case membership = "in"
  }

  /// `range.name(variables…, body)`, such as `groups.exists(g, g == "admins")`.
  public struct Macro: Sendable {
    public let name: String
    public let range: CELExpression
    public let variables: [String]
    public let filter: CELExpression?
    public let body: CELExpression
  }

  private func part(_ id: NodeID) -> CELExpression { CELExpression(tree: tree, id: id) }

  /// What it is.
  public var shape: Shape {
    if let path { return .path(path) }
    switch tree.nodes[id].kind {
    case .literal(let value): return .literal(value)
    case .presence(let operand, let field, _): return .presence(part(operand), field: field)
    case .call(let name, let target, let arguments):
      return .call(function: name, target: target.map(part), arguments: arguments.map(part))
    case .not(let operand): return .not(part(operand))
    case .and(let operands): return .and(operands.map(part))
    case .or(let operands): return .or(operands.map(part))
    case .binary(let binary, let left, let right):
      guard let comparison = Comparison(rawValue: binary.rawValue) else { return .other }
      return .comparison(comparison, left: part(left), right: part(right))
    case .conditional(let condition, let then, let otherwise):
      return .conditional(part(condition), then: part(then), otherwise: part(otherwise))
    case .list(let elements): return .list(elements.map { part($0.value) })
    case .comprehension(let comprehension):
      return .macro(
        Macro(
          name: comprehension.name, range: part(comprehension.range), variables: comprehension.variables,
          filter: comprehension.filter.map(part), body: part(comprehension.body)))
    default: return .other
    }
  }

  /// The path that selections from a name spell; `nil` for any other expression.
  public var path: String? {
    var suffixes: [String] = []
    var id = id
    while true {
      switch tree.nodes[id].kind {
      case .identifier(let name, _):
        return name + suffixes.reversed().joined()
      case .select(let operand, let field, _):
        suffixes.append(Self.suffix(field))
        id = operand
      case .index(let operand, let index, _):
        guard case .literal(.string(let field)) = tree.nodes[index].kind else { return nil }
        suffixes.append(Self.suffix(field))
        id = operand
      default:
        return nil
      }
    }
  }

  private static func suffix(_ field: String) -> String {
    let isName = !field.isEmpty && field.utf8.allSatisfy { CELText.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
    return isName && !CELText.isDigit(field.utf8.first ?? 0) ? ".\(field)" : "[\(CELText.quoted(field))]"
  }

  /// The direct parts of it.
  public var parts: [CELExpression] {
    let ids: [NodeID]
    switch tree.nodes[id].kind {
    case .literal, .identifier: ids = []
    case .select(let operand, _, _), .presence(let operand, _, _), .not(let operand), .negation(let operand):
      ids = [operand]
    case .index(let left, let right, _), .binary(_, let left, let right): ids = [left, right]
    case .call(_, let target, let arguments): ids = (target.map { [$0] } ?? []) + arguments
    case .and(let operands), .or(let operands): ids = operands
    case .conditional(let condition, let then, let otherwise): ids = [condition, then, otherwise]
    case .list(let elements): ids = elements.map(\.value)
    case .map(let entries): ids = entries.flatMap { [$0.key, $0.value] }
    case .comprehension(let comprehension):
      ids = [comprehension.range] + (comprehension.filter.map { [$0] } ?? []) + [comprehension.body]
    case .binding(_, let value, let body): ids = [value, body]
    case .optionalMap(_, let target, let body, _): ids = [target, body]
    case .block(let values, let body): ids = values + [body]
    }
    return ids.map(part)
  }
}
