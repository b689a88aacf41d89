import ArgumentParser
import Inspection
import Issuer
import JOSE

/// `idp audiences`: the list of the configuration.
struct AudiencesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audiences",
    abstract: "List, add and remove the audiences of the configuration.",
    discussion: """
      EXAMPLES
        idp audiences list
        idp audiences add example.org
        idp audiences remove sigstore
      """,
    subcommands: [List.self, Add.self, Remove.self], defaultSubcommand: List.self)

  /// `idp audiences list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the audiences, one a line.",
      discussion: """
        EXAMPLES
          idp audiences list
          idp audiences list | xargs -n1 idp token --decode --audience
        """)

    @OptionGroup var output: OutputOptions

    func run() throws {
      let names = try Configuration.load(Surroundings.folders).audiences
      if output.json {
        return try Output.print(["schema": 1, "audiences": .array(names.map { JSON($0) })])
      }
      try Output.print(names.map { (Output.isTerminal ? Visible.escaped($0) : $0) + "\n" }.joined())
    }
  }

  /// `idp audiences add`.
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add audiences at the end of the list.",
      discussion: """
        Comments and order of the file stay as they are.

        EXAMPLES
          idp audiences add example.org
          idp audiences add https://vault.example.org api://AzureADTokenExchange
        """)

    @Argument(help: ArgumentHelp("The audience, exactly as the relying party expects it.", valueName: "name"))
    var names: [String]

    @OptionGroup var output: OutputOptions

    func run() throws {
      try AudienceList.change(output) { (list) throws(Failure) in
        for name in names {
          guard TokenIssuer.isAudience(name) else {
            throw Failure(
              "audience-malformed",
              "The audience “\(name)” is empty, too long, or holds white space or control characters.")
          }
          guard !list.contains(where: { $0.hasSameBytes(as: name) }) else {
            throw Failure("audience-known", "“\(name)” is in the list already; nothing was changed.", status: .no)
          }
          list.append(name)
        }
      }
    }
  }

  /// `idp audiences remove`.
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove audiences from the list.",
      discussion: """
        EXAMPLES
          idp audiences remove sigstore
        """)

    @Argument(help: ArgumentHelp("The audience to remove.", valueName: "name"))
    var names: [String]

    @OptionGroup var output: OutputOptions

    func run() throws {
      try AudienceList.change(output) { (list) throws(Failure) in
        for name in names {
          guard let index = list.firstIndex(where: { $0.hasSameBytes(as: name) }) else {
            throw Failure(
              "audience-unknown", "“\(name)” is not in the list; nothing was changed.",
              hint: Spelling.closest(to: name, among: list).map { "Did you mean “\($0)”?" }, status: .no)
          }
          list.remove(at: index)
        }
      }
    }
  }
}

/// The list of audiences, changed in the configuration.
private enum AudienceList {
  static func change(
    _ output: OutputOptions, _ change: (inout [String]) throws(Failure) -> Void
  ) throws(Failure) {
    guard let file = Surroundings.folders.configurationFile else {
      throw UserFolders.homeless("the configuration is kept", variable: "XDG_CONFIG_HOME")
    }
    var names = try Configuration.load(Surroundings.folders).audiences
    try change(&names)
    try AudienceEditor(file: file).save(names)
    if output.json {
      try Output.print(["schema": 1, "audiences": .array(names.map { JSON($0) })])
    } else {
      Output.note("idp: wrote \(file)\n")
    }
  }
}
