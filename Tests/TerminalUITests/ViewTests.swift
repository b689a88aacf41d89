import Inspection
import JOSE
import Testing
import TrustPolicy

@testable import TerminalUI

/// Views that lie over each other: their keys, and the way back.
@Suite("Views over the main screen")
struct ViewTests {
  private func kinds(_ screen: ScreenDriver) -> [Overlay.Kind] { screen.model.overlays.map(\.kind) }

  /// A screen with policies and tokens of two audiences; the first is selected.
  private func twoTokens(columns: Int = 100, rows: Int = 30) throws -> ScreenDriver {
    var screen = try ScreenDriver.withPolicies(columns: columns, rows: rows)
    try screen.press("1", "down")
    try screen.request()
    try screen.press("1", "up")
    return screen
  }

  /// A screen with the answer of an exchange that AWS refuses.
  private func refusedExchange() throws -> (screen: ScreenDriver, id: ExchangeID) {
    var screen = try ScreenDriver.withPolicies()
    try screen.press("x")
    screen.type(ExchangeTests.role)
    try screen.press("enter")
    guard case .exchange(let id, _)? = screen.effects.last else { throw NothingAsked() }
    screen.send(.exchangeEnded(id, ExchangeTests.refusal))
    return (screen, id)
  }

  private struct NothingAsked: Error {}

  /// Opens a view of the main screen by name.
  private func open(_ kind: Overlay.Kind) throws -> ScreenDriver {
    if kind == .exchange { return try refusedExchange().screen }
    var screen = try twoTokens()
    switch kind {
    case .trust: try screen.press("t")
    case .matrix: try screen.press("m")
    case .comparison: try screen.press("d")
    case .detail: try screen.press("3", "enter")
    default: throw NothingAsked()
    }
    #expect(kinds(screen) == [kind])
    return screen
  }

  static let views: [Overlay.Kind] = [.trust, .matrix, .comparison, .detail, .exchange]

  // MARK: - Help and palette

  @Test("? and F1 list the keys of the view, and Esc leads back to it", arguments: views, ["?", "f1"])
  func help(kind: Overlay.Kind, key: String) throws {
    var screen = try open(kind)
    let before = screen.lines
    #expect(before.last?.contains("? help") == true)
    try screen.press(key)
    #expect(screen.text.contains("Help: \(kind.title)"))
    #expect(screen.text.contains("In this view"))
    let ids = screen.model.commands(of: CommandList(), isPalette: false).map(\.id)
    #expect(Set(ids).count == ids.count && !ids.contains(.zoom) && ids.contains(.last) && ids.contains(.back))
    try screen.press("esc")
    #expect(screen.lines == before)
  }

  @Test("what is chosen in help runs in the view", arguments: ["?", ":"])
  func helpRuns(key: String) throws {
    var screen = try open(.trust)
    try screen.press(key)
    screen.type("next policy")
    try screen.press("enter")
    guard case .trust(let view)? = screen.model.overlay else { throw NothingAsked() }
    #expect(view.index == 1 && kinds(screen) == [.trust])
    var matrix = try open(.matrix)
    try matrix.press(key)
    matrix.type("token on the right")
    try matrix.press("enter")
    guard case .matrix(let cell)? = matrix.model.overlay else { throw NothingAsked() }
    #expect(cell.column == 1)
  }

  @Test("what cannot run now is dim in help, and says why when it is pressed")
  func obstacles() throws {
    var screen = try open(.trust)
    try screen.press("?")
    screen.type("that were signed")
    #expect(screen.text.contains("not now: there is no what-if here"))
    try screen.press("esc", "E")
    #expect(screen.text.contains("there is no what-if here"))
  }

