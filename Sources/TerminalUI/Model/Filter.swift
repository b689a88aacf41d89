/// What `/` looks for. Smart case: a query in lower case finds any case, one capital makes it exact.
struct Filter: Sendable, Hashable {
  let query: String
  private let isExact: Bool
  private let bytes: [UInt8]

  init(_ query: String) {
    self.query = query
    isExact = query != query.lowercased()
    bytes = Array(query.utf8)
  }

  var isEmpty: Bool { bytes.isEmpty }

  /// Compares bytes, which is quick enough to run over every value of a large token at each key.
  func matches(_ text: String) -> Bool {
    if isEmpty { return true }
    var text = text
    if !isExact, !text.utf8.allSatisfy({ $0 < 0x80 }) { text = text.lowercased() }
    let folds = !isExact
    return text.withUTF8 { haystack in
      guard haystack.count >= bytes.count else { return false }
      return (0...(haystack.count - bytes.count)).contains { start in
        for (offset, wanted) in bytes.enumerated() {
          var byte = haystack[start + offset]
          if folds, (0x41...0x5A).contains(byte) { byte |= 0x20 }
          if byte != wanted { return false }
        }
        return true
      }
    }
  }
}
