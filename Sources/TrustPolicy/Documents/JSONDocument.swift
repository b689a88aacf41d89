import Inspection
import JOSE

/// A JSON text as a tree in which everything knows its place.
enum JSONDocument {
  /// Documents are larger than tokens: a state file of Terraform has some megabytes.
  static let limits = JSONLimits(depth: 128, bytes: 64 << 20)

  static func read(_ source: SourceText) throws(DocumentError) -> DocumentNode {
    let hasMark = source.bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let start = hasMark ? 3 : 0
    let json: JSON
    do throws(JSONError) {
      json = try JSON(parsing: source.bytes[start...], limits: limits)
    } catch {
      throw DocumentError(
        "this is no JSON: \(error.message)", remedy: remedy(error.reason), at: source.location(at: start + error.offset)
      )
    }
    var locator = Locator(source: source, position: start)
    return try locator.node(json)
  }

  private static func remedy(_ reason: JSONError.Reason) -> String? {
    switch reason {
    case .trailingComma: "Take the comma out."
    case .tooDeep: "No document of a relying party nests so deep."
    case .tooLarge: "Take the part out that is about the trust policy."
    case .empty: "The file is empty."
    default: nil
    }
  }

  /// Walks a text and what was read of it side by side. The text is known to be JSON.
  private struct Locator {
    let source: SourceText
    var position: Int

    mutating func node(_ json: JSON) throws(DocumentError) -> DocumentNode {
      skipSpace()
      let start = position
      let value = try value(json)
      return DocumentNode(value, in: source, start: start, end: position)
    }

    private mutating func value(_ json: JSON) throws(DocumentError) -> DocumentNode.Value {
      switch json {
      case .null:
        position += 4
        return .null
      case .bool(let bool):
        position += bool ? 4 : 5
        return .bool(bool)
      case .number(let number):
        position += number.text.utf8.count
        return .number(number.text)
      case .string(let string):
        position += string.raw.utf8.count + 2
        return .string(string.value)
      case .array(let elements):
        position += 1
        var nodes: [DocumentNode] = []
        nodes.reserveCapacity(elements.count)
        for element in elements {
          nodes.append(try node(element))
          skip(UInt8(ascii: ","))
        }
        skip(UInt8(ascii: "]"))
        return .array(nodes)
      case .object(let object): return .object(try members(object))
      }
    }

    private mutating func members(_ object: JSONObject) throws(DocumentError) -> [DocumentNode.Member] {
      position += 1
      var members: [DocumentNode.Member] = []
      members.reserveCapacity(object.members.count)
      let duplicate = object.duplicateNames.first
      var seen = false
      for member in object.members {
        skipSpace()
        let start = position
        if let duplicate, member.name.value.hasSameBytes(as: duplicate) {
          if seen {
            throw DocumentError(
              "“\(duplicate)” is here a second time", remedy: "Take one of them out: which one counts is not defined.",
              at: source.location(at: start))
          }
          seen = true
        }
        position += member.name.raw.utf8.count + 2
        skip(UInt8(ascii: ":"))
        let value = try node(member.value)
        members.append(.init(name: member.name.value, start: start, value: value))
        skip(UInt8(ascii: ","))
      }
      skip(UInt8(ascii: "}"))
      return members
    }

    private mutating func skip(_ byte: UInt8) {
      skipSpace()
      if position < source.bytes.count, source.bytes[position] == byte { position += 1 }
    }

    private mutating func skipSpace() {
      while position < source.bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(source.bytes[position]) { position += 1 }
    }
  }
}

extension DocumentNode {
  /// The JSON document that stands, as text, in this string; nil when it is no string.
  func embeddedJSON() throws(DocumentError) -> DocumentNode? {
    guard let string, let end else { return nil }
    return try JSONDocument.read(
      SourceText(bytes: Array(string.utf8), in: source, at: offsets(of: string, end: end)))
  }

  /// For each byte of the string, where it stands between the quotes.
  private func offsets(of text: String, end: Int) -> [Int] {
    var offsets: [Int] = []
    offsets.reserveCapacity(text.utf8.count + 1)
    var position = start + 1
    for scalar in text.unicodeScalars {
      let length = UTF8.width(scalar)
      guard position < end, source.bytes[position] == UInt8(ascii: "\\") else {
        for index in 0..<length { offsets.append(position + index) }
        position += length
        continue
      }
      // The bytes of an escaped scalar all stand where its escape begins.
      for _ in 0..<length { offsets.append(position) }
      let isUnicode = position + 1 < end && source.bytes[position + 1] == UInt8(ascii: "u")
      position += isUnicode ? (scalar.value > 0xFFFF ? 12 : 6) : 2
    }
    offsets.append(position)
    return offsets
  }
}
