import CEL
import Inspection

/// An expression of an AuthenticationConfiguration.
struct KubernetesExpression: Sendable {
  let node: DocumentNode
  let text: String
  /// The expression, or which of its functions is not known here.
  let program: Result<CELProgram, CELError>

  /// What the API server has of CEL; which of it, hangs on its version.
  ///
  /// <https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries>
  private static let libraries: Set<CELLibrary> = [
    .standard, .optionals, .strings, .sets, .lists, .kubernetesLists, .kubernetesRegex, .url, .quantity, .network,
    .format, .semver, .macros2,
  ]

  /// - Parameters:
  ///   - variable: `claims` or `user`.
  ///   - isRule: whether the server must see, without knowing any token, that it is a bool.
  init(_ node: DocumentNode, _ name: String, variable: String, isRule: Bool = false) throws(DocumentError) {
    self.node = node
    text = try node.text(name)
    guard !text.isEmpty else { throw node.error("\(name) is empty", remedy: "Write an expression in CEL.") }
    do throws(CELError) {
      program = .success(
        try CELProgram(text, in: CELEnvironment(variables: [variable], libraries: Self.libraries)))
    } catch {
      guard case .unknownFunction = error.kind else {
        throw node.error(
          "the API server refuses this expression: line \(error.line), column \(error.column): \(error.message)",
          remedy: "It is in CEL, with the variable \(variable).")
      }
      program = .failure(error)
    }
    if isRule, case .success(let program) = program, !Self.isPlainlyBool(program.expression) {
      throw node.error(
        "the API server refuses this rule: it must evaluate to bool, which cannot be seen without a token",
        remedy: "Compare it: (\(text)) == true.")
    }
  }

  /// A member, or the value of an optional, may be anything.
  private static func isPlainlyBool(_ expression: CELExpression) -> Bool {
    switch expression.shape {
    case .path: false
    case .call(let name, _, _): !["orValue", "value", "dyn"].contains(name)
    case .literal(let value): value.type.name == "bool"
    case .conditional(_, let then, let otherwise): isPlainlyBool(then) && isPlainlyBool(otherwise)
    default: true
    }
  }

  /// Whether it has an escape such as `__dot__`, which stands for another character in names.
  var hasEscapes: Bool {
    ["__dot__", "__slash__", "__dash__", "__underscores__"].contains { text.contains($0) }
  }

  /// Whether the expression reads a member, such as `claims.email`.
  func reads(_ path: String) -> Bool {
    guard case .success(let program) = program else { return text.contains(path) }
    return program.allExpressions.contains { expression in
      if expression.path == path { return true }
      if case .presence(let operand, let field) = expression.shape {
        return operand.path.map { "\($0).\(field)" } == path
      }
      return false
    }
  }
}
