import CEL
import Inspection
import JOSE

/// A value that a policy of octo-sts wants exactly, or a pattern that it must fit.
struct OctoSTSRule: Sendable {
  let claim: String
  let text: String
  let isPattern: Bool
  let node: DocumentNode
  /// The pattern as octo-sts compiles it: `^`, the text, `$`, without a group.
  private let pattern: RegularExpression?

  init(claim: String, _ node: DocumentNode, isPattern: Bool) throws(DocumentError) {
    self.claim = claim
    self.node = node
    self.isPattern = isPattern
    text = try node.text(isPattern ? "\(claim)_pattern" : claim)
    guard isPattern else {
      pattern = nil
      return
    }
    do throws(RegularExpression.Problem) {
      pattern = try RegularExpression("^\(text)$")
    } catch {
      throw node.error(
        "the pattern of \(claim) cannot be compiled: \(error.message)",
        remedy: "It is a regular expression of Go (RE2).")
    }
  }

  /// The pattern as error texts show it.
  var shown: String { isPattern ? "^\(text)$" : text }

  func matches(_ value: String) -> Bool {
    pattern.map { $0.containsMatch(in: value) } ?? text.hasSameBytes(as: value)
  }

  func hint(_ value: String) -> String? {
    guard !isPattern else {
      guard GitHubSubject(value)?.isImmutable == true, text.hasPrefix("repo:"), !text.contains("@") else { return nil }
      return "The token has GitHub's immutable subject, with ids behind the names (“@”); the pattern has the old shape."
    }
    return Divergence(policy: text, token: value)?.asSentence
  }

  /// The token's own value in the place of this one: literally, or as an alternative of the pattern in a group.
  func repairs(_ value: String) -> [Repair] {
    guard !value.isEmpty else { return [] }
    guard isPattern else { return Repair.replacing(node, with: value, "Set \(claim) to “\(value)”") }
    return Repair.replacing(
      node, with: "(?:\(text)|\(Self.escaped(value)))", "Let the pattern of \(claim) also take “\(value)”")
  }

  /// The value with what a regular expression would read otherwise escaped.
  private static func escaped(_ value: String) -> String {
    String(value.flatMap { "\\.+*?()|[]{}^$".contains($0) ? "\\\($0)" : String($0) })
  }

  // MARK: Lints

  /// Whether an alternative outside of a group makes the anchors hold for its ends only.
  var isLoose: Bool {
    guard isPattern, let bare = try? RegularExpression(text) else { return false }
    return bare.hasTopLevelAlternation
  }
}
