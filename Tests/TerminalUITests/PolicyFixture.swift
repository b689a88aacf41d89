import Inspection
import JOSE
import TrustPolicy

@testable import TerminalUI

/// Trust policies for the tokens of the screens.
enum PolicyFixture {
  static func document(_ text: String, _ file: String) -> Result<Document, DocumentError> {
    Result { () throws(DocumentError) in try Document(Array(text.utf8), file: file) }
  }

  /// A role that wants another subject than the tokens have.
  static func role(_ condition: String) -> String {
    """
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/idp.acme.dev"},
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {
            \(condition)
          }
        }
      ]
    }
    """
  }

  static let refusing = role(
    #""StringEquals": {"idp.acme.dev:sub": "https://github.com/acme/app/tree/main"}"#)
  static let open = role(#""StringNotEquals": {"idp.acme.dev:sub": "https://github.com/evil/app"}"#)
  static let provider = #"{"Url": "idp.acme.dev", "ClientIDList": ["sts.amazonaws.com"]}"#
  static let credential =
    #"{"name":"app","issuer":"https://idp.acme.dev","subject":"https://github.com/acme/app","audiences":["api://AzureADTokenExchange"]}"#

  /// All but the credential, the role mended so that it takes the tokens.
  static let mended = PolicySet([
    document(refusing.replacing("/tree/main", with: ""), "deploy.json"), document(provider, "provider.json"),
  ])

  static let all = PolicySet([
    document(refusing, "deploy.json"), document(provider, "provider.json"), document(credential, "credential.json"),
  ])
}

extension ScreenDriver {
  /// A screen with a verified token for AWS, and with policies.
  static func withPolicies(
    columns: Int = 100, rows: Int = 30, glyphs: Glyphs = .unicode, _ policies: PolicySet = PolicyFixture.all
  ) throws -> ScreenDriver {
    var screen = ScreenDriver(columns: columns, rows: rows, glyphs: glyphs) {
      $0.policies = ["deploy.json", "provider.json", "credential.json"]
    }
    try screen.request()
    screen.send(.policiesRead(policies))
    return screen
  }
}
