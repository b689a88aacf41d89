import Federation
import Inspection
import Issuer
import JOSE
import TerminalUI
import Yams

/// Reads `config.yaml`. Every mistake is an error with its place: nothing is guessed, nothing is passed over in silence.
struct ConfigurationReader {
  let file: String

  /// The configuration that a file holds.
  static func read(_ bytes: [UInt8], file: String) throws(Failure) -> Configuration {
    let document = try YAMLDocument(bytes, file: file)
    var configuration = Configuration()
    guard let root = document.root else { return configuration }
    try ConfigurationReader(file: file).read(YAMLValue(root, file: file, name: "the configuration"), &configuration)
    return configuration
  }

  private func read(_ root: YAMLValue, _ configuration: inout Configuration) throws(Failure) {
    for member in try root.members(among: Self.settings.map(\.name)) {
      let value = member.value
      switch member.name {
      case "audiences": configuration.audiences = try audiences(value)
      case "issuer": configuration.issuer = try issuer(value, &configuration)
      case "issuers":
        configuration.issuers = try value.elements().map { (element) throws(Failure) in try trusted(element) }
      case "policies":
        configuration.policies = try value.elements().map { (element) throws(Failure) in try policy(element) }
      case "keys": configuration.keyMap = try keyMap(value)
      case "clipboard":
        let name = try value.choice(ClipboardChoice.allCases.map(\.rawValue))
        configuration.clipboard = ClipboardChoice(rawValue: name) ?? .automatic
      case "color":
        let name = try value.choice(["auto", "always", "never"])
        configuration.color = name == "always" ? .always : name == "never" ? .never : .automatic
      case "mouse": configuration.usesMouse = try value.boolean()
      case "auto-renew": configuration.renewsAutomatically = try value.boolean()
      case "local-time": configuration.usesLocalTime = try value.boolean()
      default: break
      }
    }
  }

  /// The settings of the first level with what they mean, as the manual page has them.
  static let settings: [(name: String, meaning: String)] = [
    ("audiences", "The list of audiences."),
    (
      "issuer",
      "The embedded issuer. url: its identifier. algorithm: RS256, ES256 or EdDSA. lifetime: of a token, such as 15m. "
        + "publish-ahead: how long a new key is published before it signs, an hour without it; half of that is how long "
        + "others may keep the keys. transit: a key in the transit engine of OpenBao or Vault, which signs in place of keys "
        + "on this disk (address, mount, key, namespace, token-file). subject: a template for sub. claims: names with values that are added to each token, text being a template. "
        + "environment: the names of environment variables that templates may read."
    ),
    (
      "issuers",
      "Issuers whose keys may be fetched without asking: URLs, or mappings. url: its identifier. jwks: the URL or file of "
        + "its keys. One that gives tokens to workspaces is asked with one of these: credential, a file that holds the "
        + "credential, for its owner alone (0600); credential-env, an environment variable that holds it; socket, the "
        + "Unix socket that it listens on. Paths without a slash at the beginning count from the folder of this file."
    ),
    (
      "policies",
      "Files with trust policies, which the interface holds against every token: paths, those without a slash at the "
        + "beginning from the folder of this file."
    ),
    ("keys", "Keys of the keyboard: the name of a command with a key or a list of keys, such as quit: ctrl-q."),
    ("clipboard", "How to copy: auto, wl-copy, xclip, xsel, pbcopy, tmux or osc52."),
    ("color", "auto, always or never."),
    ("mouse", "Whether the interface takes the mouse: true or false."),
    ("auto-renew", "Whether tokens are renewed before they expire: true or false."),
    ("local-time", "Whether times are shown in local time: true or false."),
  ]

  private func policy(_ value: YAMLValue) throws(Failure) -> String {
    let path = try value.text()
    guard !path.isEmpty else { throw value.failure("the path of a policy is empty", "Write the path of a file.") }
    return fromHere(path)
  }

  /// A path is meant from where the configuration is.
  private func fromHere(_ path: String) -> String {
    if path.hasPrefix("/") || path.hasPrefix("~/") { return path }
    guard let slash = file.lastIndex(of: "/") else { return path }
    return file[...slash] + path
  }

