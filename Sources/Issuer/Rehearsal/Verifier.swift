/// A kind of relying party, with what is known of how it keeps keys.
public struct Verifier: Sendable, Equatable {
  /// A stable name, for command lines and programs.
  public let id: String
  /// The name as its users write it.
  public let name: String
  public let caching: VerifierCaching

  public init(id: String, name: String, caching: VerifierCaching) {
    self.id = id
    self.name = name
    self.caching = caching
  }

  private static func unknown(_ source: String) -> VerifierCaching {
    VerifierCaching(keeping: .unknown, evidence: .assumed, source: source)
  }

  /// `RemoteKeySet.verify` of go-oidc 3: copies never run out, and a kid that is not in one makes it fetch at once.
  private static func goOIDC(_ evidence: VerifierCaching.Evidence, _ source: String) -> VerifierCaching {
    VerifierCaching(keeping: .unlimited, refetch: 0, evidence: evidence, source: source)
  }

  /// Those that are known, by what was read in their code, measured, or documented by their makers.
  public static let known = [
    // https://gitlab.com/gitlab-org/gitlab/-/merge_requests/138405 quotes AWS on headers that forbid a copy.
    Verifier(
      id: "aws", name: "AWS",
      caching: unknown("AWS does not say; it has told others that Cache-Control decides whether STS keeps a copy")),
    Verifier(id: "entra", name: "Entra ID", caching: unknown("Microsoft does not say")),
    Verifier(id: "gcp", name: "Google Cloud", caching: unknown("Google does not say")),
    // A key that had left the JWKS stayed good at OpenBao 2.7.2 until a token with another kid came. Its code, and
    // Vault's, is that of hashicorp/cap jwt/keyset.go on go-oidc 3.
    Verifier(
      id: "vault", name: "Vault",
      caching: goOIDC(
        .measured, "OpenBao 2.7.2 goes on with its copy until a kid is not in it, and then fetches at once")),
    // coreos/go-oidc jwks.go up to 2.2.1; later ones of version 2 were not read.
    Verifier(
      id: "kubernetes", name: "Kubernetes",
      caching: VerifierCaching(
        keeping: .advertised, evidence: .source,
        source: "go-oidc 2 keeps a JWKS for as long as Cache-Control allows, and fetches no sooner")),
    // octo-sts/app pkg/provider/provider.go on go-oidc 3.
    Verifier(
      id: "octo-sts", name: "octo-sts",
      caching: goOIDC(.source, "go-oidc 3 fetches at once for a kid that it does not have, and never otherwise")),
    // pypi/warehouse warehouse/oidc/services.py.
    Verifier(
      id: "pypi", name: "PyPI",
      caching: VerifierCaching(
        keeping: .unlimited, refetch: 60, evidence: .source,
        source: "Warehouse fetches for a kid that it does not have, once a minute at most, and never otherwise")),
    Verifier(
      id: "sigstore", name: "sigstore",
      caching: goOIDC(.source, "Fulcio verifies with go-oidc 3, which fetches at once for a kid that it does not have")),
    // envoyproxy/envoy jwks_async_fetcher.cc: DefaultCacheExpirationSec is 600, though its comment once said 5 minutes;
    // fetching for a kid (pull request 36458) must be switched on.
    Verifier(
      id: "envoy", name: "Envoy",
      caching: VerifierCaching(
        keeping: .seconds(600), evidence: .source,
        source: "jwt_authn keeps a JWKS for 10 minutes unless cache_duration says otherwise")),
    // OpenIDC/mod_auth_openidc: OIDC_DEFAULT_JWKS_REFRESH_INTERVAL.
    Verifier(
      id: "apache", name: "Apache",
      caching: VerifierCaching(
        keeping: .seconds(3600), evidence: .source,
        source: "mod_auth_openidc keeps a JWKS for an hour unless OIDCJWKSRefreshInterval says otherwise")),
    // jpadilla/pyjwt jwt/jwks_client.py: lifespan is 300.
    Verifier(
      id: "pyjwt", name: "PyJWT",
      caching: VerifierCaching(
        keeping: .seconds(300), refetch: 0, evidence: .source,
        source: "PyJWKClient keeps a JWKS for 5 minutes, and fetches at once for a kid that it does not have")),
  ]

  /// The one with a name; nil when there is none.
  public static func named(_ id: String) -> Verifier? { known.first { $0.id == id } }

  /// The one that takes tokens for an audience, by the audience that it has for everybody; nil when it is not one of those.
  public static func of(audience: String) -> Verifier? {
    for (start, id) in [
      ("sts.amazonaws.com", "aws"), ("api://AzureADTokenExchange", "entra"), ("//iam.googleapis.com/", "gcp"),
      ("https://iam.googleapis.com/", "gcp"), ("vault.hashicorp.com", "vault"),
      ("https://kubernetes.default.svc", "kubernetes"),
    ] where audience.hasPrefix(start) {
      return named(id)
    }
    switch audience {
    case "sigstore": return named("sigstore")
    case "pypi", "testpypi": return named("pypi")
    case "octo-sts.dev": return named("octo-sts")
    default: return nil
    }
  }

  /// Somebody of whom nothing is known but an audience.
  public static func unknown(audience: String) -> Verifier {
    Verifier(id: audience, name: audience, caching: unknown("it is not known who this is"))
  }
}
