import Inspection
import JOSE

/// Keys from the network, with what their arrival told.
public struct FetchedKeys: Sendable {
  public let source: KeySource
  /// The issuer's clock minus ours, in seconds; nil when no answer said what time it is there.
  public let skew: Int64?
}

/// The keys of an issuer: from its discovery document and JWKS (OpenID Connect Discovery 1.0 §4), or from the cache.
///
/// It asks only what it is told to: whether an issuer may be asked at all is for the caller to know.
public struct KeyFetcher: Sendable {
  private let cache: KeyCache
  private let fetcher: Fetcher
  private let clock: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - cacheFolder: where keys are kept between runs; nil for nowhere.
  ///   - environment: `HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and their kin.
  ///   - clock: what time it is.
  public init(cacheFolder: String?, environment: [String: String], clock: @escaping @Sendable () -> Timestamp) {
    self.init(cacheFolder: cacheFolder, fetcher: Fetcher(environment: environment), clock: clock)
  }

  init(cacheFolder: String?, fetcher: Fetcher, clock: @escaping @Sendable () -> Timestamp) {
    cache = KeyCache(folder: cacheFolder)
    self.fetcher = fetcher
    self.clock = clock
  }

  /// The keys of an issuer.
  ///
  /// - Parameters:
  ///   - issuer: compared byte for byte with `issuer` in its document.
  ///   - keyID: the kid that is needed. Keys in the cache without it are fetched anew, at most once a minute an issuer.
  ///   - refresh: passes the cache by.
  ///   - socket: the Unix socket that stands for the issuer's host; nil asks the host.
  /// - Returns: with an issuer that cannot be reached the keys of the cache, marked as stale.
  /// - Throws: ``FetchError`` when there are no keys to return, or the issuer is not the one that was meant.
  public func keys(
    ofIssuer issuer: String, keyID: String? = nil, refresh: Bool = false, socket: String? = nil
  ) async throws(FetchError) -> FetchedKeys {
    let issuerURL = try FetchURL(issuer, purpose: "the issuer")
    let discovery = try FetchURL.discovery(of: issuer)
    // Who answers on a socket of this machine is not who answers to the name.
    let subject = socket.map { "\(issuer) on \($0)" } ?? issuer
    return try await keys(of: subject, keyID: keyID, refresh: refresh) { deadline async throws(FetchError) in
      let document = try await fetcher.fetch(discovery, socket: socket, until: deadline).document
      let place = try Self.place(in: document, issuer: issuer, issuerURL: issuerURL, discovery: discovery)
      let isBehindSocket = place.hasSameOrigin(as: issuerURL)
      return (place.text, try await fetcher.fetch(place, socket: isBehindSocket ? socket : nil, until: deadline))
    }
  }

  /// The keys of a JWKS whose URL somebody named.
  ///
  /// - Parameters:
  ///   - url: of a JWKS, or of a single JWK.
  ///   - keyID: as with ``keys(ofIssuer:keyID:refresh:)``.
  ///   - refresh: passes the cache by.
  /// - Throws: ``FetchError`` when there are no keys to return.
  public func keys(
    atURL url: String, keyID: String? = nil, refresh: Bool = false
  ) async throws(FetchError) -> FetchedKeys {
    let place = try FetchURL(url, purpose: "the URL of the JWKS")
    return try await keys(of: url, keyID: keyID, refresh: refresh) { deadline async throws(FetchError) in
      (url, try await fetcher.fetch(place, until: deadline))
    }
  }

  /// The URL of the keys that a discovery document names, when it is the issuer's and may be asked.
  static func place(
    in document: JSON, issuer: String, issuerURL: FetchURL, discovery: FetchURL
  ) throws(FetchError) -> FetchURL {
    try checkIssuer(document, is: issuer, discovery: discovery)
    return try keysLocation(in: document, issuerURL: issuerURL, discovery: discovery)
  }

  /// The URL that a discovery document names as that of the keys, when it may be asked.
  static func keysLocation(
    in document: JSON, issuerURL: FetchURL, discovery: FetchURL
  ) throws(FetchError) -> FetchURL {
    guard let uri = document["jwks_uri"]?.stringValue else {
      throw FetchError(url: discovery.text, .document("the discovery document names no 'jwks_uri'"))
    }
    let place = try FetchURL(uri, purpose: "the 'jwks_uri' of the discovery document")
    // An issuer out there must not make us call what is in here.
    guard issuerURL.isLoopback || !place.isLoopback, issuerURL.isPrivate || !place.isPrivate else {
      throw FetchError(url: uri, .privateAddress)
    }
    return place
  }

