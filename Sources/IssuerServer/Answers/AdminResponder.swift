import Hummingbird
import JOSE
import NIOCore

/// Answers those who run the server: whether it lives, whether it is ready, and its figures. It has a listener of its own,
/// which strangers do not reach.
struct AdminResponder: HTTPResponder {
  typealias Context = ConnectionContext

  let site: IssuerSite

  func respond(to request: Request, context: ConnectionContext) -> Response {
    guard request.method == .get || request.method == .head else {
      return Self.text(.methodNotAllowed, "GET and HEAD only\n")
    }
    let answer =
      switch (request.head.path ?? "/").prefix(while: { $0 != "?" }) {
      case "/healthz": Self.text(.ok, "ok\n")
      case "/readyz": readiness
      case "/metrics":
        Self.text(.ok, site.desk.metrics.text(gauges: gauges), type: "text/plain; version=0.0.4; charset=utf-8")
      default: Self.text(.notFound, "There are /healthz, /readyz and /metrics.\n")
      }
    return request.method == .head ? answer.createHeadResponse() : answer
  }

  private var readiness: Response {
    let now = site.desk.clock()
    var problems = site.desk.backend.problems(at: now)
    do throws(BackendUnavailable) { _ = try site.desk.backend.signer(at: now) } catch {
      if !problems.contains(error.description) { problems.append(error.description) }
    }
    guard !problems.isEmpty else { return Self.text(.ok, "ready\n") }
    return Self.text(.serviceUnavailable, problems.map { $0 + "\n" }.joined())
  }

  private var gauges: [(name: String, help: String, value: Int)] {
    let now = site.desk.clock()
    let keys = (try? site.desk.backend.publishedKeys(at: now))?.keys.keys.count ?? 0
    let isReady = readiness.status == .ok
    return [
      ("idp_published_keys", "Keys in the JWKS.", keys), ("idp_ready", "1 when tokens are issued.", isReady ? 1 : 0),
    ]
  }

  private static func text(
    _ status: HTTPResponse.Status, _ text: String, type: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
