import Inspection
import Issuer
import JOSE

/// A rehearsal as text for people and as JSON for programs.
struct RehearsalReport {
  typealias Finding = RotationRehearsal.Finding

  let rehearsal: RotationRehearsal
  let tokens: LiveTokens

  private var plan: RotationRehearsal.Plan { rehearsal.plan }
  private var now: Timestamp { Timestamp(plan.now) }
  private var outcome: Finding.Outcome { rehearsal.outcome(damagedLines: tokens.damagedLines) }

  var status: ExitStatus {
    switch outcome {
    case .holds: .good
    case .stops: .no
    case .unknown: .undecided
    }
  }

  // MARK: Text

  /// What happens when, then a line for each relying party with what to know about it; one line feed at the end.
  func text(paint: @escaping TextReport.Paint, ascii: Bool) -> String {
    let signs: Signs = ascii ? .ascii : .unicode
    var lines = rehearsal.events.map { event in
      let line = "\(time(event.time))  \(words(event.kind))"
      return event.time > plan.now ? line + paint(.muted, "  \(distance(event.time))") : line
    }
    lines += notes.map { paint(.warning, Visible.escaped($0)) }
    lines.append("")
    if rehearsal.findings.isEmpty {
      lines.append("No token lives, and no policy of the configuration trusts this issuer.")
    } else {
      lines += table(signs, paint)
      lines.append("")
    }
    lines.append(verdict(signs, paint))
    return lines.map { $0 + "\n" }.joined()
  }

  private func words(_ kind: RotationRehearsal.Event.Kind) -> String {
    switch kind {
    case .signs(let keyIDs):
      let live =
        tokens.total.count == 0
        ? "no token lives"
        : "\(count(tokens.total.count, "token")), the last until \(time(tokens.total.latestExpiry))"
      return "now \(keyIDs.joined(separator: ", ")) \(keyIDs.count == 1 ? "signs" : "sign"); \(live)"
    case .published(let keyID?): return "\(keyID), the new key, was published"
    case .published(nil): return "the new key is published"
    case .newKeySigns(let keyID): return keyID.map { "\($0), the new key, signs" } ?? "the new key signs"
    case .leaves(let keyIDs):
      let names = keyIDs.isEmpty ? "nothing" : keyIDs.joined(separator: ", ")
      return "\(names) \(keyIDs.count > 1 ? "leave" : "leaves") the JWKS"
    }
  }

  /// What is to be known before the table makes sense.
  private var notes: [String] {
    var notes: [String] = []
    if rehearsal.waiting != nil, !plan.dropsOld, rehearsal.signsAt != plan.rotateAt {
      notes.append("A key is waiting already, and signs at its own time: idp keys rotate adds none.")
    }
    let ahead = rehearsal.signsAt - rehearsal.publishedAt
    if ahead < plan.schedule.publishedAhead {
      notes.append(
        ahead == 0
          ? "The new key signs as soon as it is published; there would be \(Countdown.short(plan.schedule.publishedAhead)) in between."
          : "The new key is published only \(Countdown.text(ahead)) before it signs, and not "
            + "\(Countdown.short(plan.schedule.publishedAhead)).")
    }
    if rehearsal.orphans > 0 {
      notes.append(
        "\(count(rehearsal.orphans, "token")) by keys that are not here (any more): refused already, and not counted."
      )
    }
    if tokens.damagedLines > 0 {
      notes.append(
        "\(count(tokens.damagedLines, "line")) of the audit log cannot be read, and may be about tokens that live.")
    }
    return notes
  }