  // MARK: Audiences

  private func audiences(_ value: YAMLValue) throws(Failure) -> [String] {
    var names: [String] = []
    for element in try value.elements() {
      let name = try element.text()
      guard TokenIssuer.isAudience(name) else {
        throw element.failure(
          "the audience “\(name)” is empty, too long, or holds white space or control characters",
          "Write it exactly as the relying party expects it, such as sts.amazonaws.com.")
      }
      guard !names.contains(where: { $0.hasSameBytes(as: name) }) else {
        throw element.failure("the audience “\(name)” is listed twice", "Take one of them out.")
      }
      names.append(name)
    }
    return names
  }

  // MARK: Issuers

  private func issuer(
    _ value: YAMLValue, _ configuration: inout Configuration
  ) throws(Failure) -> IssuerConfiguration {
    var issuer = IssuerConfiguration()
    let members = try value.members(among: [
      "url", "algorithm", "lifetime", "publish-ahead", "subject", "claims", "environment", "transit",
    ])
    // Templates are judged by the variables that the list allows, wherever it stands.
    for member in members where member.name == "environment" {
      for element in try member.value.elements() { issuer.environment.insert(try environmentName(element)) }
    }
    for member in members {
      switch member.name {
      case "url": issuer.issuer = try url(member.value)
      case "algorithm":
        let name = try member.value.choice(IssuerConfiguration.algorithms.map(\.rawValue))
        issuer.algorithm = IssuerConfiguration.algorithms.first { $0.rawValue == name } ?? .rs256
      case "lifetime": issuer.lifetime = try lifetime(member.value)
      case "publish-ahead":
        issuer.schedule = RotationSchedule(publishedAhead: try publishedAhead(member.value))
        configuration.hasOwnSchedule = true
      case "subject": issuer.subject = try template(member.value, issuer.environment)
      case "claims": issuer.claims = try claims(member.value, issuer.environment)
      case "transit": configuration.transit = try transit(member.value)
      default: break
      }
    }
    return issuer
  }

  private func url(_ value: YAMLValue) throws(Failure) -> IssuerURL {
    let text = try value.text()
    do {
      return try IssuerURL(text)
    } catch {
      throw value.failure(error.description)
    }
  }

  private func lifetime(_ value: YAMLValue) throws(Failure) -> Int64 {
    let written = try value.scalar()
    guard let duration = Duration(argument: written), IssuerConfiguration.lifetimes.contains(duration.seconds) else {
      throw value.failure(
        "“\(written)” is no lifetime of a token", "Write between 1s and 24h, such as 15m, 1h or 90s.")
    }
    return duration.seconds
  }

  private func transit(_ value: YAMLValue) throws(Failure) -> TransitSettings {
    var settings = TransitSettings()
    for member in try value.members(among: ["address", "mount", "key", "namespace", "token-file"]) {
      let text = try member.value.text()
      guard !text.isEmpty else {
        throw member.value.failure("\(member.name) is empty", "Write a value, or leave it out.")
      }
      switch member.name {
      case "address": settings.address = text
      case "mount": settings.mount = try pathPart(text, member)
      case "key": settings.key = try pathPart(text, member)
      case "namespace": settings.namespace = text
      default: settings.tokenFile = fromHere(text)
      }
    }
    guard !settings.key.isEmpty else {
      throw value.failure("transit has no “key”", "Add the name of the key in the engine: key: idp")
    }
    return settings
  }

