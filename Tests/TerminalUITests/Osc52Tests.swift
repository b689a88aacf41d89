import Testing

@testable import TerminalUI

@Suite struct Osc52Tests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"), ("?>~", "Pz5+"), ("???", "Pz8/"),
  ])
  func textIsSentAsBase64(_ plain: String, _ encoded: String) throws {
    let bytes = try Clipboard.sequence(for: plain, route: .terminal)
    #expect(text(bytes) == "\u{1B}]52;c;\(encoded)\u{07}")
  }

  @Test func tmuxGetsItPlainlyAndAsPassThrough() throws {
    let bytes = try Clipboard.sequence(for: "foo", route: .tmux)
    #expect(text(bytes) == "\u{1B}]52;c;Zm9v\u{07}\u{1B}Ptmux;\u{1B}\u{1B}]52;c;Zm9v\u{07}\u{1B}\\")
  }

  @Test func screenGetsChunksThatFitItsBuffer() throws {
    let plain = try Clipboard.sequence(for: String(repeating: "x", count: 3000), route: .terminal)
    let wrapped = text(try Clipboard.sequence(for: String(repeating: "x", count: 3000), route: .screen))
    let chunks = wrapped.split(separator: "\u{1B}\\", omittingEmptySubsequences: true)
    #expect(chunks.count == 6)
    #expect(chunks.allSatisfy { $0.hasPrefix("\u{1B}P") && $0.utf8.count - 2 < 768 })
    #expect(chunks.map { String($0.dropFirst(2)) }.joined() == text(plain))
  }

  @Test func moreThanTerminalsTakeIsRefusedWithTheNumbers() throws {
    let longest = String(repeating: "x", count: 56_244)
    #expect(try Clipboard.sequence(for: longest, route: .terminal).count == 74_992 + 8)
    #expect(throws: Clipboard.TooLong(encodedBytes: 74_996)) {
      try Clipboard.sequence(for: longest + "xx", route: .terminal)
    }
  }

  @Test(
    arguments: [
      (["TERM": "xterm-256color"], Clipboard.Route.terminal), ([:], .terminal),
      (["TERM": "screen-256color", "TMUX": "/tmp/tmux-0/default,1,0"], .tmux), (["TERM": "tmux-256color"], .tmux),
      (["TERM": "screen", "STY": "1.pts-0"], .screen), (["TERM": "xterm", "STY": "1.pts-0"], .screen),
      (["TERM": "screen"], .screen), (["TERM": "screen-256color", "SSH_CONNECTION": "::1 1 ::1 22"], .tmux),
      (["TERM": "xterm", "TMUX": "", "STY": ""], .terminal),
    ] as [([String: String], Clipboard.Route)])
  func theRouteFollowsFromTheEnvironment(_ environment: [String: String], _ route: Clipboard.Route) {
    #expect(Clipboard.Route(environment: environment) == route)
  }
}
