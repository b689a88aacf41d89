/// What `/` looks for. Smart case: a query in lower case finds any case, one capital makes it exact.
struct Filter: Sendable, Hashable {
  let query: String
  private let isExact: Bool

  init(_ query: String) {
    self.query = query
    isExact = query != query.lowercased()
  }

  var isEmpty: Bool { query.isEmpty }

  func matches(_ text: String) -> Bool {
    if isEmpty { return true }
    return isExact ? text.contains(query) : text.lowercased().contains(query)
  }
}
