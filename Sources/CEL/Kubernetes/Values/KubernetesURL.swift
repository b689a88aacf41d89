/// A URL as Go's `net/url` sees it: the type `kubernetes.URL`.
struct KubernetesURL: Sendable {
  /// In lower case, empty when there is none.
  let scheme: String

  /// The host, without escapes, and the port; an IPv6 address has its brackets.
  let host: String

  /// Escaped; empty for something like `mailto:`.
  let escapedPath: String

  /// Between `?` and `#`, as it was written.
  let rawQuery: String

  /// The whole, put together from its parts again: two URLs are equal if these are.
  let text: String

  /// The host without brackets and port.
  var hostname: String {
    var name = Array(host.utf8)[...]
    if let colon = portColon { name = name[..<colon] }
    if name.first == UInt8(ascii: "[") && name.last == UInt8(ascii: "]") { name = name.dropFirst().dropLast() }
    return String(decoding: name, as: UTF8.self)
  }

  /// The port, empty when there is none.
  var port: String { portColon.map { String(decoding: Array(host.utf8)[($0 + 1)...], as: UTF8.self) } ?? "" }

  /// Where the port begins: digits, or nothing, follow.
  private var portColon: Int? {
    let bytes = Array(host.utf8)
    guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { return nil }
    return bytes[(colon + 1)...].allSatisfy(CELText.isDigit) ? colon : nil
  }

  /// The values of each key of the query, in the order of the keys' first occurrence. What is malformed is left out.
  var query: [(key: String, values: [String])] {
    var query: [(key: String, values: [String])] = []
    // By bytes: canonically equivalent keys are different keys.
    var places: [[UInt8]: Int] = [:]
    for setting in Array(rawQuery.utf8).split(separator: UInt8(ascii: "&")) where !setting.contains(UInt8(ascii: ";")) {
      let key = setting.prefix { $0 != UInt8(ascii: "=") }
      guard let name = URLEscaping.query.unescape(key),
        let value = URLEscaping.query.unescape(setting.dropFirst(key.count + 1))
      else { continue }
      if let place = places[Array(name.utf8)] {
        query[place].values.append(value)
      } else {
        places[Array(name.utf8)] = query.count
        query.append((name, [value]))
      }
    }
    return query
  }
}
