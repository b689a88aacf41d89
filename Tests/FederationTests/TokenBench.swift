import Inspection
import Issuer
import JOSE
import Synchronization

@testable import Federation

/// A served issuer whose answers a test chooses, and all that it was asked.
final class TokenBench: Sendable {
  static let credential = "idpw_abcdefghijklmnop_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
  static let now = Timestamp(1_795_521_648)

  private let log: Log
  private let server: LoopbackServer
  private let isBehindSocket: Bool
  /// The folder of the socket.
  private let folder: TemporaryFolder
  let issuer: String

  private final class Log: Sendable { let requests = Mutex<[String]>([]) }

  /// What was asked, head and body.
  var requests: [String] { log.requests.withLock { $0 } }
  /// What was posted.
  var posted: [String] { requests.filter { $0.hasPrefix("POST ") } }
  var socket: String { folder.path + "/idp serve.sock" }

  /// - Parameters:
  ///   - socketIssuer: the issuer behind a Unix socket; nil for one that listens on a port and is named by it.
  ///   - endpoint: the `token_endpoint` of the discovery document, by the issuer; nil leaves it out.
  ///   - answer: to a request for a token: the answer, by the issuer; nil says nothing.
  init(
    socketIssuer: String? = nil, endpoint: @escaping @Sendable (String) -> String? = { $0 + "/token" },
    discoveryIssuer: String? = nil, answer: @escaping @Sendable (String) -> [UInt8]?
  ) throws {
    let log = Log()
    self.log = log
    let folder = try TemporaryFolder()
    self.folder = folder
    isBehindSocket = socketIssuer != nil
    server = try LoopbackServer(socket: socketIssuer.map { _ in folder.path + "/idp serve.sock" }) { path, request in
      log.requests.withLock { $0.append(request) }
      let host = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("host: ") }?.dropFirst(6) ?? ""
      let issuer = socketIssuer ?? "http://\(host)"
      if request.hasPrefix("POST ") { return answer(issuer) }
      guard path.hasSuffix("/.well-known/openid-configuration") else {
        return LoopbackServer.answer("no", status: "404 Not Found")
      }
      var document: JSONObject = ["issuer": JSON(discoveryIssuer ?? issuer), "jwks_uri": JSON(issuer + "/jwks")]
      if let endpoint = endpoint(issuer) { document.set("token_endpoint", to: JSON(endpoint)) }
      return LoopbackServer.answer(JSON.object(document).compact())
    }
    issuer = socketIssuer ?? server.url
  }

  /// The endpoint as a workspace has it that holds a credential, or stands before the socket.
  func endpoint(credential: String = TokenBench.credential, secondLimit: Int = 10) throws -> TokenEndpoint {
    TokenEndpoint(
      issuer: try IssuerURL(issuer), access: isBehindSocket ? .socket(path: socket) : .credential(credential),
      fetcher: Fetcher(environment: [:], secondLimit: secondLimit), clock: { Self.now })
  }

  // MARK: Answers

  /// A token of an issuer, as it would come back.
  static func granted(
    _ issuer: String, audience: JSON = "sts.amazonaws.com", headers: [String] = []
  ) -> [UInt8] {
    answer(token(["iss": JSON(issuer), "aud": audience, "sub": "x"]), headers: headers)
  }

  static func answer(_ token: String, headers: [String] = []) -> [UInt8] {
    LoopbackServer.answer(
      #"{"access_token":"\#(token)","issued_token_type":"urn:ietf:params:oauth:token-type:id_token","#
        + #""token_type":"N_A","expires_in":3600}"#, headers: headers)
  }

  /// A token that nobody has signed: the endpoint does not check signatures.
  static func token(_ claims: JSONObject) -> String {
    [#"{"alg":"RS256","kid":"one"}"#, JSON.object(claims).compact(), "signature"]
      .map { Base64URL.encode($0.utf8) }.joined(separator: ".")
  }

  static func refusal(
    _ status: String, _ error: String, _ words: String? = nil, headers: [String] = []
  ) -> [UInt8] {
    var document: JSONObject = ["error": JSON(error)]
    if let words { document.set("error_description", to: JSON(words)) }
    return LoopbackServer.answer(JSON.object(document).compact(), status: status, headers: headers)
  }
}
