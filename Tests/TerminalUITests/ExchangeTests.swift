import Inspection
import JOSE
import Testing
import TrustPolicy

@testable import TerminalUI

/// Exchanging the selected token.
@Suite("Exchanging a token")
struct ExchangeTests {
  static let role = "arn:aws:iam::111122223333:role/deploy"
  static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

  /// A screen with a token for AWS.
  private static func screen(
    columns: Int = 100, rows: Int = 30, glyphs: Glyphs = .unicode, known: [ExchangeParty: [String: String]] = [:]
  ) throws -> ScreenDriver {
    var screen = ScreenDriver(columns: columns, rows: rows, glyphs: glyphs) { $0.exchangeInputs = known }
    try screen.request()
    return screen
  }

  /// The exchange that was asked for last.
  private static func order(_ screen: ScreenDriver) throws -> (id: ExchangeID, order: ExchangeOrder) {
    for effect in screen.effects.reversed() {
      if case .exchange(let id, let order) = effect { return (id, order) }
    }
    throw NothingAsked()
  }

  private struct NothingAsked: Error {}

  private static let sent = ExchangeReport.Sent(
    url: "https://sts.eu-central-1.amazonaws.com/",
    fields: [
      ExchangeField("Action", "AssumeRoleWithWebIdentity"), ExchangeField("RoleArn", JSON(role)),
      ExchangeField("WebIdentityToken", JSON("eyJhbGci" + String(repeating: "a", count: 800)), isSecret: true),
    ])

  static let success = ExchangeReport(
    party: .aws, sent: [sent],
    result: .gave(
      [
        ExchangeField("AccessKeyId", "ASIAIOSFODNN7EXAMPLE"),
        ExchangeField("SecretAccessKey", JSON(secret), isSecret: true),
        ExchangeField("SessionToken", JSON("FQoGZXIv" + String(repeating: "b", count: 300)), isSecret: true),
        ExchangeField("Expiration", "2026-11-23T13:00:48Z"),
      ], expiry: Timestamp(1_795_438_848)))

