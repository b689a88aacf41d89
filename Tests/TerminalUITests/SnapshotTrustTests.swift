import Inspection
import JOSE
import Testing
import TrustPolicy

@testable import TerminalUI

@Suite("The Trust view")
struct SnapshotTrustTests {
  @Test("the pane shows each policy against the token", arguments: [(100, 30), (80, 24), (60, 20), (50, 14)])
  func pane(columns: Int, rows: Int) throws {
    var screen = try ScreenDriver.withPolicies(columns: columns, rows: rows)
    if columns == 50 { try screen.press("5") }
    try expectSnapshot(screen, "trust-pane-\(columns)x\(rows)")
  }

  @Test("a refusal shows where the values part, and what to try", arguments: [(120, 40), (80, 24), (60, 20), (40, 12)])
  func failure(columns: Int, rows: Int) throws {
    var screen = try ScreenDriver.withPolicies(columns: columns, rows: rows)
    try screen.press("t")
    try expectSnapshot(screen, "trust-failure-\(columns)x\(rows)")
  }

  @Test("an accepted token may still come with a warning")
  func warning() throws {
    let set = PolicySet([
      PolicyFixture.document(PolicyFixture.open, "open.json"),
      PolicyFixture.document(PolicyFixture.provider, "provider.json"),
    ])
    var screen = try ScreenDriver.withPolicies(columns: 110, rows: 40, set)
    try screen.press("t")
    try expectSnapshot(screen, "trust-accept-with-warning")
  }

  @Test("what cannot be told is said so, with the command that would tell")
  func unknown() throws {
    let set = PolicySet([PolicyFixture.document(PolicyFixture.open, "open.json")])
    var screen = try ScreenDriver.withPolicies(columns: 110, rows: 40, set)
    try screen.press("t")
    try expectSnapshot(screen, "trust-unknown")
  }

  @Test("ASCII does as well")
  func ascii() throws {
    var screen = try ScreenDriver.withPolicies(columns: 80, rows: 24, glyphs: .ascii)
    try screen.press("t")
    try expectSnapshot(screen, "trust-ascii")
    #expect(screen.text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test("a document that cannot be read says where")
  func problem() throws {
    let set = PolicySet([
      PolicyFixture.document(PolicyFixture.refusing.replacing("StringEquals", with: "StringEqual"), "deploy.json"),
      PolicyFixture.document("{", "broken.json"),
    ])
    var screen = try ScreenDriver.withPolicies(set)
    try expectSnapshot(screen, "trust-problem-pane")
    try screen.press("t")
    try expectSnapshot(screen, "trust-problem")
  }

  @Test("without policies it says how to open one, and without a token how to get one")
  func empty() throws {
    var screen = ScreenDriver()
    try screen.request()
    try screen.press("t")
    try expectSnapshot(screen, "trust-empty")
    var tokenless = ScreenDriver { $0.policies = ["deploy.json"] }
    tokenless.send(.policiesRead(PolicyFixture.all))
    try tokenless.press("t")
    try expectSnapshot(tokenless, "trust-no-token")
  }

  @Test("the matrix has all policies against all tokens", arguments: [(100, 30), (60, 20), (40, 12)])
  func matrix(columns: Int, rows: Int) throws {
    var screen = try ScreenDriver.withPolicies(columns: columns, rows: rows)
    try screen.press("down")
    try screen.request(TokenFixture.token(audience: "api://AzureADTokenExchange"))
    try screen.press("m")
    try expectSnapshot(screen, "matrix-\(columns)x\(rows)")
  }

  @Test("a matrix that is larger than the screen says which part is shown, and whom the selected cell is about")
  func largeMatrix() throws {
    let roles = (0..<30).map { PolicyFixture.document(PolicyFixture.refusing, "role-\($0).json") }
    var screen = try ScreenDriver.withPolicies(columns: 80, rows: 24, PolicySet(roles))
    for index in 0..<8 { screen.paste(TokenFixture.token(audience: "https://api-\(index).example.org/v1")) }
    try screen.press("m")
    try expectSnapshot(screen, "matrix-large")
  }

  @Test("a token without claims is no verdict that is still to come")
  func withoutClaims() throws {
    var screen = try ScreenDriver.withPolicies()
    screen.paste(TokenFixture.encrypted)
    try expectSnapshot(screen, "trust-without-claims")
  }

  @Test("a what-if is marked, and turns the verdicts")
  func whatIf() throws {
    var screen = try ScreenDriver.withPolicies(columns: 110, rows: 32)
    try screen.press("3", "down", "e", "ctrl-u")
    screen.type("https://github.com/acme/app/tree/main")
    try expectSnapshot(screen, "what-if-typing")
    try screen.press("enter")
    try expectSnapshot(screen, "what-if")
    try screen.press("t")
    try expectSnapshot(screen, "what-if-trust")
  }
}
