import FoundationEssentials
import Inspection
import Synchronization

@testable import Federation

/// A cache folder, a clock that a test moves, and the paths that its servers were asked for.
final class Bench: Sendable {
  static let jwks =
    #"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"one","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#

  /// Part of a name that is too long to be one, which is known without asking a name server.
  static let impossibleLabel = String(repeating: "x", count: 64)

  private let temporary: TemporaryFolder
  private let time = Mutex<Int64>(1_795_521_648)
  private let paths = Mutex<[String]>([])

  init() throws { temporary = try TemporaryFolder() }

  /// Not there before it is needed.
  var folder: String { temporary.path + "/cache/idp" }
  var now: Timestamp { Timestamp(time.withLock { $0 }) }
  var asked: [String] { paths.withLock { $0 } }

  /// The one file in the cache.
  var file: String {
    get throws { folder + "/" + (try FileManager.default.contentsOfDirectory(atPath: folder).first ?? "") }
  }

  func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }

  /// A fetcher that knows nothing but the folder, as another process would.
  func fetcher(_ environment: [String: String] = [:], secondLimit: Int = 10) -> KeyFetcher {
    fetcher(Fetcher(environment: environment, secondLimit: secondLimit), folder: folder)
  }

  func fetcher(_ fetcher: Fetcher = Fetcher(environment: [:]), folder: String?) -> KeyFetcher {
    KeyFetcher(cacheFolder: folder, fetcher: fetcher) { self.now }
  }

  /// An issuer that answers as it should, but for what `override` answers.
  func issuer(
    headers: [String] = ["Cache-Control: max-age=600"],
    override: @escaping @Sendable (_ path: String, _ own: String) -> [UInt8]? = { _, _ in nil }
  ) throws -> LoopbackServer {
    try LoopbackServer { path, request in
      self.paths.withLock { $0.append(path) }
      let host = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("host: ") }?.dropFirst(6) ?? ""
      let own = "http://\(host)"
      if let answer = override(path, own) { return answer }
      switch path {
      case "/.well-known/openid-configuration":
        return LoopbackServer.answer(#"{"issuer":"\#(own)","jwks_uri":"\#(own)/jwks"}"#, headers: headers)
      case "/jwks": return LoopbackServer.answer(Self.jwks, headers: headers)
      default: return LoopbackServer.answer("no", status: "404 Not Found")
      }
    }
  }
}
