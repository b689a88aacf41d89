import Testing

@testable import idp

@Suite("Profiles of AWS's tools")
struct ProfileTextTests {
  private func changed(_ text: String, _ settings: [(name: String, value: String?)], in section: String) -> String {
    var profile = ProfileText(Array(text.utf8))
    profile.set(settings, in: section)
    return String(decoding: profile.bytes, as: UTF8.self)
  }

  @Test(
    "What is not changed stays byte for byte",
    arguments: [
      "", "\n", "x", "[a]", "[a]\r\nb = c\r\n", "# only a comment", "[a]\nk=v\n\n\n[a]\nk = w", "[broken\nk = v\n=\n",
      "  [a]\n   k = v\n    w\n", "[a]\nk = \u{FEFF}\u{0}ü\n",
    ])
  func roundTrip(text: String) {
    #expect(ProfileText(Array(text.utf8)).bytes == Array(text.utf8))
  }

  @Test("Bytes that are no text stay as they are")
  func noText() {
    let bytes: [UInt8] = [0x5B, 0x61, 0x5D, 0x0A, 0xFF, 0xFE, 0x3D, 0x80, 0x0A]
    var profile = ProfileText(bytes)
    #expect(profile.bytes == bytes)
    profile.set([("k", "v")], in: "a")
    #expect(profile.bytes == bytes + Array("k = v\n".utf8))
  }

  @Test(
    "A setting is put where it belongs",
    arguments: [
      ("", "a", "[a]\nk = v\n"),
      ("[b]\n", "a", "[b]\n\n[a]\nk = v\n"),
      ("[b]\nx = y", "a", "[b]\nx = y\n\n[a]\nk = v\n"),
      ("[a]", "a", "[a]\nk = v\n"),
      ("[a]\nk = old\n", "a", "[a]\nk = v\n"),
      ("[a]\nK: old\nx = y\n", "a", "[a]\nk = v\nx = y\n"),
      ("[a]\nk =\n  one = 1\n  two = 2\nx = y\n", "a", "[a]\nk = v\nx = y\n"),
      ("[a]\nk =\n  one\n# about two\n\n  two\n\nx = y\n", "a", "[a]\nk = v\n# about two\n\n\nx = y\n"),
      ("[a]\nx =\n  k = nested\n", "a", "[a]\nx =\n  k = nested\nk = v\n"),
      ("[a]\nx = y\n\n# about b\n[b]\n", "a", "[a]\nx = y\nk = v\n\n# about b\n[b]\n"),
      ("[a]\r\nx = y\r\n", "a", "[a]\r\nx = y\r\nk = v\r\n"),
      ("[profile  \"a\"]\nk=1\n", "profile a", "[profile  \"a\"]\nk = v\n"),
      ("[a]\nk = 1\n[a]\nk = 2\n", "a", "[a]\nk = 1\n[a]\nk = v\n"),
      ("[a]\n  k = 1\n  x = y\n", "a", "[a]\n  k = v\n  x = y\n"),
      ("# [a]\n; k = v\n", "a", "# [a]\n; k = v\n\n[a]\nk = v\n"),
      ("k = outside\n", "a", "k = outside\n\n[a]\nk = v\n"),
    ])
  func set(text: String, section: String, expected: String) {
    #expect(changed(text, [("k", "v")], in: section) == expected)
  }

  @Test("A setting that goes takes its further lines along and no comment")
  func remove() {
    let text = "[a]\n# about k\nk =\n  one\n  two\n# about x\nx = y\n[b]\nk = stays\n"
    #expect(changed(text, [("k", nil)], in: "a") == "[a]\n# about k\n# about x\nx = y\n[b]\nk = stays\n")
    #expect(changed("", [("k", nil)], in: "a") == "")
  }

  @Test("The value that counts is the last one")
  func value() {
    let profile = ProfileText(Array("[a]\nk = 1\n[b]\nk = 2\n[a]\nk : 3 = 4\n".utf8))
    #expect(profile.value("k", in: "a") == "3 = 4")
    #expect(profile.value("k", in: "c") == nil)
    #expect(profile.sections == ["a", "b", "a"])
  }

  @Test(
    "Names of profiles that are not the same in every tool are refused",
    arguments: ["", "a b", "a]", "ä", "a\n[b]", "a\u{301}", String(repeating: "a", count: 129)])
  func names(name: String) {
    #expect(throws: Failure.self) { try AWSProfileName(name) }
  }

  @Test("The profile default goes by two names")
  func standard() throws {
    #expect(try AWSProfileName("default").section() == "default")
    #expect(try AWSProfileName("default").section(among: ["default", "profile default"]) == "profile default")
    #expect(try AWSProfileName("a").section(among: ["a"]) == "profile a")
  }

  @Test(
    "A word is quoted so that a shell reads the same word",
    arguments: [
      ("plain", "plain"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$x`y`\"", "'$x`y`\"'"),
      ("a=b", "a=b"), ("*", "'*'"), ("'", "''\\'''"),
    ])
  func quoted(word: String, expected: String) throws {
    #expect(try ProgramLine.quoted(word) == expected)
    let echo = ChildProcess.run(["sh", "-c", "printf %s " + expected], environment: ["PATH": "/usr/bin:/bin"])
    #expect(echo?.text == word)
  }

  @Test("A word that no line can hold is refused", arguments: ["a\nb", "\u{0}", "\u{1B}[m"])
  func unquotable(word: String) {
    #expect(throws: Failure.self) { try ProgramLine.quoted(word) }
  }
}
