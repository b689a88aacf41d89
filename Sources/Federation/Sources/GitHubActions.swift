import JOSE

/// The token service of a GitHub Actions job, as the job's environment names it.
struct GitHubActions {
  private let surroundings: SourceSurroundings

  init(_ surroundings: SourceSurroundings) { self.surroundings = surroundings }

  var presence: SourcePresence {
    switch place {
    case .success: .present("ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are set")
    case .failure(let error): if case .absent(let missing) = error.reason { .absent(missing) } else { .absent("") }
    }
  }

  /// `GET URL&audience=A`, with the job's own credential.
  func token(for audience: String) async throws(SourceError) -> String {
    let (address, credential) = try place.get()
    guard TokenEndpoint.isCredential(credential) else {
      throw SourceError(.gitHubActions, .absent("ACTIONS_ID_TOKEN_REQUEST_TOKEN holds what cannot be sent"))
    }
    let query = "audience=" + FormEncoding.percentEncoded(audience)
    let asking = SourceFetch(.gitHubActions, environment: surroundings.environment, secret: credential)
    let response = try await asking.get(
      address + (address.contains("?") ? "&" : "?") + query, purpose: "ACTIONS_ID_TOKEN_REQUEST_URL",
      headers: [("Authorization", "bearer \(credential)")])
    return try asking.text("value", in: response)
  }

  private var place: Result<(address: String, credential: String), SourceError> {
    guard let address = surroundings["ACTIONS_ID_TOKEN_REQUEST_URL"] else {
      // A job has the variables only when it was given the right.
      guard surroundings["GITHUB_ACTIONS"] == "true" else {
        return .failure(SourceError(.gitHubActions, .absent("ACTIONS_ID_TOKEN_REQUEST_URL is not set")))
      }
      return .failure(
        SourceError(
          .gitHubActions, .absent("this job may not request tokens"),
          hint: "Give the job the permission: permissions: {id-token: write}."))
    }
    guard let credential = surroundings["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] else {
      return .failure(SourceError(.gitHubActions, .absent("ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set")))
    }
    return .success((address, credential))
  }
}
