/// A map of CEL: entries in their order, found by their key.
///
/// A key is a bool, an integer or a text. Integers are the same key whether signed or not, and a floating-point number
/// that is whole finds them as well.
public struct CELMap: Sendable {
  public struct Entry: Sendable {
    public let key: CELValue
    public let value: CELValue
  }

  public private(set) var entries: [Entry] = []
  private var places: [Lookup: Int] = [:]

  public init() {}

  /// A map of members with names; of members with the same name the last counts.
  public init(_ members: some Sequence<(String, CELValue)>) {
    for (name, value) in members { insert(value, for: .string(name)) }
  }

  public var count: Int { entries.count }
  public var isEmpty: Bool { entries.isEmpty }

  /// The value of a key; `nil` where there is none, or where the key is of a kind that no map has.
  public subscript(key: CELValue) -> CELValue? {
    Lookup(finding: key).flatMap { places[$0] }.map { entries[$0].value }
  }

  /// The value of a text.
  public subscript(name: String) -> CELValue? { self[.string(name)] }

  /// Adds an entry, or gives the one with that key another value.
  ///
  /// - Returns: whether there was none with that key; `nil`, and nothing is done, where the value can be no key.
  @discardableResult
  public mutating func insert(_ value: CELValue, for key: CELValue) -> Bool? {
    guard let place = Lookup(key) else { return nil }
    if let index = places[place] {
      entries[index] = Entry(key: key, value: value)
      return false
    }
    places[place] = entries.count
    entries.append(Entry(key: key, value: value))
    return true
  }

  func isEqual(to other: CELMap) -> Bool {
    count == other.count
      && entries.allSatisfy { entry in other[entry.key].map { entry.value.isEqual(to: $0) } ?? false }
  }

  /// A key in a form in which equal keys are the same.
  private enum Lookup: Hashable {
    case bool(Bool)
    case negative(Int64)
    case natural(UInt64)
    case text(String)

    init?(_ value: CELValue) {
      switch value {
      case .bool(let value): self = .bool(value)
      case .int(let value): self = value < 0 ? .negative(value) : .natural(UInt64(value))
      case .uint(let value): self = .natural(value)
      case .string(let value): self = .text(value)
      default: return nil
      }
    }

    init?(finding value: CELValue) {
      guard case .double(let number) = value else {
        self.init(value)
        return
      }
      if let value = UInt64(exactly: number) {
        self = .natural(value)
      } else if let value = Int64(exactly: number) {
        self = .negative(value)
      } else {
        return nil
      }
    }

    /// By bytes: Swift takes canonically equivalent texts as equal, CEL does not.
    static func == (left: Lookup, right: Lookup) -> Bool {
      switch (left, right) {
      case (.bool(let left), .bool(let right)): left == right
      case (.negative(let left), .negative(let right)): left == right
      case (.natural(let left), .natural(let right)): left == right
      case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
      default: false
      }
    }

    func hash(into hasher: inout Hasher) {
      switch self {
      case .bool(let value): hasher.combine(value)
      case .negative(let value): hasher.combine(value)
      case .natural(let value): hasher.combine(value)
      case .text(let value):
        for byte in value.utf8 { hasher.combine(byte) }
      }
    }
  }
}

extension CELMap: ExpressibleByDictionaryLiteral {
  public typealias Key = String
  public typealias Value = CELValue

  public init(dictionaryLiteral elements: (String, CELValue)...) {
    self.init(elements)
  }
}
