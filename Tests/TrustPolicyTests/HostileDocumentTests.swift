import Inspection
import JOSE
import Testing

@testable import TrustPolicy

/// A document may be anything at all: it gets an error with its place, and never a verdict.
@Suite("Hostile documents")
struct HostileDocumentTests {
  private func error(_ bytes: [UInt8], as kind: DocumentKind? = nil) throws -> DocumentError {
    try #require(throws: DocumentError.self) { try TrustDocuments([Document(bytes, file: "x")], as: kind) }
  }

  @Test(
    "that are no documents are refused with their place",
    arguments: [
      ("", "empty"), ("   \n", "empty"), ("{", ""), ("{\"a\":1,}", ""), ("[1,2", ""), ("nonsense", "no document"),
      ("a: [1", ""), ("a: b: c", ""), ("\t- a", ""), ("{\"a\":1}{\"b\":2}", ""), ("42", "no document"),
      ("a: &x [1]\nb: *x", ""), ("{\"Statement\":\"\\ud800\"}", ""),
    ])
  func malformed(text: String, words: String) throws {
    let error = try error(Array(text.utf8))
    #expect(error.location.line >= 1 && error.location.column >= 1)
    #expect(words.isEmpty || error.problem.contains(words), "\(error)")
  }

  @Test("with 10 MiB of nesting end with an error", arguments: ["[", "{\"a\":", "- ", "[[{\"a\":"])
  func nesting(unit: String) throws {
    let text = String(repeating: unit, count: 10 * 1024 * 1024 / unit.utf8.count)
    let error = try error(Array(text.utf8))
    #expect(error.location.file == "x")
  }

  @Test("that repeat a key are refused, in JSON and in YAML")
  func duplicates() throws {
    #expect(try error(Array(#"{"issuer":"a","issuer":"b"}"#.utf8)).location.column == 15)
    let yaml = try error(Array("issuer: a\nsubject: b\nissuer: c\n".utf8))
    #expect(yaml.location.line == 3)
    #expect(yaml.problem.contains("second time"))
  }

  @Test("that multiply themselves by aliases are refused")
  func bomb() throws {
    var text = "a0: &a0 [x, x]\n"
    for level in 1...40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    let error = try error(Array(text.utf8))
    #expect(error.location.line >= 1)
  }

  @Test("that are bytes and no text are refused")
  func binary() throws {
    _ = try error([0xFF, 0xFE, 0x00, 0x7B])
    _ = try error([0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D])
    _ = try error([UInt8](repeating: 0, count: 4096))
  }

  @Test("that are said to be what they are not are refused", arguments: DocumentKind.allCases)
  func forced(kind: DocumentKind) throws {
    for text in ["[]", "{}", "7", #"{"a":{"b":[1,null,true]}}"#, #""x""#, "null"] {
      let error = try error(Array(text.utf8), as: kind)
      #expect(!error.problem.isEmpty)
    }
  }

  @Test("that are cut off anywhere never crash, and change no verdict to accept")
  func truncated() throws {
    let whole = Array(AWSTokenTests.pinned.utf8)
    for length in 0..<whole.count {
      _ = try error(Array(whole[..<length]))
    }
  }

