/// One thing the person can do. This table is the only one: key handling, help, palette and hints are made from it.
public struct Command: Sendable {
  /// Help's headings, in its order.
  enum Group: String, Sendable, CaseIterable {
    case here = "In this view"
    case tokens = "Tokens"
    case copying = "Copying"
    case trust = "Trust policies"
    case finding = "Finding"
    case view = "Seeing"
    case moving = "Moving"
    case program = "Program"
  }

  public let id: CommandID
  private(set) var group: Group
  /// One line for help and palette.
  public private(set) var title: String
  public let defaultKeys: [Key]
  /// The short words of the hints line, and the place in line when there is no room: 1 goes last.
  let hint: (label: String, priority: Int)?
  /// The second key after `y`, for what the copy menu holds.
  private(set) var copyKey: Character?

  private init(
    _ id: CommandID, _ group: Group, _ title: String, _ keys: [Key], hint: (String, Int)? = nil,
    copyKey: Character? = nil
  ) {
    self.id = id
    self.group = group
    self.title = title
    defaultKeys = keys
    self.hint = hint.map { (label: $0.0, priority: $0.1) }
    self.copyKey = copyKey
  }

  /// The names that the configuration can bind keys to.
  public static var allIDs: [String] { CommandID.allCases.map(\.rawValue) }

