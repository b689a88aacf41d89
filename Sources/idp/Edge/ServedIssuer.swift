import Federation
import Glibc
import Inspection
import Issuer

/// An issuer elsewhere that gives tokens to this workspace.
struct ServedIssuer: Sendable {
  let url: String
  let access: IssuerAccess

  /// Asks it for a token.
  ///
  /// The credential is read for each request, so that one that was changed is used at once and none stays in memory.
  ///
  /// - Parameter lifetime: in seconds; nil for what the issuer has decided.
  func token(for audiences: [String], lifetime: Int64? = nil) async throws(SupplyFailure) -> TokenEndpoint.Token {
    let endpoint: TokenEndpoint
    do {
      endpoint = try self.endpoint()
    } catch {
      throw SupplyFailure(error)
    }
    do {
      return try await endpoint.token(for: audiences, lifetime: lifetime)
    } catch {
      throw SupplyFailure(
        Failure(error.code, error.description, hint: error.hint), retryAfter: error.retryAfter,
        isTransient: error.isTransient)
    }
  }

  private func endpoint() throws(Failure) -> TokenEndpoint {
    let issuer: IssuerURL
    do { issuer = try IssuerURL(url) } catch { throw Failure("usage", error.description + ".") }
    return TokenEndpoint(
      issuer: issuer, access: try access.opened(), environment: Surroundings.environment,
      clock: { Surroundings.now() })
  }
}

extension IssuerAccess {
  /// The socket, if it is asked at one.
  var socketPath: String? { if case .socket(let path) = self { UserFolders.expanded(path) } else { nil } }

  /// What is shown of it, never a secret.
  var shown: String {
    switch self {
    case .file(let path): "with the credential in \(path)"
    case .variable(let name): "with the credential in $\(name)"
    case .socket(let path): "at the socket \(path)"
    }
  }

  /// Whether it is there and can be used.
  func examine() throws(Failure) {
    guard let path = socketPath else {
      _ = try opened()
      return
    }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
      throw Failure(
        "socket-missing", "There is no socket at \(path).",
        hint: "It is there while the issuer runs: idp serve --socket PATH.")
    }
  }

  fileprivate func opened() throws(Failure) -> TokenEndpoint.Access {
    switch self {
    case .file(let path): return .credential(try CredentialFile.read(UserFolders.expanded(path)))
    case .socket(let path): return .socket(path: UserFolders.expanded(path))
    case .variable(let name):
      guard let text = Surroundings.environment[name], !text.isEmpty else {
        throw Failure(
          "credential-missing", "The environment variable \(name), which is to hold the credential, is not set.",
          hint: "Set it to what idp workspaces add printed, or name a file: credential: PATH.")
      }
      return .credential(text)
    }
  }
}
