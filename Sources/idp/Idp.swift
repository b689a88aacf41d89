import ArgumentParser
import Inspection

/// The command line: `idp` alone opens the terminal interface, everything else is a command.
struct Idp: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "idp",
    abstract: "Request, read, verify and copy OpenID Connect ID tokens, and say why they are refused.",
    usage: """
      idp [token|file|-] [--color when] [--no-mouse]
      idp <subcommand> …
      """,
    discussion: """
      Without a command it opens the terminal interface: the audiences of this workspace on the left, the selected \
      token on the right. Commands print their result on standard output and everything else on standard error.

      EXIT STATUS
        0  good
        1  the answer is no: invalid, expired, refused
        2  a mistake in the command line, input that cannot be read, or not decided

      FILES
        $XDG_CONFIG_HOME/idp/config.yaml   the configuration
        $XDG_STATE_HOME/idp/               signing keys and the audit log
        $XDG_CACHE_HOME/idp/               keys of other issuers

      EXAMPLES
        idp                                        browse the audiences
        idp token.txt                              look at a token
        wl-paste | idp                             look at the token on the clipboard
        idp token --audience sts.amazonaws.com     print a token
        idp verify token.txt --issuer https://token.actions.githubusercontent.com
        idp explain role.json --token token.txt    why a relying party refuses it
        idp exchange aws --role-arn ARN            trade a token for credentials
        idp login aws --role-arn ARN               credentials for AWS's own tools
        idp publish public                         files for any https host
      """,
    version: "idp \(version)",
    subcommands: [
      OpenCommand.self, TokenCommand.self, ExecCommand.self, SourcesCommand.self, InspectCommand.self,
      VerifyCommand.self, ExplainCommand.self, LintCommand.self, MatrixCommand.self, PreflightCommand.self,
      ExchangeCommand.self, LoginCommand.self, CredentialCommand.self, CredentialConfigCommand.self,
      GCloudTokenCommand.self, JWKSCommand.self, DiscoveryCommand.self, PublishCommand.self, KeysCommand.self,
      ServeCommand.self, ReplicasCommand.self, WorkspacesCommand.self, AudiencesCommand.self, DoctorCommand.self,
      CompletionsCommand.self, ManualCommand.self,
    ], defaultSubcommand: OpenCommand.self)

  /// The command that somebody most likely meant.
  static func closestCommand(to word: String) -> String? {
    Spelling.closest(to: word, among: configuration.subcommands.compactMap { $0.configuration.commandName })
  }
}
