/// Variables of the environment that clouds' own tools read, an empty one counting for none.
struct Variables {
  private let environment: [String: String]

  init(_ environment: [String: String]) { self.environment = environment }

  /// The value of the first of these variables that is set.
  func first(_ names: String...) -> String? {
    names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
  }

  /// The environment for the network, in which a file of authorities that a cloud's own tools trust counts, when none
  /// does already.
  func trusting(_ names: String...) -> [String: String] {
    var environment = environment
    if environment["SSL_CERT_FILE"]?.isEmpty ?? true,
      let file = names.lazy.compactMap({ environment[$0] }).first(where: { !$0.isEmpty })
    {
      environment["SSL_CERT_FILE"] = file
    }
    return environment
  }
}
