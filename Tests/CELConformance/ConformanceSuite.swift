import CEL
import FoundationEssentials

/// The conformance tests of the language definition, <https://github.com/google/cel-spec>, which lie beside a checkout.
public enum ConformanceSuite {
  /// What every implementation must pass.
  public static let core = [
    "basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists", "logic", "macros", "namespace",
    "parse", "plumbing", "string", "timestamps",
  ]

  /// Of the extensions, those that a relying party has.
  public static let extensions = ["string_ext", "optionals", "network_ext", "macros2"]

  /// Extensions that we have besides.
  public static let others = ["bindings_ext", "block_ext", "encoders_ext", "math_ext"]

  public struct Result: Sendable {
    public let name: String
    public let count: Int
    /// What went wrong, with the name of the case and the expression.
    public let failures: [String]
  }

  /// Runs the cases of a file: `name` in the folder `cel-spec` of the conformance data.
  public static func run(_ name: String, in directory: String) throws -> Result {
    struct File: Decodable {
      let cases: [ConformanceCase]
    }
    let data = try Data(contentsOf: URL(filePath: "\(directory)/cel-spec/\(name).json"))
    let cases = try JSONDecoder().decode(File.self, from: data).cases.filter(\.counts)
    return Result(
      name: name, count: cases.count, failures: cases.compactMap { $0.failure(with: libraries(of: name)) })
  }

  private static func libraries(of name: String) -> Set<CELLibrary> {
    switch name {
    case "string_ext": [.strings]
    case "optionals": [.optionals]
    case "network_ext": [.network]
    case "macros2": [.macros2]
    case "bindings_ext": [.bindings]
    case "block_ext": [.block, .optionals]
    case "encoders_ext": [.encoders]
    case "math_ext": [.math]
    default: []
    }
  }
}
