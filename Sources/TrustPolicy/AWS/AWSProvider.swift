import Inspection
import JOSE

/// An OIDC provider of AWS IAM.
struct AWSProvider: DocumentShape {
  static let kind = DocumentKind.awsProvider

  /// The URL without `https://`, as the ARN and the condition keys have it.
  let url: String
  let urlNode: DocumentNode
  let clientIDs: [String]
  /// The list; nil when there is none.
  let clientIDNode: DocumentNode?
  let thumbprints: [String]
  let node: DocumentNode
  /// What is wrong with it, though it can be read.
  let lints: [Lint]

  var name: String { url }
  var location: DocumentLocation { node.location }

  static func recognises(_ node: DocumentNode) -> Bool {
    node["Url"] != nil && (node["ClientIDList"] != nil || node["ThumbprintList"] != nil)
  }

  static func read(_ node: DocumentNode) throws(DocumentError) -> [AWSProvider] { [try AWSProvider(node)] }

  init(_ node: DocumentNode) throws(DocumentError) {
    try self.init(node, url: "Url", clientIDs: "ClientIDList", thumbprints: "ThumbprintList")
  }

  /// - Parameters: the names of the members: those of the API, or those of Terraform.
  init(_ node: DocumentNode, url urlName: String, clientIDs idsName: String, thumbprints printsName: String)
    throws(DocumentError)
  {
    self.node = node
    urlNode = try node.required(urlName, of: "the provider")
    let written = try urlNode.text(urlName)
    url = Self.withoutScheme(written)
    clientIDNode = node.present(idsName)
    var ids: [String] = []
    for id in try clientIDNode?.elements(idsName) ?? [] { ids.append(try id.text("a client ID")) }
    clientIDs = ids
    var prints: [String] = []
    for print in try node.present(printsName)?.elements(printsName) ?? [] {
      prints.append(try print.text("a thumbprint"))
    }
    thumbprints = prints
    var lints: [Lint] = []
    let place = urlNode.location
    if written.hasPrefix("http://") || written.utf8.count > 255 || written.contains("?") {
      lints.append(
        Lint(
          "provider-url", .error,
          "IAM takes an issuer only with https://, without a query and with at most 255 characters: "
            + "no such provider can be made.", at: place))
    }
    if ids.isEmpty {
      lints.append(
        Lint("no-client-id", .error, "The provider has no client ID, so no token has an audience that fits.", at: place)
      )
    }
    if ids.count > 100 || ids.contains(where: { !(1...255).contains($0.utf8.count) }) {
      lints.append(
        Lint(
          "client-ids", .error, "IAM keeps at most 100 client IDs of 1 to 255 characters.", at: clientIDNode?.location))
    }
    if prints.count > 5 || prints.contains(where: { $0.utf8.count != 40 || !$0.allSatisfy(\.isHexDigit) }) {
      lints.append(
        Lint("thumbprints", .error, "IAM keeps at most 5 thumbprints of 40 hexadecimal digits.", at: place))
    }
    self.lints = lints
  }

  static func withoutScheme(_ url: String) -> String {
    url.hasPrefix("https://") ? String(url.dropFirst(8)) : url
  }
}
