import Testing

@testable import TerminalUI

@Suite("Keys are named, bound and changed")
struct KeysTests {
  @Test(
    "key names are read",
    arguments: [
      ("a", Key.character("a")), ("A", .character("A")), ("?", .character("?")), ("é", .character("é")),
      ("ctrl-p", .control("p")), ("Ctrl-P", .control("p")), ("C-p", .control("p")), ("alt-x", .alt("x")),
      ("alt-X", .alt("X")), ("enter", .enter), ("Return", .enter), ("esc", .escape), ("tab", .tab),
      ("shift-tab", .backTab), ("space", .character(" ")), ("f1", .function(1)), ("F12", .function(12)),
      ("up", .up), ("pgdn", .pageDown), ("page-up", .pageUp), ("home", .home), ("del", .delete),
    ])
  func readsNames(name: String, key: Key) throws {
    #expect(try KeyName.parse(name) == key)
  }

  @Test(
    "what is no key is refused with what would be right",
    arguments: [
      ("", "is no key"), ("ctrl-", "followed by one letter"), ("ctrl-1", "followed by one letter"),
      ("ctrl-é", "followed by one letter"), ("ctrl-i", "cannot be told apart from tab"),
      ("ctrl-m", "cannot be told apart from enter"), ("f13", "is no key"), ("hyper-x", "is no key"),
      ("\u{1B}", "is no key"), ("alt-", "is no key"), ("return-", "is no key"),
    ])
  func refusesNames(name: String, words: String) {
    #expect {
      try KeyName.parse(name)
    } throws: { error in
      let text = "\(error)"
      return text.contains(words) && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
  }

  @Test("every key of the table has a name that reads back as the same key")
  func namesReadBack() throws {
    for key in Command.all.flatMap(\.defaultKeys) {
      let shown = KeyName.shown(key, ascii: true)
      #expect(try KeyName.parse(shown) == key, "\(shown)")
    }
  }

  @Test("no key stands for two commands, and every command is in the table once")
  func tableIsUnambiguous() {
    let keys = Command.all.flatMap(\.defaultKeys)
    #expect(Set(keys).count == keys.count)
    #expect(Command.all.map(\.id).count == CommandID.allCases.count)
    #expect(Set(Command.all.map(\.id)) == Set(CommandID.allCases))
    #expect(Set(Command.copyChoices.map(\.id)) == Set(Command.all.filter { $0.copyKey != nil }.map(\.id)))
    for choice in Command.copyChoices { #expect(Command.named(choice.id).copyKey == choice.key) }
  }

  @Test("every hint has a place of its own in the line")
  func hintsAreRanked() {
    let priorities = Command.all.compactMap { $0.hint?.priority }
    #expect(Set(priorities).count == priorities.count)
  }

  @Test("the configuration changes keys")
  func overrides() throws {
    let map = try KeyMap(overrides: ["copy-token": ["w", "ctrl-y"], "zoom": []])
    #expect(map.command(for: "w") == .copyToken)
    #expect(map.command(for: .control("y")) == .copyToken)
    #expect(map.command(for: "c") == nil)
    #expect(map.command(for: "z") == nil)
    #expect(map.keys(for: .zoom).isEmpty)
    #expect(map.command(for: "q") == .back)
  }

  @Test("a key that is given to a command is taken from the one that had it")
  func takesKeys() throws {
    let map = try KeyMap(overrides: ["copy-token": ["r"]])
    #expect(map.command(for: "r") == .copyToken)
    #expect(map.keys(for: .renew).isEmpty)
  }

  @Test("Ctrl-C and Esc cannot be taken away")
  func fixedKeys() throws {
    let map = try KeyMap(overrides: ["quit": ["X"], "cancel": ["ctrl-g"]])
    #expect(map.command(for: .control("c")) == .quit)
    #expect(map.command(for: .escape) == .cancel)
    #expect(map.command(for: "X") == .quit)
    #expect(throws: KeyMapError.self) { try KeyMap(overrides: ["help": ["ctrl-c"]]) }
    #expect(throws: KeyMapError.self) { try KeyMap(overrides: ["help": ["esc"]]) }
  }

  @Test(
    "a binding that cannot be used says why",
    arguments: [
      (["copytoken": ["x"]], "did you mean “copy-token”"), (["nonsense-command": ["x"]], "the commands are"),
      (["zoom": ["ctrl-9"]], "followed by one letter"), (["zoom": ["x"], "open": ["x"]], "given to open"),
    ])
  func refusesBindings(overrides: [String: [String]], words: String) {
    #expect {
      try KeyMap(overrides: overrides)
    } throws: { "\($0)".contains(words) }
  }

  @Test("hints, help and handling follow a changed key")
  func changedKeysShow() throws {
    let map = try KeyMap(overrides: ["help": ["F2"], "copy-token": ["w"]])
    var screen = ScreenDriver { $0.keyMap = map }
    try screen.request()
    #expect(screen.lines.last?.contains("w copy token") == true)
    #expect(screen.lines.last?.contains("F2 help") == true)
    try screen.press("f2")
    #expect(screen.text.contains("Help: Audiences"))
    try screen.press("esc", "w")
    #expect(
      screen.effects.last == .copy(screen.model.entries[0].token?.compact ?? "", what: "the token of sts.amazonaws.com")
    )
  }

  @Test("text fields edit as shells do")
  func textField() {
    var field = TextField("one two")
    #expect(field.handle(.control("w")) && field.text == "one ")
    #expect(field.handle(.home) && field.handle("X") && field.text == "Xone ")
    #expect(field.handle(.right) && field.handle(.backspace) && field.text == "Xne ")
    #expect(field.handle(.delete) && field.text == "Xe ")
    #expect(field.handle(.end) && field.handle(.control("u")) && field.isEmpty)
    field.insert("a\u{1B}[31m\nb\u{7}")
    #expect(field.text == "a[31m b")
    #expect(!field.handle(.up) && !field.handle(.function(3)))
    #expect(field.handle(.left) && field.handle(.control("k")) && field.text == "a[31m ")
  }

  @Test(
    "fuzzy search finds letters in order and likes beginnings of words",
    arguments: [("cpb", "Copy as Authorization: Bearer"), ("rall", "renew-all"), ("", "anything")])
  func fuzzyFinds(query: String, text: String) {
    #expect(Fuzzy.score(query, text) != nil)
  }

  @Test("fuzzy search does not find what is not there")
  func fuzzyMisses() {
    #expect(Fuzzy.score("xyz", "copy") == nil)
    #expect((Fuzzy.score("zo", "zoom") ?? 0) > (Fuzzy.score("zo", "pause for the zeroth option") ?? 0))
  }
}
