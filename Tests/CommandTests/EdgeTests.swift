import Glibc
import Testing

@testable import idp

@Suite("The folders of a user")
struct UserFoldersTests {
  @Test("are those of the XDG specification")
  func standard() {
    let folders = UserFolders(environment: ["HOME": "/home/ada"], accountHome: nil)
    #expect(folders.configurationFile == "/home/ada/.config/idp/config.yaml")
    #expect(folders.state == "/home/ada/.local/state/idp")
    #expect(folders.cache == "/home/ada/.cache/idp")
  }

  @Test("follow the variables, but for relative paths")
  func variables() {
    let folders = UserFolders(
      environment: ["HOME": "/home/ada", "XDG_STATE_HOME": "/s/", "XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": ""],
      accountHome: nil)
    #expect(folders.state == "/s/idp")
    #expect(folders.cache == "/home/ada/.cache/idp")
    #expect(folders.configuration == "/home/ada/.config/idp")
  }

  @Test("fall back on the account's home, and without any say what to do")
  func homeless() throws {
    #expect(UserFolders(environment: [:], accountHome: "/root").state == "/root/.local/state/idp")
    #expect(UserFolders(environment: ["HOME": "relative"], accountHome: "/root").state == "/root/.local/state/idp")
    let failure = try #require(throws: Failure.self) {
      try UserFolders(environment: [:], accountHome: nil).stateFolder()
    }
    #expect(failure.code == "no-home")
    #expect(failure.hint?.contains("XDG_STATE_HOME") == true)
  }
}

@Suite("Other programs")
struct ChildProcessTests {
  private let environment = ["PATH": "/usr/bin:/bin", "A": "1"]

  @Test("get their input, and hand back output and status")
  func exchange() {
    let big = [UInt8](repeating: 0x61, count: 300_000)
    #expect(ChildProcess.run(["cat"], input: big, environment: environment)?.output == big)
    #expect(ChildProcess.run(["sh", "-c", "echo $A; exit 3"], environment: environment)?.text == "1")
    #expect(ChildProcess.run(["sh", "-c", "exit 3"], environment: environment)?.status == 3)
    #expect(ChildProcess.run(["sh", "-c", "kill -9 $$"], environment: environment)?.status == nil)
  }

  @Test("that are not there are nil")
  func absent() {
    #expect(ChildProcess.run(["idp-no-such-program"], environment: environment) == nil)
    #expect(ChildProcess.run([], environment: environment) == nil)
  }

  @Test("that take no input do not end us")
  func deaf() {
    let result = ChildProcess.run(["true"], input: [UInt8](repeating: 0, count: 1 << 20), environment: environment)
    #expect(result?.status == 0)
  }

  @Test("are killed with all their children when their time is over")
  func timeout() {
    let start = ChildProcess.monotonic()
    let result = ChildProcess.run(["sh", "-c", "sleep 60 & sleep 60"], environment: environment, timeout: 200)
    #expect(result?.status == nil)
    #expect(result?.excess == .time(milliseconds: 200))
    #expect(ChildProcess.monotonic() - start < 20_000)
  }

  @Test("that print without end are stopped")
  func flood() {
    let result = ChildProcess.run(["yes"], environment: environment, timeout: 20_000)
    #expect(result?.status == nil)
    #expect(result?.excess == .output)
    #expect((result?.output.count ?? .max) <= ChildProcess.outputLimit + 4096)
  }

  @Test("may leave a part of themselves behind when their output is not wanted")
  func background() {
    let start = ChildProcess.monotonic()
    let result = ChildProcess.run(
      ["sh", "-c", "sleep 5 & exit 0"], capturesOutput: false, environment: environment, timeout: 4000)
    #expect(result?.status == 0)
    #expect(ChildProcess.monotonic() - start < 3000)
  }

  @Test("inherit no files of ours")
  func files() {
    let descriptor = open("/dev/null", O_RDONLY)
    defer { close(descriptor) }
    // The listing itself opens the folder, as descriptor 3.
    let listing = ChildProcess.run(["ls", "/proc/self/fd"], environment: environment)?.text
    #expect(listing == "0\n1\n2\n3")
  }
}

@Suite("What git says")
struct GitFactsTests {
  @Test("is read as git means it: the last of several settings counts")
  func parse() {
    let settings = GitFacts.parse("user.name\nAda\0user.name\nAda L.\0core.flag\0remote.origin.url\na:b\nc\0")
    #expect(settings["user.name"] == "Ada L.")
    #expect(settings["remote.origin.url"] == "a:b\nc")
    #expect(settings["core.flag"] == nil)
  }

  @Test("chooses the remote that the branch follows, else origin, else the only one")
  func remote() {
    let two = ["remote.origin.url": "x", "remote.fork.url": "y"]
    #expect(GitFacts.remote(two, branch: nil) == "origin")
    #expect(GitFacts.remote(two.merging(["branch.main.remote": "fork"]) { $1 }, branch: "main") == "fork")
    #expect(GitFacts.remote(two.merging(["branch.main.remote": "."]) { $1 }, branch: "main") == "origin")
    #expect(GitFacts.remote(["remote.up.url": "x"], branch: "main") == "up")
    #expect(GitFacts.remote(["remote.a.url": "x", "remote.b.url": "y"], branch: nil) == nil)
    #expect(GitFacts.remote([:], branch: nil) == nil)
  }
}

@Suite("The clipboard")
struct ClipboardCopyTests {
  /// A folder with a helper that takes everything, or nothing.
  private func withHelper(_ name: String, succeeds: Bool, _ body: (String) throws -> Void) throws {
    let bench = try Workbench()
    defer { bench.remove() }
    _ = bench.run("printf '#!/bin/sh\\ncat > /dev/null; exit \(succeeds ? 0 : 1)\\n' > \(name); chmod +x \(name)")
    try body(bench.home + "/work:/usr/bin:/bin")
  }

  @Test("is reached by the helper that the display asks for, when it succeeds", arguments: [true, false])
  func helper(succeeds: Bool) throws {
    try withHelper("wl-copy", succeeds: succeeds) { path in
      let copy = ClipboardCopy(
        choice: .automatic, environment: ["PATH": path, "WAYLAND_DISPLAY": "wayland-0"], writeToTerminal: { _ in true })
      let way = try copy.copy("token")
      #expect(way == (succeeds ? "wl-copy" : "OSC 52"))
    }
  }

  @Test("is not asked of a helper without a display")
  func noDisplay() throws {
    try withHelper("xclip", succeeds: true) { path in
      let copy = ClipboardCopy(choice: .automatic, environment: ["PATH": path], writeToTerminal: { _ in true })
      let way = try copy.copy("token")
      #expect(way == "OSC 52")
    }
  }

  @Test("stays with the way that was chosen, also when it fails")
  func chosen() {
    let copy = ClipboardCopy(choice: .xsel, environment: ["PATH": "/nowhere"], writeToTerminal: { _ in true })
    #expect(throws: Failure.self) { try copy.copy("token") }
  }

  @Test("that nothing reaches is a failure, and so is a text that no terminal takes")
  func nothing() {
    let mute = ClipboardCopy(choice: .osc52, environment: [:], writeToTerminal: { _ in false })
    #expect(throws: Failure.self) { try mute.copy("token") }
    let copy = ClipboardCopy(choice: .osc52, environment: [:], writeToTerminal: { _ in true })
    #expect(throws: Failure.self) { try copy.copy(String(repeating: "a", count: 80_000)) }
  }
}
