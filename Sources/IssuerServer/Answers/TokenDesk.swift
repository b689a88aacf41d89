import Issuer
import JOSE

/// What somebody asks for.
struct TokenApplication: Sendable, Equatable {
  /// One to sixteen.
  let audiences: [String]
  /// How long the token is to live, in seconds; nil for the issuer's own.
  let lifetime: Int64?
  /// The credential as it came; nil when there was none.
  let credential: String?

  init(audiences: [String], lifetime: Int64? = nil, credential: String?) throws(TokenError) {
    self.audiences = audiences.filter { !$0.isEmpty }
    self.lifetime = lifetime
    self.credential = credential
    guard !self.audiences.isEmpty else {
      throw TokenError(.invalidRequest, "audience is missing: who the token is for, such as sts.amazonaws.com")
    }
    guard self.audiences.count <= 16 else { throw TokenError(.invalidRequest, "there can be 16 audiences at most") }
  }
}

/// Where tokens are asked for: recognises the workspace, holds the limits, signs, and writes down what it did.
struct TokenDesk: Sendable {
  let settings: ServerSettings
  let backend: any IssuerBackend
  let addresses: RateLimiter
  let workspaces: RateLimiter
  let metrics: ServerMetrics
  let clock: @Sendable () -> Int64
  let log: @Sendable (ServerEvent) -> Void

  /// Who asks, once that is known.
  private struct Applicant {
    let name: String
    let identity: WorkspaceIdentity
    /// nil for the account that owns the keys, which may have any token.
    let registration: WorkspaceRegistration?
  }

  /// The token, or the error that is to be answered.
  ///
  /// - Parameter read: reads the request; it is called when the origin may ask at all.
  func issue(
    from origin: Origin, _ read: () async throws(TokenError) -> TokenApplication
  ) async throws(TokenError) -> IssuedToken {
    let now = clock()
    try admit("address/\(origin.text)", addresses, now, origin)
    var applicant: Applicant?
    var audiences: [String] = []
    do throws(TokenError) {
      let application = try await read()
      let known = try self.applicant(application.credential, origin)
      applicant = known
      audiences = application.audiences
      if let registration = known.registration {
        let name = "workspace/\(registration.identifier)"
        try admit(name, workspaces, now, origin, known.name, elsewhere: backend.countElsewhere(name))
        backend.count(name)
      }
      return try await sign(request(application, known), known, origin, now)
    } catch {
      // A flood over the limits has been written down once.
      if error.code != .tooMany { refuse(error.code, applicant?.name, origin, audiences, now) }
      throw error
    }
  }

  // MARK: Who

  private func applicant(_ credential: String?, _ origin: Origin) throws(TokenError) -> Applicant {
    do throws(BackendUnavailable) {
      if let credential {
        guard let registration = try registration(credential) else { throw BackendUnavailable("") }
        return Applicant(name: registration.name, identity: registration.identity, registration: registration)
      }
      if case .account(let account) = origin {
        if let registration = try backend.workspace(userID: account) {
          return Applicant(name: registration.name, identity: registration.identity, registration: registration)
        }
        if account == settings.account, let identity = settings.identity {
          return Applicant(name: "uid \(account)", identity: identity, registration: nil)
        }
      }
    } catch {
      guard error.description.isEmpty else { throw unavailable(error) }
    }
    // The same answer whether there is no such workspace, it was revoked, or the secret is wrong.
    throw TokenError(
      .invalidClient,
      "a workspace credential is needed, as Authorization: Bearer or as subject_token; idp workspaces add makes one")
  }

  /// The registration of a credential that is right. All wrong ones take the same time.
  private func registration(_ text: String) throws(BackendUnavailable) -> WorkspaceRegistration? {
    guard let credential = WorkspaceCredential(text) else { return nil }
    let registration = try backend.workspace(credential.identifier)
    let isRight = (registration?.credential ?? settings.nobody).matches(credential)
    guard isRight, let registration, registration.credential != nil, registration.revoked == nil else { return nil }
    return registration
  }

  // MARK: What

