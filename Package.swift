// swift-tools-version: 6.2
import Glibc
import PackageDescription

/// Whether the linker can write the three megabytes of addresses that are set at the start as a bit each, which the C
/// library reads since 2.36: that is 4 MiB less memory, in use as long as the program runs.
let packsAddresses: Bool = {
  var text = [UInt8](repeating: 0, count: 64)
  let length = text.withUnsafeMutableBytes { bytes in
    confstr(Int32(_CS_GNU_LIBC_VERSION), bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
  }
  let version = String(decoding: text.prefix(length), as: UTF8.self).split { !$0.isNumber }.compactMap { Int($0) }
  guard version.count >= 2, (version[0], version[1]) >= (2, 36) else { return false }
  // The linker that can is beside the compiler in most toolchains.
  let folders: [String] = (Context.environment["PATH"] ?? "").split(separator: ":").map(String.init)
  guard let folder = folders.first(where: { access($0 + "/swift", X_OK) == 0 }),
    let compiler = realpath(folder + "/swift", nil)
  else { return false }
  defer { free(compiler) }
  return access(String(cString: compiler).split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/ld.lld", X_OK)
    == 0
}()

let package = Package(
  name: "idp",
  products: [.executable(name: "idp", targets: ["idp"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.24.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.29.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.29.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
    // Without its traits it needs neither full Foundation nor another library for configurations.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
    .target(name: "JOSE", dependencies: ["COpenSSL"]),
    .target(name: "Inspection", dependencies: ["JOSE"]),
    .target(name: "CEL"),
    .target(
      name: "TrustPolicy", dependencies: ["CEL", "Inspection", "Yams"],
      // Yams brings Foundation along, whose searches in texts are slow and would be taken without being asked for.
      swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")]),
    .target(name: "Issuer", dependencies: ["JOSE"]),
    .target(
      name: "Federation",
      dependencies: [
        "Inspection", "Issuer",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    .target(
      name: "IssuerServer",
      dependencies: [
        "Issuer",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .target(
      name: "Fleet",
      dependencies: [
        "Inspection", "Issuer", "JOSE",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    .target(name: "TerminalUI", dependencies: ["TrustPolicy", "Inspection", "CNcurses"]),
    .executableTarget(
      name: "idp",
      dependencies: [
        "CLinux", "Federation", "Fleet", "Issuer", "IssuerServer", "TerminalUI", "TrustPolicy", "Yams",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // Nothing is loaded into the program that would look its symbols up: without their table it needs 2 MiB less memory,
      // and without what debuggers read half the disk.
      linkerSettings: [
        .unsafeFlags(
          ["-Xlinker", "--no-export-dynamic", "-Xlinker", "-s"]
            + (packsAddresses ? ["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"] : []),
          .when(configuration: .release))
      ]),
    .executableTarget(
      name: "Throughput", dependencies: ["CEL", "CELConformance", "Inspection", "Issuer", "JOSE", "TrustPolicy"],
      path: "Tests/Benchmarks/Throughput"),
    .executableTarget(
      name: "BareRoute", dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
      path: "Tests/Benchmarks/BareRoute"),
    .testTarget(name: "JOSETests", dependencies: ["JOSE"]),
    .testTarget(name: "InspectionTests", dependencies: ["Inspection", "JOSE"]),
    .target(name: "CELConformance", dependencies: ["CEL"], path: "Tests/CELConformance"),
    .testTarget(name: "CELTests", dependencies: ["CEL", "CELConformance"]),
    .testTarget(name: "TrustPolicyTests", dependencies: ["TrustPolicy", "Inspection", "JOSE"]),
    .testTarget(name: "IssuerTests", dependencies: ["Issuer", "JOSE"]),
    .testTarget(name: "IssuerServerTests", dependencies: ["IssuerServer", "Issuer", "JOSE"]),
    .testTarget(
      name: "FleetTests",
      dependencies: [
        "Fleet", "Issuer", "JOSE",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
      ]),
    .testTarget(name: "FederationTests", dependencies: ["Federation", "Inspection", "JOSE"]),
    .testTarget(
      name: "TerminalUITests", dependencies: ["TerminalUI", "TrustPolicy", "Inspection", "JOSE"], exclude: ["Snapshots"]
    ),
    .testTarget(
      name: "CommandTests",
      dependencies: ["idp", "Federation", "Inspection", "Issuer", "JOSE", "TerminalUI", "TrustPolicy"],
      exclude: ["Transcripts"]),
  ],
  swiftLanguageModes: [.v6]
)
