import Inspection
import Issuer
import JOSE
import Synchronization
import TerminalUI
import TrustPolicy

/// Carries out what the interface asks of the outside, each thing away from its loop, and posts what came of it.
final class InterfaceEffects: Sendable {
  private let workspace: Workspace
  private let resolver: KeyResolver
  private let port: TerminalPort
  private let supplies: InterfaceSupplies
  private let clipboard: ClipboardCopy
  /// The requests under way, so that they can be cancelled.
  private let tasks = Mutex<[EntryID: Task<Void, Never>]>([:])
  /// What blocks, in the order in which it was asked for.
  private let work = Worker()
  private let watch: FileWatch
  private let exchanges: InterfaceExchanges
  /// An issuer is not to be run down by `R` on a long list.
  private let turnstile = Turnstile(places: 4)

  init(workspace: Workspace, supplies: InterfaceSupplies, port: TerminalPort) {
    self.supplies = supplies
    self.workspace = workspace
    resolver = KeyResolver(workspace: workspace)
    self.port = port
    exchanges = InterfaceExchanges(workspace: workspace, port: port, work: work)
    watch = FileWatch { port.post(.policiesChanged) }
    clipboard = ClipboardCopy(
      choice: workspace.configuration.clipboard, environment: Surroundings.environment,
      writeToTerminal: { bytes in
        port.write(bytes)
        return true
      })
  }

  /// Begins to carry out an effect and returns at once.
  func perform(_ effect: Effect) {
    switch effect {
    case .requestToken(let id, let audience, .embedded): work.add { self.requestToken(id, audience) }
    case .requestToken(let id, let audience, let number): request(id, audience, number)
    case .fetchKeys(let id, let issuer, nil, let keyID, let refresh): fetchKeys(id, issuer, keyID, refresh)
    case .fetchKeys(let id, _, let source?, let keyID, let refresh): fetchServedKeys(id, source, keyID, refresh)
    case .cancel(let id): tasks.withLock { $0.removeValue(forKey: id) }?.cancel()
    case .exchange(let id, let order): exchanges.begin(id, order)
    case .cancelExchange(let id): exchanges.cancel(id)
    case .copy(let text, let what): Worker.detach { self.copy(text, what) }
    case .openFile(let path): Worker.detach { self.open(path) }
    case .saveAudiences(let names): work.add { self.save(names) }
    case .readPolicies(let inputs): readPolicies(inputs)
    case .printToTerminal, .editDocument, .setMouse, .redraw, .suspend, .quit: break
    }
  }

  /// Tells the interface with which key the issuer signs; before the first token there may be none. Only the list of
  /// keys is read for it, so that a look at the audiences costs no cryptography.
  func announceIssuer() {
    work.add { [self] in
      do throws(Failure) {
        guard let signer = try KeyStoreAccess.signerID(workspace) else { return }
        port.post(.issuerReady(algorithm: signer.algorithm.rawValue, keyID: signer.keyID))
      } catch {
        port.post(.toast(.error, Visible.escaped(error.message)))
      }
    }
  }

  /// Reads standard input to its end, once, and opens the token in it.
  ///
  /// - Parameter isNamed: whether the command line asked for it; an empty one that nobody asked for is passed over.
  func readStandardInput(isNamed: Bool) {
    Worker.detach { [self] in
      do throws(Failure) {
        let bytes = try InputFile.readStandardInput()
        guard !bytes.isEmpty || isNamed else { return }
        port.post(.opened(text: String(decoding: bytes, as: UTF8.self), from: "standard input"))
      } catch {
        if isNamed { port.post(.openFailed(path: "standard input", problem: Visible.escaped(error.message))) }
      }
    }
  }

  // MARK: Tokens and keys

  private func requestToken(_ id: EntryID, _ audience: String) {
    do throws(Failure) {
      let now = Surroundings.now()
      let issued = try workspace.issue(TokenRequest(audiences: [audience]), now: now)
      port.post(.tokenArrived(id, issued.compact, try workspace.keys(now: now)))
      announceIssuer()
    } catch {
      port.post(
        .tokenFailed(id, problem: Visible.escaped(error.message), hint: error.hint.map { Visible.escaped($0) }))
    }
  }

  /// Asks an issuer of the configuration, and fetches the keys to check its token with; or asks a source, of whose
  /// token nobody knows yet who issued it.
  private func request(_ id: EntryID, _ audience: String, _ number: IssuerID) {
    start(id) { [self] in
      guard let chosen = supplies[number], let supply = supply(of: chosen) else { return }
      do throws(SupplyFailure) {
        let token = try await turnstile.pass { () async throws(SupplyFailure) in
          try await supply.token(TokenRequest(audiences: [audience]))
        }
        guard !Task.isCancelled else { return }
        if let skew = token.skew { port.post(.clockSkew(skew, of: number)) }
        switch chosen {
        case .issuer(let issuer): port.post(await checkable(id, token.compact, of: issuer))
        case .source: port.post(.tokenUnchecked(id, token.compact, problem: "v fetches the keys of its issuer"))
        }
      } catch {
        guard !Task.isCancelled else { return }
        port.post(
          .tokenFailed(
            id, problem: Visible.escaped(error.failure.message), hint: error.failure.hint.map { Visible.escaped($0) },
            retryAfter: error.retryAfter))
      }
    }
  }

