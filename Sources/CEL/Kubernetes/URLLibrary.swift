/// URLs.
///
/// <https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-url-library>
enum URLLibrary {
  static let functions: [CELFunction] = [
    .global("url", 1) { arguments, budget throws(CELFailure) in
      guard case .string(let text) = arguments[0] else { return nil }
      try budget.spend(bytes: text.utf8.count * 4)
      return .opaque(try CELFailure.wrapping { () throws(MalformedValue) in try KubernetesURL(parsing: text) })
    },
    .global("isURL", 1) { arguments, budget throws(CELFailure) in
      guard case .string(let text) = arguments[0] else { return nil }
      try budget.spend(bytes: text.utf8.count * 4)
      return .bool((try? KubernetesURL(parsing: text)) != nil)
    },
    part("getScheme") { $0.scheme },
    part("getHost") { $0.host },
    part("getHostname") { $0.hostname },
    part("getPort") { $0.port },
    part("getEscapedPath") { $0.escapedPath },
    .member("getQuery", 0) { arguments, budget throws(CELFailure) in
      guard let url = arguments[0].opaque(KubernetesURL.self) else { return nil }
      try budget.spend(bytes: url.rawQuery.utf8.count * 4)
      return .map(CELMap(url.query.map { ($0.key, .list($0.values.map { .string($0) })) }))
    },
  ]

  private static func part(_ name: String, _ body: @escaping @Sendable (KubernetesURL) -> String) -> CELFunction {
    .member(name, 0) { arguments, _ in arguments[0].opaque(KubernetesURL.self).map { .string(body($0)) } }
  }
}

extension KubernetesURL: CELOpaque {
  var celType: CELType { .url }
  var celText: String? { nil }

  func isEqual(to other: any CELOpaque) -> Bool {
    (other as? KubernetesURL)?.text.utf8.elementsEqual(text.utf8) ?? false
  }
}
