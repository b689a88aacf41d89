import Inspection
import JOSE
import Testing
import TrustPolicy

@testable import TerminalUI

@Suite("Policies and what-ifs")
struct UpdateTrustTests {
  private func view(_ screen: ScreenDriver) -> TrustView? {
    if case .trust(let view)? = screen.model.overlay { view } else { nil }
  }

  @Test("are read at the start, and again when a file changed")
  func reading() throws {
    var screen = ScreenDriver { $0.policies = ["a.json", "b.json"] }
    #expect(screen.model.begin() == [.readPolicies([.file("a.json"), .file("b.json")])])
    screen.send(.policiesChanged)
    #expect(screen.effects.last == .readPolicies([.file("a.json"), .file("b.json")]))
    #expect(ScreenDriver().model.trust.isEmpty)
  }

  @Test("come from files and from pastes that hold no token")
  func opening() throws {
    var screen = ScreenDriver()
    screen.send(.opened(text: PolicyFixture.refusing, from: "deploy.json"))
    #expect(screen.effects.last == .readPolicies([.file("deploy.json")]))
    screen.paste(PolicyFixture.credential)
    guard case .readPolicies(let inputs)? = screen.effects.last else {
      Issue.record("nothing is read")
      return
    }
    #expect(inputs.count == 2)
    screen.send(
      .policiesRead(
        PolicySet([
          PolicyFixture.document(PolicyFixture.refusing, "deploy.json"),
          PolicyFixture.document(PolicyFixture.credential, "pasted 2"),
        ])))
    #expect(view(screen)?.index == 1)
    // What is like no document stays an error of its own.
    screen.send(.opened(text: "hello", from: "x.txt"))
    #expect(screen.text.contains("x.txt"))
  }

  @Test("show the one that was opened, wherever it stands among the others")
  func openingAmongOthers() throws {
    var screen = ScreenDriver { $0.policies = ["credential.json"] }
    try screen.request()
    let credential = PolicyFixture.document(PolicyFixture.credential, "credential.json")
    screen.send(.policiesRead(PolicySet([credential])))
    screen.paste(PolicyFixture.refusing)
    let role = PolicyFixture.document(PolicyFixture.refusing, "pasted 2")
    screen.send(.policiesRead(PolicySet([credential, role])))
    // Those of AWS stand before those of Entra ID.
    #expect(view(screen)?.index == 0)
    #expect(screen.text.contains("✖ AWS would refuse this token"))
    // One that is open already is shown again.
    try screen.press("esc")
    screen.send(.opened(text: PolicyFixture.credential, from: "credential.json"))
    screen.send(.policiesRead(PolicySet([credential, role])))
    #expect(view(screen)?.index == 1)
    // What is no policy of its own is said to be there.
    try screen.press("esc")
    screen.paste(PolicyFixture.provider)
    let provider = PolicyFixture.document(PolicyFixture.provider, "pasted 3")
    screen.send(.policiesRead(PolicySet([credential, role, provider])))
    #expect(view(screen) == nil)
    #expect(screen.text.contains("opened pasted 3: it holds no policy of its own"))
  }

  @Test("open at what refuses; n and N go between failures, arrows fold")
  func keys() throws {
    var screen = try ScreenDriver.withPolicies()
    try screen.press("t")
    #expect(view(screen)?.index == 0)
    #expect(view(screen)?.location?.line == 9)
    let first = view(screen)?.selection
    try screen.press("n")
    #expect(view(screen)?.selection == first)
    try screen.press("left")
    #expect(view(screen)?.selectedRow != view(screen)?.rows[first ?? 0])
    try screen.press("left")
    #expect((view(screen)?.rows.count ?? 0) < 30)
    try screen.press("]")
    #expect(view(screen)?.index == 1)
    try screen.press("]")
    #expect(view(screen)?.index == 0)
    try screen.press("[")
    #expect(view(screen)?.index == 1)
    try screen.press("esc")
    #expect(view(screen) == nil)
  }

  @Test("e opens the document at the line, yy copies the suggestion")
  func editing() throws {
    var screen = try ScreenDriver.withPolicies()
    try screen.press("t", "e")
    #expect(screen.effects.last == .editDocument(path: "deploy.json", line: 9))
    try screen.press("y", "y")
    guard case .copy(let text, _)? = screen.effects.last else {
      Issue.record("nothing is copied")
      return
    }
    #expect(text.contains("https://github.com/acme/app\""))
  }

  @Test("a changed document turns the verdict in the open view")
  func changed() throws {
    var screen = try ScreenDriver.withPolicies()
    try screen.press("t")
    #expect(view(screen)?.verdict?.decision == .reject)
    screen.send(.policiesRead(PolicyFixture.mended))
    #expect(view(screen)?.verdict?.decision == .accept)
    #expect(screen.text.contains("AWS would accept this token"))
  }

