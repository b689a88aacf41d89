import Inspection
import JOSE

@testable import TerminalUI

/// Plays a person at the terminal: sends keys, pastes and answers, and lets time pass.
struct ScreenDriver {
  /// 2026-11-23 12:00:48Z, the clock of all screens.
  static let start = Timestamp(1_795_435_248)

  var model: Model
  var size: Size
  /// All effects so far, oldest first.
  var effects: [Effect] = []

  init(
    columns: Int = 100, rows: Int = 30, audiences: [String] = Self.audiences, glyphs: Glyphs = .unicode,
    trusted: Set<String> = [], change: (inout ModelOptions) -> Void = { _ in }
  ) {
    var options = ModelOptions(
      issuer: TokenFixture.issuer, issuerNote: "embedded issuer", audiences: audiences, trustedIssuers: trusted)
    options.glyphs = glyphs
    options.algorithm = "RS256"
    options.keyID = TokenFixture.keyID
    options.utcOffset = { _ in 7200 }
    change(&options)
    model = Model(options: options, now: Moment(Self.start))
    size = Size(columns: columns, rows: rows)
    send(.terminal(.resized(size)))
  }

  static let audiences = ["sts.amazonaws.com", "api://AzureADTokenExchange", "vault.hashicorp.com", "sigstore"]

  mutating func send(_ message: Message) {
    if case .terminal(.resized(let size)) = message { self.size = size }
    effects += update(&model, message)
  }

  /// Presses keys by the names that the configuration uses.
  mutating func press(_ names: String...) throws {
    for name in names { send(.terminal(.key(try KeyName.parse(name)))) }
  }

  mutating func type(_ text: String) {
    for character in text { send(.terminal(.key(.character(character)))) }
  }

  mutating func paste(_ text: String) { send(.terminal(.paste(text))) }

  mutating func resize(_ columns: Int, _ rows: Int) {
    send(.terminal(.resized(Size(columns: columns, rows: rows))))
  }

  mutating func pass(seconds: Int64 = 0, milliseconds: Int64 = 0) {
    send(.tick(model.now.adding(milliseconds: seconds * 1000 + milliseconds)))
  }

  /// Requests the selected audience's token and answers with one.
  mutating func request(_ token: String? = nil) throws {
    try press("enter")
    guard case .requestToken(let id, let audience, _)? = effects.last else { return }
    send(.tokenArrived(id, token ?? TokenFixture.token(audience: audience), TokenFixture.keys))
  }

  /// What waits for an answer.
  var lastRequest: EntryID? {
    for effect in effects.reversed() {
      switch effect {
      case .requestToken(let id, _, _), .fetchKeys(let id, _, _, _, _): return id
      default: continue
      }
    }
    return nil
  }

  var frame: Frame { render(model, size: size) }
  var lines: [String] { frame.textLines }
  var text: String { lines.joined(separator: "\n") }
}
