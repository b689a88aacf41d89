/// The number of a node in its tree.
typealias NodeID = Int

/// A part of an expression. Nodes are kept in an array and refer to each other by number, so that trees of any shape can
/// be copied and thrown away without recursion.
struct Node: Sendable {
  enum Kind: Sendable {
    case literal(CELValue)
    /// Absolute names begin with a dot, and no container is put before them.
    case identifier(String, isAbsolute: Bool)
    /// `a.b`, or `a.?b`.
    case select(NodeID, field: String, isOptional: Bool)
    /// `has(a.b)`
    case presence(NodeID, field: String, isOptional: Bool)
    /// `a[b]`, or `a[?b]`.
    case index(NodeID, NodeID, isOptional: Bool)
    case call(String, target: NodeID?, arguments: [NodeID])
    case not(NodeID)
    case negation(NodeID)
    case binary(BinaryOperator, NodeID, NodeID)
    /// Two operands or more: `a && b && c` is one node.
    case and([NodeID])
    case or([NodeID])
    case conditional(NodeID, then: NodeID, otherwise: NodeID)
    case list([Element])
    case map([Entry])
    case comprehension(Comprehension)
    /// `cel.bind(name, value, body)`
    case binding(name: String, value: NodeID, body: NodeID)
    /// `target.optMap(name, body)`, or `optFlatMap`, whose body is an optional itself.
    case optionalMap(name: String, target: NodeID, body: NodeID, isFlat: Bool)
    /// `cel.block([…], body)`: the elements are bound to `cel.index(0)` and so on.
    case block([NodeID], body: NodeID)
  }

  struct Element: Sendable {
    let value: NodeID
    let isOptional: Bool
  }

  struct Entry: Sendable {
    let key: NodeID
    let value: NodeID
    let isOptional: Bool
  }

  /// A macro that goes over the elements of a list or the entries of a map.
  struct Comprehension: Sendable {
    enum Goal: String, Sendable {
      case all, exists, existsOne, map, filter, transformList, transformMap, transformMapEntry, sortBy
    }

    let goal: Goal
    let range: NodeID
    /// One variable for the element or the key; of two, the first is the index or the key.
    let variables: [String]
    /// What must hold for an element to be transformed.
    let filter: NodeID?
    let body: NodeID
    /// The name in the source: `exists_one` and `existsOne` are the same.
    let name: String
  }

  let kind: Kind
  /// In bytes of the source.
  let range: Range<Int>
  /// Where a message about the node points to: at the operator, or at the name of the function.
  let focus: Int
  /// How many nodes lie below each other here.
  let height: Int
}

enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case membership = "in"

  init?(_ symbol: Token.Symbol) {
    self.init(rawValue: symbol.rawValue)
  }

  /// What binds more tightly is larger.
  var precedence: Int {
    switch self {
    case .multiply, .divide, .modulo: 3
    case .add, .subtract: 2
    default: 1
    }
  }
}

/// An expression as it was read.
struct SyntaxTree: Sendable {
  var source: String
  var nodes: [Node] = []
  var root: NodeID = 0
}
