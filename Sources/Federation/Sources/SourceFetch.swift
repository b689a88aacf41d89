import JOSE

/// A request of a source over HTTP, whose failures are the source's.
struct SourceFetch {
  /// The most bytes of an answer: 64 KiB.
  static let byteLimit = 1 << 16

  private let source: TokenSource
  private var fetcher: Fetcher
  /// What is sent along and must not come back in a message.
  private let secret: String?

  init(_ source: TokenSource, environment: [String: String], secret: String? = nil, secondLimit: Int = 10) {
    self.source = source
    self.secret = secret
    fetcher = Fetcher(environment: environment)
    fetcher.secondLimit = secondLimit
  }

  /// Asks for what is at an address.
  ///
  /// - Parameters:
  ///   - purpose: what the address is, for the error.
  ///   - isMetadata: whether it is one of a cloud's metadata server, which are asked in plain http.
  func get(
    _ address: String, purpose: String, headers: [(name: String, value: String)], isMetadata: Bool = false
  ) async throws(SourceError) -> Fetcher.Response {
    do throws(FetchError) {
      let url = try FetchURL(address, purpose: purpose, allowsMetadataServers: isMetadata)
      return try await answer(to: Fetcher.Request(url: url, headers: headers, byteLimit: Self.byteLimit))
    } catch {
      throw failure(error)
    }
  }

  /// Posts a JSON document.
  func post(
    _ document: JSON, to address: String, purpose: String, headers: [(name: String, value: String)]
  ) async throws(SourceError) -> Fetcher.Response {
    do throws(FetchError) {
      let url = try FetchURL(address, purpose: purpose)
      return try await answer(
        to: Fetcher.Request(url: url, json: document.compact(), headers: headers, byteLimit: Self.byteLimit))
    } catch {
      throw failure(error)
    }
  }

  private func answer(to request: Fetcher.Request) async throws(FetchError) -> Fetcher.Response {
    try await fetcher.send(request, until: fetcher.deadline())
  }

  private func failure(_ error: FetchError) -> SourceError {
    if error.reason == .cancelled { return SourceError(source, .cancelled) }
    return SourceError(source, .transport(url: error.url, error.reason))
  }

  /// A text of the JSON document that came back.
  ///
  /// - Parameter path: the members that lead to it, with dots between them.
  func text(_ path: String, in response: Fetcher.Response, hint: String? = nil) throws(SourceError) -> String {
    try check(response, hint: hint)
    var value: JSON?
    do { value = try response.json() } catch { throw failure(error) }
    for name in path.split(separator: ".") { value = value?[String(name)] }
    guard let text = value?.stringValue else {
      throw SourceError(
        source, .transport(url: FetchError.quoted(response.url.text), .document("the answer holds no '\(path)'")))
    }
    return text
  }

  /// Whether the answer is a good one.
  func check(_ response: Fetcher.Response, hint: String? = nil) throws(SourceError) {
    guard !(200..<300).contains(response.status) else { return }
    throw SourceError(
      source, .refused(url: FetchError.quoted(response.url.text), status: response.status, words: words(response)),
      hint: hint, retryAfter: response.retryAfter)
  }

  /// What it says about a refusal, in one of the shapes that there are; not what was sent.
  private func words(_ response: Fetcher.Response) -> String? {
    let document = try? response.json()
    let words = ["error_description", "message", "detail", "error"].lazy
      .compactMap { document?[$0]?.stringValue ?? document?["error"]?[$0]?.stringValue }.first
    guard let words, secret.map({ !words.contains($0) }) ?? true else { return nil }
    return FetchError.quoted(words)
  }
}