  /// Whether a discovery document is the issuer's own (OpenID Connect Discovery 1.0 §4.3).
  static func checkIssuer(_ document: JSON, is issuer: String, discovery: FetchURL) throws(FetchError) {
    guard let named = document["issuer"]?.stringValue else {
      throw FetchError(url: discovery.text, .document("the discovery document names no 'issuer'"))
    }
    guard named.hasSameBytes(as: issuer) else {
      throw FetchError(
        url: discovery.text,
        .issuerMismatch(expected: FetchError.quoted(issuer), found: FetchError.quoted(named)))
    }
  }

  private func keys(
    of subject: String, keyID: String?, refresh: Bool,
    fetch: (_ deadline: ContinuousClock.Instant) async throws(FetchError) -> (origin: String, answer: Fetcher.Answer)
  ) async throws(FetchError) -> FetchedKeys {
    let began = clock()
    let known = known(of: subject)
    if let known, !refresh, let answer = known.fresh(for: keyID, at: began) { return answer }
    do throws(FetchError) {
      let (origin, answer) = try await fetch(fetcher.deadline())
      let keys: JWKSet
      do { keys = try JWKSet(answer.document) } catch {
        throw FetchError(url: origin, .document("the answer is no JWKS: \(FetchError.quoted("\(error)"))"))
      }
      let arrived = clock()
      cache.keep(
        KeyCache.Record(
          subject: subject, origin: origin, jwks: answer.document, fetched: arrived.seconds,
          expires: arrived.seconds + answer.lifetime, attempted: arrived.seconds))
      return FetchedKeys(
        source: KeySource(keys: keys, origin: origin, fetchedAt: arrived),
        skew: answer.date.map { arrived.distance(to: $0) })
    } catch {
      guard error.allowsStaleKeys, var known else { throw error }
      known.record.attempted = began.seconds
      cache.keep(known.record)
      return known.stale(because: error, at: began)
    }
  }

  private func known(of subject: String) -> KnownKeys? {
    guard let record = cache.record(of: subject), let keys = try? JWKSet(record.jwks) else { return nil }
    return KnownKeys(record: record, keys: keys)
  }
}

/// Keys of the cache, and when they may be used.
private struct KnownKeys {
  var record: KeyCache.Record
  let keys: JWKSet

  /// The keys, when they are fresh and no other could be wanted; a time to come in the record means that the clock was
  /// wrong, and counts for nothing.
  func fresh(for keyID: String?, at now: Timestamp) -> FetchedKeys? {
    guard isWithin(min(record.expires - record.fetched, CachePolicy.ceiling), since: record.fetched, now) else {
      return nil
    }
    let isKnown = keyID.map { keyID in keys.keys.contains { $0.keyID?.hasSameBytes(as: keyID) == true } } ?? true
    if isKnown { return fetched(note: nil, isStale: false) }
    guard isWithin(CachePolicy.retryInterval, since: record.attempted, now) else { return nil }
    let age = Countdown.text(Timestamp(record.attempted).distance(to: now))
    return fetched(
      note: "this kid is not among them; the issuer was last asked \(age) ago, and for a missing kid once a minute",
      isStale: false)
  }

  /// The keys, when there are no others to be had.
  func stale(because error: FetchError, at now: Timestamp) -> FetchedKeys {
    let age = Timestamp(record.fetched).distance(to: now)
    return fetched(
      note: "kept for \(Countdown.text(max(age, 0))), since fresh ones could not be had: \(error.found)", isStale: true)
  }

  private func isWithin(_ seconds: Int64, since start: Int64, _ now: Timestamp) -> Bool {
    start <= now.seconds && Timestamp(start).distance(to: now) < seconds
  }

  private func fetched(note: String?, isStale: Bool) -> FetchedKeys {
    FetchedKeys(
      source: KeySource(
        keys: keys, origin: record.origin, fetchedAt: Timestamp(record.fetched), stale: isStale, note: note),
      skew: nil)
  }
}
