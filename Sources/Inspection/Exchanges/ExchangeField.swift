import JOSE

/// A name with its value, of what is sent for an exchange or of what came back.
public struct ExchangeField: Sendable, Hashable {
  public let name: String
  public let value: JSON
  /// Whether only who asks for it may see the value.
  public let isSecret: Bool

  public init(_ name: String, _ value: JSON, isSecret: Bool = false) {
    self.name = name
    self.value = value
    self.isSecret = isSecret
  }

  /// The value as text: of a string what it says, of any other the JSON. Of somebody else, to be escaped when it is shown.
  public var text: String { value.stringValue ?? value.compact() }

  /// The text that may be shown to everybody, ready to be shown.
  public var shown: String { isSecret ? Self.shortened(text) : Visible.escaped(text) }

  /// What may be shown of a secret: how it begins, when that tells of what kind it is, and how long it is.
  public static func shortened(_ secret: String) -> String {
    let scheme = secret.hasPrefix("Bearer ") ? "Bearer " : ""
    let own = secret.dropFirst(scheme.count)
    let count = own.utf8.count
    // Of a short one the beginning would be much of it.
    let start = count < 60 ? "" : Visible.escaped(own.prefix(8))
    return "\(scheme)\(start)\u{2026} (\(count) characters)"
  }
}
