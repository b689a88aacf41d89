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
  public init(cacheFolder: String?, environment: [String: String], clock: @escaping @Sendable () -> Timestamp) {
    cache = KeyCache(folder: cacheFolder)
    fetcher = Fetcher(environment: environment)
    self.clock = clock
  }

  /// The keys of an issuer.
  ///
  /// - Parameters:
  ///   - issuer: compared byte for byte with `issuer` in its document.
  ///   - keyID: the kid that is needed. Keys in the cache without it are fetched anew, at most once a minute an issuer.
  ///   - refresh: passes the cache by.
  /// - Returns: with an issuer that cannot be reached the keys of the cache, marked as stale.
  public func keys(
    ofIssuer issuer: String, keyID: String? = nil, refresh: Bool = false
  ) async throws(FetchError) -> FetchedKeys {
    let issuerURL = try FetchURL(issuer, purpose: "the issuer")
    return try await keys(subject: issuer, keyID: keyID, refresh: refresh) { () async throws(FetchError) in
      let discovery = try await fetcher.fetch(try FetchURL(FetchURL.discovery(of: issuer), purpose: "the issuer"))
      let place = try Self.place(of: discovery.document, issuer: issuer, issuerURL: issuerURL)
      let answer = try await fetcher.fetch(place)
      return (place.text, answer)
    }
  }

  /// The keys of a JWKS whose URL somebody named.
  public func keys(
    atURL url: String, keyID: String? = nil, refresh: Bool = false
  ) async throws(FetchError) -> FetchedKeys {
    let place = try FetchURL(url, purpose: "the URL of the JWKS")
    return try await keys(subject: url, keyID: keyID, refresh: refresh) { () async throws(FetchError) in
      (url, try await fetcher.fetch(place))
    }
  }

  /// The URL of the keys that a discovery document names, when it is the issuer's and may be asked.
  static func place(of document: JSON, issuer: String, issuerURL: FetchURL) throws(FetchError) -> FetchURL {
    let discovery = FetchURL.discovery(of: issuer)
    guard let named = document["issuer"]?.stringValue else {
      throw FetchError(url: discovery, .document("the discovery document names no “issuer”"))
    }
    guard named.hasSameBytes(as: issuer) else {
      throw FetchError(url: discovery, .issuerMismatch(found: Visible.escaped(String(named.prefix(300)))))
    }
    guard let uri = document["jwks_uri"]?.stringValue else {
      throw FetchError(url: discovery, .document("the discovery document names no “jwks_uri”"))
    }
    let place = try FetchURL(uri, purpose: "the “jwks_uri” of the discovery document")
    // An issuer out there must not make us call what is in here.
    guard issuerURL.isPrivateAddress || !place.isPrivateAddress else {
      throw FetchError(url: uri, .url("the “jwks_uri” of a public issuer points at a private address"))
    }
    return place
  }

  private func keys(
    subject: String, keyID: String?, refresh: Bool,
    fetch: () async throws(FetchError) -> (origin: String, answer: Fetcher.Answer)
  ) async throws(FetchError) -> FetchedKeys {
    let now = clock()
    var record = cache.record(of: subject)
    if let record, !refresh, let cached = try? JWKSet(record.jwks) {
      let isFresh = record.fetched <= now.seconds && now.seconds < record.expires
      let isKnown = keyID.map { keyID in cached.keys.contains { $0.keyID == keyID } } ?? true
      let isRecent = record.attempted <= now.seconds && now.seconds - record.attempted < CachePolicy.retryInterval
      if isFresh, isKnown { return Self.cached(record, cached, note: nil) }
      if isFresh, isRecent {
        let age = Countdown.text(now.seconds - record.attempted)
        return Self.cached(
          record, cached, note: "the issuer was asked for this kid \(age) ago, and is asked at most once a minute")
      }
    }
    do throws(FetchError) {
      let (origin, answer) = try await fetch()
      let keys: JWKSet
      do { keys = try JWKSet(answer.document) } catch {
        throw FetchError(url: origin, .document("the answer is no JWKS: \(Visible.escaped("\(error)"))"))
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
      guard error.reason != .cancelled, record != nil, let known = record, let cached = try? JWKSet(known.jwks) else {
        throw error
      }
      record?.attempted = now.seconds
      if let record { cache.keep(record) }
      let age = Countdown.text(max(0, known.fetched.distance(to: now.seconds)))
      return Self.cached(
        known, cached, note: "kept for \(age), since fresh ones could not be had: \(error.found)", stale: true)
    }
  }

  private static func cached(
    _ record: KeyCache.Record, _ keys: JWKSet, note: String?, stale: Bool = false
  ) -> FetchedKeys {
    FetchedKeys(
      source: KeySource(
        keys: keys, origin: record.origin, fetchedAt: Timestamp(record.fetched), stale: stale, note: note),
      skew: nil)
  }
}

extension Int64 {
  fileprivate func distance(to other: Int64) -> Int64 { other - self }
}
