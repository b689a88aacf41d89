// swift-tools-version: 6.2
import PackageDescription

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
      // Nothing is loaded into the program that would look its symbols up: without their table it needs 2 MiB less.
      linkerSettings: [.unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(configuration: .release))]),
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