  /// The token with the keys of its issuer, or with the reason why they are not there.
  private func checkable(_ id: EntryID, _ compact: String, of issuer: TrustedIssuer) async -> Message {
    do {
      let keyID = CompactToken(parsing: compact).keyID
      return .tokenArrived(id, compact, try await resolver.keys(of: issuer, keyID: keyID, refresh: false).source)
    } catch {
      return .tokenUnchecked(id, compact, problem: Visible.escaped(error.message))
    }
  }

  private func fetchServedKeys(_ id: EntryID, _ number: IssuerID, _ keyID: String?, _ refresh: Bool) {
    start(id) { [self] in
      guard let issuer = issuer(number) else { return }
      do throws(Failure) {
        let fetched = try await resolver.keys(of: issuer, keyID: keyID, refresh: refresh)
        if let skew = fetched.skew { port.post(.clockSkew(skew, of: number)) }
        port.post(.keysArrived(id, fetched.source))
      } catch {
        guard !Task.isCancelled else { return }
        post(error, forKeysOf: id)
      }
    }
  }

  /// The issuer of the configuration that the interface knows by a number.
  private func issuer(_ id: IssuerID) -> TrustedIssuer? {
    if case .issuer(let issuer)? = supplies[id] { issuer } else { nil }
  }

  /// How what was chosen is asked; nil for an issuer that is trusted only.
  private func supply(of chosen: InterfaceSupplies.Supply) -> TokenSupply? {
    switch chosen {
    case .issuer(let issuer):
      issuer.access.map { TokenSupply(.served(ServedIssuer(url: issuer.url, access: $0)), workspace) }
    case .source(let source, _): TokenSupply(.source(source), workspace)
    }
  }

  /// Does what waits for the network, until it is cancelled.
  private func start(_ id: EntryID, _ work: @escaping @Sendable () async -> Void) {
    let task = Task { await work() }
    tasks.withLock { $0.updateValue(task, forKey: id) }?.cancel()
  }

  private func fetchKeys(_ id: EntryID, _ issuer: String, _ keyID: String?, _ refresh: Bool) {
    work.add { [self] in
      do throws(Failure) {
        if let source = try resolver.localKeys(ofIssuer: issuer, keyID: keyID) {
          port.post(.keysArrived(id, source))
        } else {
          fetchKeysFromNetwork(id, issuer, keyID, refresh)
        }
      } catch {
        post(error, forKeysOf: id)
      }
    }
  }

  private func fetchKeysFromNetwork(_ id: EntryID, _ issuer: String, _ keyID: String?, _ refresh: Bool) {
    start(id) { [self] in
      do throws(Failure) {
        let fetched = try await resolver.keys(ofIssuer: issuer, keyID: keyID, refresh: refresh)
        if let skew = fetched.skew { port.post(.clockSkew(skew)) }
        port.post(.keysArrived(id, fetched.source))
      } catch {
        guard !Task.isCancelled else { return }
        post(error, forKeysOf: id)
      }
    }
  }

  private func post(_ failure: Failure, forKeysOf id: EntryID) {
    port.post(
      .keysFailed(id, problem: Visible.escaped(failure.message), hint: failure.hint.map { Visible.escaped($0) }))
  }

  // MARK: Clipboard and files

  private func copy(_ text: String, _ what: String) {
    do throws(Failure) {
      let way = try clipboard.copy(text)
      port.post(.copied(what: what, how: way, length: text.count))
    } catch {
      port.post(.copyFailed(what: what, problem: Visible.escaped(error.message)))
    }
  }

  private func open(_ path: String) {
    do throws(Failure) {
      port.post(
        .opened(text: String(decoding: try InputFile.read(UserFolders.expanded(path)), as: UTF8.self), from: path))
    } catch {
      port.post(.openFailed(path: path, problem: Visible.escaped(error.message)))
    }
  }

  /// Reads the policies, and sees to it that changes of the files are told.
  private func readPolicies(_ inputs: [PolicyInput]) {
    watch.add(
      inputs.compactMap { input in
        if case .file(let path) = input { UserFolders.expanded(path) } else { nil }
      })
    work.add { [self] in port.post(.policiesRead(PolicyFiles.read(inputs))) }
  }

  private func save(_ names: [String]) {
    do throws(Failure) {
      guard let file = workspace.folders.configurationFile else {
        throw UserFolders.homeless("the configuration is kept", variable: "XDG_CONFIG_HOME")
      }
      try AudienceEditor(file: file).save(names)
    } catch {
      port.post(.toast(.error, "the audiences are not saved: \(Visible.escaped(error.message))"))
    }
  }
}
