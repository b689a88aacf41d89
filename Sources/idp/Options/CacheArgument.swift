import ArgumentParser
import Inspection
import Issuer

/// For how long somebody keeps a JWKS, as the command line has it: `aws=10m`, `https://api.example.org=envoy`.
struct CacheArgument: Sendable, Equatable {
  enum Value: Sendable, Equatable {
    case seconds(Int64)
    case like(Verifier)
  }

  /// The name of a relying party, or an audience.
  let party: String
  let value: Value

  /// - Throws: `ValidationError` when it is none.
  init(_ argument: String) throws {
    // An audience may hold the sign itself; what stands last does not.
    guard let sign = argument.lastIndex(of: "="), sign > argument.startIndex else {
      throw ValidationError("Write it as PARTY=TIME, such as aws=10m.")
    }
    party = String(argument[..<sign])
    let text = String(argument[argument.index(after: sign)...])
    if let duration = Duration(argument: text) {
      value = .seconds(duration.seconds)
    } else if let verifier = Verifier.named(text) {
      value = .like(verifier)
    } else {
      let names = Verifier.known.map(\.id).joined(separator: ", ")
      throw ValidationError("“\(text)” is no length of time such as 10m, and none of \(names).")
    }
  }

  /// What somebody does for whom this was said.
  func caching(instead caching: VerifierCaching) -> VerifierCaching {
    switch value {
    case .seconds(let seconds):
      VerifierCaching(
        keeping: .seconds(seconds), refetch: caching.refetch, evidence: .stated, source: "as the command line says")
    case .like(let verifier): verifier.caching
    }
  }
}
