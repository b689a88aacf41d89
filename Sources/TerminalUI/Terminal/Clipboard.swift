/// The clipboard by way of the terminal: OSC 52, which works over SSH, in the forms that multiplexers let through.
public enum Clipboard {
  /// How a sequence gets to the terminal that has the clipboard.
  public enum Route: String, Sendable, Hashable, CaseIterable {
    /// Straight to the terminal.
    case terminal
    /// Through tmux: once plainly, which tmux takes with `set-clipboard on` for a buffer of its own and hands on, and
    /// once in its pass-through, for `set-clipboard external` with `allow-passthrough on`. tmux drops what is not
    /// allowed. (With `external` and no pass-through, its default, only `tmux load-buffer -w -` works.)
    case tmux
    /// Through GNU screen, which hands on device control strings, but only short ones.
    case screen

    /// The route of a terminal whose program sees this environment.
    public init(environment: [String: String]) {
      let type = environment["TERM"] ?? ""
      if environment["TMUX"]?.isEmpty == false || type.hasPrefix("tmux") {
        self = .tmux
      } else if environment["STY"]?.isEmpty == false {
        self = .screen
      } else if type.hasPrefix("screen") {
        // Both call themselves so. Variables get lost on the way over SSH, where tmux is by far the more common;
        // without SSH only the environment was cleaned, and screen would print what it does not know.
        self = environment["SSH_CONNECTION"] == nil ? .screen : .tmux
      } else {
        self = .terminal
      }
    }

    /// How a message to the person names it.
    public var name: String {
      switch self {
      case .terminal: "OSC 52"
      case .tmux: "OSC 52 through tmux"
      case .screen: "OSC 52 through screen"
      }
    }
  }

  /// More bytes than terminals take.
  public struct TooLong: Error, Sendable, Equatable, CustomStringConvertible {
    /// The length in base64.
    public let encodedBytes: Int

    public var description: String {
      "the terminal's clipboard takes \(Clipboard.encodedLimit) bytes in base64, and this would be \(encodedBytes)"
    }
  }

  /// The longest base64 text that is sent. The limits of terminals begin at 100,000 bytes for a whole sequence.
  public static let encodedLimit = 74_994

  /// screen drops strings that do not fit into its buffer of 768 bytes with the NUL at their end.
  private static let screenChunk = 760

  /// The bytes that put a text on the clipboard when they are written to the terminal.
  public static func sequence(for text: String, route: Route) throws(TooLong) -> [UInt8] {
    let encoded = base64(Array(text.utf8))
    guard encoded.count <= encodedLimit else { throw TooLong(encodedBytes: encoded.count) }
    let plain = Array("\u{1B}]52;c;".utf8) + encoded + [0x07]
    switch route {
    case .terminal: return plain
    case .tmux:
      // In a pass-through each Escape is doubled.
      let inner = plain.flatMap { $0 == 0x1B ? [0x1B, 0x1B] : [$0] }
      return plain + Array("\u{1B}Ptmux;".utf8) + inner + Array("\u{1B}\\".utf8)
    case .screen:
      var bytes: [UInt8] = []
      for start in stride(from: 0, to: plain.count, by: screenChunk) {
        bytes += Array("\u{1B}P".utf8) + plain[start..<min(plain.count, start + screenChunk)] + Array("\u{1B}\\".utf8)
      }
      return bytes
    }
  }

  /// RFC 4648, section 4: the alphabet with `+` and `/`, padded.
  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(bytes.count, start + 3)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for position in 0..<4 {
        text.append(position <= group.count ? alphabet[bits >> (18 - 6 * position) & 63] : UInt8(ascii: "="))
      }
    }
    return text
  }
}
