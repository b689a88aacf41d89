import Glibc

/// The metadata server of a cloud, which tells a machine in that cloud who it is.
///
/// It is at an address that is the same on all machines, and on a machine elsewhere nobody answers there, or somebody else
/// does. So it is asked only when it was chosen, or to look whether it is there.
struct MetadataServer {
  private let source: TokenSource
  private let surroundings: SourceSurroundings

  init(_ source: TokenSource, _ surroundings: SourceSurroundings) {
    self.source = source
    self.surroundings = surroundings
  }

  // MARK: Tokens

  /// An identity token of Google's metadata server.
  func googleToken(for audience: String, account: String?) async throws(SourceError) -> String {
    let asking = fetch(secondLimit: 5)
    let response = try await asking.get(
      "\(base)/computeMetadata/v1/instance/service-accounts/\(account ?? "default")/identity?audience="
        + FormEncoding.percentEncoded(audience) + "&format=full",
      purpose: Self.googleHost, headers: headers, isMetadata: true)
    guard response.headers.first(name: "Metadata-Flavor") == "Google" else { throw impostor(response) }
    try asking.check(response, hint: response.status == 404 ? "Has the machine a service account of that name?" : nil)
    return String(decoding: response.bytes, as: UTF8.self).trimmingWhiteSpace()
  }

  /// An access token of Azure's instance metadata service, whose audience is the resource.
  func azureToken(for resource: String, clientID: String?) async throws(SourceError) -> String {
    let asking = fetch(secondLimit: 10)
    let identity = clientID.map { "&client_id=\($0)" } ?? ""
    let response = try await asking.get(
      "\(base)/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
        + FormEncoding.percentEncoded(resource) + identity,
      purpose: Self.azureHost, headers: headers, isMetadata: true)
    return try asking.text(
      "access_token", in: response,
      hint: response.status == 400 ? "Has the machine a managed identity? One of several: azure-imds:CLIENT-ID." : nil)
  }

  // MARK: Whether it is here

  /// By what the machine says of itself, without the network.
  var presence: SourcePresence {
    switch source {
    case .googleMetadata:
      if let host = surroundings[Self.googleHost] { return .present("\(Self.googleHost) is \(host)") }
      if system("product_name")?.hasPrefix("Google") == true { return .present("the machine is Google's") }
      for name in ["K_SERVICE", "CLOUD_RUN_JOB"] where surroundings[name] != nil { return .present("\(name) is set") }
    default:
      if let host = surroundings[Self.azureHost] { return .present("\(Self.azureHost) is \(host)") }
      if system("chassis_asset_tag") == Self.azureAssetTag { return .present("the machine is Azure's") }
    }
    return .unknown("asked over the network only with --probe, or when it is chosen")
  }

  /// By asking it.
  func probe() async -> SourcePresence {
    let isGoogle = if case .googleMetadata = source { true } else { false }
    let asking = fetch(secondLimit: 1)
    do throws(SourceError) {
      let response = try await asking.get(
        base + (isGoogle ? "/computeMetadata/v1/" : "/metadata/versions"),
        purpose: isGoogle ? Self.googleHost : Self.azureHost, headers: headers, isMetadata: true)
      let isGenuine =
        isGoogle
        ? response.headers.first(name: "Metadata-Flavor") == "Google"
        : response.status == 200 && (try? response.json())?["apiVersions"] != nil
      return isGenuine ? .present("it answers at \(base)") : .absent("what answers at \(base) is another service")
    } catch {
      if case .transport(_, let reason) = error.reason { return .absent("asked at \(base), \(reason.found)") }
      return .absent("it does not answer at \(base)")
    }
  }

  // MARK: Where it is

  /// As gcloud and Google's libraries have it.
  private static let googleHost = "GCE_METADATA_HOST"
  /// As azure-identity has it.
  private static let azureHost = "AZURE_POD_IDENTITY_AUTHORITY_HOST"
  /// What Azure writes on the cases of its machines.
  private static let azureAssetTag = "7783-7084-3265-9085-8269-3286-77"

  private var base: String {
    switch source {
    case .googleMetadata: "http://" + (surroundings[Self.googleHost] ?? "metadata.google.internal")
    default:
      (surroundings[Self.azureHost] ?? "http://169.254.169.254").trimmingSlash()
    }
  }

  private var headers: [(name: String, value: String)] {
    if case .googleMetadata = source { return [("Metadata-Flavor", "Google"), ("Accept", "*/*")] }
    return [("Metadata", "true")]
  }

  /// Straight there: a proxy is another machine, and would answer for itself.
  private func fetch(secondLimit: Int) -> SourceFetch {
    SourceFetch(source, environment: [:], secondLimit: secondLimit)
  }

  private func impostor(_ response: Fetcher.Response) -> SourceError {
    SourceError(
      source,
      .transport(
        url: FetchError.quoted(response.url.text), .document("what answers there is not Google's metadata server")),
      hint: "Is this a machine of Google Cloud? idp sources --probe looks.")
  }

  private func system(_ name: String) -> String? {
    let path = "\(surroundings.root)/sys/class/dmi/id/\(name)"
    return (try? TokenFile.read(path)).map { String(decoding: $0, as: UTF8.self).trimmingWhiteSpace() }
  }
}
