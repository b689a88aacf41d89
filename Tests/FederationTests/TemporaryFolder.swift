import FoundationEssentials

/// A folder that goes with this.
final class TemporaryFolder: Sendable {
  let path =
    FileManager.default.temporaryDirectory.path + "/idp-keys-" + String(UInt64.random(in: .min ... .max), radix: 36)

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], to name: String) throws {
    let file = path + "/" + name
    let folder = file.prefix(upTo: file.lastIndex(of: "/") ?? file.endIndex)
    try FileManager.default.createDirectory(atPath: String(folder), withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: file))
  }
}
