/// A text with variables, such as `repo:${git.remote}:ref:${git.branch}`, from which a claim is made.
///
/// `$$` stands for one dollar sign. A variable that has no value is an error that names it, never an empty text: a subject
/// with a hole in it would match policies that it should not.
public struct Template: Sendable, Equatable {
  /// What a template can ask for.
  public enum Variable: Sendable, Hashable, CustomStringConvertible {
    case gitRemote, gitBranch, gitCommit, gitName, gitEmail, user, host, folder, subject
    /// An environment variable; the configuration must name it under `environment`.
    case environment(String)

    /// The variables that have a fixed name, in the order in which they are documented.
    public static let named: [(name: String, variable: Variable, meaning: String)] = [
      ("git.remote", .gitRemote, "the git remote in its https form"),
      ("git.branch", .gitBranch, "the branch that is checked out"),
      ("git.commit", .gitCommit, "the commit that is checked out, in full"),
      ("git.name", .gitName, "user.name of git's configuration"),
      ("git.email", .gitEmail, "user.email of git's configuration"),
      ("user", .user, "the account that runs idp"),
      ("host", .host, "the name of this machine"),
      ("folder", .folder, "the name of the repository's folder"),
      ("subject", .subject, "the subject that is used without a template"),
    ]

    public var description: String {
      if case .environment(let name) = self { return "env.\(name)" }
      return Self.named.first { $0.variable == self }?.name ?? ""
    }
  }

  enum Piece: Sendable, Equatable {
    case text(String)
    case variable(Variable)
  }

  /// The template as it was written.
  public let source: String
  let pieces: [Piece]

  /// - Parameters:
  ///   - source: text with `${variable}` in it.
  ///   - environment: the names of environment variables that may be used as `${env.NAME}`.
  public init(_ source: String, environment: Set<String> = []) throws(TemplateError) {
    self.source = source
    pieces = try Self.parse(source, environment: environment)
  }

  /// The names of the environment variables that the template uses.
  public var environmentNames: Set<String> {
    Set(pieces.compactMap { if case .variable(.environment(let name)) = $0 { name } else { nil } })
  }

  /// The text with each variable replaced by its value.
  public func render(_ facts: WorkspaceFacts) throws(TemplateError) -> String {
    var result = ""
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .variable(let variable):
        guard let value = facts.value(of: variable), !value.isEmpty else {
          throw TemplateError(source: source, reason: .missing(variable))
        }
        result += value
      }
    }
    return result
  }

  private static func parse(_ source: String, environment: Set<String>) throws(TemplateError) -> [Piece] {
    var pieces: [Piece] = []
    var text = ""
    var rest = source[...]
    while let character = rest.popFirst() {
      guard character == "$" else {
        text.append(character)
        continue
      }
      switch rest.popFirst() {
      case "$": text.append("$")
      case "{":
        guard let end = rest.firstIndex(of: "}") else { throw TemplateError(source: source, reason: .unclosed) }
        let name = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        if !text.isEmpty { pieces.append(.text(text)) }
        text = ""
        pieces.append(.variable(try variable(name, in: source, environment: environment)))
      default: throw TemplateError(source: source, reason: .loneDollar)
      }
    }
    if !text.isEmpty { pieces.append(.text(text)) }
    return pieces
  }

  private static func variable(
    _ name: String, in source: String, environment: Set<String>
  ) throws(TemplateError) -> Variable {
    if name.hasPrefix("env.") {
      let key = String(name.dropFirst(4))
      guard environment.contains(key) else { throw TemplateError(source: source, reason: .undeclared(key)) }
      return .environment(key)
    }
    guard let known = Variable.named.first(where: { $0.name == name }) else {
      throw TemplateError(source: source, reason: .unknown(name))
    }
    return known.variable
  }
}

extension WorkspaceFacts {
  /// The value that a variable has here, nil when there is none.
  func value(of variable: Template.Variable) -> String? {
    switch variable {
    case .gitRemote: gitRemote.flatMap(GitRemote.httpsForm)
    case .gitBranch: gitBranch
    case .gitCommit: gitCommit
    case .gitName: gitName
    case .gitEmail: gitEmail
    case .user: user
    case .host: host
    case .folder: folder
    case .subject: subject
    case .environment(let name): environment[name]
    }
  }
}

/// Why a template cannot be read, or not be filled.
public struct TemplateError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case unclosed, loneDollar
    case unknown(String)
    case undeclared(String)
    case missing(Template.Variable)
  }

  public let source: String
  public let reason: Reason

  public var description: String {
    let place = "The template “\(source)” "
    return switch reason {
    case .unclosed: place + "has a ${ without its }."
    case .loneDollar: place + "has a $ that begins no variable. Write ${NAME} for a variable, $$ for a dollar sign."
    case .unknown(let name):
      place + "names the variable “\(name)”, which does not exist. There are: "
        + Template.Variable.named.map(\.name).joined(separator: ", ") + ", env.NAME."
    case .undeclared(let name):
      place
        + "reads the environment variable “\(name)”, which the configuration does not allow. Add it to issuer.environment."
    case .missing(let variable): place + "needs “\(variable)”, which has no value here. " + Self.remedy(variable)
    }
  }

  private static func remedy(_ variable: Template.Variable) -> String {
    switch variable {
    case .gitRemote: "Add a remote that is not a local path: git remote add origin URL."
    case .gitBranch: "Check out a branch: git switch NAME."
    case .gitCommit: "Make a first commit, or run idp inside a git repository."
    case .gitName: "Set it: git config user.name NAME."
    case .gitEmail: "Set it: git config user.email ADDRESS."
    case .environment(let name): "Set it: export \(name)=VALUE."
    case .user, .host, .folder, .subject: "Take it out of the template."
    }
  }
}
