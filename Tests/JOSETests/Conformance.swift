import FoundationEssentials

/// Public test vectors, which lie beside a checkout and never inside it.
///
/// They are read from `IDP_CONFORMANCE_DIR`, or from `../shared/conformance`. Where neither exists a test skips and says
/// so, unless `IDP_REQUIRE_CONFORMANCE=1` makes their absence a failure.
enum Conformance {
  static var directory: String {
    ProcessInfo.processInfo.environment["IDP_CONFORMANCE_DIR"] ?? (repository + "/../shared/conformance")
  }

  static var isRequired: Bool { ProcessInfo.processInfo.environment["IDP_REQUIRE_CONFORMANCE"] == "1" }

  static var isPresent: Bool { FileManager.default.fileExists(atPath: directory + "/wycheproof/cases.json") }

  static func bytes(of path: String) -> [UInt8] {
    FileManager.default.contents(atPath: directory + "/" + path).map { Array($0) } ?? []
  }

  /// The top of the checkout: Tests/JOSETests/Conformance.swift lies three levels below it.
  private static var repository: String {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }
}