  @Test("carry no control character into a report")
  func controls() throws {
    let text = #"{"issuer":"https://a\u001b[2J","subject":"b\u0007\u202e","audiences":["c\r\n"]}"#
    let documents = try documents(text)
    let verdict = try documents.verdict(try token(#"{"iss":"x\u001b]0;x\u0007","aud":"y","sub":"z"}"#))
    let report = VerdictText.render([verdict])
    #expect(
      !report.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0.value == 0x7F || $0.value == 0x202E) })
  }

  /// A document of each kind that can be read, with what it needs beside it.
  private static let readable: [[String]] = [
    [AWSTokenTests.pinned, AWSTokenTests.provider()],
    [#"{"name":"a","issuer":"https://i","subject":"s","audiences":["a"]}"#],
    [
      #"{"issuer":"https://i","audiences":["a"],"claimsMatchingExpression":{"value":"claims['sub'] matches 's*'","languageVersion":1}}"#
    ],
    [
      #"{"name":"projects/1/locations/global/workloadIdentityPools/p/providers/x","state":"ACTIVE","disabled":false,"oidc":{"issuerUri":"https://i","allowedAudiences":["a"]},"attributeMapping":{"google.subject":"assertion.sub","attribute.x":"string(assertion.exp)"},"attributeCondition":"assertion.sub == 's' && assertion.exp > 3"}"#,
      #"{"bindings":[{"role":"roles/x","members":["principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s"]}]}"#,
    ],
    [
      #"{"bound_issuer":"https://i","jwks_url":"https://i/k"}"#,
      #"{"role_type":"jwt","user_claim":"/sub","user_claim_json_pointer":true,"bound_audiences":["a"],"bound_claims":{"sub":["s",1,true]},"groups_claim":"g","claim_mappings":{"sub":"x"},"clock_skew_leeway":"1m","expiration_leeway":9223372036854775807}"#,
    ],
    [
      "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt:\n- issuer: {url: \"https://i\", audiences: [a]}\n  claimValidationRules:\n  - expression: claims.exp > 3 && claims.sub.matches('^s')\n  claimMappings:\n    username: {expression: \"claims.sub\"}\n    groups: {claim: g, prefix: x}\n"
    ],
    [
      "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kube-apiserver, --oidc-issuer-url=https://i, --oidc-client-id, a, --oidc-required-claim=sub=s]\n"
    ],
    ["issuer: https://i\nsubject_pattern: s|t\naudience: a\nclaim_pattern:\n  x: \"[a-z]+\"\npermissions: {}\n"],
    [#"{"kind":"GitHub","repository":"acme/app","workflow":"a.yml","environment":"e"}"#],
    [#"{"kind":"Google","email":"a@b"}"#],
    [
      #"{"format_version":"1.0","values":{"root_module":{"resources":[{"type":"aws_iam_role","address":"a","values":{"assume_role_policy":"{}"}}]}}}"#
    ],
  ]

  private static let strangeTimes = [
    "9223372036854775807", "-9223372036854775808", "1e300", "-1e300", "0", "-1", "0.5", "18446744073709551615", "null",
    #""9223372036854775807""#, "[]", "1795435200",
  ]

  @Test("and tokens with times at the ends of all ranges never crash", arguments: strangeTimes)
  func times(time: String) throws {
    for texts in Self.readable {
      guard let documents = try? opened(texts) else { continue }
      for claims in [
        #"{"exp":\#(time)}"#, #"{"iat":\#(time)}"#, #"{"nbf":\#(time)}"#,
        #"{"exp":\#(time),"iat":\#(time),"nbf":\#(time)}"#,
      ] {
        var token = try TrustPolicyTests.token(claims)
        for (name, value) in [("iss", "https://i"), ("sub", "s"), ("aud", "a")] {
          token.claims.set(name, to: JSON(value))
        }
        for now in [noon, Timestamp(.max), Timestamp(.min), Timestamp(0)] {
          for index in documents.configurations.indices {
            _ = documents.verdict(of: index, on: token, at: now)
          }
        }
        _ = Preflight(token, now: noon)
      }
    }
  }

  private func opened(_ texts: [String]) throws -> TrustDocuments {
    try TrustDocuments(
      texts.enumerated().map { try Document(Array($1.utf8), file: "policy\($0 + 1)") })
  }

  @Test("that were damaged here and there never crash", arguments: 0..<readable.count)
  func damaged(index: Int) throws {
    var state = UInt64(index + 1)
    func dice(_ sides: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(truncatingIfNeeded: (state >> 33) % UInt64(sides))
    }
    let spare = Array("{}[]\",:0123456789-+.eE\\ntfu'*?$|()^ \n\t#&!%@`".utf8)
    let token = try TrustPolicyTests.token(#"{"iss":"https://i","aud":"a","sub":"s","g":["x"],"x":"y"}"#)
    for _ in 0..<400 {
      var texts = Self.readable[index].map { Array($0.utf8) }
      let which = dice(texts.count)
      for _ in 0...dice(3) {
        let place = dice(texts[which].count)
        switch dice(3) {
        case 0: texts[which][place] = spare[dice(spare.count)]
        case 1: texts[which].remove(at: place)
        default: texts[which].insert(spare[dice(spare.count)], at: place)
        }
      }
      guard
        let documents = try? TrustDocuments(
          texts.enumerated().map { try Document($1, file: "policy\($0 + 1)") })
      else { continue }
      for index in documents.configurations.indices { _ = documents.verdict(of: index, on: token, at: noon) }
      _ = documents.lints()
    }
  }

  /// What one reader takes for a claim another passes over: never an accept.
  @Test(
    "and tokens that readers disagree about are not accepted",
    arguments: [
      #""nbf":"9795435200""#, #""aud":["a",7]"#, #""AUD":"b""#, #""Exp":1"#, #""aud":["a",null]"#,
      #""sub":"s","Sub":"t""#,
      #""nbf":{}"#, #""iat":"x""#,
    ])
  func disagreement(member: String) throws {
    let plain = try claims(#"{"iss":"https://i","sub":"s","aud":"a","g":["x"],"x":"y"}"#)
    var odd = plain
    // The times that `claims` adds are not meant.
    for extra in try JSON(parsing: "{\(member)}").objectValue?.members ?? [] {
      odd.set(extra.name.value, to: extra.value)
    }
    let isGoOnly = ["AUD", "Exp", "Sub"].contains { member.contains($0) }
    var asked = 0
    for texts in Self.readable {
      guard let documents = try? opened(texts) else { continue }
      for index in documents.configurations.indices {
        let party = documents.configurations[index].relyingParty
        // AWS and PyPI are known to read these; only Go takes names without regard to case.
        if [.aws, .pypi].contains(party) || isGoOnly && ![.kubernetes, .octoSTS, .vault].contains(party) { continue }
        guard documents.decision(of: index, on: PresentedToken(claims: plain), at: noon) == .accept else { continue }
        asked += 1
        #expect(documents.decision(of: index, on: PresentedToken(claims: odd), at: noon) != .accept, "\(party)")
      }
    }
    #expect(asked >= 4)
  }

  @Test("with patterns and expressions made to hang answer at once")
  func patterns() throws {
    let long = String(repeating: "a", count: 4000)
    let octo = "issuer: https://a\nsubject_pattern: \"(a+)+b\"\naudience: c\n"
    let verdict = try documents(octo).verdict(try token(#"{"iss":"https://a","aud":"c","sub":"\#(long.prefix(250))"}"#))
    #expect(verdict.decision == .reject)
    let wildcard = String(repeating: "*a", count: 1000) + "b"
    let aws = AWSTokenTests.role(#"{"StringLike":{"\#(AWSTokenTests.host):sub":"\#(wildcard)"}}"#)
    #expect(try documents(aws).verdict(try AWSTokenTests.gitHub(long)).decision == .reject)
    let nested =
      String(repeating: "[1,2,3,4,5,6,7,8,9].all(x, ", count: 12) + "true" + String(repeating: ")", count: 12)
    let google = #"""
      {"name":"projects/1/locations/global/workloadIdentityPools/p/providers/x","oidc":{"issuerUri":"https://a"},
       "attributeMapping":{"google.subject":"assertion.sub"},"attributeCondition":"\#(nested)"}
      """#
    let slow = try documents(google).verdict(
      try token(
        #"{"iss":"https://a","sub":"s","aud":"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x"}"#
      ))
    #expect(slow.decision == .unknown)
  }
}