  @Test("the palette opens in every view, and a command runs there or leads to where it works", arguments: views)
  func palette(kind: Overlay.Kind) throws {
    var screen = try open(kind)
    try screen.press(":")
    #expect(kinds(screen) == [kind, .palette])
    screen.type("toggle-time")
    try screen.press("enter")
    #expect(screen.model.usesLocalTime && kinds(screen) == [kind])
    try screen.press("ctrl-p")
    screen.type("messages")
    try screen.press("enter")
    #expect(kinds(screen) == [kind, .messages])
    try screen.press("q", ":")
    screen.type("focus-signature")
    try screen.press("enter")
    #expect(kinds(screen) == [] && screen.model.focus == .signature)
  }

  @Test("every command of a view does something, or says why not", arguments: views)
  func commandsAct(kind: Overlay.Kind) throws {
    let opened = try open(kind)
    for command in opened.model.overlay?.commands ?? [] where command.group == .here {
      var screen = opened
      let before = (screen.text, screen.effects.count)
      guard let key = screen.model.options.keyMap.keys(for: command.id).first else { continue }
      screen.send(.terminal(.key(key)))
      // At an end they stay there.
      if [.left, .previousPane].contains(command.id) { continue }
      #expect(screen.text != before.0 || screen.effects.count > before.1, "\(command.id)")
    }
  }

  @Test("help of a view", arguments: [(100, 30), (45, 11)])
  func helpSnapshot(columns: Int, rows: Int) throws {
    var screen = try ScreenDriver.withPolicies(columns: columns, rows: rows)
    try screen.press("t", "?")
    try expectSnapshot(screen, "help-trust-\(columns)x\(rows)")
  }

  // MARK: - The way back

  @Test("from a verdict to the cell of the matrix that it was opened from")
  func backToMatrix() throws {
    var screen = try twoTokens()
    try screen.press("m", "down", "right", "enter")
    #expect(kinds(screen) == [.matrix, .trust])
    #expect(screen.lines.last?.contains("Esc back") == true)
    try screen.press("esc")
    guard case .matrix(let view)? = screen.model.overlay else { throw NothingAsked() }
    #expect(view.row == 1 && view.column == 1)
    #expect(screen.lines.last?.contains("Esc close") == true)
    try screen.press("esc")
    #expect(kinds(screen) == [])
  }

  @Test("the cell stays selected when a token comes before its column")
  func cellStays() throws {
    var screen = try twoTokens()
    try screen.press("1", "down", "down", "enter")
    let third = try #require(screen.lastRequest)
    screen.send(.tokenArrived(third, TokenFixture.token(audience: "vault.hashicorp.com"), TokenFixture.keys))
    try screen.press("1", "up", "r")
    let second = try #require(screen.lastRequest)
    screen.model.entries[1].token = nil
    try screen.press("m", "right", "enter")
    #expect(screen.model.selected == third)
    screen.send(.tokenArrived(second, TokenFixture.token(audience: "api://AzureADTokenExchange"), TokenFixture.keys))
    try screen.press("esc")
    guard case .matrix(let view)? = screen.model.overlay else { throw NothingAsked() }
    #expect(view.column == 2 && view.entry == third)
  }

  @Test("from a verdict to the exchange that it explains")
  func backToExchange() throws {
    var (screen, _) = try refusedExchange()
    let before = screen.text
    try screen.press("t")
    #expect(kinds(screen) == [.exchange, .trust])
    try screen.press("q")
    #expect(screen.text == before)
  }

  @Test("from a prompt to the view that it was opened in")
  func backFromPrompt() throws {
    var screen = try open(.trust)
    let before = screen.text
    try screen.press("o", "x", "esc")
    #expect(screen.text == before)
  }

  @Test("going round and round piles nothing up")
  func rounds() throws {
    var screen = try open(.matrix)
    for _ in 0..<5 { try screen.press("enter", "m") }
    #expect(kinds(screen) == [.trust, .matrix])
    try screen.press("enter", "esc", "esc")
    #expect(kinds(screen) == [])
  }

