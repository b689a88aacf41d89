extension CELLibrary {
  /// The functions that the library brings along. Macros are the parser's.
  var functions: [CELFunction] {
    switch self {
    case .standard: StandardLibrary.functions + Conversions.functions + TimeFunctions.functions
    case .optionals: OptionalLibrary.functions
    case .strings: StringLibrary.functions
    case .splitJoinLowerAscii: StringLibrary.functions.filter { ["split", "join", "lowerAscii"].contains($0.name) }
    case .encoders: EncoderLibrary.functions
    case .math: MathLibrary.functions
    case .sets: SetsLibrary.functions
    case .lists: ListsLibrary.functions
    case .extract: ExtractLibrary.functions
    case .network: NetworkLibrary.functions
    case .url: URLLibrary.functions
    case .kubernetesLists: KubernetesListsLibrary.functions
    case .kubernetesRegex: KubernetesRegexLibrary.functions
    case .quantity: QuantityLibrary.functions
    case .semver: SemverLibrary.functions
    case .format: FormatLibrary.functions
    case .macros2, .bindings, .block: []
    }
  }

  /// The types whose names are values in an environment with the library.
  var types: [CELType] {
    switch self {
    case .standard: CELType.standard
    case .optionals: [.optional]
    case .network: [.ipAddress, .ipNetwork]
    case .url: [.url]
    case .quantity: [.quantity]
    case .semver: [.semver]
    case .format: [.namedFormat]
    default: []
    }
  }
}

extension CELEnvironment {
  /// The type of that name.
  func type(named name: String) -> CELType? {
    for library in libraries {
      if let type = library.types.first(where: { $0.name == name }) { return type }
    }
    return nil
  }
}
