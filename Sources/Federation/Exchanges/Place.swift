/// Addresses of parties, as people give them.
enum Place {
  /// A URL that a token may be sent to: https, or http on this machine.
  ///
  /// - Parameters:
  ///   - input: which input it is.
  ///   - purpose: what it is, for the error: `the token endpoint`.
  static func url(_ text: String, input: String, _ purpose: String) throws(ExchangeInputError) -> FetchURL {
    do {
      return try FetchURL(text, purpose: purpose)
    } catch {
      throw ExchangeInputError(input, "“\(text.prefix(200))” cannot be asked: \(error.found).")
    }
  }

  /// A URL below another, whose last slash and query do not count.
  static func url(
    _ path: String, below base: String, input: String, _ purpose: String
  ) throws(ExchangeInputError) -> FetchURL {
    guard !base.contains("?") else {
      throw ExchangeInputError(input, "“\(base.prefix(200))” has a query (?), which \(purpose) cannot have.")
    }
    var base = base
    while base.hasSuffix("/") { base.removeLast() }
    return try url(base + path, input: input, purpose)
  }
}

/// Which characters a name may have.
enum NameShape {
  /// Letters and digits of ASCII, and what else is given.
  static func isMade(_ text: some StringProtocol, with others: String, count: ClosedRange<Int>) -> Bool {
    count.contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || others.utf8.contains(byte)
      }
  }

  static func isDigits(_ text: some StringProtocol, count: ClosedRange<Int>) -> Bool {
    count.contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in hexadecimal digits.
  static func isUUID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
      && parts.allSatisfy { $0.allSatisfy { $0.isHexDigit && $0.isASCII } }
  }

  /// Segments with a slash between each two, as mounts and namespaces have them: nothing that leads elsewhere.
  static func isPath(_ text: String) -> Bool {
    text.utf8.count <= 512
      && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { segment in
        isMade(segment, with: "-_.~@:", count: 1...128) && segment != "." && segment != ".."
      }
  }
}
