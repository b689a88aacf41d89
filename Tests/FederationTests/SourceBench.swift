import Inspection
import JOSE
import Synchronization

@testable import Federation

/// What a source of tokens finds around itself in a test, and the programs that it ran.
final class SourceBench: Sendable {
  static let now = Timestamp(1_795_521_648)

  /// A program that was run.
  struct Run: Equatable {
    let arguments: [String]
    /// What is told to commands of the shell.
    let audience: String?
  }

  private let ran = Mutex<[Run]>([])
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var runs: [Run] { ran.withLock { $0 } }

  /// - Parameters:
  ///   - programs: those that are in `PATH`.
  ///   - outcome: of each program; nil for one that cannot be started.
  func surroundings(
    _ environment: [String: String] = [:], programs: Set<String> = [],
    outcome: SourceSurroundings.Outcome? = nil
  ) -> SourceSurroundings {
    var surroundings = SourceSurroundings(
      environment: environment, clock: { Self.now }, locate: { programs.contains($0) ? "/usr/bin/\($0)" : nil },
      run: { arguments, environment in
        self.ran.withLock { $0.append(Run(arguments: arguments, audience: environment["AUDIENCE"])) }
        return outcome
      })
    surroundings.root = folder.path
    return surroundings
  }

  /// A token that nobody has signed: who gives it vouches for it.
  static func token(_ audience: JSON = "sts.amazonaws.com", _ more: JSONObject = [:]) -> String {
    var claims: JSONObject = ["iss": "https://issuer.example", "aud": audience, "exp": JSON(now.seconds + 600)]
    for member in more.members { claims.set(member.name.value, to: member.value) }
    return TokenBench.token(claims)
  }

  /// What a program did that printed this.
  static func printed(_ text: String, status: Int32? = 0, errors: String = "") -> SourceSurroundings.Outcome {
    SourceSurroundings.Outcome(status: status, output: Array(text.utf8), errors: Array(errors.utf8))
  }
}
