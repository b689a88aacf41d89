import Glibc
import JOSE

/// Why the signing keys could not be read or written. Nothing was changed.
public enum KeyStoreError: Error, Sendable, CustomStringConvertible {
  case file(FileError)
  case permissions(path: String, mode: mode_t, wanted: mode_t)
  case owner(path: String)
  case damaged(path: String, problem: String)
  case key(path: String, KeyError)
  case generation(KeyError)
  case locked(path: String)

  /// A stable name for scripts.
  public var code: String {
    switch self {
    case .file: "key-store-unusable"
    case .permissions, .owner: "key-store-permissions"
    case .damaged, .key: "key-store-damaged"
    case .generation: "key-generation-failed"
    case .locked: "key-store-locked"
    }
  }

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .permissions(let path, let mode, let wanted):
      "The signing keys are not safe: others can read \(path) (mode \(Self.octal(mode))). "
        + "If nobody has, close it: chmod \(Self.octal(wanted)) '\(path)'; else move the folder away and let idp make new keys."
    case .owner(let path):
      "The signing keys are not safe: \(path) belongs to another account. Run idp as that account, or set XDG_STATE_HOME."
    case .damaged(let path, let problem):
      "The key ring cannot be read: \(path): \(problem). It was left as it is. Restore it from a backup, or move the folder away and let idp make new keys."
    case .key(let path, let error):
      "The signing key \(path) cannot be read: \(error) It was left as it is. Restore it from a backup, or move the folder away and let idp make new keys."
    case .generation(let error): "A new signing key could not be made: \(error)"
    case .locked(let path):
      "Another idp has been changing the signing keys for five seconds (it holds \(path)). Try again, or end that process."
    }
  }

  private static func octal(_ mode: mode_t) -> String { "0" + String(mode, radix: 8) }
}
