/// A set of functions and macros that an environment can have.
public enum CELLibrary: String, Sendable, CaseIterable {
  /// The functions and macros of the language definition. They are always there.
  case standard
  /// Optional values: `a.?b`, `a[?b]`, `optional.of`, `optMap` …
  case optionals
  /// The functions on texts: `charAt`, `format`, `indexOf`, `join`, `lowerAscii`, `replace`, `reverse`, `split`,
  /// `strings.quote`, `substring`, `trim`, `upperAscii` …
  case strings
  /// Of the functions on texts only `join`, `lowerAscii` and `split`, which is what Google Cloud has.
  case splitJoinLowerAscii
  /// Macros with two variables, `transformList`, `transformMap` and `transformMapEntry`.
  case macros2
  /// `cel.bind`
  case bindings
  /// `cel.block`, with `cel.index` and `cel.iterVar`: what optimisers write.
  case block
  /// `base64.encode` and `base64.decode`
  case encoders
  /// `math.greatest`, `math.abs`, `math.bitAnd` …
  case math
  /// `sets.contains`, `sets.equivalent`, `sets.intersects`
  case sets
  /// The functions on lists of the extensions of cel-go: `distinct`, `flatten`, `first`, `last`, `lists.range`,
  /// `reverse`, `slice`, `sort`, `sortBy`.
  case lists
  /// Google Cloud's `extract`.
  case extract
  /// `ip`, `cidr` and what they have.
  case network
  /// Kubernetes' `url` and `isURL`.
  case url
  /// Kubernetes' `isSorted`, `sum`, `min`, `max`, `indexOf` and `lastIndexOf` on lists.
  case kubernetesLists
  /// Kubernetes' `find` and `findAll`.
  case kubernetesRegex
  /// Kubernetes' `quantity`.
  case quantity
  /// Kubernetes' `semver`.
  case semver
  /// Kubernetes' `format`.
  case format
}

/// What an expression can refer to: variables, and the functions and macros of libraries.
public struct CELEnvironment: Sendable {
  /// The names of the variables. A name may have dots.
  public let variables: Set<String>

  public let libraries: Set<CELLibrary>

  /// The namespace in which names are looked for first.
  ///
  /// <https://github.com/google/cel-spec/blob/master/doc/langdef.md#name-resolution>
  public let container: String

  /// Whether names are looked up before the evaluation, as relying parties do. Without, a name that stands for nothing is an
  /// error of the evaluation only.
  public let isChecked: Bool

  let functions: CELFunctionTable

  public init(
    variables: Set<String>, libraries: Set<CELLibrary>, container: String = "", isChecked: Bool = true
  ) {
    self.variables = variables
    self.libraries = libraries.union([.standard])
    self.container = container
    self.isChecked = isChecked
    functions = CELFunctionTable(self.libraries)
  }

  /// The names that a name can stand for in the container, the innermost first.
  func candidates(for name: String) -> [String] {
    if name.hasPrefix(".") { return [String(name.dropFirst())] }
    var names: [String] = []
    var parts = container.split(separator: ".")
    while !parts.isEmpty {
      names.append(parts.joined(separator: ".") + "." + name)
      parts.removeLast()
    }
    return names + [name]
  }
}
