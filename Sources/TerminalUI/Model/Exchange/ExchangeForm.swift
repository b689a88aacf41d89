import Inspection

/// What the person says about an exchange before it is made.
struct ExchangeForm: Sendable {
  /// One line of the form.
  struct Input: Sendable, Hashable {
    /// As the exchange calls it.
    let name: String
    let label: String
    /// What holds when nothing is typed, or an example of what to type.
    let note: String
    let isNeeded: Bool

    init(_ name: String, _ label: String, _ note: String, isNeeded: Bool = false) {
      self.name = name
      self.label = label
      self.note = note
      self.isNeeded = isNeeded
    }
  }

  private(set) var party: ExchangeParty
  /// Texts by party, so that those of one are still there after a look at another.
  private var fields: [ExchangeParty: [TextField]] = [:]
  /// The selected line: 0 is the party, then the inputs, then the pin if there is one.
  var selection = 1
  /// Whether the token may be pinned, and then whether it is.
  let canPin: Bool
  var pins = true
  /// Why the last try was not sent.
  var problem: String?

  /// - Parameter known: what is known of the inputs of a party, by their names.
  init(party: ExchangeParty, canPin: Bool, known: (ExchangeParty) -> [String: String]) {
    self.party = party
    self.canPin = canPin
    for party in ExchangeParty.allCases {
      let values = known(party)
      fields[party] = Self.inputs(of: party).map { TextField(values[$0.name] ?? "") }
    }
    selectFirstMissing()
  }

  var inputs: [Input] { Self.inputs(of: party) }
  /// The lines that can be selected.
  var count: Int { inputs.count + 1 + (hasPin ? 1 : 0) }
  /// AWS alone has a claim for it.
  var hasPin: Bool { canPin && party == .aws }
  var isPinned: Bool { hasPin && pins }

  /// The text of an input.
  func field(_ index: Int) -> TextField {
    guard let own = fields[party], own.indices.contains(index) else { return TextField() }
    return own[index]
  }

  /// The input that is selected; nil for the other lines.
  var selectedInput: Int? { inputs.indices.contains(selection - 1) ? selection - 1 : nil }
  var isPinSelected: Bool { hasPin && selection == count - 1 }

  /// What was typed, without what was left empty.
  var values: [String: String] {
    var values: [String: String] = [:]
    for (index, input) in inputs.enumerated() {
      let text = field(index).text.trimmed
      if !text.isEmpty { values[input.name] = text }
    }
    return values
  }

  /// What still has to be said, as a sentence; nil when nothing has.
  var missing: (index: Int, sentence: String)? {
    let values = values
    return inputs.enumerated().first { $0.element.isNeeded && values[$0.element.name] == nil }
      .map { ($0.offset, "the \($0.element.label) is missing") }
  }

  mutating func change(_ index: Int, _ change: (inout TextField) -> Void) {
    guard fields[party]?.indices.contains(index) == true else { return }
    fields[party].map { own in
      var own = own
      change(&own[index])
      fields[party] = own
    }
    problem = nil
  }

  /// Takes the next party, or the one before.
  mutating func turn(_ step: Int) {
    let all = ExchangeParty.allCases
    let index = all.firstIndex(of: party) ?? 0
    party = all[((index + step) % all.count + all.count) % all.count]
    problem = nil
    selection = 0
  }

  /// Shows what is wrong, at its line.
  mutating func refuse(_ input: String, _ problem: String) {
    self.problem = problem
    if let index = inputs.firstIndex(where: { $0.name == input }) { selection = index + 1 }
  }

  private mutating func selectFirstMissing() { selection = (missing?.index ?? 0) + 1 }

  // MARK: The parties

  static func inputs(of party: ExchangeParty) -> [Input] {
    switch party {
    case .aws:
      [
        Input("role-arn", "role", "arn:aws:iam::111122223333:role/deploy", isNeeded: true),
        Input("region", "region", "the global endpoint"), Input("duration", "duration", "an hour; 15m to 12h"),
        Input("session-name", "session name", "the subject and the time"),
        Input("endpoint", "endpoint", "that of the region"),
      ]
    case .entra:
      [
        Input("tenant", "tenant", "its ID, or a domain such as acme.onmicrosoft.com", isNeeded: true),
        Input("client-id", "client ID", "of the application or the managed identity", isNeeded: true),
        Input("scope", "scope", "https://management.azure.com/.default"),
        Input("authority", "authority", "https://login.microsoftonline.com"),
      ]
    case .gcp:
      [
        Input("audience", "provider", "//iam.googleapis.com/projects/NUMBER/…/providers/NAME", isNeeded: true),
        Input("service-account", "service account", "none: the federated token itself"),
        Input("scope", "scopes", "cloud-platform"),
        Input("token-url", "token service", "https://sts.googleapis.com/v1/token"),
        Input("impersonation-url", "impersonation", "iamcredentials.googleapis.com"),
      ]
    case .vault:
      [
        Input("address", "address", "https://vault.example.org:8200", isNeeded: true),
        Input("role", "role", "the default_role of the auth method"), Input("mount", "mount", "jwt"),
        Input("namespace", "namespace", "none"),
      ]
    case .rfc8693:
      [
        Input("endpoint", "token endpoint", "https://sts.example.org/token", isNeeded: true),
        Input("audience", "audience", "for whom; none"), Input("scope", "scope", "none"),
        Input("resource", "resource", "none"), Input("client_id", "client ID", "none"),
      ]
    }
  }

  /// Who an audience is most likely meant for; nil when that is not known.
  static func party(of audience: String) -> ExchangeParty? {
    if audience.hasPrefix("sts.amazonaws.com") || audience.hasPrefix("sts.") && audience.contains(".amazonaws.com") {
      return .aws
    }
    if audience.hasPrefix("api://AzureADTokenExchange") { return .entra }
    if audience.contains("//iam.googleapis.com/") { return .gcp }
    if audience.contains("vault") || audience.contains("openbao") { return .vault }
    return nil
  }
}
