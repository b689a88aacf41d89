/// What was sent where for a token, and what came of it.
public struct ExchangeReport: Sendable, Hashable {
  /// One request.
  public struct Sent: Sendable, Hashable {
    public let url: String
    /// What its headers and its body said; the token in it is a secret.
    public let fields: [ExchangeField]
    /// How often it was sent.
    public var attempts: Int

    public init(url: String, fields: [ExchangeField], attempts: Int = 1) {
      self.url = url
      self.fields = fields
      self.attempts = attempts
    }
  }

  public enum Result: Sendable, Hashable {
    /// What came back, and when it ends; nil when the party does not say.
    case gave([ExchangeField], expiry: Timestamp?)
    /// The party has answered no; what that means, where it is known.
    case refused(ExchangeRefusal, ExchangeExplanation?)
    /// There was no answer, or none that could be read; what was found and what to do, in sentences.
    case failed(problem: String, hint: String?)
  }

  public let party: ExchangeParty
  public let sent: [Sent]
  public let result: Result
  /// What else to know, each in a line: that clocks differ, or when to ask again.
  public let notes: [String]

  public init(party: ExchangeParty, sent: [Sent], result: Result, notes: [String] = []) {
    self.party = party
    self.sent = sent
    self.result = result
    self.notes = notes
  }

  /// Good when something came back, no when the party refuses; not decided when it may answer otherwise soon.
  public var exitStatus: ExitStatus {
    switch result {
    case .gave: .good
    case .refused(let refusal, _): refusal.isForNow ? .undecided : .no
    case .failed: .undecided
    }
  }

  /// What came of it, in a line.
  ///
  /// - Parameter now: for how long what came back is still good is told from here.
  public func summary(at now: Timestamp, utcOffset: Int = 0) -> String {
    switch result {
    case .gave(_, let expiry?):
      let left = now.distance(to: expiry)
      let end = "until \(expiry.display(utcOffset: utcOffset))"
      return "\(sentenceName) gave \(party.gift) "
        + (left > 0 ? "for \(Countdown.text(left)), \(end)" : "\(end), which is over by the clock of this machine")
    case .gave(_, nil): return "\(sentenceName) gave \(party.gift), without saying for how long"
    case .refused(let refusal, _):
      let code = refusal.code.isEmpty ? "" : "\(Visible.escaped(refusal.code)), "
      return "\(sentenceName) \(refusal.isForNow ? "cannot answer now" : "refuses"): \(code)HTTP \(refusal.status)"
    case .failed: return "There is no answer of \(party.name)"
    }
  }

  /// What came back, as somebody puts it to use: for AWS the lines that set its variables in a shell, else the token
  /// alone. A secret; nil when nothing came back.
  public var usable: (text: String, what: String)? {
    guard case .gave(let fields, _) = result else { return nil }
    func value(_ name: String) -> String? { fields.first { $0.name == name }?.text }
    switch party {
    case .aws:
      let variables = [
        ("AWS_ACCESS_KEY_ID", "AccessKeyId"), ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
        ("AWS_SESSION_TOKEN", "SessionToken"),
      ]
      let lines = variables.compactMap { variable, name in value(name).map { "export \(variable)=\(Self.quoted($0))\n" }
      }
      return lines.count == variables.count ? (lines.joined(), "export lines") : nil
    case .vault: return value("client_token").map { ($0, "the token") }
    case .entra, .gcp, .rfc8693: return value("access_token").map { ($0, "the access token") }
    }
  }

  /// The text as one word of a shell, whatever stands in it.
  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }

  /// The party at the beginning of a sentence.
  private var sentenceName: String { party.name.prefix(1).uppercased() + party.name.dropFirst() }
}

/// What a party says when it gives nothing.
public struct ExchangeRefusal: Sendable, Hashable {
  /// The HTTP status.
  public let status: Int
  /// The code or the name of the error, such as `AccessDenied`; empty when there is none. What is longer than any is cut.
  public let code: String
  /// The text, word for word; of somebody else, to be escaped when it is shown.
  public let message: String
  /// Whether the same request may be answered otherwise soon: the party is busy or out of order, and has not decided.
  public var isForNow = false

  public init(status: Int, code: String, message: String) {
    self.status = status
    self.code = code.count > 200 ? code.prefix(199) + "…" : code
    self.message = message
  }

  /// The text as lines that can be shown: word for word, but unable to act on a terminal, and cut when it has no end.
  public var lines: [String] {
    message.prefix(4000).split(whereSeparator: \.isNewline).prefix(40).map { Visible.escaped($0) }
  }
}

/// What a party's error means, and what to do about it.
public struct ExchangeExplanation: Sendable, Hashable {
  public let meaning: String
  public let remedy: String
  /// Whether it is about times, so that clocks matter.
  public let isAboutTime: Bool

  public init(_ meaning: String, _ remedy: String, isAboutTime: Bool = false) {
    self.meaning = meaning
    self.remedy = remedy
    self.isAboutTime = isAboutTime
  }
}
