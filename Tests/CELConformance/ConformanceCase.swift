import CEL
import FoundationEssentials

/// A case of the conformance tests of the language.
struct ConformanceCase: Decodable {
  struct Declaration: Decodable {
    let name: String
  }

  struct Expectation: Decodable {
    let value: TaggedValue?
  }

  let id: String
  let expr: String
  let container: String?
  let typeEnvironment: [Declaration]?
  let bindings: [String: TaggedValue]?
  let expect: Expectation?
  let isUnchecked: Bool?
  let isOnlyChecked: Bool?
  let needsMessages: Bool?

  enum CodingKeys: String, CodingKey {
    case id, expr, container, bindings, expect
    case typeEnvironment = "type_env"
    case isUnchecked = "disable_check"
    case isOnlyChecked = "check_only"
    case needsMessages = "needs_proto_messages"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    expr = try container.decode(String.self, forKey: .expr)
    self.container = try container.decodeIfPresent(String.self, forKey: .container)
    isUnchecked = try container.decodeIfPresent(Bool.self, forKey: .isUnchecked)
    isOnlyChecked = try container.decodeIfPresent(Bool.self, forKey: .isOnlyChecked)
    needsMessages = try container.decodeIfPresent(Bool.self, forKey: .needsMessages)
    typeEnvironment = try container.decodeIfPresent([Declaration].self, forKey: .typeEnvironment)
    // Messages are no values here.
    let isReadable = needsMessages != true && isOnlyChecked != true
    bindings = isReadable ? try container.decodeIfPresent([String: TaggedValue].self, forKey: .bindings) : nil
    expect = isReadable ? try container.decodeIfPresent(Expectation.self, forKey: .expect) : nil
  }

  /// Values of messages, and what only a type checker tells, are of no use to a trust policy: such cases are left out.
  var counts: Bool { needsMessages != true && isOnlyChecked != true && !Self.misprinted.contains(id) }

  /// Cases whose expected bytes have a backslash, of which there is none in the expression. Their counterparts with texts
  /// are right in the same file, and pass.
  static let misprinted: Set = [
    "parse/bytes_literals/triple_single_quoted_unescaped_punctuation",
    "parse/bytes_literals/triple_double_quoted_unescaped_punctuation",
  ]

  /// What differs from what is expected; `nil` where nothing does.
  func failure(with libraries: Set<CELLibrary>) -> String? {
    let bindings = self.bindings ?? [:]
    let environment = CELEnvironment(
      variables: Set(bindings.keys).union((typeEnvironment ?? []).map(\.name)), libraries: libraries,
      container: container ?? "", isChecked: isUnchecked != true)
    let expected = expect?.value?.value
    do {
      let program = try CELProgram(expr, in: environment)
      let value = try program.evaluate(bindings.mapValues(\.value))
      guard let expected else { return "\(id): an error was expected from \(expr), not \(value)" }
      return value.isTheSame(as: expected) ? nil : "\(id): \(expr) is \(value), not \(expected)"
    } catch {
      return expected.map { "\(id): \(expr) is an error, not \($0): \(error.message)" }
    }
  }
}

extension CELValue {
  /// Equal and of the same type, where NaN is NaN.
  fileprivate func isTheSame(as other: CELValue) -> Bool {
    switch (self, other) {
    case (.double(let left), .double(let right)): left.isNaN && right.isNaN || left == right
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isTheSame(as: $1) }
    default: type == other.type && isEqual(to: other)
    }
  }
}
