import JOSE

/// A member of the header or of the claims, with what it means.
public struct Field: Sendable, Hashable {
  /// The name, as it says; not yet harmless to show.
  public let name: String
  public let value: JSON
  /// A few words: `issuer`, `RSASSA-PKCS1-v1_5 with SHA-256`.
  public let meaning: String?
  /// A sentence or two, which know the provider that seems to have issued the token.
  public let explanation: String?
  /// The moment that the member names, for `exp`, `nbf`, `iat`, `auth_time` and their like.
  public let time: Timestamp?
  /// What to be wary of in the member.
  public let marks: [Mark]

  public enum Mark: Sendable, Hashable, CaseIterable {
    /// Another member has the same name; the last one counts.
    case duplicate
    /// Control characters or others that cannot be seen.
    case controlCharacters
    /// Characters that turn the direction of writing around.
    case bidi
    /// Half of a surrogate pair.
    case loneSurrogate
    /// The value is not of the type that the member must have.
    case wrongType
  }

  static func header(of token: CompactToken) -> [Field] {
    guard let object = token.headerObject else { return [] }
    return fields(object) { name, value in HeaderMeanings.meaning(of: name, value, isEncrypted: token.kind == .jwe) }
  }

  static func claims(of token: CompactToken, provider: Provider?) -> [Field] {
    guard let object = token.claims else { return [] }
    return fields(object) { name, value in ClaimMeanings.meaning(of: name, value, provider: provider) }
  }

  private static func fields(_ object: JSONObject, _ meaning: (String, JSON) -> Meaning?) -> [Field] {
    let duplicates = Set(object.duplicateNames.map { Array($0.utf8) })
    return object.members.map { member in
      let name = member.name.value
      let known = meaning(name, member.value)
      var marks = TextMarks(member.value, name: member.name).marks
      if !duplicates.isEmpty, duplicates.contains(Array(name.utf8)) { marks.insert(.duplicate, at: 0) }
      var explanation = known?.explanation
      if let type = known?.type, !type.admits(member.value) {
        marks.append(.wrongType)
        explanation = "\(name) must be \(type.rawValue), but is \(member.value.kindName)."
      }
      return Field(
        name: name, value: member.value, meaning: known?.words, explanation: explanation,
        time: known?.type == .time ? Timestamp(numericDate: member.value) : nil, marks: marks)
    }
  }
}

/// What is known about a member.
struct Meaning: Sendable {
  let words: String
  var explanation: String?
  var type: ValueType?

  init(_ words: String, _ explanation: String? = nil, type: ValueType? = nil) {
    self.words = words
    self.explanation = explanation
    self.type = type
  }
}

/// What a registered member must be.
enum ValueType: String, Sendable {
  case string = "a string"
  case boolean = "a boolean"
  case time = "a number of seconds"
  case audience = "a string or an array of strings"
  case strings = "an array of strings"
  case object = "an object"

  func admits(_ value: JSON) -> Bool {
    switch (self, value) {
    case (.string, .string), (.boolean, .bool), (.time, .number), (.object, .object), (.audience, .string): true
    case (.audience, .array(let elements)), (.strings, .array(let elements)):
      elements.allSatisfy { $0.stringValue != nil }
    default: false
    }
  }
}

/// What is suspicious in the texts of a value, nested ones included.
struct TextMarks {
  private(set) var hasControl = false
  private(set) var hasBidi = false
  private(set) var hasLoneSurrogate = false

  init(_ value: JSON, name: JSONString? = nil) {
    if let name { look(at: name) }
    look(at: value)
  }

  var marks: [Field.Mark] {
    (hasControl ? [.controlCharacters] : []) + (hasBidi ? [.bidi] : []) + (hasLoneSurrogate ? [.loneSurrogate] : [])
  }

  private mutating func look(at value: JSON) {
    switch value {
    case .string(let string): look(at: string)
    case .array(let elements): for element in elements { look(at: element) }
    case .object(let object):
      for member in object.members {
        look(at: member.name)
        look(at: member.value)
      }
    case .null, .bool, .number: break
    }
  }

  private mutating func look(at string: JSONString) {
    if string.hasLoneSurrogate { hasLoneSurrogate = true }
    if string.value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return }
    for scalar in string.value.unicodeScalars {
      if scalar.properties.isBidiControl {
        hasBidi = true
      } else if Visible.needsEscape(scalar) {
        hasControl = true
      }
    }
  }
}
