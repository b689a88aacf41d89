import JOSE
import Synchronization

/// Counts what a server does, and prints it as Prometheus reads it (text format 0.0.4).
final class ServerMetrics: Sendable {
  private struct Counts {
    var answers: [Answer: Int] = [:]
    var issued: [SignatureAlgorithm: Int] = [:]
    var refused: [TokenError.Code: Int] = [:]
  }

  private struct Answer: Hashable {
    let route: String
    let status: Int
  }

  private let counts = Mutex(Counts())
  let connections: ConnectionLimits

  init(connections: ConnectionLimits) { self.connections = connections }

  func answered(_ route: String, _ status: Int) {
    counts.withLock { $0.answers[Answer(route: route, status: status), default: 0] += 1 }
  }

  func issued(_ algorithm: SignatureAlgorithm) { counts.withLock { $0.issued[algorithm, default: 0] += 1 } }

  func refused(_ code: TokenError.Code) { counts.withLock { $0.refused[code, default: 0] += 1 } }

  func text(gauges: [(name: String, help: String, value: Int)]) -> String {
    let counts = counts.withLock { $0 }
    var lines: [String] = []
    func family(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: Int)]) {
      lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(kind)"]
      lines += samples.sorted { $0.labels < $1.labels }.map { "\(name)\($0.labels) \($0.value)" }
    }
    family(
      "idp_http_requests_total", "counter", "Requests answered.",
      counts.answers.map { (#"{route="\#($0.key.route)",status="\#($0.key.status)"}"#, $0.value) })
    family(
      "idp_tokens_issued_total", "counter", "Tokens issued.",
      counts.issued.map { (#"{alg="\#($0.key.rawValue)"}"#, $0.value) })
    family(
      "idp_token_refusals_total", "counter", "Token requests refused.",
      counts.refused.map { (#"{error="\#($0.key.rawValue)"}"#, $0.value) })
    family(
      "idp_connections_refused_total", "counter", "Connections over the limits.", [("", connections.refused)])
    family("idp_connections", "gauge", "Connections that are open.", [("", connections.open)])
    for gauge in gauges { family(gauge.name, "gauge", gauge.help, [("", gauge.value)]) }
    return lines.map { $0 + "\n" }.joined()
  }
}
