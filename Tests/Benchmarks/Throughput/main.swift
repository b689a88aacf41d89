import Glibc
import Inspection
import Issuer
import JOSE

// Prints how many tokens a second one core decodes and verifies, and how many it signs. The script beside it sets the
// figures against `openssl speed` on the same machine in the same run.

func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// How often the work is done in a second, measured over about three.
func rate(_ work: () -> Bool) -> Double {
  for _ in 0..<50 where !work() { return 0 }
  let start = seconds()
  var count = 0
  while seconds() - start < 3 {
    for _ in 0..<100 where !work() { return 0 }
    count += 100
  }
  return Double(count) / (seconds() - start)
}

let now: Int64 = 1_795_521_648
let identity = WorkspaceIdentity(
  subject: "https://github.com/acme/app", claims: ["name": "Ada Lovelace", "email": "ada@acme.dev"])

/// What one verification with RS256 takes, in microseconds: what verdicts are set against.
var verification = 0.0

// `verdicts` as an argument leaves out what is not needed for these.
let algorithms = CommandLine.arguments.contains("verdicts") ? [.rs256] : IssuerConfiguration.algorithms

for algorithm in algorithms {
  var ring = KeyRing()
  try ring.rotate(algorithm, at: now)
  let issuer = TokenIssuer(configuration: IssuerConfiguration(algorithm: algorithm))
  guard let key = ring.entries[0].key.signingKey else { fatalError("a ring of this disk holds its keys") }
  let request = TokenRequest(audiences: ["sts.amazonaws.com"])
  let text = try issuer.issue(request, for: identity, with: key, now: now, identifier: "benchmark").compact
  let keys = ring.publishedKeys(at: now)
  let source = KeySource(keys: keys, origin: "benchmark")

  let verified = rate {
    SignatureReport(verifying: CompactToken(parsing: text), with: keys).outcome == .verified
  }
  if algorithm == .rs256 { verification = 1e6 / verified }
  let inspected = rate {
    Inspection(CompactToken(parsing: text), options: InspectionOptions(keys: source), now: Timestamp(now))
      .signature.outcome == .verified
  }
  let signed = rate {
    (try? issuer.issue(request, for: identity, with: key, now: now, identifier: "benchmark")) != nil
  }
  print("\(algorithm.rawValue) verify \(Int(verified)) inspect \(Int(inspected)) sign \(Int(signed))")
}

TrustFigures.measure(now: now, verification: verification)
TrustFigures.conformance()
