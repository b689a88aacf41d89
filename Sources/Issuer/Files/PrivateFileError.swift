import Glibc

/// Why a file that is for its owner alone could not be read or written. Nothing was changed.
public enum PrivateFileError: Error, Sendable, Equatable {
  case file(FileError)
  case permissions(path: String, mode: mode_t, wanted: mode_t)
  case owner(path: String)
  case damaged(path: String, problem: String)
  case locked(path: String)

  /// The last part of a stable name for scripts.
  var code: String {
    switch self {
    case .file: "unusable"
    case .permissions, .owner: "permissions"
    case .damaged: "damaged"
    case .locked: "locked"
    }
  }

  /// The error in a sentence.
  ///
  /// - Parameters:
  ///   - what: what the file is part of, such as `the signing keys`.
  ///   - file: what the file itself is, such as `the key ring`.
  ///   - remedy: what is to be done when it cannot be had back.
  func text(of what: String, file: String, remedy: String) -> String {
    switch self {
    case .file(let error): error.description
    case .permissions(let path, let mode, let wanted):
      "\(Self.capitalized(what)) are not safe: others can read \(path) (mode \(Self.octal(mode))). "
        + "If nobody has, close it: chmod \(Self.octal(wanted)) '\(path)'; else \(remedy)."
    case .owner(let path):
      "\(Self.capitalized(what)) are not safe: \(path) belongs to another account. Run idp as that account, or set XDG_STATE_HOME."
    case .damaged(let path, let problem):
      "\(Self.capitalized(file)) cannot be read: \(path): \(problem). It was left as it is. Restore it from a backup, or \(remedy)."
    case .locked(let path):
      "Another idp has been changing \(what) for five seconds (it holds \(path)). Try again, or end that process."
    }
  }

  private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  private static func octal(_ mode: mode_t) -> String { "0" + String(mode, radix: 8) }
}
