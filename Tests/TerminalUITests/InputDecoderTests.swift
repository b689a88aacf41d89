import Testing

@testable import TerminalUI

@Suite struct InputDecoderTests {
  private func events(_ text: String) -> [TerminalEvent] {
    var decoder = InputDecoder()
    return decoder.feed(Array(text.utf8)) + decoder.flushEscape()
  }

  static let keys: [(String, Key)] = [
    ("a", .character("a")), ("A", .character("A")), (" ", .character(" ")), ("é", .character("é")),
    ("日", .character("日")),
    ("👍", .character("👍")), ("\r", .enter), ("\n", .enter), ("\t", .tab), ("\u{7F}", .backspace),
    ("\u{08}", .backspace),
    ("\u{03}", .control("c")), ("\u{1A}", .control("z")), ("\u{0C}", .control("l")), ("\u{0}", .control(" ")),
    ("\u{1C}", .control("\\")), ("\u{1F}", .control("_")), ("\u{1B}", .escape), ("\u{1B}x", .alt("x")),
    ("\u{1B}X", .alt("X")), ("\u{1B}é", .alt("é")), ("\u{1B}\u{7F}", .alt("\u{7F}")), ("\u{1B}[", .alt("[")),
    ("\u{1B}O", .alt("O")),
    ("\u{1B}]", .alt("]")), ("\u{1B}P", .alt("P")), ("\u{1B}[A", .up), ("\u{1B}[B", .down), ("\u{1B}[C", .right),
    ("\u{1B}[D", .left), ("\u{1B}OA", .up), ("\u{1B}OD", .left), ("\u{1B}[1;5A", .up), ("\u{1B}[1;2D", .left),
    ("\u{1B}[H", .home), ("\u{1B}[F", .end), ("\u{1B}[1~", .home), ("\u{1B}[4~", .end), ("\u{1B}[7~", .home),
    ("\u{1B}[8~", .end), ("\u{1B}OH", .home), ("\u{1B}[3~", .delete), ("\u{1B}[5~", .pageUp), ("\u{1B}[6~", .pageDown),
    ("\u{1B}[5;5~", .pageUp), ("\u{1B}[Z", .backTab), ("\u{1B}OP", .function(1)), ("\u{1B}[1;2S", .function(4)),
    ("\u{1B}[11~", .function(1)), ("\u{1B}[15~", .function(5)), ("\u{1B}[17~", .function(6)),
    ("\u{1B}[21~", .function(10)),
    ("\u{1B}[23~", .function(11)), ("\u{1B}[24~", .function(12)), ("\u{1B}[[A", .function(1)),
    ("\u{1B}[[E", .function(5)),
    ("\u{1B}OM", .enter),
  ]

  @Test(arguments: keys) func aKeyIsDecoded(_ text: String, _ key: Key) {
    #expect(events(text) == [.key(key)])
  }

  @Test(arguments: keys) func aKeyIsDecodedByteByByteAsWell(_ text: String, _ key: Key) {
    var decoder = InputDecoder()
    var events: [TerminalEvent] = []
    for byte in text.utf8 { events += decoder.feed([byte]) }
    #expect(events + decoder.flushEscape() == [.key(key)])
  }