  private func table(_ signs: Signs, _ paint: TextReport.Paint) -> [String] {
    let names = rehearsal.findings.map { Visible.escaped($0.party.name) }
    let width = max(names.map { TextWidth.of($0) }.filter { $0 <= 40 }.max() ?? 0, 13)
    func row(_ name: String, _ cells: [String]) -> String {
      let widths = [6, 6, 20, 20]
      let padded = cells.enumerated().map { index, cell in
        index < widths.count ? cell + String(repeating: " ", count: max(0, widths[index] - cell.count)) : cell
      }
      let padding = String(repeating: " ", count: max(0, width - TextWidth.of(name)) + 2)
      return name + padding + padded.joined(separator: "  ")
    }
    var lines = [paint(.muted, "  " + row("relying party", ["live", "stop", "from", "until", "safe from"]))]
    for (finding, name) in zip(rehearsal.findings, names) {
      let (sign, role) = mark(finding.outcome, signs)
      let cells = [
        "\(finding.liveTokens)", "\(finding.stopping)", finding.stopsFrom.map(time) ?? "-",
        finding.stopping == 0 ? "-" : end(finding), finding.safeFrom.map(time) ?? "-",
      ]
      lines.append(paint(role, sign) + " " + row(name, cells))
      lines += details(finding).map { "    " + paint($0.role, Visible.escaped($0.text)) }
    }
    return lines
  }

  /// When the last copy has lost the old keys.
  private func end(_ finding: Finding) -> String {
    finding.stopsBy.map(time) ?? (finding.party.caching.keeping == .unknown ? "not known" : "no limit")
  }

  private func details(_ finding: Finding) -> [(role: TextReport.Role, text: String)] {
    var details: [(TextReport.Role, String)] = []
    if let refusal = finding.refusesNew {
      let end = refusal.until.map { "until \(time($0))" } ?? "until it is uploaded there"
      let may = finding.party.caching.keeping == .uploaded ? "are" : "may be"
      details.append((.bad, "tokens by the new key \(may) refused from \(time(refusal.from)) \(end)"))
    }
    if let remark = finding.remark { details.append((.warning, words(remark))) }
    details.append((.muted, caching(finding.party.caching)))
    return details
  }

  private func words(_ remark: RotationRehearsal.Remark) -> String {
    switch remark {
    case .upload(let from, let until):
      from < until
        ? "upload the JWKS with the new key between \(time(from)) and \(time(until))"
        : "upload the JWKS with the new key as soon as it is published"
    case .keepsUploaded: "it keeps the old keys until you take them out there: after a leak, do that first"
    case .keepsUntilUnknownKey:
      "old keys stay good there until it meets a token by the new one: after a leak, present one at once, or restart it"
    case .issuedUntilThen: "tokens that are issued until then would stop as well"
    }
  }

  private func caching(_ caching: VerifierCaching) -> String {
    let keeping =
      switch caching.keeping {
      case .seconds(let seconds): "keeps a JWKS for \(Countdown.text(seconds))"
      case .advertised: "keeps a JWKS for the \(Countdown.text(plan.schedule.cacheLifetime)) that are advertised"
      case .unlimited: "keeps a JWKS until it meets an unknown kid"
      case .uploaded: "keeps the keys that were uploaded"
      case .unknown:
        "how long it keeps a JWKS is not known; taken for "
          + Countdown.text(max(VerifierCaching.worstDocumented, plan.schedule.cacheLifetime))
      }
    return "\(keeping) (\(evidence(caching.evidence)): \(caching.source))"
  }

  private func evidence(_ evidence: VerifierCaching.Evidence) -> String {
    switch evidence {
    case .measured: "measured"
    case .source: "its code"
    case .stated: "stated"
    case .assumed: "assumed"
    }
  }

  private func verdict(_ signs: Signs, _ paint: TextReport.Paint) -> String {
    let (sign, role) = mark(outcome, signs)
    let sentence: String
    switch outcome {
    case .holds: sentence = "Nothing would stop."
    case .unknown: sentence = "Whether anything would stop cannot be told."
    case .stops:
      let stopping = rehearsal.findings.map(\.stopping).max() ?? 0
      let safe = rehearsal.findings.compactMap(\.safeFrom).max()
      let isOpen = rehearsal.findings.contains { $0.safeFrom == nil }
      let begin = stopping > 0 ? "Tokens that live would stop" : "Tokens by the new key would be refused"
      let end =
        isOpen ? "; something has to be uploaded first." : safe.map { "; it is safe from \(time($0)) on." } ?? "."
      sentence = begin + end
    }
    return paint(role, "\(sign) \(sentence)")
  }