  static let refusal = ExchangeReport(
    party: .aws, sent: [sent],
    result: .refused(
      ExchangeRefusal(
        status: 403, code: "AccessDenied", message: "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
      ExchangeExplanation("The role's trust policy does not let this token in.", "Hold it against the policy.")))

  // MARK: The form

  @Test("the audience tells the party, and the environment what is known", arguments: [(100, 30), (60, 20), (40, 12)])
  func form(columns: Int, rows: Int) throws {
    var screen = try Self.screen(
      columns: columns, rows: rows, known: [.aws: ["role-arn": Self.role, "region": "eu-central-1"]])
    try screen.press("x")
    try expectSnapshot(screen, "exchange-form-\(columns)x\(rows)")
  }

  @Test("ASCII does as well")
  func ascii() throws {
    var screen = try Self.screen(columns: 80, rows: 24, glyphs: .ascii)
    try screen.press("x")
    #expect(screen.text.utf8.allSatisfy { $0 < 0x80 })
    try screen.press("up")
    try expectSnapshot(screen, "exchange-form-ascii")
    try screen.press("down")
    screen.send(.exchangeEnded(try Self.begin(&screen, typing: Self.role), Self.success))
    #expect(screen.text.utf8.allSatisfy { $0 < 0x80 })
    try expectSnapshot(screen, "exchange-success-ascii")
  }

  @Test("without a token there is nothing to exchange")
  func noToken() throws {
    var screen = ScreenDriver()
    try screen.press("x")
    #expect(screen.lines.last?.contains("there is no token yet") == true)
    screen.paste(TokenFixture.encrypted)
    try screen.press("x")
    #expect(screen.text.contains("encrypted"))
    #expect(!screen.text.contains("Exchange the token"))
  }

  @Test("what is missing is said at its line, and nothing is sent")
  func missing() throws {
    var screen = try Self.screen()
    try screen.press("x", "down", "enter")
    #expect(throws: NothingAsked.self) { try Self.order(screen) }
    try expectSnapshot(screen, "exchange-missing")
    screen.type(Self.role)
    try screen.press("enter")
    #expect(try Self.order(screen).order.inputs == ["role-arn": Self.role])
  }

  @Test(
    "who an audience is for",
    arguments: [
      ("sts.amazonaws.com", .aws), ("sts.amazonaws.com.cn", .aws), ("api://AzureADTokenExchangeChina", .entra),
      ("https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x", .gcp),
      ("vault.hashicorp.com", .vault), ("https://vault.acme.dev", .vault), ("sigstore", nil), ("", nil),
    ] as [(String, ExchangeParty?)])
  func parties(audience: String, party: ExchangeParty?) {
    #expect(ExchangeForm.party(of: audience) == party)
  }

  @Test("another party has other lines, and each keeps what was typed")
  func turning() throws {
    var screen = try Self.screen(known: [.entra: ["tenant": "acme.onmicrosoft.com"]])
    try screen.press("x")
    screen.type("mine")
    try screen.press("up", "right")
    #expect(screen.text.contains("Entra ID"))
    #expect(screen.text.contains("acme.onmicrosoft.com"))
    #expect(!screen.text.contains("pin"))
    try screen.press("left")
    #expect(screen.text.contains("mine"))
    try screen.press("left")
    #expect(screen.text.contains("any RFC 8693 endpoint"))
  }

  @Test("keys of the main screen are text in the form; Ctrl-C empties the line, then quits; Esc closes")
  func typing() throws {
    var screen = try Self.screen()
    try screen.press("x")
    screen.type("q?:x.")
    #expect(screen.text.contains("q?:x."))
    try screen.press("ctrl-c")
    #expect(!screen.text.contains("q?:x."))
    #expect(!screen.effects.contains(.quit))
    screen.paste("  \(Self.role)\n")
    try screen.press("enter")
    #expect(try Self.order(screen).order.inputs["role-arn"] == Self.role)
    try screen.press("escape", "escape")
    #expect(!screen.text.contains("Exchange the token"))
    try screen.press("x")
    #expect(screen.text.contains(Self.role))
  }

  @Test("the role of the trust policy that is open is known")
  func knownByPolicy() throws {
    let document =
      #"{"Role":{"RoleName":"deploy","Arn":"\#(Self.role)","AssumeRolePolicyDocument":\#(PolicyFixture.refusing)}}"#
    var screen = try ScreenDriver.withPolicies(PolicySet([PolicyFixture.document(document, "deploy.json")]))
    try screen.press("x", "enter")
    #expect(try Self.order(screen).order.inputs == ["role-arn": Self.role])
  }

  // MARK: Which token

  @Test("for AWS a token is made that opens this role alone, unless the person says otherwise")
  func pinning() throws {
    var screen = try Self.screen(known: [.aws: ["role-arn": Self.role]])
    _ = try Self.begin(&screen)
    #expect(try Self.order(screen).order.token == .fresh(audience: "sts.amazonaws.com", isPinned: true))
    try screen.press("escape", "up", "up")
    screen.type(" ")
    try screen.press("enter")
    #expect(try Self.order(screen).order.token == .compact(TokenFixture.token(audience: "sts.amazonaws.com")))
  }

  @Test("a token from elsewhere is sent as it is, and one for another party too")
  func asItIs() throws {
    let foreign = TokenFixture.token(audience: "sts.amazonaws.com", secondsLeft: 100)
    var screen = ScreenDriver { $0.exchangeInputs = [.aws: ["role-arn": Self.role], .vault: ["address": "https://v"]] }
    screen.paste(foreign)
    _ = try Self.begin(&screen)
    #expect(try Self.order(screen).order.token == .compact(foreign))
    var other = ScreenDriver { $0.exchangeInputs = [.vault: ["address": "https://v"]] }
    try other.press("down", "down")
    try other.request()
    _ = try Self.begin(&other)
    #expect(try Self.order(other).order.token == .compact(TokenFixture.token(audience: "vault.hashicorp.com")))
    // One that has ended is of no use; a new one is made.
    other.pass(seconds: 4000)
    try other.press("escape", "enter")
    #expect(try Self.order(other).order.token == .fresh(audience: "vault.hashicorp.com", isPinned: false))
  }

  // MARK: The wait

  /// Opens the form, unless it is open, and sends it.
  private static func begin(_ screen: inout ScreenDriver, typing text: String = "") throws -> ExchangeID {
    if screen.model.overlay == nil { try screen.press("x") }
    screen.type(text)
    try screen.press("enter")
    return try order(screen).id
  }

  @Test("the wait counts its seconds, says what is waited for, and Esc ends it")
  func waiting() throws {
    var screen = try Self.screen(known: [.aws: ["role-arn": Self.role]])
    let id = try Self.begin(&screen)
    screen.send(.exchangeProgress(id, "asks https://sts.amazonaws.com/"))
    screen.pass(seconds: 3)
    try expectSnapshot(screen, "exchange-waiting")
    #expect(screen.model.nextWake.map { $0 <= screen.model.now.adding(milliseconds: 200) } == true)
    // Keys that mean something elsewhere do nothing here.
    try screen.press("enter", "x", "y", "?")
    #expect(screen.text.contains("exchanging with AWS"))
    try screen.press("escape")
    #expect(screen.effects.last == .cancelExchange(id))
    #expect(screen.text.contains("Exchange the token"))
    // What comes all the same is dropped.
    screen.send(.exchangeEnded(id, Self.success))
    #expect(!screen.text.contains("gave credentials"))
    screen.send(.exchangeProgress(id, "late"))
    #expect(!screen.text.contains("late"))
  }

  @Test("an input that is refused is shown at its line, and Ctrl-C leaves the program also while it waits")
  func refusedInput() throws {
    var screen = try Self.screen(known: [.aws: ["role-arn": Self.role]])
    let id = try Self.begin(&screen)
    screen.send(.exchangeRefused(id, input: "region", problem: "“x\u{1B}[2J” is no region."))
    #expect(screen.text.contains("is no region."))
    #expect(!screen.text.contains("\u{1B}"))
    guard case .exchange(let view)? = screen.model.overlay else { throw NothingAsked() }
    #expect(view.form.selectedInput.map { view.form.inputs[$0].name } == "region")
    _ = try Self.begin(&screen)
    try screen.press("ctrl-c")
    #expect(screen.effects.last == .quit)
  }

  // MARK: What came of it

  @Test("credentials stay hidden until they are asked for", arguments: [(100, 30), (60, 20), (40, 12)])
  func success(columns: Int, rows: Int) throws {
    var screen = try Self.screen(columns: columns, rows: rows, known: [.aws: ["role-arn": Self.role]])
    let id = try Self.begin(&screen)
    screen.pass(milliseconds: 1300)
    screen.send(.exchangeEnded(id, Self.success))
    try expectSnapshot(screen, "exchange-success-\(columns)x\(rows)")
    #expect(!screen.text.contains("wJalr"))
    try screen.press(".", "end")
    if columns == 100 { try expectSnapshot(screen, "exchange-secrets") }
    #expect(screen.text.contains("bbb"))
    try screen.press(".")
    #expect(!screen.text.contains("bbb"))
    // A second look at it is hidden again, and a closed one is gone.
    try screen.press(".", "escape", "x")
    #expect(!screen.text.contains("wJalr"))
  }

  @Test("what came back is copied as it is used, and nothing is when nothing did")
  func copying() throws {
    var screen = try Self.screen(known: [.aws: ["role-arn": Self.role]])
    screen.send(.exchangeEnded(try Self.begin(&screen), Self.success))
    try screen.press("c")
    let session = "FQoGZXIv" + String(repeating: "b", count: 300)
    #expect(
      screen.effects.last
        == .copy(
          "export AWS_ACCESS_KEY_ID='ASIAIOSFODNN7EXAMPLE'\nexport AWS_SECRET_ACCESS_KEY='\(Self.secret)'\n"
            + "export AWS_SESSION_TOKEN='\(session)'\n", what: "export lines"))
    try screen.press("r")
    screen.send(.exchangeEnded(try Self.order(screen).id, Self.refusal))
    let count = screen.effects.count
    try screen.press("c")
    #expect(screen.effects.count == count)
    #expect(screen.text.contains("nothing came back"))
  }