  private func request(
    _ application: TokenApplication, _ applicant: Applicant
  ) throws(TokenError) -> TokenRequest {
    guard let registration = applicant.registration else {
      return TokenRequest(
        audiences: application.audiences,
        lifetime: application.lifetime.map { min($0, IssuerConfiguration.lifetimes.upperBound) })
    }
    do throws(WorkspaceRefusal) {
      return try WorkspaceGrant.request(
        audiences: application.audiences, lifetime: application.lifetime, of: registration,
        standardLifetime: settings.configuration.lifetime)
    } catch {
      switch error {
      case .noAudience: throw TokenError(.invalidRequest, "audience is missing")
      case .malformedAudience:
        throw TokenError(.invalidTarget, "an audience holds white space or control characters, or is too long")
      case .audience:
        throw TokenError(
          .invalidTarget, "this workspace may not have tokens for that audience; its registration lists those it may")
      case .lifetime: throw TokenError(.invalidRequest, "a token has to live for a second at least")
      }
    }
  }

  private func sign(
    _ request: TokenRequest, _ applicant: Applicant, _ origin: Origin, _ now: Int64
  ) async throws(TokenError) -> IssuedToken {
    let signer: TokenSigner
    do { signer = try backend.signer(at: now) } catch { throw unavailable(error) }
    let unsigned: UnsignedToken
    do throws(IssueError) {
      unsigned = try TokenIssuer(configuration: settings.configuration).prepare(
        request, for: applicant.identity, algorithm: signer.algorithm, keyID: signer.keyID, now: now,
        identifier: try EmbeddedIssuer.identifier())
    } catch {
      switch error {
      case .audience: throw TokenError(.invalidTarget, "an audience cannot be used as it is written")
      case .lifetime: throw TokenError(.invalidRequest, "expires_in is out of range")
      default:
        log(.trouble("A token could not be made: \(error.description)"))
        throw TokenError(.failed, "the token could not be made; the server's log says why")
      }
    }
    var issued: IssuedToken
    do { issued = unsigned.signed(try await signer.sign(unsigned.signingInput)) } catch {
      log(.trouble("A token could not be signed: \(error)"))
      throw TokenError(.unavailable, "the token could not be signed; try again", retryAfter: 5)
    }
    issued.audit.workspace = applicant.name
    issued.audit.origin = origin.text
    // What cannot be written down is not handed out.
    do { try settings.audit.append(issued.audit) } catch {
      log(.trouble(error.description))
      throw TokenError(.unavailable, "the token could not be written down; try again", retryAfter: 30)
    }
    metrics.issued(signer.algorithm)
    return issued
  }

  // MARK: Limits and refusals

  private func admit(
    _ name: String, _ limiter: RateLimiter, _ now: Int64, _ origin: Origin, _ workspace: String? = nil,
    elsewhere: Int = 0
  ) throws(TokenError) {
    guard case .refused(let retryAfter, let isFirst) = limiter.admit(name, at: now, elsewhere: elsewhere) else {
      return
    }
    metrics.refused(.tooMany)
    // Once a minute: a flood fills no disk.
    if isFirst {
      write(
        AuditRefusal(time: now, reason: "too_many_requests", workspace: workspace, origin: origin.text, audiences: []))
    }
    throw TokenError(.tooMany, "too many token requests; a token can be used until it expires", retryAfter: retryAfter)
  }

  private func refuse(
    _ code: TokenError.Code, _ workspace: String?, _ origin: Origin, _ audiences: [String], _ now: Int64
  ) {
    metrics.refused(code)
    write(
      AuditRefusal(
        time: now, reason: code.rawValue, workspace: workspace, origin: origin.text,
        audiences: audiences.filter(TokenIssuer.isAudience)))
  }

  private func write(_ refusal: AuditRefusal) {
    do { try settings.audit.append(refusal) } catch { log(.trouble(error.description)) }
  }

  private func unavailable(_ error: BackendUnavailable) -> TokenError {
    log(.trouble(error.description))
    return TokenError(
      .unavailable, "this server gives no tokens at the moment; try again",
      retryAfter: error.retryAfter)
  }
}
