/// What lies over the main screen and swallows the keys.
enum Overlay: Sendable {
  case help(CommandList)
  case palette(CommandList)
  case prompt(Prompt)
  /// The filter of the focused pane, which acts while it is typed.
  case filter(TextField)
  case confirm(Confirmation)
  /// `y` waits for what to copy.
  case copyMenu
  case messages(offset: Int)
  case detail(Detail)
  case comparisonPicker(selection: Int)
  case comparison(ComparisonView)
  case trust(TrustView)
  case matrix(MatrixView)
  case issuers(IssuerList)
  case exchange(ExchangeView)

  /// What a view is, without what it shows.
  enum Kind: Sendable {
    case help, palette, prompt, filter, confirm, copyMenu, messages, detail, comparisonPicker, comparison, trust, matrix
    case issuers, exchange

    /// What help about it is called.
    var title: String {
      switch self {
      case .help: "Help"
      case .palette: "Commands"
      case .prompt, .confirm: "Question"
      case .filter: "Filter"
      case .copyMenu: "Copy"
      case .messages: "Messages"
      case .detail: "Claim"
      case .comparisonPicker, .comparison: "Compare"
      case .trust: "Trust view"
      case .matrix: "Matrix"
      case .issuers: "Issuers"
      case .exchange: "Exchange"
      }
    }
  }

  var kind: Kind {
    switch self {
    case .help: .help
    case .palette: .palette
    case .prompt: .prompt
    case .filter: .filter
    case .confirm: .confirm
    case .copyMenu: .copyMenu
    case .messages: .messages
    case .detail: .detail
    case .comparisonPicker: .comparisonPicker
    case .comparison: .comparison
    case .trust: .trust
    case .matrix: .matrix
    case .issuers: .issuers
    case .exchange: .exchange
    }
  }
}

/// The list of commands that `?` and `:` open: typing narrows it, Enter runs the selected one.
struct CommandList: Sendable {
  var query = TextField()
  var selection = 0
  var offset = 0
}

/// A question that is answered with a line of text.
struct Prompt: Sendable {
  enum Purpose: Sendable, Hashable {
    case addAudience, open
    /// Another value for a claim; `before` comes back when the person cancels.
    case editClaim(ClaimPath, before: WhatIf?)
  }

  var purpose: Purpose
  var field = TextField()
  /// Why the last answer was not taken.
  var problem: String?
  /// The path that is being read for the answer.
  var reads: String?
}

/// A question that is answered with yes or no; no is the default.
struct Confirmation: Sendable, Hashable {
  enum Purpose: Sendable, Hashable {
    case delete(EntryID)
    case fetchKeys(EntryID, issuer: String)
    case closePolicy(PolicyInput)
  }
  var purpose: Purpose
  var question: String
  var note: String
}

/// The list of issuers to choose from.
struct IssuerList: Sendable, Hashable {
  var selection: Int
  var offset = 0
}

/// One claim in full.
struct Detail: Sendable {
  var pane: Pane
  var path: ClaimPath
  var offset = 0
}

/// The parts of the main screen that can have the focus, in the order of Tab and of the digits.
enum Pane: Int, Sendable, CaseIterable {
  case list, header, claims, signature, trust

  var title: String {
    switch self {
    case .list: "Audiences"
    case .header: "Header"
    case .claims: "Claims"
    case .signature: "Signature"
    case .trust: "Trust"
    }
  }

  /// The pane so many steps on, around the end.
  func advanced(_ step: Int) -> Pane {
    let count = Pane.allCases.count
    return Pane(rawValue: ((rawValue + step) % count + count) % count) ?? .list
  }
}
