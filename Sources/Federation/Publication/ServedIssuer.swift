import Inspection
import JOSE

/// What answers at the address of an issuer, as a relying party would find it.
struct ServedIssuer: Sendable {
  /// An address, and what it answered.
  struct Document: Sendable {
    let url: FetchURL
    let reply: Result<Fetcher.Response, FetchError>
    /// The JSON in it.
    let json: Result<JSON, FetchError>

    /// Whether somebody answered, be it with a redirect: then the certificate was good.
    var isAnswered: Bool {
      do throws(FetchError) { _ = try reply.get() } catch {
        if case .redirect = error.reason { return true }
        return false
      }
      return true
    }
  }

  /// The issuer that was asked for, as it was written.
  let issuer: String
  let discovery: Document
  /// Nil when there is no discovery document that would lead to it; its error says so when the place may not be asked.
  let keys: Result<Document, FetchError>?
  /// What the host of the issuer shows; nil where there is no TLS, or a proxy in between.
  let certificates: [ServedCertificate]?

  /// - Throws: ``FetchError`` when the issuer's URL may not be asked at all.
  static func fetch(_ issuer: String, by fetcher: Fetcher) async throws(FetchError) -> ServedIssuer {
    let issuerURL = try FetchURL(issuer, purpose: "the issuer")
    let place = try FetchURL.discovery(of: issuer)
    let deadline = fetcher.deadline()
    let discovery = await document(at: place, by: fetcher, until: deadline)
    var keys: Result<Document, FetchError>?
    if let json = try? discovery.json.get() {
      do throws(FetchError) {
        let location = try KeyFetcher.keysLocation(in: json, issuerURL: issuerURL, discovery: place)
        keys = .success(await document(at: location, by: fetcher, until: deadline))
      } catch {
        keys = .failure(error)
      }
    }
    return ServedIssuer(
      issuer: issuer, discovery: discovery, keys: keys,
      certificates: await certificates(of: place, by: fetcher, until: deadline))
  }

  private static func document(
    at url: FetchURL, by fetcher: Fetcher, until deadline: ContinuousClock.Instant
  ) async -> Document {
    do throws(FetchError) {
      let reply = try await fetcher.send(Fetcher.Request(url: url), until: deadline)
      let json = Result { () throws(FetchError) in try reply.document() }
      return Document(url: url, reply: .success(reply), json: json)
    } catch {
      return Document(url: url, reply: .failure(error), json: .failure(error))
    }
  }

  private static func certificates(
    of url: FetchURL, by fetcher: Fetcher, until deadline: ContinuousClock.Instant
  ) async -> [ServedCertificate]? {
    guard url.isSecure, goesStraight(to: url, fetcher.environment) else { return nil }
    return try? await CertificateProbe.certificates(of: url, until: deadline)
  }

  private static func goesStraight(to url: FetchURL, _ environment: [String: String]) -> Bool {
    do throws(FetchError) {
      return try ProxySettings(environment: environment).proxy(for: url) == nil
    } catch {
      return false
    }
  }
}
