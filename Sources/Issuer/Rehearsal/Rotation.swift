/// A rotation, held against one relying party after the other.
struct Rotation {
  typealias Finding = RotationRehearsal.Finding

  let plan: RotationRehearsal.Plan
  let publishedAt: Int64
  let signsAt: Int64
  /// The new key, when it exists already.
  let waiting: KeyRing.Entry?
  let old: Set<String>
  let tokens: LiveTokens

  func finding(_ party: RotationRehearsal.Party) -> Finding {
    let tallies = tokens.groups.filter { party.audiences.contains($0.key.audience) }
    let live = tallies.reduce(0) { $0 + $1.value.count }
    let isUploaded = party.caching.keeping == .uploaded
    let outlasting = tallies.reduce(0) { sum, group in
      let isOld = old.contains(group.key.keyID) || group.key.audience == LiveTokens.others
      return isOld ? sum + group.value.outlasting : sum
    }
    let stopping = plan.dropsOld && !isUploaded ? outlasting : 0
    let forgets = party.caching.forgetting(advertised: plan.schedule.cacheLifetime)
    let refusal = refusal(party)
    // Tokens of old keys that are not issued yet, and may live when those are gone.
    let issuesUntilThen =
      plan.dropsOld && !isUploaded && !old.isEmpty && signsAt > plan.now
      && plan.rotateAt < signsAt + RotationSchedule.standard.publishedAfter
    return Finding(
      party: party, liveTokens: live, stopping: stopping, stopsFrom: stopping > 0 ? plan.rotateAt : nil,
      stopsBy: stopping > 0 ? forgets.map { plan.rotateAt + $0 } : nil, refusesNew: refusal,
      safeFrom: safeFrom(party, ready: ready(party)),
      outcome: outcome(party, stopping: stopping, refusal, issuesUntilThen),
      remark: remark(party, refusal, issuesUntilThen && stopping == 0))
  }

  /// When every copy there has the new key; nil when that never comes by itself.
  private func ready(_ party: RotationRehearsal.Party) -> Int64? {
    if let waiting, party.uploaded.contains(waiting.keyID) { return publishedAt }
    return party.caching.learning(advertised: plan.schedule.cacheLifetime).map { publishedAt + $0 }
  }

  private func refusal(_ party: RotationRehearsal.Party) -> RotationRehearsal.Refusal? {
    let ready = ready(party)
    if let ready, ready <= signsAt { return nil }
    return RotationRehearsal.Refusal(from: signsAt, until: ready)
  }

  /// With the old keys kept, as soon as all copies have the new one; with the old keys gone, when their last tokens are
  /// gone after a rotation that begins now.
  private func safeFrom(_ party: RotationRehearsal.Party, ready: Int64?) -> Int64? {
    guard let ready else { return nil }
    guard plan.dropsOld, party.caching.keeping != .uploaded, !old.isEmpty else { return ready }
    // With a rotation that takes its time and begins now, or has begun.
    let copies = ready - publishedAt
    let signs =
      waiting.map { max($0.signsFrom, $0.created + copies) } ?? plan.now + max(plan.schedule.publishedAhead, copies)
    return signs + RotationSchedule.standard.publishedAfter
  }

  private func outcome(
    _ party: RotationRehearsal.Party, stopping: Int, _ refusal: RotationRehearsal.Refusal?, _ issuesUntilThen: Bool
  ) -> Finding.Outcome {
    if stopping > 0 { return .stops }
    if refusal != nil { return party.caching.evidence == .assumed ? .unknown : .stops }
    return issuesUntilThen ? .unknown : .holds
  }

  private func remark(
    _ party: RotationRehearsal.Party, _ refusal: RotationRehearsal.Refusal?, _ issuesUntilThen: Bool
  ) -> RotationRehearsal.Remark? {
    if let refusal, refusal.until == nil { return .upload(from: publishedAt, until: signsAt) }
    if plan.dropsOld, party.caching.keeping == .uploaded { return .keepsUploaded }
    if issuesUntilThen { return .issuedUntilThen }
    if plan.dropsOld, party.caching.keeping == .unlimited { return .keepsUntilUnknownKey }
    return nil
  }
}
