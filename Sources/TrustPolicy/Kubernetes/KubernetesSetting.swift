import Inspection

/// A value of a configuration, or of a flag with its name before it: `--oidc-client-id=VALUE`.
struct KubernetesSetting: Sendable {
  let text: String
  let node: DocumentNode
  /// What stands before the value in the same string.
  var lead = ""

  var location: DocumentLocation { node.location }

  /// Another value in its place.
  func replacing(with text: String, _ title: String) -> [Repair] {
    Repair.replacing(node, with: lead + text, title)
  }
}
