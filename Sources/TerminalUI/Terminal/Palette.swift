/// Which colours a terminal may be sent.
public enum ColorChoice: Sendable, Hashable {
  /// As the terminal and the environment say.
  case automatic
  case always
  case never

  /// Whether colours are to be used: `NO_COLOR`, `CLICOLOR=0` and `TERM=dumb` turn them off.
  public func allowsColor(environment: [String: String]) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .automatic:
      (environment["NO_COLOR"] ?? "").isEmpty && environment["CLICOLOR"] != "0" && environment["TERM"] != "dumb"
    }
  }
}

/// How a role looks on a terminal: a colour number, or none for the terminal's own foreground, and attributes.
struct Look: Sendable, Equatable {
  var color: Int16 = -1
  var bold = false
  var dim = false
  var underline = false
}

/// The colours of the roles, for the terminal's own background.
///
/// On dark backgrounds the terminal's own 16 colours are used, the bright half: on black they reach a contrast of 4.5:1
/// in the palettes of xterm, VTE and the Linux console. On light ones green, yellow and cyan of those palettes are below
/// 2.2:1, so where the terminal has 256 colours, the fixed ones of the cube stand in, all above 4.5:1 on white.
enum Palette {
  /// - Parameter colors: How many colours the terminal has; 0 for none.
  static func look(of role: Role, colors: Int, isLight: Bool) -> Look {
    if colors < 8 { return withoutColor(role) }
    if isLight { return colors >= 256 ? light256(role) : light8(role) }
    return colors >= 16 ? dark16(role) : dark8(role)
  }

  private static func withoutColor(_ role: Role) -> Look {
    switch role {
    case .text, .good, .key, .string, .number: Look()
    case .bad: Look(bold: true, underline: true)
    case .warning, .accent: Look(bold: true)
    case .muted: Look(dim: true)
    }
  }

  private static func dark16(_ role: Role) -> Look {
    switch role {
    case .text: Look()
    case .good: Look(color: 10)
    case .bad: Look(color: 9)
    case .warning: Look(color: 11)
    // Bright black is the background of some palettes; a dimmed foreground is always between the two.
    case .muted: Look(dim: true)
    case .accent: Look(color: 14)
    case .key: Look(color: 12)
    case .string: Look(color: 6)
    case .number: Look(color: 13)
    }
  }

  private static func dark8(_ role: Role) -> Look {
    switch role {
    case .text: Look()
    case .good: Look(color: 2)
    // Bold is bright where there are but eight colours; red and blue are too dark without.
    case .bad: Look(color: 1, bold: true)
    case .warning: Look(color: 3)
    case .muted: Look(dim: true)
    case .accent: Look(color: 6, bold: true)
    case .key: Look(color: 6)
    case .string: Look(color: 2)
    case .number: Look(color: 5, bold: true)
    }
  }

  private static func light8(_ role: Role) -> Look {
    switch role {
    case .text, .string: Look()
    case .good: Look(color: 4)
    case .bad: Look(color: 1)
    case .warning: Look(color: 1, bold: true)
    case .muted: Look(dim: true)
    case .accent: Look(color: 4, bold: true)
    case .key: Look(color: 4)
    case .number: Look(color: 5)
    }
  }

  private static func light256(_ role: Role) -> Look {
    switch role {
    case .text: Look()
    case .good: Look(color: 22)
    case .bad: Look(color: 124)
    case .warning: Look(color: 94)
    case .muted: Look(dim: true)
    case .accent: Look(color: 25)
    case .key: Look(color: 18)
    case .string: Look(color: 23)
    case .number: Look(color: 90)
    }
  }
}
