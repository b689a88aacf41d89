extension KubernetesURL {
  /// Reads an absolute URL or an absolute path, as Go's `ParseRequestURI` and then `Parse` do.
  init(parsing text: String) throws(MalformedValue) {
    let bytes = Array(text.utf8)
    do throws(MalformedValue) {
      // First as if there were no fragments: a malformed escape in the fragment is an error in any case.
      _ = try Parts(bytes[...], mayBeRelative: false)
      let front = bytes.prefix { $0 != UInt8(ascii: "#") }
      guard let fragment = URLEscaping.fragment.canonical(bytes.dropFirst(front.count + 1)) else {
        throw MalformedValue(message: "invalid URL escape")
      }
      self.init(try Parts(front, mayBeRelative: true), fragment: fragment)
    } catch {
      let message = "URL parse error during conversion from string: parse \(CELText.quoted(text)): "
      throw MalformedValue(message: message + error.message)
    }
  }

  private init(_ parts: Parts, fragment: String) {
    scheme = parts.scheme
    host = parts.host
    rawQuery = parts.rawQuery
    escapedPath = parts.escapedPath
    var text = parts.scheme.isEmpty ? "" : parts.scheme + ":"
    if !parts.opaque.isEmpty {
      text += parts.opaque
    } else {
      let hasAuthority = !parts.host.isEmpty || parts.user != nil
      if hasAuthority || (!parts.scheme.isEmpty && !parts.escapedPath.isEmpty) { text += "//" }
      text += parts.user.map { $0 + "@" } ?? ""
      text += URLEscaping.host.escape(parts.host.utf8)
      text += parts.escapedPath
    }
    if parts.forcesQuery || !parts.rawQuery.isEmpty { text += "?" + parts.rawQuery }
    if !fragment.isEmpty { text += "#" + fragment }
    self.text = text
  }
}

/// What a URL is made of.
private struct Parts {
  var scheme = ""
  /// What follows the scheme when it is no path, as in `mailto:`.
  var opaque = ""
  /// Escaped, with the password.
  var user: String?
  var host = ""
  var escapedPath = ""
  var rawQuery = ""
  var forcesQuery = false

  init(_ text: ArraySlice<UInt8>, mayBeRelative: Bool) throws(MalformedValue) {
    guard !text.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      throw MalformedValue(message: "net/url: invalid control character in URL")
    }
    if text.isEmpty && !mayBeRelative { throw MalformedValue(message: "empty url") }
    if text == [UInt8(ascii: "*")] {
      escapedPath = "*"
      return
    }
    let hierarchy = try readScheme(text)
    var path = hierarchy.prefix { $0 != UInt8(ascii: "?") }
    if path.count < hierarchy.count {
      rawQuery = String(decoding: hierarchy.dropFirst(path.count + 1), as: UTF8.self)
      forcesQuery = rawQuery.isEmpty
    }
    if !path.starts(with: "/".utf8) {
      if !scheme.isEmpty {
        opaque = String(decoding: path, as: UTF8.self)
        return
      }
      if !mayBeRelative { throw MalformedValue(message: "invalid URI for request") }
      if path.prefix(while: { $0 != UInt8(ascii: "/") }).contains(UInt8(ascii: ":")) {
        throw MalformedValue(message: "first path segment in URL cannot contain colon")
      }
    }
    let mayHaveAuthority = !scheme.isEmpty || (mayBeRelative && !path.starts(with: "///".utf8))
    if mayHaveAuthority && path.starts(with: "//".utf8) {
      let authority = path.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
      path = path.dropFirst(2 + authority.count)
      try readAuthority(authority)
    }
    guard let escaped = URLEscaping.path.canonical(path) else {
      throw MalformedValue(message: "invalid URL escape")
    }
    escapedPath = escaped
  }

  private mutating func readScheme(_ text: ArraySlice<UInt8>) throws(MalformedValue) -> ArraySlice<UInt8> {
    let name = text.prefix { CELText.isAlphanumeric($0) || "+-.".utf8.contains($0) }
    guard text[name.endIndex...].first == UInt8(ascii: ":") else { return text }
    guard let first = name.first else { throw MalformedValue(message: "missing protocol scheme") }
    if !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20) { return text }
    scheme = String(decoding: name, as: UTF8.self).lowercased()
    return text[name.endIndex...].dropFirst()
  }

  private mutating func readAuthority(_ authority: ArraySlice<UInt8>) throws(MalformedValue) {
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else {
      host = try Self.host(authority)
      return
    }
    host = try Self.host(authority[(at + 1)...])
    let info = authority[..<at]
    let isValid = info.allSatisfy { CELText.isAlphanumeric($0) || "-._:~!$&'()*+,;=%@".utf8.contains($0) }
    guard isValid else { throw MalformedValue(message: "net/url: invalid userinfo") }
    // The name and, behind the first colon, the password.
    var parts: [String] = []
    for part in info.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false) {
      guard let bytes = URLEscaping.user.unescapedBytes(part) else {
        throw MalformedValue(message: "invalid URL escape")
      }
      parts.append(URLEscaping.user.escape(bytes))
    }
    user = parts.joined(separator: ":")
  }

  private static func host(_ text: ArraySlice<UInt8>) throws(MalformedValue) -> String {
    var name = text
    var zone: ArraySlice<UInt8> = []
    var back: ArraySlice<UInt8> = []
    let isLiteral = text.first == UInt8(ascii: "[")
    if isLiteral {
      guard let bracket = text.lastIndex(of: UInt8(ascii: "]")) else {
        throw MalformedValue(message: "missing ']' in host")
      }
      back = text[bracket...]
      try checkPort(back.dropFirst())
      name = text[..<bracket]
      if let percent = name.indices.first(where: { name[$0...].starts(with: "%25".utf8) }) {
        zone = name[percent...]
        name = name[..<percent]
      }
    } else if let colon = text.lastIndex(of: UInt8(ascii: ":")) {
      try checkPort(text[colon...])
    }
    guard let front = URLEscaping.host.unescape(name), let middle = URLEscaping.zone.unescape(zone),
      let end = URLEscaping.host.unescape(back)
    else { throw MalformedValue(message: "invalid character or escape in host name") }
    if isLiteral && IPAddress.ipv6(Array(front.utf8).dropFirst()) == nil {
      throw MalformedValue(message: "invalid host: only an IPv6 address can be in brackets")
    }
    return front + middle + end
  }

  private static func checkPort(_ text: ArraySlice<UInt8>) throws(MalformedValue) {
    guard text.isEmpty || (text.first == UInt8(ascii: ":") && text.dropFirst().allSatisfy(CELText.isDigit))
    else {
      let port = CELText.quoted(String(decoding: text, as: UTF8.self))
      throw MalformedValue(message: "invalid port \(port) after host")
    }
  }
}
