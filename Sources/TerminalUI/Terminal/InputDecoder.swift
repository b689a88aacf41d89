/// Turns the bytes of a terminal into keys, pastes and mouse events.
///
/// Sequences may be cut anywhere between two calls of `feed`. What is malformed or unknown is dropped whole, so that its
/// tail is never taken for keys. Follows ECMA-48, the control sequences of xterm, and bracketed paste.
public struct InputDecoder: Sendable {
  /// Bytes of a sequence whose end has not come yet.
  private var pending: [UInt8] = []
  /// What has been pasted so far; nil outside of a paste.
  private var pasted: [UInt8]?
  private var isDiscarding = false

  /// The bytes that a paste keeps: 1 MiB, and one more that tells its reader that it was longer.
  public static let pasteLimit = 1_048_577
  /// The longest answer of a terminal that is kept while its end is waited for.
  private static let sequenceLimit = 4096

  private static let escape: UInt8 = 0x1B
  private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)

  public init() {}

  /// Whether `flushEscape` has something to decide: the bytes so far are a key of their own or begin a sequence.
  public var awaitsEscape: Bool {
    pasted == nil && !isDiscarding && pending.first == Self.escape && pending.count <= 2
  }

  /// Takes bytes in and returns the events that they complete.
  public mutating func feed(_ bytes: some Collection<UInt8>) -> [TerminalEvent] {
    var events: [TerminalEvent] = []
    if pasted != nil, bytes.count == 1, bytes.first == 0x03 {
      // The end of a paste got lost: a single Ctrl-C must still work. (All that it can do is leave.)
      pasted = nil
      pending = []
    }
    pending.append(contentsOf: bytes)
    var index = 0
    while index < pending.count {
      let next: Int?
      if pasted != nil {
        next = continuePaste(from: index, &events)
      } else if isDiscarding {
        next = discard(from: index)
      } else {
        next = decode(from: index, &events)
      }
      guard let next else { break }
      index = next
    }
    pending.removeFirst(index)
    return events
  }

  /// Decides that nothing follows an Escape: to be called when about 25 ms have passed after it without a byte.
  ///
  /// A sequence that is clearly under way is waited for instead, however slow the line is.
  public mutating func flushEscape() -> [TerminalEvent] {
    guard awaitsEscape else { return [] }
    defer { pending = [] }
    // Half of a UTF-8 sequence after an Escape is no key.
    guard pending.count == 2, pending[1] < 0x80 else { return [.key(.escape)] }
    return [.key(.alt(Character(Unicode.Scalar(pending[1]))))]
  }

  // MARK: - Each returns the index after what it took, or nil when more bytes are needed

  private mutating func decode(from index: Int, _ events: inout [TerminalEvent]) -> Int? {
    let byte = pending[index]
    switch byte {
    case Self.escape: return decodeEscape(from: index, &events)
    case 0x00..<0x20, 0x7F:
      if let key = Self.key(ofControl: byte) { events.append(.key(key)) }
      return index + 1
    case 0x20..<0x7F:
      events.append(.key(.character(Character(Unicode.Scalar(byte)))))
      return index + 1
    default:
      return decodeUTF8(from: index) { events.append(.key(.character($0))) }
    }
  }

  private mutating func decodeEscape(from index: Int, _ events: inout [TerminalEvent]) -> Int? {
    guard index + 1 < pending.count else { return nil }
    let byte = pending[index + 1]
    switch byte {
    case UInt8(ascii: "["): return decodeControlSequence(from: index, &events)
    case UInt8(ascii: "O"): return decodeSingleShift(from: index, &events)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      return decodeString(from: index, &events)
    case 0x20...0x7F:
      events.append(.key(.alt(Character(Unicode.Scalar(byte)))))
      return index + 2
    case 0x80...: return decodeUTF8(from: index + 1) { events.append(.key(.alt($0))) }
    default:
      // Escape and then a control character: two keys.
      events.append(.key(.escape))
      return index + 1
    }
  }

  /// CSI: parameters, intermediates, and a final byte.
  private mutating func decodeControlSequence(from index: Int, _ events: inout [TerminalEvent]) -> Int? {
    var end = index + 2
    while end < pending.count, (0x20...0x3F).contains(pending[end]) { end += 1 }
    if end - index > Self.sequenceLimit {
      isDiscarding = true
      return end
    }
    guard end < pending.count else { return nil }
    let final = pending[end]
    // A byte that cannot be part of it: drop what there is, and take that byte for itself.
    guard (0x40...0x7E).contains(final) else { return end }
    let parameters = pending[(index + 2)..<end]
    switch final {
    case UInt8(ascii: "[") where parameters.isEmpty:
      // The function keys F1 to F5 of the Linux console.
      guard end + 1 < pending.count else { return nil }
      if (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(pending[end + 1]) {
        events.append(.key(.function(Int(pending[end + 1] - UInt8(ascii: "A")) + 1)))
      }
      return end + 2
    case UInt8(ascii: "M") where parameters.isEmpty:
      // A mouse report of terminals that know only the old form: three bytes follow.
      guard end + 3 < pending.count else { return nil }
      let report = pending[(end + 1)...(end + 3)].map { Int($0) - 32 }
      if let mouse = InputSequence.mouse(code: report[0], column: report[1], row: report[2], isRelease: false) {
        events.append(.mouse(mouse))
      }
      return end + 4
    case UInt8(ascii: "~") where parameters.elementsEqual("200".utf8):
      pasted = []
    default:
      if let event = InputSequence.event(parameters: parameters, final: final) { events.append(event) }
    }
    return end + 1
  }

  /// SS3: cursor and function keys in application mode, perhaps with a digit for the modifiers.
  private mutating func decodeSingleShift(from index: Int, _ events: inout [TerminalEvent]) -> Int? {
    var end = index + 2
    while end < pending.count, end < index + 8, (0x30...0x3F).contains(pending[end]) { end += 1 }
    guard end < pending.count else { return nil }
    guard (0x40...0x7E).contains(pending[end]) else { return end }
    if let key = InputSequence.key(final: pending[end]) { events.append(.key(key)) }
    return end + 1
  }

  /// OSC, DCS, SOS, PM, APC: text up to BEL or ST.
  private mutating func decodeString(from index: Int, _ events: inout [TerminalEvent]) -> Int? {
    var end = index + 2
    while end < pending.count, pending[end] >= 0x20, pending[end] != 0x7F { end += 1 }
    guard end < pending.count else {
      if end - index <= Self.sequenceLimit { return nil }
      isDiscarding = true
      return end
    }
    let text = pending[(index + 2)..<end]
    switch pending[end] {
    case 0x07: end += 1
    case Self.escape:
      guard end + 1 < pending.count else { return nil }
      guard pending[end + 1] == UInt8(ascii: "\\") else { return end }
      end += 2
    default:
      // Another control character, Ctrl-C for example: not a part of any answer.
      return end
    }
    if pending[index + 1] == UInt8(ascii: "]"), let isLight = BackgroundAnswer.isLight(text) {
      events.append(.backgroundIsLight(isLight))
    }
    return end
  }

  /// The rest of a sequence that is too long to be kept.
  private mutating func discard(from index: Int) -> Int? {
    var end = index
    while end < pending.count, pending[end] >= 0x20 { end += 1 }
    guard end < pending.count else { return end }
    if pending[end] == Self.escape {
      guard end + 1 < pending.count else { return end == index ? nil : end }
      isDiscarding = false
      return pending[end + 1] == UInt8(ascii: "\\") ? end + 2 : end
    }
    isDiscarding = false
    return pending[end] == 0x07 ? end + 1 : end
  }

  private mutating func continuePaste(from index: Int, _ events: inout [TerminalEvent]) -> Int? {
    var end = index
    while end < pending.count {
      guard let found = pending[end...].firstIndex(of: Self.escape) else {
        end = pending.count
        break
      }
      end = found
      let rest = pending[end...].prefix(Self.pasteEnd.count)
      if rest.elementsEqual(Self.pasteEnd) {
        keepPasted(index..<end)
        events.append(.paste(Self.text(ofPaste: pasted ?? [])))
        pasted = nil
        return end + Self.pasteEnd.count
      }
      // The beginning of the end, cut off: the rest comes with the next bytes.
      if end + rest.count == pending.count, Self.pasteEnd.starts(with: rest) { break }
      end += 1
    }
    keepPasted(index..<end)
    return end == index ? nil : end
  }

  private mutating func keepPasted(_ range: Range<Int>) {
    let room = Self.pasteLimit - (pasted?.count ?? 0)
    pasted?.append(contentsOf: pending[range].prefix(max(0, room)))
  }

  /// Terminals send a carriage return for each line end.
  private static func text(ofPaste bytes: [UInt8]) -> String {
    var lines: [UInt8] = []
    lines.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0D {
        lines.append(0x0A)
      } else if byte != 0x0A || index == 0 || bytes[index - 1] != 0x0D {
        lines.append(byte)
      }
    }
    return String(decoding: lines, as: UTF8.self)
  }

  private func decodeUTF8(from index: Int, _ found: (Character) -> Void) -> Int? {
    let length: Int
    switch pending[index] {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default: return index + 1
    }
    var end = index + 1
    while end < pending.count, end < index + length, (0x80...0xBF).contains(pending[end]) { end += 1 }
    if end == pending.count, end < index + length { return nil }
    if let text = String(validating: pending[index..<end], as: UTF8.self), let scalar = text.unicodeScalars.first,
      scalar.properties.generalCategory != .control
    {
      found(Character(scalar))
    }
    return end
  }

  private static func key(ofControl byte: UInt8) -> Key? {
    switch byte {
    case 0x00: .control(" ")
    case 0x08, 0x7F: .backspace
    case 0x09: .tab
    case 0x0A, 0x0D: .enter
    case 0x01...0x1A: .control(Character(Unicode.Scalar(byte + 0x60)))
    case 0x1C...0x1F: .control(Character(Unicode.Scalar(byte + 0x40)))
    default: nil
    }
  }
}