  private func mark(_ outcome: Finding.Outcome, _ signs: Signs) -> (sign: String, role: TextReport.Role) {
    switch outcome {
    case .holds: (signs.pass, .good)
    case .stops: (signs.fail, .bad)
    case .unknown: (signs.unknown, .warning)
    }
  }

  private func time(_ seconds: Int64) -> String { Timestamp(seconds).display() }

  private func distance(_ seconds: Int64) -> String { "in \(Countdown.text(now.distance(to: Timestamp(seconds))))" }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  // MARK: JSON

  var json: JSON {
    [
      "schema": 1, "outcome": JSON(outcome.rawValue), "rotate_at": stamp(plan.rotateAt),
      "drop_old": .bool(plan.dropsOld),
      "published_at": stamp(rehearsal.publishedAt), "signs_at": stamp(rehearsal.signsAt),
      "waiting_key": rehearsal.waiting.map { JSON($0) } ?? .null, "live_tokens": JSON(Int64(tokens.total.count)),
      "orphaned_tokens": JSON(Int64(rehearsal.orphans)), "damaged_lines": JSON(Int64(tokens.damagedLines)),
      "events": .array(rehearsal.events.map(json)), "parties": .array(rehearsal.findings.map(json)),
    ]
  }

  private func json(_ event: RotationRehearsal.Event) -> JSON {
    let (name, keyIDs): (String, [String]) =
      switch event.kind {
      case .signs(let keyIDs): ("signs", keyIDs)
      case .published(let keyID): ("published", keyID.map { [$0] } ?? [])
      case .newKeySigns(let keyID): ("new-key-signs", keyID.map { [$0] } ?? [])
      case .leaves(let keyIDs): ("leaves", keyIDs)
      }
    return ["time": stamp(event.time), "event": JSON(name), "kids": .array(keyIDs.map { JSON($0) })]
  }

  private func json(_ finding: Finding) -> JSON {
    let caching = finding.party.caching
    let refusal: JSON =
      finding.refusesNew.map { ["from": stamp($0.from), "until": stamp($0.until)] } ?? .null
    return [
      "party": JSON(finding.party.id), "name": JSON(finding.party.name), "outcome": JSON(finding.outcome.rawValue),
      "audiences": .array(finding.party.audiences.sorted().map { JSON($0) }),
      "live": JSON(Int64(finding.liveTokens)), "stopping": JSON(Int64(finding.stopping)),
      "stops_from": stamp(finding.stopsFrom), "stops_by": stamp(finding.stopsBy), "refuses_new": refusal,
      "safe_from": stamp(finding.safeFrom), "remark": finding.remark.map { JSON(words($0)) } ?? .null,
      "caching": [
        "keeps": keeps(caching.keeping), "refetches_for_unknown_kid": .bool(caching.refetch != nil),
        "evidence": JSON(caching.evidence.rawValue), "source": JSON(caching.source),
      ],
    ]
  }

  /// Seconds; or `unlimited`, `uploaded`, `unknown`.
  private func keeps(_ keeping: VerifierCaching.Keeping) -> JSON {
    switch keeping {
    case .seconds(let seconds): JSON(seconds)
    case .advertised: JSON(plan.schedule.cacheLifetime)
    case .unlimited: "unlimited"
    case .uploaded: "uploaded"
    case .unknown: "unknown"
    }
  }

  private func stamp(_ seconds: Int64?) -> JSON { seconds.map { JSON(Timestamp($0).rfc3339()) } ?? .null }
}
