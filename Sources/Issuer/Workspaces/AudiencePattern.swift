/// The audiences that a workspace may ask for: one, or with `*` in the place of any characters, `/` and `:` included.
public struct AudiencePattern: Sendable, Hashable {
  /// The pattern as it was written.
  public let text: String

  /// - Returns: nil for what no audience can be: empty, longer than 2,048 bytes, with white space or control characters.
  public init?(_ text: String) {
    guard TokenIssuer.isAudience(text) else { return nil }
    self.text = text
  }

  /// Whether the audience is one of them, byte for byte.
  public func matches(_ audience: String) -> Bool {
    let pattern = Array(text.utf8)
    let value = Array(audience.utf8)
    // The usual matching with one place to go back to: the last asterisk, which then takes one byte more.
    var (index, place) = (0, 0)
    var retry: (index: Int, place: Int)?
    while place < value.count {
      if index < pattern.count, pattern[index] == UInt8(ascii: "*") {
        retry = (index + 1, place)
        index += 1
      } else if index < pattern.count, pattern[index] == value[place] {
        index += 1
        place += 1
      } else if let last = retry {
        retry = (last.index, last.place + 1)
        (index, place) = (last.index, last.place + 1)
      } else {
        return false
      }
    }
    return pattern[index...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