  @Test("answers find their view below another one")
  func answersFindTheirView() throws {
    var screen = try open(.trust)
    try screen.press("?")
    screen.send(.policiesRead(PolicyFixture.mended))
    try screen.press("esc")
    #expect(screen.text.contains("AWS would accept this token"))
    // An exchange whose policy is gone does not point at it any more.
    var (exchange, _) = try refusedExchange()
    try exchange.press("t")
    exchange.send(.policiesRead(PolicySet([])))
    try exchange.press("esc")
    #expect(exchange.text.contains("AccessDenied") && !exchange.text.contains("check by check"))
  }

  @Test("an exchange ends below a policy that was opened meanwhile")
  func exchangeEndsBelow() throws {
    var screen = ScreenDriver()
    try screen.request()
    screen.send(.opened(text: PolicyFixture.refusing, from: "deploy.json"))
    try screen.press("x")
    screen.type(ExchangeTests.role)
    try screen.press("enter")
    guard case .exchange(let id, _)? = screen.effects.last else { throw NothingAsked() }
    screen.send(.policiesRead(PolicyFixture.all))
    #expect(kinds(screen) == [.exchange, .trust])
    screen.send(.exchangeEnded(id, ExchangeTests.refusal))
    try screen.press("esc")
    #expect(screen.text.contains("AccessDenied"))
  }

  // MARK: - Without policies

  @Test("t and m say the same when no policy is open")
  func withoutPolicies() throws {
    var trust = ScreenDriver()
    try trust.request()
    var matrix = trust
    try trust.press("t")
    try matrix.press("m")
    #expect(trust.text.contains("No trust policy is open.") && trust.lines == matrix.lines)
    try trust.press("m")
    #expect(trust.text.contains("no trust policy is open; o opens one"))
  }

  @Test("the Trust pane says what Enter does")
  func trustPaneHint() throws {
    var screen = try ScreenDriver.withPolicies()
    try screen.press("5")
    #expect(screen.lines.last?.contains("⏎ why") == true)
  }

  // MARK: - The mouse

  private func click(_ screen: inout ScreenDriver, _ column: Int, _ row: Int) {
    screen.send(.terminal(.mouse(Mouse(.press(.left), column: column, row: row))))
  }

  /// Clicks the first place where a text stands.
  private func click(_ screen: inout ScreenDriver, on text: String, skipping: Int = 0) throws {
    let row = try #require(screen.lines.indices.filter { screen.lines[$0].contains(text) }.dropFirst(skipping).first)
    let line = screen.lines[row]
    let start = try #require(line.firstRange(of: text)).lowerBound
    click(&screen, DisplayWidth.of(String(line[..<start])), row)
  }

  @Test("a click on yes or no answers, one outside does not", arguments: [(100, 30), (45, 11)])
  func confirmation(columns: Int, rows: Int) throws {
    var screen = ScreenDriver(columns: columns, rows: rows)
    try screen.press("D")
    click(&screen, 0, 0)
    click(&screen, 0, rows - 3)
    #expect(kinds(screen) == [.confirm])
    try click(&screen, on: "n no, also")
    #expect(kinds(screen) == [] && screen.model.entries.count == 4)
    try screen.press("D")
    try click(&screen, on: "y yes")
    #expect(kinds(screen) == [] && screen.model.entries.count == 3)
  }

  @Test("a click outside a popup closes it", arguments: ["?", ":", "y", "s"])
  func clicksOutside(key: String) throws {
    var screen = ScreenDriver {
      $0.otherIssuers = [IssuerChoice(url: "https://idp.example", note: "served issuer", access: "")]
    }
    try screen.request()
    try screen.press("1", key)
    #expect(kinds(screen).count == 1)
    // Nothing else comes of it: the claims, which are there, are not focused.
    click(&screen, 98, 15)
    #expect(kinds(screen) == [] && screen.model.focus == .list)
  }

  @Test("a click outside closes nothing that was typed into")
  func clickKeepsText() throws {
    var screen = ScreenDriver()
    try screen.press("a", "x")
    click(&screen, 0, 27)
    #expect(kinds(screen) == [.prompt])
  }