  @Test("are closed with D, and what was pasted and is none goes by itself")
  func closing() throws {
    var screen = try ScreenDriver.withPolicies()
    try screen.press("5", "D")
    #expect(screen.text.contains("Close the policy deploy.json?"))
    try screen.press("y")
    #expect(screen.effects.last == .readPolicies([.file("provider.json"), .file("credential.json")]))
    try screen.press("1")
    screen.paste("note: this is no policy\nat: all\n")
    guard case .readPolicies(let inputs)? = screen.effects.last, case .text(let text, let name)? = inputs.last else {
      Issue.record("nothing is read")
      return
    }
    screen.send(.policiesRead(PolicySet([PolicyFixture.document(text, name)])))
    #expect(screen.model.trust.inputs.count == 2)
    #expect(screen.text.contains("no document that idp knows"))
    #expect(screen.model.trust.problems.isEmpty)
  }

  @Test("let Enter request the token that is missing, and r renew it")
  func requesting() throws {
    var screen = ScreenDriver { $0.policies = ["deploy.json"] }
    screen.send(.policiesRead(PolicyFixture.all))
    try screen.press("t")
    try screen.request()
    #expect(view(screen)?.verdict?.decision == .reject)
    try screen.press("r")
    guard case .requestToken? = screen.effects.last else {
      Issue.record("nothing is requested")
      return
    }
  }

  @Test("verdicts follow the clock")
  func clock() throws {
    var screen = try ScreenDriver.withPolicies(
      PolicySet([
        PolicyFixture.document(PolicyFixture.refusing.replacing("/tree/main", with: ""), "deploy.json"),
        PolicyFixture.document(PolicyFixture.provider, "provider.json"),
      ]))
    try screen.press("t")
    #expect(view(screen)?.verdict?.decision == .accept)
    screen.pass(seconds: 3552 + 299)
    #expect(view(screen)?.verdict?.decision == .accept)
    screen.pass(seconds: 2)
    #expect(view(screen)?.verdict?.decision == .reject)
  }

  @Test("Enter in the matrix shows why")
  func matrix() throws {
    var screen = try ScreenDriver.withPolicies()
    try screen.press("m", "down", "enter")
    #expect(view(screen)?.index == 1)
  }

  @Test("a what-if answers while it is typed, goes back with Esc, and is dropped with E")
  func whatIf() throws {
    var screen = try ScreenDriver.withPolicies()
    func outcome(_ screen: ScreenDriver) -> Decision? {
      screen.model.selected.flatMap { screen.model.trust.outcome(of: 0, for: $0) }?.decision
    }
    #expect(outcome(screen) == .reject)
    try screen.press("3", "down", "e", "end")
    try screen.press("backspace")
    screen.type("/tree/main\"")
    #expect(outcome(screen) == .accept)
    try screen.press("esc")
    #expect(outcome(screen) == .reject)
    #expect(screen.model.token?.whatIf == nil)
    try screen.press("e", "ctrl-u")
    screen.type("https://github.com/acme/app/tree/main")
    try screen.press("enter")
    #expect(outcome(screen) == .accept)
    #expect(screen.model.token?.whatIf?.changed == ["sub"])
    // The token that is copied is the real one.
    let token = screen.model.token?.compact
    try screen.press("c")
    #expect(screen.effects.last == .copy(token ?? "", what: "the token of sts.amazonaws.com, as signed"))
    try screen.press("E")
    #expect(outcome(screen) == .reject)
  }

  @Test("many policies are asked little by little, so that no key waits")
  func many() throws {
    let documents = (0..<200).map { PolicyFixture.document(PolicyFixture.refusing, "role\($0).json") }
    var screen = ScreenDriver { $0.policies = ["x"] }
    try screen.request()
    screen.send(.policiesRead(PolicySet(documents)))
    #expect(screen.model.waitsForVerdicts)
    #expect(screen.model.nextWake != nil)
    for _ in 0..<20 { screen.pass(milliseconds: 1) }
    #expect(!screen.model.waitsForVerdicts)
    #expect(
      (0..<200).allSatisfy { index in
        screen.model.selected.flatMap { screen.model.trust.outcome(of: index, for: $0) } != nil
      })
  }

  @Test("hostile documents and claims bring no control character to the screen")
  func hostile() throws {
    let hostile = PolicyFixture.credential.replacing("acme/app", with: #"a\u001b[31m\u0007\u202e"#)
    var screen = try ScreenDriver.withPolicies(PolicySet([PolicyFixture.document(hostile, "a\u{1B}[2Jb.json")]))
    try screen.press("t")
    #expect(!screen.text.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0.value == 0x202E) })
  }
}
