/// The `sub` of a token of GitHub Actions, taken apart.
///
/// Repositories that were created, renamed or transferred after 2026-07-15 have ids behind their names:
/// `repo:ORG@ID/REPO@ID:ref:refs/heads/main`. Elsewhere it is `repo:ORG/REPO:ref:refs/heads/main`.
struct GitHubSubject: Equatable {
  let owner: String
  let ownerID: String?
  let repository: String
  let repositoryID: String?
  /// What follows: `ref:refs/heads/main`, `environment:production`, `pull_request`; may be a pattern.
  let context: String

  /// Nil when the text is no such subject. Patterns are read too: wildcards stay where they are.
  init?(_ text: String) {
    guard text.hasPrefix("repo:") else { return nil }
    let rest = text.dropFirst(5)
    guard let slash = rest.firstIndex(of: "/") else { return nil }
    let tail = rest[rest.index(after: slash)...]
    let colon = tail.firstIndex(of: ":") ?? tail.endIndex
    (owner, ownerID) = Self.split(rest[..<slash])
    (repository, repositoryID) = Self.split(tail[..<colon])
    context = colon < tail.endIndex ? String(tail[tail.index(after: colon)...]) : ""
    guard !owner.isEmpty, !owner.contains(":"), !repository.isEmpty else { return nil }
  }

  /// Whether ids stand behind the names.
  var isImmutable: Bool { ownerID != nil || repositoryID != nil }

  /// The shape with names only.
  var nameBased: String { "repo:\(owner)/\(repository)" + (context.isEmpty ? "" : ":\(context)") }

  /// Whether both are the same repository as far as names tell.
  func hasSameNames(as other: GitHubSubject) -> Bool { owner == other.owner && repository == other.repository }

  /// Whether two subjects are of the same repository, one with ids and the other without: nobody can ask GitHub for a token
  /// of the other shape.
  static func differOnlyByShape(_ left: String, _ right: String) -> Bool {
    guard let left = GitHubSubject(left), let right = GitHubSubject(right) else { return false }
    return left.isImmutable != right.isImmutable && left.hasSameNames(as: right)
  }

  /// The context in words: `the branch main`, `the environment production`.
  var contextInWords: String {
    for (prefix, word) in [
      ("ref:refs/heads/", "the branch "), ("ref:refs/tags/", "the tag "), ("environment:", "the environment "),
      ("ref:", "the ref "),
    ] where context.hasPrefix(prefix) {
      return word + context.dropFirst(prefix.count)
    }
    if context == "pull_request" { return "a pull request" }
    return context.isEmpty ? "nothing more" : "“\(context)”"
  }

  private static func split(_ text: Substring) -> (String, String?) {
    guard let at = text.lastIndex(of: "@") else { return (String(text), nil) }
    let id = text[text.index(after: at)...]
    guard !id.isEmpty, id.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2A || $0 == 0x3F }) else {
      return (String(text), nil)
    }
    return (String(text[..<at]), String(id))
  }
}
