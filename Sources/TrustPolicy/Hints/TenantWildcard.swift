/// Patterns that reach over the border between the tenants of an issuer.
enum TenantWildcard {
  /// What an attacker could do with a pattern for a claim, in one sentence; nil when the tenant is pinned.
  ///
  /// - Parameter claim: `sub`, `repository` or `job_workflow_ref`, in lower case.
  static func problem(_ pattern: String, claim: String) -> String? {
    guard let wildcard = pattern.firstIndex(where: { "*?".contains($0) }) else { return nil }
    let head = pattern[..<wildcard]
    if head.isEmpty {
      return "“\(pattern)” begins with a wildcard: every tenant of the issuer can make a token that fits."
    }
    switch claim {
    case "aud": return nil
    case "sub": return subject(pattern, head)
    default:
      return head.contains("/")
        ? nil : "“\(pattern)” leaves the owner open: whoever registers a name that begins like it gets in."
    }
  }

  private static func subject(_ pattern: String, _ head: Substring) -> String? {
    for (prefix, separator, what) in [
      ("repo:", Character("/"), "organization"), ("project_path:", "/", "group"),
      ("organization:", ":", "organization"),
      ("org/", "/", "organization"),
    ] where pattern.hasPrefix(prefix) {
      let owner = head.dropFirst(prefix.count)
      guard !owner.contains(separator) else { return nil }
      // The id behind the name pins the owner.
      if owner.contains("@") { return nil }
      return owner.isEmpty
        ? "“\(pattern)” leaves the \(what) open: any tenant of the issuer gets in."
        : "“\(pattern)” is not closed after the \(what): whoever registers one whose name begins with “\(owner)” gets in."
    }
    if head.hasPrefix("https://") {
      let segments = head.dropFirst(8).split(separator: "/", omittingEmptySubsequences: false)
      // Host and owner, each closed by a slash.
      if segments.count == 2, !segments[1].isEmpty {
        return "“\(pattern)” is not closed after the owner: whoever registers one whose name begins with "
          + "“\(segments[1])” gets in."
      }
      if segments.count < 3 {
        return "“\(pattern)” leaves the owner of the repository open: anybody's repository fits."
      }
    }
    return nil
  }
}
