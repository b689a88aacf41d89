import CEL
import JOSE

extension CELValue {
  /// What an expression takes a whole number for. Which of them a relying party does is documented for none.
  enum Numbers: CaseIterable {
    case int, double
  }

  /// A claim as an expression sees it; a number that is not whole, or too large, is a `double` in any case.
  init(_ json: JSON, numbers: Numbers = .int) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let number):
      if numbers == .int, let integer = json.integerValue {
        self = .int(integer)
      } else {
        self = .double(number.double ?? .infinity)
      }
    case .string(let text): self = .string(text.value)
    case .array(let elements): self = .list(elements.map { CELValue($0, numbers: numbers) })
    case .object(let object):
      self = .map(CELMap(object.members.map { ($0.name.value, CELValue($0.value, numbers: numbers)) }))
    }
  }

  /// The value for people: a text as it is, everything else as an expression would write it.
  var shown: String {
    switch self {
    case .string(let text): text
    default: written
    }
  }

  /// The value as an expression writes it.
  private var written: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): "\(value)"
    case .uint(let value): "\(value)u"
    case .double(let value): "\(value)"
    case .string(let text): CELLiteral.quoted(text)
    case .bytes(let bytes): "\(bytes.count) bytes"
    case .list(let elements): "[" + elements.map(\.written).joined(separator: ", ") + "]"
    case .map(let map):
      "{" + map.entries.map { "\($0.key.written): \($0.value.written)" }.joined(separator: ", ") + "}"
    case .timestamp(let time): "the time \(time.seconds)"
    case .duration, .type, .optional, .opaque: "a \(type.name)"
    }
  }
}

/// Texts as expressions write them.
enum CELLiteral {
  /// In single quotes, as most policies have them, so that the document around it need not escape them.
  static func quoted(_ text: String) -> String {
    var result = "'"
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'", "\\": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "'"
  }
}
