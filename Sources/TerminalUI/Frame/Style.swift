/// What a text means. The painter turns it into a colour that is readable on the terminal's own background.
public enum Role: UInt8, Sendable, CaseIterable {
  case text, good, bad, warning, muted, accent, key, string, number
}

/// How a cell looks: what it means, and how it stands out. Without colour only the attributes are left.
public struct Style: Sendable, Hashable {
  public var role: Role
  public var bold: Bool
  public var dim: Bool
  public var reverse: Bool
  public var underline: Bool

  public init(
    _ role: Role = .text, bold: Bool = false, dim: Bool = false, reverse: Bool = false, underline: Bool = false
  ) {
    self.role = role
    self.bold = bold
    self.dim = dim
    self.reverse = reverse
    self.underline = underline
  }

  /// Role and attributes in one number below 2^8, in which cells keep them and the painter looks them up.
  var code: UInt8 {
    role.rawValue | (bold ? 0x10 : 0) | (dim ? 0x20 : 0) | (reverse ? 0x40 : 0) | (underline ? 0x80 : 0)
  }

  init(code: UInt8) {
    self.init(
      Role(rawValue: code & 0x0F) ?? .text,
      bold: code & 0x10 != 0, dim: code & 0x20 != 0, reverse: code & 0x40 != 0, underline: code & 0x80 != 0)
  }
}
