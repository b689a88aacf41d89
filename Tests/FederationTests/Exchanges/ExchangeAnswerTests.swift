import Inspection
import JOSE
import Testing

@testable import Federation

/// Answers as the services give them.
@Suite("Answers to exchanges") struct ExchangeAnswerTests {
  private static func answer(_ body: String, status: Int = 200, type: String? = nil) -> ExchangeAnswer {
    ExchangeAnswer(status: status, bytes: Array(body.utf8), arrived: 1_795_521_648, contentType: type)
  }

  /// What a reading comes to, as text.
  private static func outcome(_ read: () throws(ExchangeProblem) -> some ExchangeOutcome) -> String {
    do {
      let outcome = try read()
      return outcome.fields.map { "\($0.name)=\($0.text)" }.joined(separator: " ")
        + " until " + (outcome.expiry?.rfc3339() ?? "-")
    } catch {
      switch error {
      case .refused(let refusal): return "refused \(refusal.status) [\(refusal.code)] \(refusal.message)"
      case .malformed(let words): return "malformed: \(words)"
      }
    }
  }

  // MARK: AWS

  private static func credentials(
    key: String = "ASIAIOSFODNN7EXAMPLE", secret: String = "wJalr/XUtn+FEMI", session: String = "AQoDYXdz==",
    time: String = "2026-11-24T13:00:48Z"
  ) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleWithWebIdentityResult>
        <SubjectFromWebIdentityToken>https://github.com/acme/app</SubjectFromWebIdentityToken>
        <Audience>sts.amazonaws.com</Audience>
        <AssumedRoleUser>
          <Arn>arn:aws:sts::111122223333:assumed-role/deploy/acme-app-1</Arn>
          <AssumedRoleId>AROACLKWSDQRAOEXAMPLE:acme-app-1</AssumedRoleId>
        </AssumedRoleUser>
        <Credentials>
          <SessionToken>\(session)</SessionToken>
          <SecretAccessKey>\(secret)</SecretAccessKey>
          <Expiration>\(time)</Expiration>
          <AccessKeyId>\(key)</AccessKeyId>
        </Credentials>
        <Provider>arn:aws:iam::111122223333:oidc-provider/idp.acme.dev</Provider>
      </AssumeRoleWithWebIdentityResult>
      <ResponseMetadata><RequestId>ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE</RequestId></ResponseMetadata>
    </AssumeRoleWithWebIdentityResponse>
    """
  }

  @Test("AWS: credentials with their end and whom they are")
  func aws() throws {
    #expect(
      try AWSCredentials(Self.answer(Self.credentials()))
        == AWSCredentials(
          accessKeyID: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalr/XUtn+FEMI", sessionToken: "AQoDYXdz==",
          expiration: Timestamp(1_795_525_248),
          assumedRoleARN: "arn:aws:sts::111122223333:assumed-role/deploy/acme-app-1",
          provider: "arn:aws:iam::111122223333:oidc-provider/idp.acme.dev"))
  }

  @Test("AWS: an error word for word, also with characters that XML writes otherwise")
  func awsError() {
    let body = """
      <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <Error><Type>Sender</Type><Code>InvalidIdentityToken</Code>
        <Message>No &lt;provider&gt; for &#x27;a&#39; &amp; b</Message></Error>
        <RequestId>1</RequestId>
      </ErrorResponse>
      """
    #expect(
      Self.outcome { () throws(ExchangeProblem) in try AWSCredentials(Self.answer(body, status: 400)) }
        == "refused 400 [InvalidIdentityToken] No <provider> for 'a' & b")
  }

  @Test(
    "AWS: what is no answer of STS brings nothing, least of all a line of its own in somebody's file",
    arguments: [
      (credentials(secret: "a\n[default]\naws_access_key_id = evil"), "characters that belong in no secret"),
      (credentials(key: ""), "'AccessKeyId' in the answer is empty"), (credentials(session: "a b"), "'SessionToken'"),
      (credentials(secret: "&#10;x"), "'SecretAccessKey'"), (credentials(time: "soon"), "until when"),
      ("<html><body>hello</body></html>", "no credentials"), ("{}", "none of AWS STS"), ("", "none of AWS STS"),
      ("<!DOCTYPE x [<!ENTITY a \"b\">]>" + credentials(), "none of AWS STS"),
      (String(repeating: "<a>", count: 100_000), "none of AWS STS"),
    ])
  func awsMalformed(body: String, words: String) {
    let outcome = Self.outcome { () throws(ExchangeProblem) in try AWSCredentials(Self.answer(body)) }
    #expect(outcome.hasPrefix("malformed: "))
    #expect(outcome.contains(words), "\(outcome)")
  }

  @Test(
    "AWS: an end that cannot be written, or that was over by AWS's own clock, is none",
    arguments: [
      ("9999-12-31T23:59:59-12:00", 0, "until when"), ("2026-11-24T12:00:48Z", 0, "ended at 2026-11-24T12:00:48Z"),
      ("2026-11-24T12:00:49Z", 0, nil), ("2026-11-24T12:00:49Z", 1, "before it came"),
      // Our clock is an hour ahead, and AWS is right.
      ("2026-11-24T12:00:00Z", -3600, nil), ("9999-12-31T23:59:59Z", nil, nil),
    ] as [(String, Int64?, String?)])
  func awsEnd(time: String, skew: Int64?, words: String?) {
    var answer = Self.answer(Self.credentials(time: time))
    answer.skew = skew
    let outcome = Self.outcome { () throws(ExchangeProblem) in try AWSCredentials(answer) }
    if let words {
      #expect(outcome.hasPrefix("malformed: ") && outcome.contains(words), "\(outcome)")
    } else {
      #expect(outcome.hasSuffix("until \(time)"), "\(outcome)")
    }
  }

  @Test("A code that is as long as the answer is cut, so that it leaves room for what it means")
  func longCode() {
    let body = "{\"error\":\"\(String(repeating: "x", count: 100_000))\"}"
    let outcome = Self.outcome { () throws(ExchangeProblem) in try AccessToken(Self.answer(body, status: 400)) }
    #expect(outcome == "refused 400 [\(String(repeating: "x", count: 199))…] ")
  }

  @Test("A life that no clock reaches the end of has none")
  func endless() {
    let access = Self.answer(#"{"access_token":"x","expires_in":9223372036854775807}"#)
    #expect(Self.outcome { () throws(ExchangeProblem) in try AccessToken(access) }.hasSuffix(" until -"))
    let login = Self.answer(#"{"auth":{"client_token":"hvs.x","lease_duration":9223372036854775807}}"#)
    #expect(Self.outcome { () throws(ExchangeProblem) in try VaultLogin(login) }.hasSuffix(" until -"))
  }

  @Test(
    "XML is read strictly, and no further than it is needed",
    arguments: [
      ("<a/>", "a"), ("<a x='1' y = \"&lt;\"/>", "a"), ("<n:a xmlns:n='u'><b>1</b></n:a>", "a(b=1)"),
      ("\u{FEFF}<?xml version='1.0'?><!-- c --><a> <!-- d -->x</a>\n", "a= x"), ("<a><![CDATA[<b>&]]></a>", "a=<b>&"),
      ("<a>&#65;&#x1F600;</a>", "a=A\u{1F600}"), ("<a>&bomb;</a>", nil), ("<a>&#0;</a>", nil), ("<a>&#xD800;</a>", nil),
      ("<a>", nil), ("<a></b>", nil), ("<a><b></a></b>", nil), ("<a/><b/>", nil), ("x<a/>", nil), ("<a/>x", nil),
      ("<a x/>", nil), ("<a x=1/>", nil), ("<1/>", nil), ("<a x='<'/>", nil), ("<a>&amp</a>", nil), ("<", nil),
      ("<a", nil),
      ("<!DOCTYPE a><a/>", nil), ("<a><?x?></a>", nil),
      (String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17), nil),
    ] as [(String, String?)])
  func xml(text: String, expected: String?) {
    func shown(_ element: XMLElement) -> String {
      element.name + (element.text.isEmpty ? "" : "=" + element.text)
        + (element.children.isEmpty ? "" : "(" + element.children.map(shown).joined(separator: ",") + ")")
    }
    #expect(XMLElement(parsing: Array(text.utf8)).map(shown) == expected)
  }

  @Test("XML that breaks off anywhere, or whose bytes are others, is no document and no crash")
  func damagedXML() {
    let bytes = Array(Self.credentials().utf8)
    for count in 0..<bytes.count { #expect(XMLElement(parsing: Array(bytes.prefix(count))) == nil) }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0..<3 { damaged[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random) }
      _ = XMLElement(parsing: damaged)
    }
  }

  // MARK: Token endpoints

  @Test(
    "an access token, with its end by our clock",
    arguments: [
      (
        #"{"access_token":"t","token_type":"Bearer","expires_in":3599}"#,
        "access_token=t token_type=Bearer until 2026-11-24T13:00:47Z"
      ),
      // Entra ID in its first version, and others, write numbers as text.
      (
        #"{"access_token":"t","token_type":"Bearer","expires_in":"60","scope":"a b"}"#,
        "access_token=t token_type=Bearer scope=a b until 2026-11-24T12:01:48Z"
      ),
      (#"{"access_token":"t"}"#, "access_token=t token_type=Bearer until -"),
      (#"{"access_token":"t","expires_in":-1}"#, "access_token=t token_type=Bearer until -"),
      (#"{"access_token":"t","expires_in":1e300}"#, "access_token=t token_type=Bearer until -"),
      (#"{"token_type":"Bearer"}"#, "malformed: the answer holds no 'access_token'"),
      (#"{"access_token":""}"#, "malformed: 'access_token' in the answer is empty"),
      (#"{"access_token":"a\r\nX-Evil: 1"}"#, "malformed: 'access_token' in the answer is empty"),
      (#"{"access_token":7}"#, "malformed: the answer holds no 'access_token'"),
      (#"{"access_token":"t","token_type":"a\nb"}"#, "malformed: 'token_type'"),
      ("[]", "malformed: the answer is none"),
      ("", "malformed: the answer is none"),
    ])
  func accessToken(body: String, expected: String) {
    let outcome = Self.outcome { () throws(ExchangeProblem) in try AccessToken(Self.answer(body)) }
    #expect(outcome.hasPrefix(expected), "\(outcome)")
  }

  @Test("Entra ID: an error goes by its number, word for word")
  func entra() {
    let body = #"""
      {"error":"invalid_client","error_description":"AADSTS700213: No matching federated identity record found for presented assertion subject 'https://github.com/acme/app'.\r\nTrace ID: 1","error_codes":[700213],"trace_id":"1"}
      """#
    let answer = Self.answer(body, status: 401)
    #expect(
      Self.outcome { () throws(ExchangeProblem) in try EntraExchange.read(answer) }
        == "refused 401 [AADSTS700213] AADSTS700213: No matching federated identity record found for presented assertion "
        + "subject 'https://github.com/acme/app'.\r\nTrace ID: 1")
    #expect(
      Self.outcome { () throws(ExchangeProblem) in
        try EntraExchange.read(
          Self.answer(#"{"error":"invalid_request","error_description":"AADSTSx: no"}"#, status: 400))
      } == "refused 400 [invalid_request] AADSTSx: no")
  }

  @Test("Google Cloud: IAM's own kind of error, and its token")
  func google() {
    let body = #"""
      {"error":{"code":403,"message":"Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).","status":"PERMISSION_DENIED","details":[]}}
      """#
    let read = { (answer: ExchangeAnswer) in
      Self.outcome { () throws(ExchangeProblem) in try GoogleExchange.readImpersonation(answer) }
    }
    #expect(
      read(Self.answer(body, status: 403))
        == "refused 403 [PERMISSION_DENIED] Permission 'iam.serviceAccounts.getAccessToken' denied on resource "
        + "(or it may not exist).")
    #expect(
      read(Self.answer(#"{"accessToken":"ya29.x","expireTime":"2026-11-24T13:00:48Z"}"#))
        == "access_token=ya29.x token_type=Bearer until 2026-11-24T13:00:48Z")
    #expect(read(Self.answer(#"{"accessToken":"ya29.x"}"#)).contains("until when"))
    #expect(
      read(Self.answer(#"{"accessToken":"ya29.x","expireTime":"2026-11-24T11:00:00Z"}"#)).contains("before it came"))
    #expect(read(Self.answer("no", status: 403)).contains("none of Google's IAM"))
  }

  @Test("Vault: a token with its policies, and one that does not end")
  func vault() {
    let read = { (answer: ExchangeAnswer) in
      Self.outcome { () throws(ExchangeProblem) in try VaultLogin(answer) }
    }
    #expect(
      read(
        Self.answer(
          #"{"auth":{"client_token":"hvs.x","accessor":"y","policies":["app","default"],"lease_duration":600,"renewable":true}}"#
        ))
        == #"client_token=hvs.x accessor=y policies=["app","default"] lease_duration=600 renewable=true"#
        + " until 2026-11-24T12:10:48Z")
    #expect(
      read(Self.answer(#"{"auth":{"client_token":"hvs.x","lease_duration":0}}"#))
        == "client_token=hvs.x policies=[] lease_duration=0 renewable=false until -")
    #expect(
      read(Self.answer(#"{"errors":["error validating token: invalid issuer (iss) claim","b"]}"#, status: 400))
        == "refused 400 [] error validating token: invalid issuer (iss) claim; b")
    #expect(read(Self.answer(#"{"data":{}}"#)).contains("no 'auth'"))
    #expect(read(Self.answer("<html>", status: 503, type: "text/html")).contains("none of Vault's (text/html)"))
  }

  @Test("the federated token opens the service account, and only the last one is given back")
  func impersonation() async throws {
    let bench = try ExchangeBench(
      ExchangeBench.granted(), LoopbackServer.answer(#"{"accessToken":"ya29.x","expireTime":"2026-11-24T13:00:48Z"}"#))
    let exchange = try GoogleExchange(
      audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider",
      tokenURL: bench.url + "/v1/token", impersonationURL: bench.url + "/a:generateAccessToken")
    let run = await exchange.run(ExchangeBench.token, by: bench.client())
    #expect(try run.result.get().token == "ya29.x")
    #expect(bench.requests.last?.contains("Authorization: Bearer opaque-access-token\r\n") == true)
    #expect(bench.requests.last?.contains("Content-Type: application/json\r\n") == true)
    #expect(run.report.sent.count == 2)
    let text = ExchangeText.render(run.report, now: ExchangeBench.now, showsSecrets: true)
    #expect(!text.contains("opaque-access-token"))
    #expect(text.contains("ya29.x"))
  }
}