  @Test func keysInOneReadAreAllDelivered() {
    #expect(
      events("jj\u{1B}[Bq\u{1B}") == [
        .key(.character("j")), .key(.character("j")), .key(.down), .key(.character("q")), .key(.escape),
      ])
  }

  @Test func twoEscapesAreTwoKeys() {
    #expect(events("\u{1B}\u{1B}") == [.key(.escape), .key(.escape)])
    #expect(events("\u{1B}\u{1B}[A") == [.key(.escape), .key(.up)])
    #expect(events("\u{1B}\r") == [.key(.escape), .key(.enter)])
  }

  @Test func onlyWhatMayBeAKeyWaitsForTheTimeout() {
    var decoder = InputDecoder()
    #expect(decoder.feed([0x1B]).isEmpty)
    #expect(decoder.awaitsEscape)
    #expect(decoder.feed(Array("[1".utf8)).isEmpty)
    // Nobody types as fast as that: a sequence is under way, and a slow line must not cut it into keys.
    #expect(!decoder.awaitsEscape)
    #expect(decoder.flushEscape().isEmpty)
    #expect(decoder.feed(Array(";5A".utf8)) == [.key(.up)])
  }

  @Test(arguments: [
    "\u{1B}[99~", "\u{1B}[2~", "\u{1B}[?1;2c", "\u{1B}[12;40R", "\u{1B}[I", "\u{1B}[O", "\u{1B}[>84;0;0c",
    "\u{1B}[1;2;3;4;5y",
    "\u{1B}[<0;0;0M", "\u{1B}[<;;M", "\u{1B}[<1;2M", "\u{1B}[<99999999999999999999;1;1M",
    "\u{1B}[999999999999999999999~",
    "\u{1B}]0;title\u{07}", "\u{1B}]11;rgb:zz/00/00\u{07}", "\u{1B}]11;?\u{1B}\\", "\u{1B}P1+r544e=787465726d\u{1B}\\",
    "\u{1B}_apc\u{1B}\\", "\u{1B}Oz", "\u{1B}[[Z", "\u{1B}[1!p",
  ])
  func whatIsUnknownIsDroppedWhole(_ text: String) {
    #expect(events(text + "q") == [.key(.character("q"))])
  }

  @Test(
    arguments: [
      ("\u{1B}[1;\u{1B}[A", [TerminalEvent.key(.up)]), ("\u{1B}[1\u{03}", [.key(.control("c"))]),
      ("\u{1B}]11;rgb\u{03}", [.key(.control("c"))]), ("\u{1B}]11;rgb\u{1B}[A", [.key(.up)]),
      ("\u{1B}O\u{1B}[A", [.key(.up)]),
    ] as [(String, [TerminalEvent])])
  func aSequenceThatBreaksOffIsDroppedAndTheNextOneCounts(_ text: String, _ expected: [TerminalEvent]) {
    #expect(events(text) == expected)
  }

  @Test(
    arguments: [
      [0xFF], [0xC0, 0x80], [0x80], [0xE2, 0x28], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC2, 0x9B],
      [0xE2, 0x82, 0xC3],
    ] as [[UInt8]])
  func bytesThatAreNoTextAreNoKeys(_ bytes: [UInt8]) {
    var decoder = InputDecoder()
    let found = decoder.feed(bytes + [0x71]).filter { $0 != .key(.character("(")) }
    #expect(found == [.key(.character("q"))])
  }

  @Test func aCharacterMayBeCutByAnEndOfARead() {
    var decoder = InputDecoder()
    #expect(decoder.feed([0xE6, 0x97]).isEmpty)
    #expect(!decoder.awaitsEscape)
    #expect(decoder.feed([0xA5]) == [.key(.character("日"))])
  }

  @Test(arguments: [
    ("\u{1B}[<0;5;3M", Mouse(.press(.left), column: 4, row: 2)), ("\u{1B}[<0;5;3m", Mouse(.release, column: 4, row: 2)),
    ("\u{1B}[<1;1;1M", Mouse(.press(.middle), column: 0, row: 0)),
    ("\u{1B}[<2;300;200M", Mouse(.press(.right), column: 299, row: 199)),
    ("\u{1B}[<64;5;3M", Mouse(.wheelUp, column: 4, row: 2)), ("\u{1B}[<65;5;3M", Mouse(.wheelDown, column: 4, row: 2)),
    ("\u{1B}[<4;5;3M", Mouse(.press(.left), column: 4, row: 2, shift: true)),
    ("\u{1B}[<16;5;3M", Mouse(.press(.left), column: 4, row: 2)),
    ("\u{1B}[M !!", Mouse(.press(.left), column: 0, row: 0)), ("\u{1B}[M`%#", Mouse(.wheelUp, column: 4, row: 2)),
  ])
  func theMouseIsDecoded(_ text: String, _ mouse: Mouse) {
    #expect(events(text) == [.mouse(mouse)])
  }

  @Test func movementsOfTheMouseAreLeftOut() {
    #expect(events("\u{1B}[<35;5;3M\u{1B}[<32;5;3M\u{1B}[<66;5;3M").isEmpty)
  }

  @Test(arguments: [
    ("rgb:0000/0000/0000", false), ("rgb:ffff/ffff/ffff", true), ("rgb:fdfd/f6f6/e3e3", true), ("rgb:00/2b/36", false),
    ("rgb:f/f/f", true), ("rgba:ffff/ffff/ffff/8000", true), ("rgb:0000/0000/ffff", false),
  ])
  func theBackgroundIsLightOrDark(_ answer: String, _ isLight: Bool) {
    #expect(events("\u{1B}]11;\(answer)\u{07}") == [.backgroundIsLight(isLight)])
    #expect(events("\u{1B}]11;\(answer)\u{1B}\\") == [.backgroundIsLight(isLight)])
  }

  // MARK: - Pastes

  @Test func aPasteIsTextAndNeverKeys() {
    #expect(
      events("a\u{1B}[200~Qq\u{03}\u{1B}[A\u{1B}[<0;1;1M日\u{1B}[201~b") == [
        .key(.character("a")), .paste("Qq\u{03}\u{1B}[A\u{1B}[<0;1;1M日"), .key(.character("b")),
      ])
  }

  @Test(arguments: 1...40) func aPasteMayBeCutAnywhere(_ size: Int) {
    let bytes = Array("\u{1B}[200~eyJ\u{1B}[20\u{1B}[201 q日\r\nline\u{1B}[201~q".utf8)
    var decoder = InputDecoder()
    var events: [TerminalEvent] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      events += decoder.feed(bytes[start..<min(bytes.count, start + size)])
    }
    #expect(events == [.paste("eyJ\u{1B}[20\u{1B}[201 q日\nline"), .key(.character("q"))])
  }

  @Test func lineEndsOfAPasteAreNewlines() {
    #expect(events("\u{1B}[200~a\rb\r\nc\nd\u{1B}[201~") == [.paste("a\nb\nc\nd")])
  }

  @Test func aPasteIsBounded() throws {
    var decoder = InputDecoder()
    _ = decoder.feed(Array("\u{1B}[200~".utf8))
    for _ in 0..<1100 { #expect(decoder.feed([UInt8](repeating: 0x71, count: 1000)).isEmpty) }
    let events = decoder.feed(Array("\u{1B}[201~".utf8))
    guard case .paste(let text) = try #require(events.first) else {
      Issue.record("no paste")
      return
    }
    // One more than a mebibyte, so that its reader sees that it was too long.
    #expect(text.utf8.count == 1_048_577)
    #expect(events.count == 1)
  }

  @Test func aPasteWhoseEndIsLostGivesWayToCtrlC() {
    var decoder = InputDecoder()
    #expect(decoder.feed(Array("\u{1B}[200~abc".utf8)).isEmpty)
    #expect(decoder.feed([0x03]) == [.key(.control("c"))])
    #expect(decoder.feed(Array("q".utf8)) == [.key(.character("q"))])
  }

  @Test func anAnswerWithoutEndIsBoundedAndGivesWayToCtrlC() {
    var decoder = InputDecoder()
    #expect(decoder.feed(Array("\u{1B}]11;".utf8)).isEmpty)
    for _ in 0..<100 { #expect(decoder.feed([UInt8](repeating: 0x78, count: 1000)).isEmpty) }
    #expect(decoder.feed([0x03, 0x71]) == [.key(.control("c")), .key(.character("q"))])
  }

  @Test func randomBytesNeverStopIt() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("\u{1B}\u{1B}\u{1B}[]O?<;~PMm0123456789ABCq\u{07}\\\u{03}é日".utf8)
    for _ in 0..<2_000 {
      var decoder = InputDecoder()
      let bytes = (0..<40).compactMap { _ in alphabet.randomElement(using: &generator) }
      for start in stride(from: 0, to: bytes.count, by: 7) {
        _ = decoder.feed(bytes[start..<min(bytes.count, start + 7)])
      }
      _ = decoder.flushEscape()
      // Whatever was before, the end of a paste, an ST and Ctrl-C lead back to keys.
      let events = decoder.feed(Array("\u{1B}[201~\u{1B}\\\u{03}\u{03}q".utf8))
      #expect(events.last == .key(.character("q")), "\(bytes)")
    }
  }
}
