import Federation
import Inspection
import JOSE
import TerminalUI
import Testing

@testable import idp

@Suite("What exchanges are told by options and variables")
struct ExchangeOptionTests {
  private static let role = "arn:aws:iam::111122223333:role/deploy"
  private static let now = Timestamp(1_795_521_648)

  @Test(
    "a session is named after who comes and when, in letters that AWS takes",
    arguments: [
      ("https://github.com/acme/app", "acme-app-1795521648"),
      ("repo:acme/app:ref:refs/heads/main", "heads-main-1795521648"),
      ("workspace:host/work dir", "host-work-dir-1795521648"),
      ("\u{e9}\u{1B}[2J", "---2J-1795521648"), ("", "idp-1795521648"), (nil, "idp-1795521648"),
      (String(repeating: "a", count: 100), String(repeating: "a", count: 53) + "-1795521648"),
    ] as [(String?, String)])
  func sessionName(subject: String?, name: String) throws {
    #expect(AWSExchangeOptions.sessionName(subject: subject, now: Self.now) == name)
    _ = try AWSExchange(roleARN: Self.role, sessionName: name)
  }

  @Test("what an option says comes before Gitpod's variable, and that before AWS's")
  func order() throws {
    let environment = [
      "IDP_AWS_ROLE_ARN": Self.role + "2", "AWS_ROLE_ARN": Self.role + "3", "AWS_DEFAULT_REGION": "us-west-2",
      "AWS_REGION": "", "AWS_ROLE_SESSION_NAME": "mine",
    ]
    let plain = try AWSExchangeOptions.parse([]).exchange(subject: nil, now: Self.now, environment: environment)
    #expect(plain.roleARN == Self.role + "2")
    #expect(plain.sessionName == "mine")
    #expect(plain.url == "https://sts.us-west-2.amazonaws.com/")
    let given = try AWSExchangeOptions.parse(["--role-arn", Self.role, "--region", "eu-central-1", "-d", "15m"])
      .exchange(subject: nil, now: Self.now, environment: environment)
    #expect(given.roleARN == Self.role)
    #expect(given.duration == 900)
    #expect(given.url == "https://sts.eu-central-1.amazonaws.com/")
  }

  @Test("a token is pinned to the role, unless that is not wanted")
  func pin() throws {
    #expect(
      try AWSExchangeOptions.parse([]).pin(toRole: Self.role)
        == ["https://aws.amazon.com/roles": .array([JSON(Self.role)])])
    #expect(try AWSExchangeOptions.parse(["--no-pin"]).pin(toRole: Self.role) == JSONObject())
  }

  @Test(
    "each of Microsoft's clouds has its audience",
    arguments: [
      (nil, "api://AzureADTokenExchange"), ("login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"),
      ("https://login.chinacloudapi.cn/", "api://AzureADTokenExchangeChina"),
      ("https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina"),
    ] as [(String?, String)])
  func audience(host: String?, audience: String) throws {
    let environment = host.map { ["AZURE_AUTHORITY_HOST": $0] } ?? [:]
    #expect(try EntraExchangeOptions.parse([]).audience(environment) == audience)
  }

  @Test("authorities that a cloud's own tools trust count, but not before SSL_CERT_FILE")
  func authorities() {
    #expect(VaultExchangeOptions.network(["VAULT_CACERT": "a", "BAO_CACERT": "b"])["SSL_CERT_FILE"] == "a")
    #expect(VaultExchangeOptions.network(["BAO_CACERT": "b", "SSL_CERT_FILE": "c"])["SSL_CERT_FILE"] == "c")
    #expect(VaultExchangeOptions.network([:])["SSL_CERT_FILE"] == nil)
  }

  @Test("the form is told what the environment says, by the names of its lines")
  func known() {
    let known = OrderedExchange.known([
      "AWS_ROLE_ARN": Self.role, "AZURE_AUTHORITY_HOST": "login.microsoftonline.us", "BAO_ADDR": "https://bao",
      "IDP_VAULT_ROLE": "app", "GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE": "//iam.googleapis.com/x", "AZURE_TENANT_ID": "",
    ])
    #expect(known[.aws] == ["role-arn": Self.role])
    #expect(known[.entra] == ["authority": "https://login.microsoftonline.us"])
    #expect(known[.gcp] == ["audience": "//iam.googleapis.com/x"])
    #expect(known[.vault] == ["address": "https://bao", "role": "app"])
  }
}
