/// A git remote, and the https URL that names the same repository to everybody.
public enum GitRemote {
  /// The https form of a remote: `git@github.com:acme/app.git`, `ssh://git@github.com/acme/app` and
  /// `https://user:secret@github.com/acme/app.git` all become `https://github.com/acme/app`.
  ///
  /// User names, passwords and the port of SSH are taken out; the host is in lower case; the port of an https remote stays.
  /// - Returns: nil for a remote on this machine (`file:`, a path), or one that is no URL at all.
  public static func httpsForm(of remote: String) -> String? {
    guard !remote.isEmpty, remote.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
    if let scheme = remote.range(of: "://") {
      return url(scheme: remote[..<scheme.lowerBound].lowercased(), rest: remote[scheme.upperBound...])
    }
    // The form of scp: [user@]host:path, where the colon stands before any slash.
    // An IPv6 address stands in brackets.
    let isAddress = withoutUser(remote.prefix { $0 != ":" }).hasPrefix("[")
    let host = isAddress ? remote.firstIndex(of: "]") : remote.startIndex
    guard let host, let colon = remote[host...].firstIndex(of: ":"), !remote[..<colon].contains("/") else { return nil }
    // `file:PATH` is on this machine, and `helper::ADDRESS` means something to its helper alone.
    let rest = remote[remote.index(after: colon)...]
    guard remote[..<colon].lowercased() != "file", !rest.hasPrefix(":") else { return nil }
    return join(host: withoutUser(remote[..<colon]), port: nil, path: remote[remote.index(after: colon)...])
  }

  private static func url(scheme: String, rest: Substring) -> String? {
    guard ["https", "http", "ssh", "git+ssh", "ssh+git", "git"].contains(scheme) else { return nil }
    let authority = withoutUser(rest.prefix { $0 != "/" })
    let path = rest.dropFirst(rest.prefix { $0 != "/" }.count).prefix { $0 != "?" && $0 != "#" }
    let end =
      authority.hasPrefix("[")
      ? authority.firstIndex(of: "]").map(authority.index(after:)) ?? authority.endIndex
      : authority.firstIndex(of: ":") ?? authority.endIndex
    let port = authority[end...].dropFirst()
    // What is no port may be a password with a slash in it: none of it may come into a token.
    guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    let isWeb = scheme == "https" && port != "443" && !port.isEmpty
    return join(host: authority[..<end], port: isWeb ? port : nil, path: path)
  }

  private static func withoutUser(_ authority: Substring) -> Substring {
    authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
  }

  private static func join(host: Substring, port: Substring?, path: Substring) -> String? {
    var path = path.drop { $0 == "/" }
    while path.hasSuffix("/") { path = path.dropLast() }
    if path.hasSuffix(".git") { path = path.dropLast(4) }
    while path.hasSuffix("/") { path = path.dropLast() }
    guard !host.isEmpty, !path.isEmpty else { return nil }
    return "https://\(host.lowercased())\(port.map { ":\($0)" } ?? "")/\(path)"
  }
}

extension String {
  /// Where a text first stands, byte for byte, without Foundation.
  func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
