/// What whole control sequences mean. Modifiers of cursor and function keys are not told apart: Shift-Up is Up.
enum InputSequence {
  /// The event of a CSI sequence; nil when it is none of ours.
  static func event(parameters: ArraySlice<UInt8>, final: UInt8) -> TerminalEvent? {
    if parameters.first == UInt8(ascii: "<") {
      guard final == UInt8(ascii: "M") || final == UInt8(ascii: "m"), let numbers = numbers(parameters.dropFirst()),
        numbers.count == 3
      else { return nil }
      return mouse(
        code: numbers[0], column: numbers[1], row: numbers[2], isRelease: final == UInt8(ascii: "m")
      ).map { .mouse($0) }
    }
    guard let numbers = numbers(parameters) else { return nil }
    if final == UInt8(ascii: "~") { return key(number: numbers.first ?? 0).map { .key($0) } }
    // An answer such as `CSI 5 R` (a cursor position) would be F3: only 1 comes before a modifier.
    guard numbers.isEmpty || numbers[0] <= 1 else { return nil }
    return key(final: final).map { .key($0) }
  }

  /// The key of the final byte of CSI or SS3.
  static func key(final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "Z"): .backTab
    case UInt8(ascii: "M"): .enter
    case UInt8(ascii: "P"): .function(1)
    case UInt8(ascii: "Q"): .function(2)
    case UInt8(ascii: "R"): .function(3)
    case UInt8(ascii: "S"): .function(4)
    default: nil
    }
  }

  private static func key(number: Int) -> Key? {
    switch number {
    case 1, 7: .home
    case 4, 8: .end
    case 3: .delete
    case 5: .pageUp
    case 6: .pageDown
    case 11...15: .function(number - 10)
    case 17...21: .function(number - 11)
    case 23, 24: .function(number - 12)
    default: nil
    }
  }

  /// A mouse report: the code holds the button and the modifiers; columns and rows count from 1.
  static func mouse(code: Int, column: Int, row: Int, isRelease: Bool) -> Mouse? {
    guard code >= 0, (1...9999).contains(column), (1...9999).contains(row) else { return nil }
    let isMotion = code & 32 != 0
    let kind: Mouse.Kind
    switch code & ~(4 | 8 | 16) {
    case 64: kind = .wheelUp
    case 65: kind = .wheelDown
    case 0...2 where isRelease, 3: kind = .release
    case 0: kind = .press(.left)
    case 1: kind = .press(.middle)
    case 2: kind = .press(.right)
    default: return nil
    }
    return isMotion ? nil : Mouse(kind, column: column - 1, row: row - 1, shift: code & 4 != 0)
  }

  /// Numbers separated by semicolons, an empty one being 0; nil when there is anything else, or a number is absurd.
  private static func numbers(_ parameters: ArraySlice<UInt8>) -> [Int]? {
    if parameters.isEmpty { return [] }
    var numbers = [0]
    for byte in parameters {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let number = numbers[numbers.count - 1] * 10 + Int(byte - UInt8(ascii: "0"))
        guard number < 100_000 else { return nil }
        numbers[numbers.count - 1] = number
      case UInt8(ascii: ";"): numbers.append(0)
      default: return nil
      }
    }
    return numbers
  }
}
