import Glibc

/// Where this user's files are kept (XDG Base Directory Specification 0.8).
struct UserFolders: Sendable, Equatable {
  /// The folder of `config.yaml`; nil when neither the environment nor the account says where.
  let configuration: String?
  /// The folder of the signing keys and the audit log.
  let state: String?
  /// The folder of fetched keys.
  let cache: String?

  /// - Parameters:
  ///   - environment: of the process. A relative path in an XDG variable is invalid and ignored, as the specification says.
  ///   - accountHome: the home folder by the user database, for when `HOME` is not set.
  init(environment: [String: String], accountHome: String? = Self.accountHome()) {
    let home = [environment["HOME"], accountHome].compactMap { $0 }.first { $0.hasPrefix("/") }
    func folder(_ variable: String, _ standard: String) -> String? {
      if let path = environment[variable], path.hasPrefix("/") { return Self.joined(path, "idp") }
      return home.map { Self.joined($0, standard + "/idp") }
    }
    configuration = folder("XDG_CONFIG_HOME", ".config")
    state = folder("XDG_STATE_HOME", ".local/state")
    cache = folder("XDG_CACHE_HOME", ".cache")
  }

  /// Where the configuration is read from.
  var configurationFile: String? { configuration.map { $0 + "/config.yaml" } }

  /// The folder of keys and audit log.
  ///
  /// - Throws: ``Failure`` when there is no home to keep them in.
  func stateFolder() throws(Failure) -> String {
    guard let state else { throw Self.homeless("the signing keys are kept", variable: "XDG_STATE_HOME") }
    return state
  }

  static func homeless(_ what: String, variable: String) -> Failure {
    Failure(
      "no-home", "It is not known where \(what): HOME is not set and this account has no home folder.",
      hint: "Set HOME, or \(variable), to a full path.")
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// The home folder of the account in the user database.
  static func accountHome() -> String? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwuid_r(getuid(), &entry, &buffer, buffer.count, &found) == 0, found != nil, let home = entry.pw_dir else {
      return nil
    }
    return String(cString: home)
  }

  /// A path with the home folder in the place of `~`: no shell has looked at what was typed into the interface.
  static func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = Surroundings.environment["HOME"] else { return path }
    return home + path.dropFirst()
  }
}
