/// What a workspace gets of what it asks for.
public enum WorkspaceGrant {
  /// The request as it may be fulfilled: audiences that are allowed, and a lifetime within the limits of the workspace.
  ///
  /// - Parameters:
  ///   - lifetime: what was asked for, in seconds; nil for the issuer's own. A longer one than allowed is shortened, as
  ///     RFC 8693 §2.2.1 lets the server do.
  /// - Throws: ``WorkspaceRefusal``.
  public static func request(
    audiences: [String], lifetime: Int64?, of workspace: WorkspaceRegistration, standardLifetime: Int64
  ) throws(WorkspaceRefusal) -> TokenRequest {
    guard !audiences.isEmpty else { throw .noAudience }
    for audience in audiences {
      guard TokenIssuer.isAudience(audience) else { throw .malformedAudience }
      guard workspace.audiences.contains(where: { $0.matches(audience) }) else { throw .audience(audience) }
    }
    let wanted = lifetime ?? standardLifetime
    guard wanted > 0 else { throw .lifetime }
    return TokenRequest(audiences: audiences, lifetime: min(wanted, workspace.longestLifetime))
  }
}

/// Why a known workspace gets no token.
public enum WorkspaceRefusal: Error, Sendable, Equatable {
  case noAudience
  case malformedAudience
  /// The workspace may not have tokens for this audience.
  case audience(String)
  case lifetime
}
