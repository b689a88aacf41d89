import Inspection
import Issuer
import JOSE

/// Compares what is served at the address of an issuer with what is published here.
public struct PublicationCheck: Sendable {
  /// What relying parties should find.
  let issuer: IssuerURL
  let ring: KeyRing
  let schedule: RotationSchedule
  private let fetcher: Fetcher

  /// - Parameters:
  ///   - issuer: that tokens name.
  ///   - ring: the keys that sign them.
  ///   - schedule: how long a new key is published before it signs.
  ///   - environment: `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and their kin.
  public init(issuer: IssuerURL, ring: KeyRing, schedule: RotationSchedule, environment: [String: String]) {
    self.init(issuer: issuer, ring: ring, schedule: schedule, fetcher: Fetcher(environment: environment))
  }

  init(issuer: IssuerURL, ring: KeyRing, schedule: RotationSchedule, fetcher: Fetcher) {
    self.issuer = issuer
    self.ring = ring
    self.schedule = schedule
    self.fetcher = fetcher
  }

  /// Fetches what is served, and judges it.
  ///
  /// - Parameters:
  ///   - url: the issuer to look at, or its discovery document; nil for the issuer that tokens name.
  ///   - now: the moment at which the keys and the certificates are judged.
  public func run(at url: String? = nil, now: Timestamp) async -> [Check] {
    let asked = url.map(Self.withoutWellKnown) ?? issuer.text
    do throws(FetchError) {
      return checks(of: try await ServedIssuer.fetch(asked, by: fetcher), now: now)
    } catch {
      return [
        Check(
          id: "address", title: "relying parties may ask the address", outcome: .fail, actual: error.found,
          hint: "Publish on a host with https, and name it: \(asked) is nothing that they take.")
      ]
    }
  }

  /// The issuer, for somebody who gives the address of the document.
  private static func withoutWellKnown(_ url: String) -> String {
    let suffix = "/" + StaticDocuments.folder + "/openid-configuration"
    return url.hasSuffix(suffix) ? String(url.dropLast(suffix.count)) : url
  }

  // MARK: Judging

  func checks(of served: ServedIssuer, now: Timestamp) -> [Check] {
    var checks = [secure(served), named(served)].compactMap(\.self)
    checks += CertificateChecks(served: served, now: now).checks
    checks += AnswerChecks(name: "discovery", title: "the discovery document", document: served.discovery).checks
    if let document = try? served.discovery.json.get() {
      checks += [issuerName(document, served), location(document), algorithms(document, now)]
    }
    switch served.keys {
    case nil: break
    case .failure(let error):
      checks.append(
        Check(
          id: "jwks-address", title: "the keys may be fetched", outcome: .fail, actual: error.found, hint: error.hint))
    case .success(let document):
      checks += AnswerChecks(name: "jwks", title: "the JWKS", document: document).checks
      if let reply = try? document.reply.get(), reply.status == 200 { checks.append(keeping(reply)) }
      if let json = try? document.json.get() {
        checks += ServedKeyChecks(ring: ring, schedule: schedule, served: json, now: now).checks
      }
    }
    return checks
  }

  private func secure(_ served: ServedIssuer) -> Check {
    guard !served.discovery.url.isSecure else {
      return Check(id: "https", title: "the issuer is https", outcome: .pass)
    }
    return Check(
      id: "https", title: "the issuer is https", outcome: .skipped,
      hint: "Plain http is for relying parties on this machine; AWS, Entra ID and Google Cloud take https only.")
  }

  /// Whether it is the issuer that tokens of here name; nil when that is what was asked for.
  private func named(_ served: ServedIssuer) -> Check? {
    guard !served.issuer.hasSameBytes(as: issuer.text) else { return nil }
    return Check(
      id: "configured-issuer", title: "it is the issuer that tokens name", outcome: .fail, expected: issuer.text,
      actual: served.issuer,
      hint: Self.differsBySlash(served.issuer, issuer.text)
        ? "They differ by the slash at the end, which counts."
        : "Set issuer.url in the configuration, or check the other.")
  }

  private func issuerName(_ document: JSON, _ served: ServedIssuer) -> Check {
    let found = document["issuer"]?.stringValue
    let isSame = found?.hasSameBytes(as: served.issuer) ?? false
    let hint = found.map { found in
      Self.differsBySlash(found, served.issuer)
        ? "They differ by the slash at the end, which counts: relying parties compare byte for byte."
        : "Relying parties compare byte for byte. Is it the document of another issuer, or an older one?"
    }
    return Check(
      id: "issuer", title: "the document names the issuer, byte for byte", outcome: isSame ? .pass : .fail,
      expected: served.issuer, actual: found ?? "no issuer",
      hint: isSame ? nil : hint ?? "Upload the document that idp publish writes.")
  }

  private func location(_ document: JSON) -> Check {
    let found = document["jwks_uri"]?.stringValue
    let isSame = found?.hasSameBytes(as: issuer.jwksURL) ?? false
    return Check(
      id: "jwks-uri", title: "jwks_uri leads to the keys that are published", outcome: isSame ? .pass : .fail,
      expected: issuer.jwksURL, actual: found ?? "no jwks_uri",
      hint: isSame ? nil : "Upload the document that idp publish writes.")
  }

  private func algorithms(_ document: JSON, _ now: Timestamp) -> Check {
    let named = document["id_token_signing_alg_values_supported"]?.arrayValue?.compactMap(\.stringValue) ?? []
    var needed: [String] = []
    for entry in ring.entries where ring.state(of: entry, at: now.seconds) != .expired {
      let name = entry.key.algorithm.rawValue
      if !needed.contains(name) { needed.append(name) }
    }
    let isWhole = needed.allSatisfy(named.contains)
    return Check(
      id: "algorithms", title: "the document names the algorithms of the keys", outcome: isWhole ? .pass : .fail,
      expected: needed.joined(separator: ", "), actual: named.isEmpty ? "none" : named.joined(separator: ", "),
      hint: isWhole ? nil : "Some relying parties take no algorithm that is not named: publish again.")
  }

  /// Whether copies run out before a new key signs.
  private func keeping(_ reply: Fetcher.Response) -> Check {
    let ahead = Countdown.short(schedule.publishedAhead)
    var check = Check(
      id: "jwks-cache", title: "copies of the keys run out before a new key signs", outcome: .pass,
      expected: "max-age of \(schedule.cacheLifetime) at most", actual: reply.cacheControl.joined(separator: ", "))
    switch CachePolicy.permission(cacheControl: reply.cacheControl) {
    case .keep(let seconds) where seconds > schedule.publishedAhead:
      check.outcome = .fail
      check.hint =
        "A copy may be kept for \(Countdown.text(seconds)), but a new key signs \(ahead) after it is published: "
        + "its first tokens would be refused."
    case .keep(let seconds) where seconds > schedule.cacheLifetime:
      check.hint = "Behind a second cache a copy may be twice as old, older than the \(ahead) that a new key waits."
    case .keep: break
    case .ask:
      check.hint = "Relying parties have to fetch the keys for each token; AWS may fail at that when there are many."
    case .silent:
      check.actual = "no Cache-Control"
      check.hint = "Relying parties decide for themselves. Let the host send max-age=\(schedule.cacheLifetime)."
    }
    return check
  }

  static func differsBySlash(_ left: String, _ right: String) -> Bool { left + "/" == right || left == right + "/" }
}
