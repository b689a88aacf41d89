import Inspection

/// Whether relying parties trust the certificate of an issuer's host, and for how long.
struct CertificateChecks {
  let served: ServedIssuer
  let now: Timestamp

  /// From when on it is time to renew one.
  private static let warning: Int64 = 14 * 86_400

  /// Empty where there is no TLS.
  var checks: [Check] {
    guard served.discovery.url.isSecure else { return [] }
    return [trust, chain, expiry].compactMap(\.self)
  }

  /// As the documents were fetched: by the authorities that are known here.
  private var trust: Check? {
    var check = Check(
      id: "certificate", title: "the certificate is for the host, and by an authority that is known here",
      outcome: .pass, actual: served.discovery.url.host)
    do throws(FetchError) {
      _ = try served.discovery.reply.get()
    } catch {
      switch error.reason {
      case .untrustedCertificate, .wrongCertificate, .tls:
        check.outcome = .fail
        check.actual = error.found
        check.hint = error.hint
      default: return nil
      }
    }
    return check
  }

  /// Relying parties do not look for what is missing in between.
  private var chain: Check? {
    guard let certificates = served.certificates, let own = certificates.first else { return nil }
    let isTrusted = served.discovery.isAnswered
    var check = Check(
      id: "certificate-chain", title: "the certificates in between are sent along",
      outcome: isTrusted ? .pass : .unknown,
      actual: certificates.count == 1 ? "the server's own alone" : "\(certificates.count) certificates")
    if certificates.count == 1 {
      check.hint =
        isTrusted
        ? "It must be signed by an authority that relying parties know themselves, not by one in between."
        : "If an authority in between has signed it, let the server send that certificate too (fullchain.pem)."
    }
    if let bad = certificates.dropFirst().first(where: { $0.notAfter < now.seconds }), own.notAfter >= now.seconds {
      check.outcome = .fail
      check.hint = "One of them expired on \(Timestamp(bad.notAfter).display()): let the server send the new one."
    }
    return check
  }

  private var expiry: Check? {
    guard let own = served.certificates?.first else {
      return Check(
        id: "certificate-expiry", title: "the certificate holds for two weeks and more", outcome: .skipped,
        hint: "It could not be looked at from here, such as through a proxy.")
    }
    let end = Timestamp(own.notAfter)
    let rest = now.distance(to: end)
    var check = Check(
      id: "certificate-expiry", title: "the certificate holds for two weeks and more",
      outcome: rest > 0 ? .pass : .fail, actual: "until \(end.display())")
    if own.notBefore > now.seconds {
      check.outcome = .fail
      check.actual = "from \(Timestamp(own.notBefore).display()) on"
      check.hint = "It does not hold yet: check the clock of this machine, or of the one that made it."
    } else if rest <= 0 {
      check.hint = "It expired \(Countdown.text(rest)) ago: no relying party fetches the keys any more. Renew it."
    } else if rest < Self.warning {
      check.hint = "It expires in \(Countdown.text(rest)): renew it."
    }
    return check
  }
}
