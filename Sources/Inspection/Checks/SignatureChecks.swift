import JOSE

/// The algorithm and the signature. Both stand for themselves: neither the time nor what the claims say has a part in it.
enum SignatureChecks {
  static func of(_ token: CompactToken, report: SignatureReport, options: InspectionOptions) -> [Check] {
    [algorithm(token, report), signature(token, report, options)]
  }

  private static func algorithm(_ token: CompactToken, _ report: SignatureReport) -> Check {
    let id = "algorithm"
    if token.kind == .jwe {
      return Check(
        id: id, title: id, outcome: .skipped, actual: token.algorithm.map { Excerpt.cut($0) },
        hint: "The token is encrypted; its algorithm is one of encryption.")
    }
    switch report.algorithmCheck {
    case .accepted(let algorithm):
      return Check(id: id, title: id, outcome: .pass, actual: "\(algorithm.rawValue), \(algorithm.summary)")
    case .refused(let reason):
      return Check(
        id: id, title: id, outcome: .fail, expected: "a signature algorithm that fits the key",
        actual: Excerpt.sentence(reason.description), hint: Excerpt.sentence(reason.hint))
    case .notApplicable:
      return Check(id: id, title: id, outcome: .skipped, actual: token.algorithm.map { Excerpt.cut($0) })
    }
  }

  private static func signature(
    _ token: CompactToken, _ report: SignatureReport, _ options: InspectionOptions
  ) -> Check {
    let origin = options.keys.map { " of \(Visible.escaped($0.origin))" } ?? ""
    let expected = "a signature by a key\(origin)"
    let children = report.attempts.count < 2 ? [] : report.attempts.enumerated().map { attempt($0, $1, report) }
    switch report.outcome {
    case .verified:
      return Check(
        id: "signature", title: "signature", outcome: .pass, expected: expected,
        actual: "verified with key \(report.keyUsed.map(name) ?? "?")\(origin)",
        hint: remarks(report, options),
        children: children)
    case .refused:
      var actual = report.reason.map { Excerpt.sentence($0.description) } ?? "the signature was refused"
      if report.reason != .mismatch {
        switch report.wouldHold {
        case true?: actual += " (apart from that the signature holds)"
        case false?: actual += " (and the signature does not hold either)"
        case nil: break
        }
      }
      return Check(
        id: "signature", title: "signature", outcome: .fail, expected: expected, actual: actual,
        hint: report.reason.map { Excerpt.sentence($0.hint) }, children: children)
    case .notChecked:
      return Check(
        id: "signature", title: "signature", outcome: .unknown,
        actual: "not checked: \(whyNotChecked(report, options))",
        hint: token.kind == .jwe
          ? nil : "Give the keys: --jwks URL or FILE, --key FILE, or --issuer URL to fetch them.")
    }
  }

  private static func whyNotChecked(_ report: SignatureReport, _ options: InspectionOptions) -> String {
    // With no keys at all whoever looked for them knows more than the verifier.
    if report.reason == .noKeys, let problem = options.keysProblem { return Excerpt.sentence(problem) }
    return report.reason.map { Excerpt.sentence($0.description) } ?? "there is no key to check with"
  }

  private static func attempt(_ index: Int, _ attempt: SignatureReport.Attempt, _ report: SignatureReport) -> Check {
    let isUsed = report.outcome == .verified && report.keyUsed?.thumbprint == attempt.thumbprint
    return Check(
      id: "signature-key-\(index + 1)", title: "key \(attempt.keyID.map { Excerpt.cut($0) } ?? attempt.thumbprint)",
      outcome: isUsed ? .pass : report.outcome == .verified ? .skipped : .fail, actual: Excerpt.sentence(attempt.result)
    )
  }

  private static func name(_ key: SignatureReport.KeyReference) -> String {
    key.keyID.map { Excerpt.cut($0) } ?? key.thumbprint
  }

  private static func remarks(_ report: SignatureReport, _ options: InspectionOptions) -> String? {
    var remarks = report.remarks.map { Excerpt.sentence($0.description) }
    if let keys = options.keys {
      if let note = keys.note {
        remarks.append(Excerpt.sentence(note))
      } else if keys.stale {
        remarks.append("the keys come from the cache and should have been renewed")
      }
    }
    return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
  }
}
