import CELConformance
import Glibc
import Inspection
import JOSE
import TrustPolicy

/// What verdicts cost, and how much of the expression language there is.
enum TrustFigures {
  /// The mean time of some work in microseconds, measured over about a second.
  private static func microseconds(_ work: () -> Void) -> Double {
    work()
    let start = seconds()
    var count = 0
    while seconds() - start < 1 {
      work()
      count += 1
    }
    return (seconds() - start) / Double(count) * 1e6
  }

  private static let host = "token.actions.githubusercontent.com"

  /// A trust policy of about so many bytes without white space, which no token of ours fits.
  private static func policy(bytes: Int, indent: Bool = false) -> String {
    var statements: [String] = []
    var length = 60
    while length < bytes - 420 {
      let number = statements.count
      let values = (0..<4).map { "\"repo:acme/app-\(number)-\($0):environment:production\"" }
      let statement = """
        {"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/\(host)"},
        "Action":"sts:AssumeRoleWithWebIdentity",
        "Condition":{"StringEquals":{"\(host):aud":"sts.amazonaws.com"},
        "StringLike":{"\(host):sub":[\(values.joined(separator: indent ? ",\n" : ","))]}}}
        """
      statements.append(statement)
      length += statement.utf8.count
    }
    return #"{"Version":"2012-10-17","Statement":[\#(statements.joined(separator: ",\n"))]}"#
  }

  private static func documents(_ texts: [String]) -> TrustDocuments? {
    var all: [Document] = []
    for (index, text) in texts.enumerated() {
      guard let document = try? Document(Array(text.utf8), file: "policy\(index).json") else { return nil }
      all.append(document)
    }
    return try? TrustDocuments(all)
  }

  private static let provider =
    #"{"Url":"\#(host)","ClientIDList":["sts.amazonaws.com"],"ThumbprintList":[]}"#

  static func measure(now: Int64, verification: Double) {
    let token = PresentedToken(claims: [
      "iss": JSON("https://\(host)"), "aud": "sts.amazonaws.com", "sub": "repo:acme/other:ref:refs/heads/main",
      "iat": JSON(now), "exp": JSON(now + 3600),
    ])
    let moment = Timestamp(now)
    func line(_ name: String, _ time: Double) {
      let ratio = Double(Int(time / verification * 10)) / 10
      print("trust \(name.replacing(" ", with: "_")) \(Int(time)) \(ratio)")
    }
    let largest = policy(bytes: 4096)
    if let one = documents([largest, provider]) {
      line("a policy of AWS's maximum size, decided", microseconds { _ = one.decision(of: 0, on: token, at: moment) })
      line("the same with reasons and suggestions", microseconds { _ = one.verdict(of: 0, on: token, at: moment) })
      line("the same, read", microseconds { _ = documents([largest, provider]) })
    }
    let long = policy(bytes: 430_000, indent: true)
    if let one = documents([long, provider]) {
      let lines = long.split(separator: "\n").count
      line("a policy of \(lines) lines, decided", microseconds { _ = one.decision(of: 0, on: token, at: moment) })
      line("the same with reasons and suggestions", microseconds { _ = one.verdict(of: 0, on: token, at: moment) })
    }
    let small = (0..<500).map { index in policy(bytes: 900).replacing("app-0", with: "app-\(index)") }
    if let many = documents(small + [provider]) {
      let all = many.configurations.indices
      line(
        "500 policies, decided",
        microseconds { for index in all { _ = many.decision(of: index, on: token, at: moment) } })
    }
  }

  /// The conformance tests of the expression language; nothing where they are not at hand.
  static func conformance() {
    let directory = getenv("IDP_CONFORMANCE_DIR").map { String(cString: $0) } ?? "../shared/conformance"
    for (part, names) in [
      ("core", ConformanceSuite.core), ("extensions", ConformanceSuite.extensions), ("others", ConformanceSuite.others),
    ] {
      let results = names.compactMap { try? ConformanceSuite.run($0, in: directory) }
      guard results.count == names.count else { continue }
      let total = results.map(\.count).reduce(0, +)
      print("cel \(part) \(total - results.map(\.failures.count).reduce(0, +)) \(total)")
    }
  }
}