  @Test(
    "what is copied of each party, safe in a shell",
    arguments: [
      (.vault, "client_token", "hvs.x", "hvs.x"), (.gcp, "access_token", "ya29.x", "ya29.x"),
      (.entra, "access_token", "e", "e"), (.rfc8693, "other", "x", nil),
    ] as [(ExchangeParty, String, String, String?)])
  func usable(party: ExchangeParty, name: String, value: String, text: String?) {
    let report = ExchangeReport(
      party: party, sent: [], result: .gave([ExchangeField(name, JSON(value), isSecret: true)], expiry: nil))
    #expect(report.usable?.text == text)
    let hostile = ExchangeReport(
      party: .aws, sent: [],
      result: .gave(
        ["AccessKeyId", "SecretAccessKey", "SessionToken"].map { ExchangeField($0, "a'$(id)") }, expiry: nil))
    #expect(hostile.usable?.text.hasPrefix(#"export AWS_ACCESS_KEY_ID='a'\''$(id)'"# + "\n") == true)
  }

  @Test("how long it lasts is counted down")
  func countdown() throws {
    var screen = try Self.screen(known: [.aws: ["role-arn": Self.role]])
    screen.send(.exchangeEnded(try Self.begin(&screen), Self.success))
    #expect(screen.text.contains("for 1h 0m, until 2026-11-23 13:00:48Z"))
    screen.pass(seconds: 61)
    #expect(screen.text.contains("for 58m 59s"))
    screen.pass(seconds: 3600)
    #expect(screen.text.contains("which is over by the clock of this machine"))
  }

