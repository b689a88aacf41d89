import Federation

/// Which sources of tokens there are here.
enum SourceSurvey {
  /// A source, and what shows that it is here or what is missing.
  struct Entry: Sendable {
    let name: String
    let presence: SourcePresence

    var detail: String {
      switch presence {
      case .present(let detail), .absent(let detail), .unknown(let detail): detail
      }
    }
  }

  /// The embedded issuer and those of the configuration.
  static func issuers(_ configuration: Configuration) -> [Entry] {
    [Entry(name: "embedded", presence: .present("the issuer within this program, \(configuration.issuer.issuer.text)"))]
      + configuration.issuers.map { Entry(name: $0.url, presence: presence(of: $0)) }
  }

  private static func presence(of issuer: TrustedIssuer) -> SourcePresence {
    guard let access = issuer.access else { return .absent("its keys are trusted; nothing says how to ask it") }
    do throws(Failure) {
      try access.examine()
      return .present("asked \(access.shown)")
    } catch {
      return .absent(error.message)
    }
  }

  /// Those that are known by name.
  ///
  /// - Parameter probes: whether the metadata servers are asked, over the network.
  static func known(probes: Bool = false) throws(Failure) -> [Entry] {
    guard probes else {
      return TokenSource.known.map { Entry(name: $0.name, presence: $0.presence(in: Surroundings.ofSources())) }
    }
    return try Blocking.wait { () async throws(Failure) in
      await withTaskGroup(of: (Int, Entry).self) { group in
        for (index, source) in TokenSource.known.enumerated() {
          group.addTask {
            (index, Entry(name: source.name, presence: await source.probedPresence(in: Surroundings.ofSources())))
          }
        }
        var found: [(Int, Entry)] = []
        for await entry in group { found.append(entry) }
        return found.sorted { $0.0 < $1.0 }.map(\.1)
      }
    }
  }

  /// Those that are here, by what can be told without the network.
  static func present() -> [(source: TokenSource, detail: String)] {
    TokenSource.known.compactMap { source in
      guard case .present(let detail) = source.presence(in: Surroundings.ofSources()) else { return nil }
      return (source, detail)
    }
  }
}
