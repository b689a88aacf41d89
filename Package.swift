// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "idp",
  targets: [
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
  ],
  swiftLanguageModes: [.v6]
)
