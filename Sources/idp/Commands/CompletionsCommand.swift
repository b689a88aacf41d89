import ArgumentParser

/// `idp completions`: a script that completes command lines.
struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions",
    abstract: "Print a completion script for a shell.",
    discussion: """
      EXAMPLES
        source <(idp completions bash)
        idp completions zsh > "${fpath[1]}/_idp"
        idp completions fish > ~/.config/fish/completions/idp.fish
      """)

  /// The shells that there are scripts for.
  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish

    var generated: CompletionShell {
      switch self {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    }
  }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func run() throws {
    let script = Idp.completionScript(for: shell.generated)
    try Output.print(script.hasSuffix("\n") ? script : script + "\n")
  }
}
