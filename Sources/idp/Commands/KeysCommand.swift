import ArgumentParser
import Inspection
import Issuer
import JOSE

/// `idp keys`: the embedded issuer's key ring.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "List, rotate and export the embedded issuer's keys.",
    discussion: """
      EXAMPLES
        idp keys list
        idp keys rehearse --rotate-at +1h
        idp keys rotate
        idp keys export KID > key.pem
      """,
    subcommands: [List.self, Rotate.self, Rehearse.self, Export.self], defaultSubcommand: List.self)

  /// `idp keys list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the keys, oldest first, with what each does now.",
      discussion: """
        next: published, signs soon. signing: signs new tokens. retired: published until its last token has expired.

        EXAMPLES
          idp keys list
          idp keys list --json
        """)

    @OptionGroup var output: OutputOptions

    func run() throws {
      let now = Surroundings.now()
      let ring = try KeyStoreAccess.load(try Workspace.current())
      if output.json {
        let keys = ring.entries.map { KeyStoreAccess.json($0, in: ring, now: now) }
        return try Output.print(["schema": 1, "keys": .array(keys)])
      }
      if ring.entries.isEmpty {
        Output.note("idp: there are no keys yet; the first token makes the first one\n")
      }
      let lines = ring.entries.map { KeyStoreAccess.line($0, in: ring, now: now) }
      try Output.print(lines.joined())
    }
  }

  /// `idp keys rotate`.
  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a new key: it is published now and signs in an hour.",
      discussion: """
        Relying parties keep a JWK set for a while; so a token is never signed with a key that they cannot know. \
        The old key stays published until its last token has expired. A server that runs takes the new key up by itself. \
        How long a key is published before it signs is issuer.publish-ahead of the configuration.

        With --now it signs at once, for when the old key may be in wrong hands: relying parties that keep the keys \
        refuse new tokens until they fetch the keys again. With --drop-old the old keys leave the JWK set with it, and \
        their tokens verify no more; idp keys rehearse says beforehand which ones, where and until when.

        EXAMPLES
          idp keys rotate
          idp keys rotate --now
          idp keys rotate --now --drop-old
        """)

    @Flag(help: "Sign with the new key at once, whoever may not know it yet.")
    var now = false

    @Flag(help: "Take the old keys out at once, with --now.")
    var dropOld = false

    @OptionGroup var output: OutputOptions

    func run() throws {
      guard now || !dropOld else {
        throw Failure(
          "usage", "Old keys can be dropped only when the new one signs at once.", hint: "Give --now with --drop-old.")
      }
      let workspace = try Workspace.current()
      let time = Surroundings.now()
      let issuer = try workspace.issuer()
      let added: KeyRing.Entry?
      let ring: KeyRing
      do { (added, ring) = try issuer.rotate(at: time.seconds, atOnce: now, dropsOthers: dropOld) } catch {
        throw Failure(error.code, error.description)
      }
      guard let added else {
        throw Failure(
          "rotation-under-way",
          "A new \(issuer.configuration.algorithm.rawValue) key is waiting to sign already; nothing was changed.",
          hint: "See when it does: idp keys list", status: .no)
      }
      if output.json {
        return try Output.print(["schema": 1, "key": KeyStoreAccess.json(added, in: ring, now: time)])
      }
      try Output.print(KeyStoreAccess.line(added, in: ring, now: time))
    }
  }

  /// `idp keys export KID`.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a key's public part as PEM, or as JWK with --json.",
      discussion: """
        The private part is never printed.

        EXAMPLES
          idp keys export KID > key.pem
          idp keys export KID --json
        """)

    @Argument(help: ArgumentHelp("The key's ID, or the beginning of it.", valueName: "kid"))
    var keyID: String

    @OptionGroup var output: OutputOptions

    func run() throws {
      let ring = try KeyStoreAccess.load(try Workspace.current())
      let found = ring.entries.filter { $0.keyID.hasPrefix(keyID) }
      guard let entry = found.first, found.count == 1, !keyID.isEmpty else {
        throw Failure(
          "unknown-key",
          found.isEmpty ? "There is no key “\(keyID)”." : "The keys of \(found.count) IDs begin with “\(keyID)”.",
          hint: "See which there are: idp keys list")
      }
      if output.json {
        return try Output.print(["schema": 1, "key": entry.key.jwk.publicJWK.map { .object($0) } ?? .null])
      }
      guard let pem = entry.key.jwk.publicPEM else {
        throw Failure("no-pem", "This key has no PEM form.", hint: "Print it as a JWK: idp keys export \(keyID) --json")
      }
      try Output.print(pem.hasSuffix("\n") ? pem : pem + "\n")
    }
  }
}

/// The key ring of a workspace, read and shown.
enum KeyStoreAccess {
  static func load(_ workspace: Workspace) throws(Failure) -> KeyRing {
    let issuer = try workspace.issuer()
    do {
      return try issuer.ring()
    } catch {
      throw Failure(error.code, error.description)
    }
  }

  /// The key that tokens of now are signed with, nil before the first one.
  static func signerID(
    _ workspace: Workspace
  ) throws(Failure) -> (algorithm: SignatureAlgorithm, keyID: String)? {
    let issuer = try workspace.issuer()
    do {
      return try issuer.signerID(at: Surroundings.now().seconds)
    } catch {
      throw Failure(error.code, error.description)
    }
  }

  /// `KID  RS256  signing  since 2026-11-23 13:00:48Z`.
  static func line(_ entry: KeyRing.Entry, in ring: KeyRing, now: Timestamp) -> String {
    let state = ring.state(of: entry, at: now.seconds)
    let detail =
      switch state {
      case .next(let time): "signs from \(Timestamp(time).display())"
      case .signing: "since \(Timestamp(entry.signsFrom).display())"
      case .retired(let time): "published until \(Timestamp(time).display())"
      case .expired: "since \(Timestamp(entry.signsFrom).display())"
      }
    return "\(entry.keyID)  \(padded(entry.key.algorithm.rawValue, 5))  \(padded(state.name, 7))  \(detail)\n"
  }

  static func json(_ entry: KeyRing.Entry, in ring: KeyRing, now: Timestamp) -> JSON {
    let state = ring.state(of: entry, at: now.seconds)
    var object: JSONObject = [
      "kid": JSON(entry.keyID), "alg": JSON(entry.key.algorithm.rawValue), "state": JSON(state.name),
      "created": JSON(Timestamp(entry.created).rfc3339()), "signs_from": JSON(Timestamp(entry.signsFrom).rfc3339()),
    ]
    if case .retired(let time) = state { object.set("published_until", to: JSON(Timestamp(time).rfc3339())) }
    return .object(object)
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
