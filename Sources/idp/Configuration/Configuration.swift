import Issuer
import TerminalUI

/// What the user has decided in `config.yaml`; without the file, what holds for everybody.
struct Configuration: Sendable {
  /// The audiences of the list.
  var audiences = Self.standardAudiences
  /// The embedded issuer.
  var issuer = IssuerConfiguration()
  /// Whether the file says how long a key is published before it signs.
  var hasOwnSchedule = false
  /// The transit engine that has the embedded issuer's keys; nil when they are on this disk.
  var transit: TransitSettings?
  /// Other issuers, whose keys may be fetched without asking.
  var issuers: [TrustedIssuer] = []
  /// Files with trust policies that the interface opens, as paths from the folder of the configuration.
  var policies: [String] = []
  var keyMap = KeyMap()
  var clipboard = ClipboardChoice.automatic
  var color = ColorChoice.automatic
  var usesMouse = true
  var renewsAutomatically = false
  var usesLocalTime = false

  /// The audiences of a workspace that has none configured: AWS, Azure, Vault and sigstore.
  static let standardAudiences = [
    "sts.amazonaws.com", "api://AzureADTokenExchange", "vault.hashicorp.com", "sigstore",
  ]

  /// Reads the file; a user who has none gets the standard configuration, and no YAML reader is started for it.
  ///
  /// - Throws: ``Failure`` that names file, line and column and what would be right.
  static func load(_ folders: UserFolders) throws(Failure) -> Configuration {
    guard let path = folders.configurationFile, InputFile.exists(path) else { return Configuration() }
    return try ConfigurationReader.read(try InputFile.read(path), file: path)
  }
}

/// An issuer that the user trusts.
struct TrustedIssuer: Sendable, Equatable {
  /// Its identifier, as it stands in `iss`.
  let url: String
  /// Where its keys are, by URL or file, when discovery is not to be asked.
  let keys: String?
  /// How it is asked for tokens; nil when it is trusted only.
  var access: IssuerAccess?
}

/// How a served issuer learns which workspace asks it for a token.
enum IssuerAccess: Sendable, Equatable {
  /// A file that holds the credential, for its owner alone.
  case file(String)
  /// An environment variable that holds the credential.
  case variable(String)
  /// A Unix socket at which the issuer sees the account.
  case socket(String)
}

/// How to put something on the clipboard.
enum ClipboardChoice: String, Sendable, CaseIterable {
  case automatic = "auto"
  case wlCopy = "wl-copy"
  case xclip, xsel, pbcopy, tmux
  case osc52 = "osc52"
}
