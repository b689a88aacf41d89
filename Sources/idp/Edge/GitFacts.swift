import Glibc
import Issuer

/// What git and the machine know of the workspace.
enum GitFacts {
  /// Gathers the facts for a folder. Without git, or outside a repository, those of git are absent.
  ///
  /// - Parameter names: the environment variables that the configuration names; no others are looked at.
  /// - Throws: ``Failure`` when there is a repository that git refuses to read: the token would silently have another
  ///   subject.
  static func gather(
    folder: String?, environment: [String: String], names: Set<String>
  ) throws(Failure) -> WorkspaceFacts {
    var facts = WorkspaceFacts(user: Surroundings.userName, host: Surroundings.hostName)
    facts.environment = environment.filter { names.contains($0.key) }
    facts.folder = folder.map(lastPart)
    let git = Git(folder: folder, environment: environment)
    guard let configuration = git.run("config", "--list", "-z") else { return facts }
    let settings = parse(configuration)
    facts.gitName = settings["user.name"]
    facts.gitEmail = settings["user.email"]
    guard let top = git.run("rev-parse", "--show-toplevel") else {
      if let folder, let found = repository(above: folder), environment["GIT_DIR"] == nil {
        throw Failure(
          "git-refused", "git does not read the repository in \(found), so the token's subject cannot be told.",
          hint: "Run git status there to see why; if another account owns it: "
            + "git config --global --add safe.directory '\(found)'")
      }
      return facts
    }
    facts.folder = lastPart(top)
    facts.gitBranch = git.run("symbolic-ref", "--quiet", "--short", "HEAD")
    facts.gitCommit = git.run("rev-parse", "--quiet", "--verify", "HEAD")
    // As git understands it, since `insteadOf` may explain a shorthand; as it was written where that leads to a mirror
    // on this machine.
    if let remote = remote(settings, branch: facts.gitBranch) {
      let understood = git.run("remote", "get-url", remote)
      facts.gitRemote =
        understood.flatMap(GitRemote.httpsForm) == nil ? settings["remote.\(remote).url"] : understood
    }
    return facts
  }

  /// The remote that the branch follows, else origin, else the only one.
  static func remote(_ settings: [String: String], branch: String?) -> String? {
    let names = Set(
      settings.keys.filter { $0.hasPrefix("remote.") && $0.hasSuffix(".url") }.map { $0.dropFirst(7).dropLast(4) }
        .map(String.init))
    if let branch, let followed = settings["branch.\(branch).remote"], names.contains(followed) { return followed }
    if names.contains("origin") { return "origin" }
    return names.count == 1 ? names.first : nil
  }

  /// Settings by name, from `git config --list -z`: a name, a line feed, the value, a NUL.
  static func parse(_ text: String) -> [String: String] {
    var settings: [String: String] = [:]
    for entry in text.split(separator: "\0") {
      guard let end = entry.firstIndex(of: "\n") else { continue }
      // The last one counts, as in git.
      settings[String(entry[..<end])] = String(entry[entry.index(after: end)...])
    }
    return settings
  }

  private struct Git {
    let environment: [String: String]
    private let place: [String]

    /// - Parameter folder: whose repository is looked at; nil for that of the working directory.
    init(folder: String?, environment: [String: String]) {
      place = folder.map { ["-C", $0] } ?? []
      var environment = environment
      environment["GIT_OPTIONAL_LOCKS"] = "0"
      environment["LC_ALL"] = "C"
      self.environment = environment
    }

    /// What a command prints; nil when it fails or prints nothing.
    func run(_ arguments: String...) -> String? {
      let result = ChildProcess.run(["git"] + place + arguments, environment: environment)
      guard let result, result.succeeded, !result.text.isEmpty else { return nil }
      return result.text
    }
  }

  /// The folder at or above this one that holds a repository.
  private static func repository(above folder: String) -> String? {
    var path = folder[...]
    while !path.isEmpty {
      if access(path + "/.git", F_OK) == 0 { return String(path) }
      guard let slash = path.lastIndex(of: "/") else { return nil }
      path = path[..<slash]
    }
    return nil
  }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
