import Glibc
import Inspection
import Issuer
import JOSE
import TerminalUI

/// What `idp doctor` looks at.
struct Examination {
  let environment: [String: String]
  private let folders = Surroundings.folders

  init(environment: [String: String]) { self.environment = environment }

  /// All checks, and the configuration that they were made with: the standard one when the user's cannot be read.
  func run() -> ([Check], Configuration) {
    var configuration = Configuration()
    let file: Check
    do {
      configuration = try Configuration.load(folders)
      let path = folders.configurationFile
      let isThere = path.map(InputFile.exists) ?? false
      file = Check(
        id: "configuration", title: "configuration", outcome: .pass,
        actual: isThere ? path ?? "" : "none, so the standard holds (\(path ?? "HOME is not set"))")
    } catch {
      file = Check(
        id: "configuration", title: "configuration", outcome: .fail, actual: error.message, hint: error.hint)
    }
    let workspace = Workspace(configuration: configuration, folders: folders)
    return (
      [
        terminal(), colors(configuration), clipboard(configuration), clock(workspace), file, keys(workspace),
        identity(workspace),
      ] + configuration.issuers.compactMap(accessCheck), configuration
    )
  }

  private func terminal() -> Check {
    let type = environment["TERM"] ?? ""
    let signs = TerminalLocale.set(environment: environment) == .unicode ? "UTF-8" : "ASCII signs only"
    var size = winsize()
    guard Output.isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 else {
      return Check(
        id: "terminal", title: "terminal", outcome: .skipped, actual: "standard output is no terminal (TERM=\(type))")
    }
    let actual = "\(type.isEmpty ? "TERM is not set" : type), \(size.ws_col)x\(size.ws_row), \(signs)"
    guard !type.isEmpty, type != "dumb" else {
      return Check(
        id: "terminal", title: "terminal", outcome: .fail, actual: actual,
        hint: "The interface cannot open. Set TERM to your terminal's type, such as xterm-256color.")
    }
    return Check(id: "terminal", title: "terminal", outcome: .pass, actual: actual)
  }

  private func colors(_ configuration: Configuration) -> Check {
    let reason: String
    if configuration.color != .automatic {
      reason = "\(configuration.color == .always ? "always" : "never"), by the configuration"
    } else if environment["NO_COLOR"]?.isEmpty == false {
      reason = "off, by NO_COLOR"
    } else if environment["CLICOLOR"] == "0" {
      reason = "off, by CLICOLOR=0"
    } else if environment["TERM"] == "dumb" {
      reason = "off, by TERM=dumb"
    } else {
      reason = "on a terminal"
    }
    return Check(id: "color", title: "colour", outcome: .pass, actual: reason)
  }

  private func clipboard(_ configuration: Configuration) -> Check {
    let copy = ClipboardCopy(
      choice: configuration.clipboard, environment: environment,
      writeToTerminal: ClipboardCopy.writeToControllingTerminal)
    let ways = copy.ways
    guard ways.first?.hasPrefix("OSC 52") == true else {
      return Check(id: "clipboard", title: "clipboard", outcome: .pass, actual: ways.joined(separator: ", else "))
    }
    let hasTerminal = access("/dev/tty", W_OK) == 0 && ClipboardCopy.writeToControllingTerminal([])
    return Check(
      id: "clipboard", title: "clipboard", outcome: .unknown,
      actual: hasTerminal ? ways.joined(separator: ", else ") : "none: no helper, and no terminal",
      hint: hasTerminal
        ? "Whether the terminal takes OSC 52 cannot be told from here; wl-copy, xclip or xsel would be surer."
        : "Install wl-copy, xclip or xsel.")
  }

  private func clock(_ workspace: Workspace) -> Check {
    let now = Surroundings.now()
    let time = now.display()
    guard let issuer = workspace.configuration.issuers.first(where: { $0.keys.map(KeyResolver.isURL) ?? true }) else {
      return Check(
        id: "clock", title: "clock", outcome: .skipped,
        actual: "\(time), not compared: no issuer is configured that could be asked")
    }
    do throws(Failure) {
      let resolver = KeyResolver(workspace: workspace)
      let fetched = try Blocking.wait { () async throws(Failure) in
        try await resolver.keys(of: issuer, keyID: nil, refresh: true)
      }
      guard let skew = fetched.skew else {
        return Check(
          id: "clock", title: "clock", outcome: .unknown, actual: "\(time); \(issuer.url) does not say what time it is")
      }
      let isRight = skew.magnitude <= 2
      return Check(
        id: "clock", title: "clock", outcome: isRight ? .pass : .fail,
        actual: "\(time), \(skew.magnitude) s \(skew < 0 ? "ahead of" : "behind") \(issuer.url)",
        hint: isRight ? nil : "Tokens would be judged wrongly near their limits. Synchronise the clock (NTP).")
    } catch {
      return Check(id: "clock", title: "clock", outcome: .unknown, actual: "\(time), not compared: \(error.message)")
    }
  }

  private func keys(_ workspace: Workspace) -> Check {
    do {
      let ring = try KeyStoreAccess.load(workspace)
      let folder = try workspace.issuer().store.folder
      guard !ring.entries.isEmpty else {
        return Check(
          id: "keys", title: "signing keys", outcome: .pass, actual: "none yet, the first token makes one (\(folder))")
      }
      let signer = ring.signer(at: Surroundings.now().seconds)
      return Check(
        id: "keys", title: "signing keys", outcome: .pass,
        actual: "\(ring.entries.count) in \(folder), "
          + (signer.map { "\($0.key.algorithm.rawValue) signs with \($0.keyID)" } ?? "none signs yet"))
    } catch {
      return Check(id: "keys", title: "signing keys", outcome: .fail, actual: error.message, hint: error.hint)
    }
  }

  /// Whether there is what a served issuer is asked with; the issuer itself is not asked.
  private func accessCheck(_ issuer: TrustedIssuer) -> Check? {
    guard let access = issuer.access else { return nil }
    do throws(Failure) {
      try access.examine()
      return Check(
        id: "issuer", title: "issuer", outcome: .pass, actual: "\(issuer.url) is asked \(access.shown)")
    } catch {
      return Check(
        id: "issuer", title: "issuer", outcome: .fail, actual: "\(issuer.url): \(error.message)", hint: error.hint)
    }
  }

  private func identity(_ workspace: Workspace) -> Check {
    do throws(Failure) {
      let identity = try workspace.identity()
      let isPortable = !identity.subject.hasPrefix("workspace:")
      return Check(
        id: "identity", title: "subject", outcome: .pass, actual: identity.subject,
        hint: isPortable ? nil : "There is no git remote here, so the subject names this machine and folder.")
    } catch {
      return Check(id: "identity", title: "subject", outcome: .fail, actual: error.message, hint: error.hint)
    }
  }
}
