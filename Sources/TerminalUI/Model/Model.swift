import Inspection

/// The whole state of the interface: a value that `update` changes and `render` shows.
public struct Model: Sendable {
  public let options: ModelOptions
  public internal(set) var now: Moment
  public internal(set) var size = Size(columns: 80, rows: 24)
  public internal(set) var entries: [Entry] = []

  /// The issuer that tokens are requested from.
  var issuer = IssuerID.embedded
  var issuerStates: [IssuerID: IssuerState] = [:]
  var selected: EntryID?
  var listOffset = 0
  var listFilter = Filter("")
  var focus: Pane = .list
  var isZoomed = false
  /// What lies over the main screen; see `overlay` for the highest.
  var overlays: [Overlay] = []
  var trust: Trust
  /// The policy that was opened last, which is to be shown once it was read.
  var newestPolicy: PolicyInput?
  /// Whether verdicts that are on the screen are still to be asked for.
  var waitsForVerdicts = false
  var log = MessageLog()

  var usesLocalTime: Bool
  var isRaw = false
  var showsMasked = false
  var usesMouse: Bool

  /// Issuers that the person allowed keys to be fetched from, until the program ends.
  var confirmedIssuers: Set<String> = []
  /// What was typed for the last exchange with each party.
  var exchangeInputs: [ExchangeParty: [String: String]] = [:]
  /// How many exchanges there were.
  var exchangeCount = 0
  private var nextNumber = 0

  /// A model that lists the audiences of the options, none of them requested yet.
  public init(options: ModelOptions, now: Moment) {
    self.options = options
    self.now = now
    usesLocalTime = options.usesLocalTime
    usesMouse = options.usesMouse
    issuerStates[.embedded] = IssuerState(algorithm: options.algorithm, keyID: options.keyID, isListed: true)
    trust = Trust(inputs: options.policies.map { .file($0) })
    for audience in options.audiences {
      addEntry(.audience(audience), label: audience)
    }
    selected = entries.first?.id
  }

  /// What is to be done at the start: the policies of the configuration are read.
  public mutating func begin() -> [Effect] { readPolicies() }

  /// Names the audiences of the list, in its order.
  public var audiences: [String] {
    entries.filter { $0.issuer == .embedded }.compactMap(\.audience)
  }

  @discardableResult
  mutating func addEntry(_ origin: Entry.Origin, label: String, issuer: IssuerID = .embedded) -> EntryID {
    nextNumber += 1
    let entry = Entry(
      id: EntryID(nextNumber), origin: origin, issuer: issuer,
      label: Visible.escaped(JSONPreview.prefix(label, limit: 500)))
    // Audiences stand first, tokens that were pasted or opened below them.
    if case .audience = origin {
      entries.insert(entry, at: entries.lastIndex { $0.audience != nil }.map { $0 + 1 } ?? 0)
    } else {
      entries.append(entry)
    }
    return entry.id
  }

  // MARK: - What is selected

  func index(of id: EntryID) -> Int? {
    entries.firstIndex { $0.id == id }
  }

  var selectedIndex: Int? {
    selected.flatMap { index(of: $0) }
  }

  var selectedEntry: Entry? {
    selectedIndex.map { entries[$0] }
  }

  var token: TokenView? {
    selectedEntry?.token
  }

  /// Changes the selected entry's token, when it has one.
  mutating func withToken(_ change: (inout TokenView) -> Void) {
    guard let index = selectedIndex, var token = entries[index].token else { return }
    // Taken out first, so that the change happens in place and copies no tree.
    entries[index].token = nil
    change(&token)
    entries[index].token = token
  }

  /// The tree of a pane, for Header and Claims.
  func tree(_ pane: Pane) -> FieldTree? {
    switch pane {
    case .header: token?.header
    case .claims: token?.claims
    case .list, .signature, .trust: nil
    }
  }

  mutating func withTree(_ pane: Pane, _ change: (inout FieldTree) -> Void) {
    withToken { token in
      switch pane {
      case .header: change(&token.header)
      case .claims: change(&token.claims)
      case .list, .signature, .trust: break
      }
    }
  }

  /// The selected row of the focused pane, when it shows fields.
  var selectedRow: FieldRow? {
    tree(focus)?.selectedRow
  }

  /// Entries that the list shows: those of the chosen issuer, or those of them that match its filter.
  var listed: [Entry] {
    listFilter.isEmpty ? shown : shown.filter { listFilter.matches($0.label) }
  }

  // MARK: - Time

  /// A time of day as the person chose to read it: "14:05:09Z", or "16:05:09" in local time.
  func clock(_ time: Timestamp) -> String {
    time.clock(utcOffset: offset(at: time))
  }

  /// A date and time of day as the person chose to read it.
  func dateAndTime(_ time: Timestamp) -> String {
    time.display(utcOffset: offset(at: time))
  }

  /// Seconds that shown times are ahead of UTC.
  func offset(at time: Timestamp) -> Int {
    usesLocalTime ? options.utcOffset(time) : 0
  }

  // MARK: - Messages to the person

  mutating func say(_ level: ToastLevel, _ text: String) {
    log.add(level, text, at: now)
  }
}
