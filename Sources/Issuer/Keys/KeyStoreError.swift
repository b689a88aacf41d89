import JOSE

/// Why the signing keys could not be read or written. Nothing was changed.
public enum KeyStoreError: Error, Sendable, CustomStringConvertible {
  case file(PrivateFileError)
  case key(path: String, KeyError)
  case generation(KeyError)

  /// A stable name for scripts.
  public var code: String {
    switch self {
    case .file(let error): "key-store-" + error.code
    case .key: "key-store-damaged"
    case .generation: "key-generation-failed"
    }
  }

  public var description: String {
    switch self {
    case .file(let error): error.text(of: "the signing keys", file: "the key ring", remedy: Self.remedy)
    case .key(let path, let error):
      "The signing key \(path) cannot be read: \(error) It was left as it is. Restore it from a backup, or \(Self.remedy)."
    case .generation(let error): "A new signing key could not be made: \(error)"
    }
  }

  private static let remedy = "move the folder away and let idp make new keys"
}
