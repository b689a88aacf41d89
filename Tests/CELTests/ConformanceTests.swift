import CELConformance
import FoundationEssentials
import Testing

@Suite("Conformance of the expression language", .enabled(if: Conformance.isPresent || Conformance.isRequired))
struct ConformanceTests {
  @Test(
    "Every case of the language definition and of the extensions that relying parties have",
    arguments: ConformanceSuite.core + ConformanceSuite.extensions + ConformanceSuite.others)
  func file(_ name: String) throws {
    let result = try ConformanceSuite.run(name, in: Conformance.directory)
    #expect(result.count > 0)
    #expect(result.failures.isEmpty, Comment(rawValue: result.failures.joined(separator: "\n")))
  }
}

/// See Tests/JOSETests/Conformance.swift.
enum Conformance {
  static var directory: String {
    ProcessInfo.processInfo.environment["IDP_CONFORMANCE_DIR"] ?? (repository + "/../shared/conformance")
  }

  static var isRequired: Bool { ProcessInfo.processInfo.environment["IDP_REQUIRE_CONFORMANCE"] == "1" }

  static var isPresent: Bool { FileManager.default.fileExists(atPath: directory + "/cel-spec/basic.json") }

  private static var repository: String {
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  }
}
