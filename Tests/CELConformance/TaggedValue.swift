import CEL
import FoundationEssentials

/// A value as the conformance tests write it: `{"int": "1"}`, `{"list": […]}`, `{"map": [[key, value], …]}`.
struct TaggedValue: Decodable {
  let value: CELValue

  private enum Tag: String, CodingKey, CaseIterable {
    case null, bool, int, uint, double, string, type, list, map, timestamp, duration
    case bytes = "bytes_b64"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Tag.self)
    guard let tag = container.allKeys.first else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no known tag"))
    }
    func number<Number: LosslessStringConvertible>(_ type: Number.Type) throws -> Number {
      let text = try container.decode(String.self, forKey: tag)
      guard let number = Number(text) else {
        throw DecodingError.dataCorruptedError(forKey: tag, in: container, debugDescription: "\(text) is no \(type)")
      }
      return number
    }
    switch tag {
    case .null: value = .null
    case .bool: value = .bool(try container.decode(Bool.self, forKey: tag))
    case .int: value = .int(try number(Int64.self))
    case .uint: value = .uint(try number(UInt64.self))
    case .double:
      let plain = try? container.decode(Double.self, forKey: tag)
      value = .double(try plain ?? number(Double.self))
    case .string: value = .string(try container.decode(String.self, forKey: tag))
    case .type: value = .type(CELType(try container.decode(String.self, forKey: tag)))
    case .bytes: value = .bytes(Array(try container.decode(Data.self, forKey: tag)))
    case .list: value = .list(try container.decode([TaggedValue].self, forKey: tag).map(\.value))
    case .map:
      var map = CELMap()
      for entry in try container.decode([[TaggedValue]].self, forKey: tag) {
        map.insert(entry[1].value, for: entry[0].value)
      }
      value = .map(map)
    case .timestamp, .duration:
      let text = try container.decode(String.self, forKey: tag)
      let program = try CELProgram(
        "\(tag.rawValue)('\(text)')", in: CELEnvironment(variables: [], libraries: []))
      value = try program.evaluate([:])
    }
  }
}
