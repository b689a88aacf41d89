import Inspection
import JOSE
import Testing
import TrustPolicy

@testable import TerminalUI

/// Numbers that look random and are the same in each run.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Whether no cell could act on a terminal. Looks at scalars and not at texts, to be quick without optimisation.
private func isHarmless(_ frame: Frame) -> Bool {
  var seen: [UInt32: Bool] = [:]
  for cell in frame.cells where !(0x20..<0x7F).contains(cell.base) || cell.mark(0) != 0 {
    if cell.isContinuation { continue }
    for value in [cell.base] + (0..<Cell.markLimit).map(cell.mark) where value != 0 {
      if let known = seen[value] {
        if known { continue }
        return false
      }
      guard let scalar = Unicode.Scalar(value), value >= 0x20, !(0x7F...0x9F).contains(value),
        !Visible.needsEscape(scalar)
      else { return false }
      seen[value] = true
    }
  }
  return true
}

@Suite("Nothing that a person or a token does breaks the screen")
struct ScreenFuzzTests {
  @Test("5,000 random keys, pastes, clicks, answers and resizes", arguments: [CharacterSet.unicode, .ascii])
  func randomSteps(characters: CharacterSet) {
    let glyphs: Glyphs = characters == .unicode ? .unicode : .ascii
    var numbers = SeededNumbers(1)
    var screen = ScreenDriver(glyphs: glyphs) {
      $0.renewsAutomatically = true
      $0.policies = ["deploy.json", "provider.json", "credential.json"]
      $0.exchangeInputs = [.aws: ["role-arn": ExchangeTests.role], .vault: ["address": "\u{1B}[2J"]]
      $0.otherIssuers = [
        IssuerChoice(url: IssuerTests.served, note: "served issuer", access: "at the socket /run/\u{1B}[2Jidp"),
        IssuerChoice(url: "https://keys.example", note: "keys only", access: "", obstacle: "no \u{202E}credential"),
      ]
    }
    let keys: [Key] =
      "abcdehijklmnoprsttuvwxxxyzDEGMNQRY?/:.12345[] \u{e9}\u{202E}".map { Key.character($0) }
      + [
        .enter, .enter, .enter, .tab, .backTab, .escape, .backspace, .delete, .up, .down, .left, .right, .pageUp,
        .pageDown, .home, .end, .control("p"), .control("d"), .control("u"), .control("w"), .control("l"), .function(1),
        .alt("x"),
      ]
    let pastes = [
      "", "x", "\u{1B}[31m", TokenFixture.encrypted,
      TokenFixture.token(audience: "a", extra: #","deep":{"a":[1,{"b":"\u001b"}]}"#),
      TokenFixture.unsigned(#"{"sub":"\u202e"}"#), "a.b.c", String(repeating: "x", count: 3000),
    ]
    for step in 0..<5000 {
      switch Int.random(in: 0..<20, using: &numbers) {
      case 0: screen.paste(pastes[Int.random(in: 0..<pastes.count, using: &numbers)])
      case 1: screen.resize(Int.random(in: 1...130, using: &numbers), Int.random(in: 1...30, using: &numbers))
      case 2:
        let column = Int.random(in: -1...170, using: &numbers)
        let row = Int.random(in: -1...50, using: &numbers)
        let kinds: [Mouse.Kind] = [.press(.left), .press(.left), .wheelUp, .wheelDown, .release, .press(.right)]
        screen.send(
          .terminal(.mouse(Mouse(kinds[Int.random(in: 0..<6, using: &numbers)], column: column, row: row))))
      case 3: screen.pass(milliseconds: Int64.random(in: 0...500_000, using: &numbers))
      case 6:
        screen.send(.policiesRead(Bool.random(using: &numbers) ? PolicyFixture.all : PolicySet([])))
      case 5:
        let exchange = screen.effects.lazy.compactMap { if case .exchange(let id, _) = $0 { id } else { nil } }.last
        guard let exchange else { continue }
        switch Int.random(in: 0..<4, using: &numbers) {
        case 0: screen.send(.exchangeEnded(exchange, ExchangeTests.success))
        case 1: screen.send(.exchangeEnded(exchange, ExchangeTests.refusal))
        case 2: screen.send(.exchangeProgress(exchange, "asks \u{1B}[2J\u{202E}"))
        default: screen.send(.exchangeRefused(exchange, input: "region", problem: "no \u{9B}2J"))
        }
      case 4:
        guard let id = screen.lastRequest else { continue }
        switch Int.random(in: 0..<6, using: &numbers) {
        case 0: screen.send(.tokenArrived(id, TokenFixture.token(audience: "x", secondsLeft: 90), TokenFixture.keys))
        case 1: screen.send(.tokenFailed(id, problem: "failed \u{1B}[0m", hint: "try \u{202E}"))
        case 2: screen.send(.keysArrived(id, TokenFixture.keys))
        case 3: screen.send(.tokenUnchecked(id, IssuerTests.token(secondsLeft: 90), problem: "no \u{9B}keys"))
        case 4: screen.send(.tokenFailed(id, problem: "too often", hint: nil, retryAfter: .max))
        default: screen.send(.keysFailed(id, problem: "no\nkeys", hint: nil))
        }
      default:
        let key = keys[Int.random(in: 0..<keys.count, using: &numbers)]
        screen.send(.terminal(.key(key)))
      }
      let frame = screen.frame
      #expect(frame.size == screen.size)
      #expect(isHarmless(frame), "step \(step)")
      if glyphs == .ascii { #expect(frame.cells.allSatisfy { $0.base < 0x7F && $0.mark(0) == 0 }, "step \(step)") }
      // The list must not grow without end, or the steps become slow.
      if screen.model.entries.count > 12 { screen = ScreenDriver(glyphs: glyphs) { $0.renewsAutomatically = true } }
    }
  }

  @Test("10,000 mutated tokens are shown without a control character", arguments: [7, 8, 9, 10] as [UInt64])
  func mutatedTokens(seed: UInt64) {
    var numbers = SeededNumbers(seed)
    let seeds = [
      TokenFixture.token(audience: "sts.amazonaws.com", extra: #","n":{"a":[1,2,{"b":null}]},"e":"\u001b]0;x\u0007""#),
      TokenFixture.unsigned(#"{"exp":1e400,"nbf":-9223372036854775808,"iat":"soon","aud":[],"iss":"http://\u202e"}"#),
      TokenFixture.encrypted, TokenFixture.signed("not JSON \u{1B}[2J"),
      TokenFixture.signed(
        #"{"a":1,"a":2,"a":{"a":[[[[]]]]}}"#, header: #"{"alg":"ES256","alg":"none","crit":["x"],"jku":"https://x"}"#),
    ]
    let payloads = seeds.map { seed -> [UInt8] in
      let parts = seed.split(separator: ".")
      return parts.count > 1 ? Base64URL.salvage(Array(parts[1].utf8)) : []
    }
    for round in 0..<2500 {
      let which = round % seeds.count
      var token: String
      if round % 2 == 0 {
        // Bytes of the compact text.
        var bytes = Array(seeds[which].utf8)
        for _ in 0...Int.random(in: 0..<4, using: &numbers) {
          let place = Int.random(in: 0..<bytes.count, using: &numbers)
          switch Int.random(in: 0..<3, using: &numbers) {
          case 0: bytes[place] = UInt8.random(in: 0x20...0x7E, using: &numbers)
          case 1: bytes.remove(at: place)
          default: bytes.insert(UInt8.random(in: 0x21...0x7E, using: &numbers), at: place)
          }
        }
        token = String(decoding: bytes, as: UTF8.self)
      } else {
        // Bytes of the decoded payload, controls and broken UTF-8 too.
        var bytes = payloads[which]
        for _ in 0...Int.random(in: 0..<4, using: &numbers) where !bytes.isEmpty {
          bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
        }
        let parts = seeds[which].split(separator: ".", omittingEmptySubsequences: false)
        token = "\(parts[0]).\(Base64URL.encode(bytes)).\(parts[2])"
      }
      var screen = ScreenDriver(columns: 70 + round % 40, rows: 17)
      screen.send(.terminal(.key(.enter)))
      screen.send(.tokenArrived(EntryID(1), token, TokenFixture.keys))
      screen.send(.terminal(.key("3")))
      let isGood = isHarmless(screen.frame)
      #expect(isGood, "token \(round): \(token.debugDescription)")
      if !isGood { return }
    }
  }
}