  /// A name that stands in a URL as it is.
  private func pathPart(_ text: String, _ member: YAMLValue.Member) throws(Failure) -> String {
    let isPlain = text.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || "._-/".utf8.contains($0)
    }
    guard isPlain,
      !text.split(separator: "/", omittingEmptySubsequences: false).contains(where: { ["", ".", ".."].contains($0) })
    else {
      throw member.value.failure(
        "“\(text)” is no name of a mount or a key",
        "Write it as in “\(member.name): idp-signing”, without a slash at its ends.")
    }
    return text
  }

  private func publishedAhead(_ value: YAMLValue) throws(Failure) -> Int64 {
    let written = try value.scalar()
    guard let duration = Duration(argument: written), RotationSchedule.publishedAheadBounds.contains(duration.seconds)
    else {
      throw value.failure(
        "“\(written)” is no time for a key to be published ahead", "Write between 2s and 720h, such as 1h or 10m.")
    }
    return duration.seconds
  }

  private func environmentName(_ value: YAMLValue) throws(Failure) -> String {
    let name = try value.text()
    let isName = name.utf8.allSatisfy { $0 == 0x5F || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) }
    guard isName, let first = name.first, !first.isNumber else {
      throw value.failure("“\(name)” is no name of an environment variable", "Write it as in CI_JOB_ID, without a $.")
    }
    return name
  }

  private func template(_ value: YAMLValue, _ environment: Set<String>) throws(Failure) -> Template {
    let text = try value.text()
    do {
      return try Template(text, environment: environment)
    } catch {
      throw value.failure(error.description)
    }
  }

  private func claims(
    _ value: YAMLValue, _ environment: Set<String>
  ) throws(Failure) -> [IssuerConfiguration.Claim] {
    var claims: [IssuerConfiguration.Claim] = []
    for member in try value.members(among: nil) {
      guard !IssuerConfiguration.reservedClaims.contains(member.name) else {
        throw member.value.failure(
          "the claim “\(member.name)” is set by the issuer alone", "Take it out, or use another name.",
          at: member.mark)
      }
      let json = try member.value.json()
      claims.append(
        IssuerConfiguration.Claim(
          name: member.name,
          value: json.stringValue == nil ? .literal(json) : .template(try template(member.value, environment))))
    }
    return claims
  }

  private func trusted(_ value: YAMLValue) throws(Failure) -> TrustedIssuer {
    guard value.isMapping else { return TrustedIssuer(url: try url(value).text, keys: nil) }
    var identifier: String?
    var keys: String?
    var access: IssuerAccess?
    for member in try value.members(among: ["url", "jwks", "credential", "credential-env", "socket"]) {
      switch member.name {
      case "url": identifier = try url(member.value).text
      case "jwks": keys = try member.value.text()
      default:
        guard access == nil else {
          throw member.value.failure(
            "the issuer is asked in two ways", "Leave one of credential, credential-env and socket.", at: member.mark)
        }
        access = try self.access(member)
      }
    }
    guard let identifier else {
      throw value.failure("the issuer has no “url”", "Add it: url: https://token.actions.githubusercontent.com")
    }
    return TrustedIssuer(url: identifier, keys: keys, access: access)
  }

  private func access(_ member: YAMLValue.Member) throws(Failure) -> IssuerAccess {
    let path = try member.value.text()
    guard !path.isEmpty else { throw member.value.failure("\(member.name) is empty", "Write where to look for it.") }
    // A slip that would have the secret in a file that others may read, and in the error about it.
    guard !path.hasPrefix("idpw_") else {
      throw member.value.failure(
        "this is a credential itself, not where one is kept",
        "Store it in a file for its owner alone (chmod 600) and write: credential: PATH.")
    }
    if member.name == "credential-env" { return .variable(try environmentName(member.value)) }
    let full = fromHere(path)
    guard member.name == "socket" else { return .file(full) }
    guard UserFolders.expanded(full).utf8.count <= UnixSocket.pathLimit else {
      throw member.value.failure(
        "the path of the socket is longer than \(UnixSocket.pathLimit) bytes, which no socket's can be",
        "Choose a shorter one.")
    }
    return .socket(full)
  }

  // MARK: Keyboard

  private func keyMap(_ value: YAMLValue) throws(Failure) -> KeyMap {
    var overrides: [String: [String]] = [:]
    let members = try value.members(among: Command.allIDs)
    for member in members {
      let isList = member.value.isSequence
      overrides[member.name] =
        isList
        ? try member.value.elements().map { (element) throws(Failure) in try element.scalar() }
        : [try member.value.scalar()]
    }
    do {
      return try KeyMap(overrides: overrides)
    } catch {
      let member = members.first { $0.name == error.command }
      throw (member?.value ?? value).failure(error.description)
    }
  }
}