  @Test("a click in the copy menu copies")
  func copyMenu() throws {
    var screen = ScreenDriver()
    try screen.request()
    try screen.press("y")
    try click(&screen, on: "t  token")
    guard case .copy? = screen.effects.last else { throw NothingAsked() }
    #expect(kinds(screen) == [])
  }

  @Test("a click selects a cell of the matrix, a second one opens it", arguments: [(100, 30), (60, 20), (45, 11)])
  func matrix(columns: Int, rows: Int) throws {
    var screen = try twoTokens(columns: columns, rows: rows)
    try screen.press("m")
    guard let word = ["refuse", "reject"].first(where: { screen.text.contains($0) }) else { throw NothingAsked() }
    try click(&screen, on: word, skipping: 1)
    guard case .matrix(let view)? = screen.model.overlay else { throw NothingAsked() }
    #expect(view.row == 1 && view.column == 0)
    try click(&screen, on: word, skipping: 1)
    #expect(kinds(screen) == [.matrix, .trust])
    click(&screen, 3, 5)
    #expect(kinds(screen) == [.matrix, .trust])
  }

  // MARK: - Opening

  @Test("a path that cannot be opened stays in the prompt, with the reason")
  func wrongPath() throws {
    var screen = ScreenDriver()
    try screen.press("o")
    screen.type("tokn.jwt")
    try screen.press("enter")
    #expect(screen.effects.last == .openFile("tokn.jwt"))
    let count = screen.effects.count
    try screen.press("enter")
    #expect(screen.effects.count == count)
    screen.send(.openFailed(path: "tokn.jwt", problem: "there is no such file"))
    #expect(kinds(screen) == [.prompt] && screen.model.log.current == nil)
    #expect(screen.text.contains("there is no such file"))
    try screen.press("enter")
    #expect(screen.effects.count == count + 1)
    screen.send(.opened(text: "hello", from: "tokn.jwt"))
    #expect(screen.text.contains("a token begins with eyJ") && kinds(screen) == [.prompt])
    try screen.press("left", "left", "left", "left")
    screen.type("e")
    #expect(screen.text.contains("tokne.jwt") && !screen.text.contains("a token begins with eyJ"))
    try screen.press("enter")
    screen.send(.opened(text: TokenFixture.token(audience: "x"), from: "tokne.jwt"))
    #expect(kinds(screen) == [] && screen.model.entries.count == 5)
  }

  @Test("an answer that comes late is told without the prompt")
  func lateAnswer() throws {
    var screen = ScreenDriver()
    try screen.press("o")
    screen.type("a")
    try screen.press("enter")
    screen.type("b")
    screen.send(.openFailed(path: "a", problem: "there is no such file"))
    #expect(screen.model.log.current?.level == .error)
    guard case .prompt(let prompt)? = screen.model.overlay else { throw NothingAsked() }
    #expect(prompt.problem == nil && prompt.field.text == "ab")
    try screen.press("esc", "o")
    screen.send(.openFailed(path: "ab", problem: "there is no such file"))
    guard case .prompt(let other)? = screen.model.overlay else { throw NothingAsked() }
    #expect(other.problem == nil)
  }

  @Test("a policy that was asked for in the Trust view is shown there")
  func openInTrust() throws {
    var screen = try open(.trust)
    try screen.press("o")
    screen.type("more.json")
    try screen.press("enter")
    screen.send(.opened(text: PolicyFixture.open, from: "more.json"))
    #expect(kinds(screen) == [.trust])
    screen.send(
      .policiesRead(
        PolicySet([
          PolicyFixture.document(PolicyFixture.refusing, "deploy.json"),
          PolicyFixture.document(PolicyFixture.provider, "provider.json"),
          PolicyFixture.document(PolicyFixture.credential, "credential.json"),
          PolicyFixture.document(PolicyFixture.open, "more.json"),
        ])))
    #expect(kinds(screen) == [.trust] && screen.text.contains("of 3)"))
  }
}
