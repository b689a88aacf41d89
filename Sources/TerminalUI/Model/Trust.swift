import Inspection
import TrustPolicy

/// Where a trust policy comes from.
public enum PolicyInput: Sendable, Hashable {
  case file(String)
  /// A document that was pasted, under the name that it is shown with.
  case text(String, name: String)

  /// What its places call it.
  var name: String {
    switch self {
    case .file(let path): path
    case .text(_, let name): name
    }
  }
}

/// The trust policies that are open, and what they decide about the tokens of the list.
struct Trust: Sendable {
  /// What is open, in the order in which it was opened.
  var inputs: [PolicyInput]
  /// What stands in it; nil until it was read.
  private(set) var policies: PolicySet?
  /// Since when it is being read; nil when it is not.
  var readingSince: Moment?
  /// The selected row of the pane.
  var selection = 0
  var offset = 0
  /// Counts how often the policies were read: verdicts of older ones are worth nothing.
  private(set) var revision = 0
  private var outcomes: [EntryID: Outcomes] = [:]

  init(inputs: [PolicyInput]) {
    self.inputs = inputs
  }

  /// Where a row of the pane comes from; nil when it stands in nothing that is open.
  func input(of row: Int) -> PolicyInput? {
    let file =
      row < count
      ? documents?.configurations[row].location.file
      : problems.indices.contains(row - count) ? problems[row - count].location.file : nil
    return file.flatMap { file in inputs.first { $0.name == file } }
  }

  var documents: TrustDocuments? { policies?.documents }
  var problems: [DocumentError] { policies?.problems ?? [] }
  var count: Int { policies?.count ?? 0 }
  /// Rows of the pane: configurations, then documents that cannot be read.
  var rowCount: Int { count + problems.count }
  var isEmpty: Bool { inputs.isEmpty }

  mutating func take(_ policies: PolicySet) {
    self.policies = policies
    readingSince = nil
    revision += 1
    outcomes = [:]
    selection = max(0, min(selection, rowCount - 1))
  }

  /// Leaves out what was said about a document that is not open any more.
  mutating func forgetProblem(of name: String) {
    policies = policies?.leavingOut(problemsOf: name)
    selection = max(0, min(selection, rowCount - 1))
  }

  // MARK: What they decide

  /// What makes a verdict old: another token, other policies.
  struct Key: Hashable {
    let token: TokenView.Version
    let policies: Int
  }

  private struct Outcomes {
    let key: Key
    /// When a time check may come out otherwise.
    let validUntil: Timestamp
    /// One for each configuration; nil while it has not been asked yet.
    var all: [TrustOutcome?]
  }

  /// What a configuration decides about the token of an entry; nil while that is not known.
  func outcome(of index: Int, for id: EntryID) -> TrustOutcome? {
    guard let all = outcomes[id]?.all, all.indices.contains(index) else { return nil }
    return all[index]
  }

  /// Asks configurations about a token, as far as that was not done yet.
  ///
  /// - Parameters:
  ///   - wanted: the indices of the configurations.
  ///   - limit: how much is asked at most, by weight: what is left over waits for the next time.
  /// - Returns: whether some are left over.
  mutating func ask(
    _ wanted: Range<Int>, about token: TokenView, of id: EntryID, at now: Timestamp, limit: inout Int
  ) -> Bool {
    guard let documents, let presented = token.presented else { return false }
    let key = Key(token: token.version, policies: revision)
    if outcomes[id]?.key != key || outcomes[id].map({ now >= $0.validUntil }) ?? true {
      outcomes[id] = Outcomes(
        key: key, validUntil: TrustClock.nextChange(of: presented, after: now),
        all: Array(repeating: nil, count: documents.configurations.count))
    }
    guard var own = outcomes[id] else { return false }
    defer { outcomes[id] = own }
    for index in wanted.clamped(to: own.all.indices) where own.all[index] == nil {
      guard limit > 0 else { return true }
      limit -= documents.weight(of: index)
      own.all[index] = documents.outcome(of: index, on: presented, at: now)
    }
    return false
  }

  /// Forgets what was decided about tokens that are gone.
  mutating func forget(allBut ids: Set<EntryID>) {
    for id in outcomes.keys where !ids.contains(id) { outcomes[id] = nil }
  }
}

/// When a verdict may come out otherwise only because time passes.
enum TrustClock {
  /// By how many seconds relying parties shift the times of a token before they compare them.
  private static let shifts: [Int64] = [-300, -150, -119, -60, -30, 0, 30, 60, 119, 150, 300]
  /// Other shifts can be configured: no verdict is kept longer than this.
  private static let longest: Int64 = 30

  static func nextChange(of token: PresentedToken, after now: Timestamp) -> Timestamp {
    var next = now.advanced(by: longest).seconds
    for name in ["exp", "nbf", "iat"] {
      guard let time = token[name]?.integerValue else { continue }
      for shift in shifts {
        let (moment, overflows) = time.addingReportingOverflow(shift)
        // A second on either side of the boundary: some compare with “less”, others with “less or equal”.
        if !overflows, moment >= now.seconds { next = min(next, Timestamp(moment).advanced(by: 1).seconds) }
      }
    }
    return Timestamp(max(next, now.advanced(by: 1).seconds))
  }
}