  /// All commands; the order is that of help, palette and hints.
  public static let all: [Command] = [
    Command(.activate, .tokens, "Request a token, or unfold or show a claim", [.enter], hint: ("request", 3)),
    Command(.copyToken, .copying, "Copy the token", ["c"], hint: ("copy token", 4), copyKey: "t"),
    Command(.copyMenu, .copying, "Copy a part of it: y, then what", ["y"], hint: ("copy…", 8)),
    Command(.trust, .trust, "Would relying parties accept the token, and why not", ["t"], hint: ("trust", 6)),
    Command(.renew, .tokens, "Renew the token: request a new one", ["r"], hint: ("renew", 11)),
    Command(.renewAll, .tokens, "Renew all tokens that were requested", ["R"]),
    Command(.open, .tokens, "Open a token or a trust policy from a file, or paste one", ["o"], hint: ("open", 7)),
    Command(.add, .tokens, "Add an audience", ["a"], hint: ("add audience", 14)),
    Command(.delete, .tokens, "Remove the audience, or close the token or the policy", ["D"]),
    Command(.compare, .tokens, "Compare with another token, claim by claim", ["d"], hint: ("compare", 16)),
    Command(.verify, .tokens, "Verify again, fetching the keys anew", ["v"], hint: ("verify", 15)),
    Command(
      .issuers, .tokens, "Choose the issuer or source that tokens are requested from", ["s"], hint: ("issuer", 10)),
    Command(
      .exchange, .tokens, "Exchange the token: with AWS, Entra ID, Google Cloud, Vault or any other", ["x"],
      hint: ("exchange", 9)
    ),
    Command(.cancel, .tokens, "Cancel a request, clear a filter or a message", [.escape]),
    Command(.matrix, .trust, "All policies against all tokens", ["m"]),
    Command(
      .editClaim, .trust, "What if: change the claim; in the Trust view, edit the document", ["e"],
      hint: ("what if", 13)
    ),
    Command(.dropWhatIf, .trust, "Back to the claims that were signed", ["E"], hint: ("drop what-if", 5)),
    Command(.nextPolicy, .trust, "Next policy", ["]"]),
    Command(.previousPolicy, .trust, "Previous policy", ["["]),
    Command(.copyValue, .copying, "Copy the claim's value", [], copyKey: "y"),
    Command(.copyKey, .copying, "Copy the claim's name", [], copyKey: "k"),
    Command(.copyPath, .copying, "Copy the claim's path, as jq takes it", [], copyKey: "p"),
    Command(.copyHeader, .copying, "Copy the header as JSON", [], copyKey: "h"),
    Command(.copyClaims, .copying, "Copy the claims as JSON", [], copyKey: "c"),
    Command(.copyBearer, .copying, "Copy as Authorization: Bearer …", [], copyKey: "b"),
    Command(.copyExport, .copying, "Copy as a shell's export line", [], copyKey: "e"),
    Command(.printToken, .copying, "Print the token, to select it with the terminal's own mouse", ["p"]),
    Command(.filter, .finding, "Filter by name, value and path", ["/"], hint: ("filter", 12)),
    Command(.nextMatch, .finding, "Next match", ["n"]),
    Command(.previousMatch, .finding, "Previous match", ["N"]),
    Command(.toggleTime, .view, "Local time or UTC", ["u"], hint: ("local time", 19)),
    Command(.toggleRaw, .view, "Raw values or explained ones", ["i"], hint: ("raw", 18)),
    Command(.toggleMask, .view, "Show what is masked, or mask it", ["."]),
    Command(.zoom, .view, "Zoom the pane, or back", ["z"], hint: ("zoom", 17)),
    Command(.expandAll, .view, "Unfold everything", []),
    Command(.foldAll, .view, "Fold everything", []),
    Command(.nextPane, .moving, "Next pane", [.tab], hint: ("next pane", 20)),
    Command(.previousPane, .moving, "Previous pane", [.backTab]),
    Command(.focusList, .moving, "To the audiences", ["1"]),
    Command(.focusHeader, .moving, "To the header", ["2"]),
    Command(.focusClaims, .moving, "To the claims", ["3"]),
    Command(.focusSignature, .moving, "To the signature", ["4"]),
    Command(.focusTrust, .moving, "To the trust policies", ["5"]),
    Command(.up, .moving, "Up", [.up, "k"]),
    Command(.down, .moving, "Down", [.down, "j"]),
    Command(.left, .moving, "Fold, or to the container, or to the list", [.left, "h"]),
    Command(.right, .moving, "Unfold, or to the claims", [.right, "l"]),
    Command(.first, .moving, "To the top", ["g", .home]),
    Command(.last, .moving, "To the end", ["G", .end]),
    Command(.pageUp, .moving, "A page up", [.pageUp]),
    Command(.pageDown, .moving, "A page down", [.pageDown]),
    Command(.halfPageUp, .moving, "Half a page up", [.control("u")]),
    Command(.halfPageDown, .moving, "Half a page down", [.control("d")]),
    Command(.help, .program, "Help: all keys; Enter runs what is selected", ["?", .function(1)], hint: ("help", 1)),
    Command(.palette, .program, "Commands by name", [":", .control("p")]),
    Command(.messages, .program, "All messages of this session", []),
    Command(.toggleMouse, .program, "Mouse on or off", ["M"]),
    Command(.redraw, .program, "Draw the screen anew", [.control("l")]),
    Command(.suspend, .program, "Suspend; fg comes back", [.control("z")]),
    Command(.back, .program, "Back; at the root, quit", ["q"], hint: ("quit", 2)),
    Command(.quit, .program, "Quit", ["Q", .control("c")]),
  ]

  private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

  static func named(_ id: CommandID) -> Command {
    // Every case stands in the table; a test holds it to that.
    byID[id] ?? Command(id, .program, id.rawValue, [])
  }

  /// The command in other words.
  func titled(_ title: String) -> Command {
    var command = self
    command.title = title
    return command
  }

  /// The command in the words of a view that has a meaning of its own for it.
  func here(_ title: String) -> Command {
    var command = titled(title)
    command.group = .here
    command.copyKey = nil
    return command
  }

  /// What the copy menu offers, in its order.
  static let copyChoices: [(key: Character, id: CommandID, label: String)] = [
    ("y", .copyValue, "value"), ("k", .copyKey, "name"), ("p", .copyPath, "path"), ("t", .copyToken, "token"),
    ("h", .copyHeader, "header JSON"), ("c", .copyClaims, "claims JSON"), ("b", .copyBearer, "Bearer header"),
    ("e", .copyExport, "export line"),
  ]
}

extension Key: ExpressibleByExtendedGraphemeClusterLiteral {
  /// Lets the table write a plain character for its key.
  public init(extendedGraphemeClusterLiteral value: Character) {
    self = .character(value)
  }
}