  @Test("a refusal is shown word for word, explained, and foreseen by the policy", arguments: [(100, 30), (60, 24)])
  func refusal(columns: Int, rows: Int) throws {
    var screen = try ScreenDriver.withPolicies(columns: columns, rows: rows)
    let id = try Self.begin(&screen, typing: Self.role)
    screen.send(.exchangeEnded(id, Self.refusal))
    try expectSnapshot(screen, "exchange-refusal-\(columns)x\(rows)")
    try screen.press("t")
    #expect(screen.text.contains("AWS would refuse this token"))
  }

  @Test("a refusal that no policy foresees is not called foreseen, and without a policy nothing is")
  func unforeseen() throws {
    let other = ExchangeReport(
      party: .aws, sent: [],
      result: .refused(ExchangeRefusal(status: 400, code: "PackedPolicyTooLarge", message: ""), nil))
    var screen = try ScreenDriver.withPolicies()
    screen.send(.exchangeEnded(try Self.begin(&screen, typing: Self.role), other))
    #expect(screen.text.contains("do not foresee"))
    var bare = try Self.screen(known: [.aws: ["role-arn": Self.role]])
    bare.send(.exchangeEnded(try Self.begin(&bare), Self.refusal))
    #expect(!bare.text.contains("foresee"))
    try bare.press("t")
    #expect(bare.text.contains("no trust policy of AWS is open"))
  }

  @Test("no answer, a clock that differs, and a hostile party")
  func failures() throws {
    var screen = try Self.screen(known: [.aws: ["role-arn": Self.role]])
    screen.send(
      .exchangeEnded(
        try Self.begin(&screen),
        ExchangeReport(
          party: .aws, sent: [Self.sent], result: .failed(problem: "the connection was refused", hint: "Check it."),
          notes: ["The clock of this machine is 7m 12s ahead of that of sts.amazonaws.com."])))
    try expectSnapshot(screen, "exchange-failed")
    try screen.press("r")
    let hostile = "\u{1B}]0;x\u{7}\u{202E}evil\r\n\u{9B}2J"
    screen.send(
      .exchangeEnded(
        try Self.order(screen).id,
        ExchangeReport(
          party: .aws, sent: [.init(url: hostile, fields: [ExchangeField(hostile, JSON(hostile))], attempts: 4)],
          result: .refused(
            ExchangeRefusal(
              status: 400, code: hostile, message: hostile + String(repeating: "long ", count: 20_000)), nil))))
    try screen.press("end", "home")
    #expect(!screen.text.unicodeScalars.contains { Visible.needsEscape($0) && $0 != "\n" })
    #expect(screen.text.contains("4 times"))
  }
}
