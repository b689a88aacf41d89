import JOSE

/// What a rotation would do to the tokens that live and to those that follow, at each relying party.
///
/// Two things can go wrong. A key that leaves the JWKS takes its tokens with it, from the moment at which a relying party
/// renews its copy. And a key that signs before every copy has it makes tokens that are refused until then.
public struct RotationRehearsal: Sendable, Equatable {
  /// What is to be rehearsed. Times in seconds since 1970.
  public struct Plan: Sendable, Equatable {
    public let now: Int64
    /// When the new key is to sign.
    public let rotateAt: Int64
    /// Whether the old keys leave the JWKS then, as after a leak, and not when their last tokens have expired.
    public let dropsOld: Bool
    /// How long a new key is published before it signs, when there is time for that, and for how long the JWKS may be kept.
    public let schedule: RotationSchedule

    public init(now: Int64, rotateAt: Int64, dropsOld: Bool, schedule: RotationSchedule) {
      self.now = now
      self.rotateAt = rotateAt
      self.dropsOld = dropsOld
      self.schedule = schedule
    }
  }

  /// Somebody who verifies tokens.
  public struct Party: Sendable, Equatable {
    /// A stable name for programs.
    public let id: String
    /// What it is called, for people.
    public let name: String
    public let caching: VerifierCaching
    /// The kids of the keys that were uploaded there, when it keeps those and fetches none.
    public let uploaded: Set<String>
    /// The audiences of tokens for it.
    public let audiences: Set<String>

    public init(
      id: String, name: String, caching: VerifierCaching, uploaded: Set<String> = [], audiences: Set<String>
    ) {
      self.id = id
      self.name = name
      self.caching = caching
      self.uploaded = uploaded
      self.audiences = audiences
    }
  }

  /// Something that happens. Times in seconds since 1970.
  public struct Event: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
      case signs(keyIDs: [String])
      /// The kid is nil for a key that does not exist yet.
      case published(keyID: String?)
      case newKeySigns(keyID: String?)
      case leaves(keyIDs: [String])
    }

    public let time: Int64
    public let kind: Kind
  }

  /// What comes of it at one relying party. Times in seconds since 1970.
  public struct Finding: Sendable, Equatable {
    public enum Outcome: String, Sendable {
      /// Nothing that works stops working.
      case holds
      /// Tokens are refused that should not be.
      case stops
      /// It hangs on what nobody knows.
      case unknown
    }

    public let party: Party
    public let liveTokens: Int
    /// How many of them are refused before they expire.
    public let stopping: Int
    /// From when on those are refused at the earliest; nil when none are.
    public let stopsFrom: Int64?
    /// When the last copy has lost the old keys; nil when that is not known, or when none leaves.
    public let stopsBy: Int64?
    /// From when until when tokens by the new key may be refused; nil when they are not.
    public let refusesNew: Refusal?
    /// When it could be done without any of that; nil when something has to be done first.
    public let safeFrom: Int64?
    public let outcome: Outcome
    public let remark: Remark?
  }

  public struct Refusal: Sendable, Equatable {
    public let from: Int64
    /// Nil when that does not end by itself.
    public let until: Int64?
  }

  /// What a person should know or do.
  public enum Remark: Sendable, Equatable {
    /// The new key has to be uploaded there between these moments.
    case upload(from: Int64, until: Int64)
    /// Its copy keeps old keys until somebody takes them out: tokens by a key that has leaked stay good there.
    case keepsUploaded
    /// Old keys stay good there until it meets a kid that it does not know.
    case keepsUntilUnknownKey
    /// Tokens that are issued from now to the rotation stop as well.
    case issuedUntilThen
  }

  public let plan: Plan
  /// In the order of time.
  public let events: [Event]
  /// In the order of the parties.
  public let findings: [Finding]
  /// The key that is waiting already and would be the new one; nil when one is made.
  public let waiting: String?
  /// When the new key signs: the waiting one at its own time.
  public let signsAt: Int64
  /// When the new key is published.
  public let publishedAt: Int64
  /// The live tokens whose keys are not in the ring: they are refused already.
  public let orphans: Int

  public init(_ plan: Plan, ring: KeyRing, tokens: LiveTokens, parties: [Party]) {
    self.plan = plan
    var next: KeyRing.Entry?
    var signing: [KeyRing.Entry] = []
    var old: [KeyRing.Entry] = []
    for entry in ring.entries {
      switch ring.state(of: entry, at: plan.now) {
      case .next:
        if next == nil { next = entry }
      case .signing:
        signing.append(entry)
        old.append(entry)
      case .retired: old.append(entry)
      case .expired: break
      }
    }
    waiting = next?.keyID
    publishedAt = next?.created ?? max(plan.now, plan.rotateAt - plan.schedule.publishedAhead)
    let own = next?.signsFrom ?? plan.rotateAt
    signsAt = plan.dropsOld ? min(own, plan.rotateAt) : own
    let oldKeyIDs = Set(old.map(\.keyID))
    orphans = tokens.groups.reduce(0) { sum, group in
      let isKnown = oldKeyIDs.contains(group.key.keyID) || group.key.keyID == next?.keyID
      return isKnown || group.key.audience == LiveTokens.others ? sum : sum + group.value.count
    }
    events = Self.events(
      plan, signing: signing.map(\.keyID), old: old, new: next?.keyID, publishedAt: publishedAt, signsAt: signsAt)
    let rotation = Rotation(
      plan: plan, publishedAt: publishedAt, signsAt: signsAt, waiting: next, old: oldKeyIDs, tokens: tokens)
    findings = parties.map(rotation.finding)
  }

  private static func events(
    _ plan: Plan, signing: [String], old: [KeyRing.Entry], new: String?, publishedAt: Int64, signsAt: Int64
  ) -> [Event] {
    var events: [Event] = []
    if !signing.isEmpty { events.append(Event(time: plan.now, kind: .signs(keyIDs: signing))) }
    events.append(Event(time: publishedAt, kind: .published(keyID: new)))
    events.append(Event(time: signsAt, kind: .newKeySigns(keyID: new)))
    if plan.dropsOld {
      events.append(Event(time: plan.rotateAt, kind: .leaves(keyIDs: old.map(\.keyID))))
    } else if !signing.isEmpty {
      events.append(Event(time: signsAt + RotationSchedule.standard.publishedAfter, kind: .leaves(keyIDs: signing)))
    }
    // Of two at one time the one that was written first comes first.
    return events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
  }
}

extension RotationRehearsal {
  /// What comes of it everywhere: the worst that comes of it anywhere. Lines that cannot be read may be about tokens that
  /// stop, so they leave it open.
  public func outcome(damagedLines: Int) -> Finding.Outcome {
    let outcomes = findings.map(\.outcome)
    if outcomes.contains(.stops) { return .stops }
    return outcomes.contains(.unknown) || damagedLines > 0 && plan.dropsOld ? .unknown : .holds
  }
}
