import Inspection
import JOSE
import Testing

@Suite("Nothing that a token carries acts on a terminal or hides")
struct VisibleTests {
  @Test(
    "what acts or hides becomes an escape",
    arguments: [
      ("\u{1B}[31m", "\\u{1b}[31m"), ("\u{1B}]0;x\u{7}", "\\u{1b}]0;x\\u{7}"), ("a\nb\r\tc", "a\\u{a}b\\u{d}\\u{9}c"),
      ("\u{7F}\u{80}\u{9B}\u{9F}", "\\u{7f}\\u{80}\\u{9b}\\u{9f}"),
      ("\u{202E}\u{2066}\u{61C}", "\\u{202e}\\u{2066}\\u{61c}"),
      ("\u{200B}\u{200D}\u{FEFF}\u{2060}\u{AD}", "\\u{200b}\\u{200d}\\u{feff}\\u{2060}\\u{ad}"),
      ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"), ("\u{E0041}", "\\u{e0041}"), ("\u{E000}", "\\u{e000}"),
      ("\u{FFFE}\u{10FFFF}", "\\u{fffe}\\u{10ffff}"), ("\u{A0}\u{2003}", "\\u{a0}\\u{2003}"),
      ("\u{3164}\u{115F}\u{2800}", "\\u{3164}\\u{115f}\\u{2800}"), ("a\u{FE0F}\u{E0100}", "a\\u{fe0f}\\u{e0100}"),
      ("\u{378}", "\\u{378}"),
    ])
  func escapes(_ text: String, _ escaped: String) {
    #expect(Visible.escaped(text) == escaped)
  }

  @Test(
    "what people write stays as it is",
    arguments: ["", "plain ASCII ~!\"\\", "äöü é e\u{301}", "日本語", "עברית العربية", "😀 ☀\u{FE0F}", "ไทย हिन्दी"])
  func keeps(_ text: String) {
    #expect(Visible.escaped(text) == text)
  }

  @Test("a letter with more marks than any writing system needs is stopped")
  func marks() {
    let text = Visible.escaped("a" + String(repeating: "\u{301}", count: 1000))
    #expect(text.hasPrefix("a" + String(repeating: "\u{301}", count: 8) + "\\u{301}"))
  }

  @Test(
    "a lone surrogate is shown as its own escape, a replacement character as itself",
    arguments: [
      (#""a\ud800b""#, "a\\u{d800}b"), (#""\udfff\ufffd\ud83d\ude00\uD8ab""#, "\\u{dfff}\u{FFFD}😀\\u{d8ab}"),
      (#""\\ud800\ud800""#, "\\ud800\\u{d800}"), ("\"\u{FFFD}\\udc00\"", "\u{FFFD}\\u{dc00}"),
    ])
  func loneSurrogates(_ json: String, _ shown: String) throws {
    guard case .string(let string) = try JSON(parsing: json) else {
      Issue.record("not a string")
      return
    }
    #expect(Visible.escaped(string) == shown)
  }

  @Test("of all scalars, none that is kept is a control or a format character")
  func everyScalar() {
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value), !Visible.needsEscape(scalar) else { continue }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
        Issue.record("U+\(String(value, radix: 16)) is kept")
      default: break
      }
    }
  }
}
