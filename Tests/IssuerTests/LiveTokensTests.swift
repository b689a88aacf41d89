import FoundationEssentials
import Glibc
import JOSE
import Testing

@testable import Issuer

@Suite("Live tokens of an audit log")
struct LiveTokensTests {
  static let now: Int64 = 1_795_000_000
  let folder: TemporaryFolder
  let log: AuditLog

  init() throws {
    folder = try TemporaryFolder()
    log = AuditLog(path: folder.path + "/audit.jsonl")
  }

  private static func line(
    _ audiences: [String] = ["a"], at time: Int64 = now - 60, expiry: Int64 = now + 600, keyID: String = "k"
  ) -> AuditLine {
    AuditLine(time: time, identifier: "j", subject: "s", audiences: audiences, expiry: expiry, keyID: keyID)
  }

  private func read(_ text: String? = nil, rotateAt: Int64 = now) throws -> LiveTokens {
    if let text { try AtomicFile.write(Array(text.utf8), to: log.path) }
    return try log.liveTokens(LiveTokens(now: Self.now, rotateAt: rotateAt))
  }

  @Test("are none where there is no log")
  func none() throws {
    #expect(try read().total.count == 0)
  }

  @Test("are counted by audience and key, without those that have expired")
  func counted() throws {
    for line in [
      Self.line(), Self.line(expiry: Self.now + 1200), Self.line(keyID: "l"), Self.line(["a", "b", "a"]),
      Self.line(expiry: Self.now), Self.line(expiry: Self.now - 1),
    ] {
      try log.append(line)
    }
    let tokens = try read(rotateAt: Self.now + 600)
    #expect(tokens.total == LiveTokens.Tally(count: 4, outlasting: 1, latestExpiry: Self.now + 1200))
    #expect(tokens.groups[.init(audience: "a", keyID: "k")]?.count == 3)
    #expect(tokens.groups[.init(audience: "a", keyID: "l")]?.count == 1)
    #expect(tokens.groups[.init(audience: "b", keyID: "k")]?.count == 1)
    #expect(tokens.damagedLines == 0)
  }

  @Test("pass over refusals, and lines that other versions may write")
  func others() throws {
    try log.append(AuditRefusal(time: Self.now, reason: "invalid_target", workspace: nil, origin: "x", audiences: []))
    let own = try read()
    #expect(own.total.count == 0)
    #expect(own.damagedLines == 0)
    let more = try read("{\"event\":\"start\"}\n\n" + Self.line().text.dropLast() + ",\"new\":1}\n")
    #expect(more.total.count == 1)
    #expect(more.damagedLines == 0)
  }

  @Test(
    "leave open what damaged lines were about",
    arguments: [
      "{", "null", "[]", "{}}", "no JSON", "\u{1B}]0;x\u{7}", "{\"time\":\"2026-11-18T13:06:40Z\",\"jti\":\"j\"",
      String(line().text.dropLast()), line().text.replacing("2026", with: "26"),
      line().text.replacing("\"s\"", with: "1"), line().text.replacing("\"aud\":\"a\"", with: "\"aud\":[]"),
      line().text.replacing("T", with: " "),
      line().text.replacing("\"aud\":\"a\"", with: "\"aud\":[\"a\",1]"), String(repeating: "[", count: 100_000),
      "{\"kid\":\"k\",\"exp\":99999999999999999999}", line().text + line().text,
    ])
  func damaged(text: String) throws {
    let tokens = try read(Self.line().text + "\n" + text + "\n" + Self.line().text + "\n")
    #expect(tokens.total.count == 2)
    #expect(tokens.damagedLines == 1)
  }

  @Test("are read whole from a log whose last line is cut off, or has no end")
  func cut() throws {
    let whole = try read(Self.line().text + "\n" + Self.line().text)
    #expect(whole.total.count == 2)
    let cut = try read(Self.line().text + "\n" + Self.line().text.prefix(40))
    #expect(cut.total.count == 1)
    #expect(cut.damagedLines == 1)
  }

  @Test("need no memory for a line that has no end, and the next one is read")
  func tooLong() throws {
    let tokens = try read(String(repeating: "x", count: 3 << 20) + "\n" + Self.line().text + "\n")
    #expect(tokens.total.count == 1)
    #expect(tokens.damagedLines == 1)
  }

  @Test("do not suffer from what was damaged before the last token of it can have expired")
  func oldDamage() throws {
    let old = Self.line(at: Self.now - 90_000, expiry: Self.now - 3600)
    let recent = Self.line(at: Self.now - 80_000)
    #expect(try read("{\n" + old.text + "\n" + Self.line().text + "\n").damagedLines == 0)
    #expect(try read("{\n" + recent.text + "\n").damagedLines == 1)
  }

  @Test("of more audiences than can be told apart are counted together")
  func many() throws {
    let lines = (0..<2000).map { Self.line(["audience \($0)"]).text + "\n" }
    let tokens = try read(lines.joined())
    #expect(tokens.total.count == 2000)
    #expect(tokens.groups.count == LiveTokens.mostGroups + 1)
    #expect(tokens.groups[.init(audience: LiveTokens.others, keyID: "")]?.count == 1000)
  }

  @Test("are not looked for behind a link, nor in a pipe")
  func noFile() throws {
    #expect(mkfifo(log.path, 0o600) == 0)
    #expect(throws: FileError.self) { try read() }
    #expect(rename(log.path, folder.path + "/pipe") == 0)
    try AtomicFile.write(Array(Self.line().text.utf8), to: folder.path + "/real")
    #expect(symlink(folder.path + "/real", log.path) == 0)
    #expect(throws: FileError.self) { try read() }
  }

  @Test("are the same wherever the log is cut into pieces", arguments: 1...9)
  func pieces(size: Int) {
    let text = Array("one\n\ntwo\nthree is long\nfour".utf8)
    var splitter = LineSplitter(longest: 6)
    var lines: [String?] = []
    func keep(_ line: ArraySlice<UInt8>?) { lines.append(line.map { String(decoding: $0, as: UTF8.self) }) }
    for start in stride(from: 0, to: text.count, by: size) {
      splitter.add(text[start..<min(start + size, text.count)], each: keep)
    }
    splitter.finish(each: keep)
    #expect(lines == ["one", "", "two", nil, "four"])
  }

  @Test(
    "have times that are read as they were written, and as nothing else",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-18T13:06:40Z", 1_795_007_200), ("2024-02-29T23:59:59Z", 1_709_251_199),
      ("2023-02-29T00:00:00Z", nil), ("2026-13-01T00:00:00Z", nil), ("2026-11-18T13:06:40", nil),
      ("2026-11-18T13:06:40+", nil), ("2026-11-18 13:06:40Z", nil), ("٢026-11-18T13:06:4Z", nil), ("", nil),
    ] as [(String, Int64?)])
  func times(text: String, seconds: Int64?) {
    #expect(AuditLine.seconds(text) == seconds)
  }
}
