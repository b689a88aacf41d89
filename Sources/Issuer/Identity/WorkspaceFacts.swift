/// What is known of a workspace before anything is derived from it. Gathered at the edge; all of it may be absent.
public struct WorkspaceFacts: Sendable, Equatable {
  /// The URL of the git remote, as git has it.
  public var gitRemote: String?
  /// The branch that is checked out; nil when the head is detached.
  public var gitBranch: String?
  /// The commit that is checked out, in full.
  public var gitCommit: String?
  /// `user.name` of git's configuration.
  public var gitName: String?
  /// `user.email` of git's configuration.
  public var gitEmail: String?
  /// The name of the account that runs the program.
  public var user: String?
  /// The name of this machine.
  public var host: String?
  /// The name of the folder: of the repository where there is one, else of the working directory.
  public var folder: String?
  /// The environment variables that the configuration names, and no others.
  public var environment: [String: String]

  public init(
    gitRemote: String? = nil, gitBranch: String? = nil, gitCommit: String? = nil, gitName: String? = nil,
    gitEmail: String? = nil, user: String? = nil, host: String? = nil, folder: String? = nil,
    environment: [String: String] = [:]
  ) {
    self.gitRemote = gitRemote
    self.gitBranch = gitBranch
    self.gitCommit = gitCommit
    self.gitName = gitName
    self.gitEmail = gitEmail
    self.user = user
    self.host = host
    self.folder = folder
    self.environment = environment
  }

  /// The subject of a workspace that has no template for it: the https form of its git remote, else
  /// `workspace:<host>/<folder>`.
  public var subject: String {
    gitRemote.flatMap(GitRemote.httpsForm) ?? "workspace:\(host ?? "localhost")/\(folder ?? "")"
  }
}
