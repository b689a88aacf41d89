import FoundationEssentials
import Glibc

/// `openssl s_server` with a certificate of a private authority; it serves an issuer from files that are whole answers.
final class TLSServer: Sendable {
  let port: Int
  private let process: Command
  private let folder: TemporaryFolder
  private let certificate: PrivateAuthority.Certificate

  var url: String { "https://127.0.0.1:\(port)" }

  /// - Parameters:
  ///   - issuer: the issuer that it is; nil for its own address.
  ///   - chain: a file with the certificates in between, which are sent along.
  init(_ certificate: PrivateAuthority.Certificate, issuer: String? = nil, chain: String? = nil) throws {
    struct NoPort: Error {}
    folder = try TemporaryFolder()
    self.certificate = certificate
    process = try Command(
      ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate.file, "-key", certificate.key, "-HTTP"]
        + (chain.map { ["-cert_chain", $0] } ?? []),
      in: folder.path)
    guard let line = process.readLine(beginningWith: "ACCEPT "), let port = Int(line.split(separator: ":").last ?? "")
    else { throw NoPort() }
    self.port = port
    let issuer = issuer ?? "https://127.0.0.1:\(port)"
    try folder.write(
      LoopbackServer.answer(#"{"issuer":"\#(issuer)","jwks_uri":"\#(issuer)/jwks"}"#),
      to: ".well-known/openid-configuration")
    try folder.write(LoopbackServer.answer(Bench.jwks), to: "jwks")
  }

  /// Puts a whole answer at a path.
  func serve(_ answer: [UInt8], at path: String) throws { try folder.write(answer, to: path) }
}

/// An authority that nobody knows, and certificates by it.
struct PrivateAuthority {
  struct Certificate: Sendable {
    let file: String
    let key: String
    /// Kept as long as the files in it are needed.
    let folder: TemporaryFolder
  }

  let folder: TemporaryFolder
  let authority: Certificate

  /// The certificate of the authority, for `SSL_CERT_FILE`.
  var file: String { authority.file }

  /// An authority in between: this one has signed its certificate, and nobody else knows it.
  func subordinate() throws -> PrivateAuthority {
    let folder = try TemporaryFolder()
    let own = Certificate(file: folder.path + "/ca.pem", key: folder.path + "/ca.key", folder: folder)
    try Self.make(
      own,
      [
        "-CA", file, "-CAkey", authority.key, "-subj", "/CN=authority in between", "-addext", "keyUsage=keyCertSign",
        "-addext", "basicConstraints=critical,CA:TRUE",
      ])
    return PrivateAuthority(folder: folder, authority: own)
  }

  private init(folder: TemporaryFolder, authority: Certificate) {
    self.folder = folder
    self.authority = authority
  }

  init() throws {
    folder = try TemporaryFolder()
    authority = Certificate(file: folder.path + "/ca.pem", key: folder.path + "/ca.key", folder: folder)
    // A name of its own: authorities are looked up by it.
    let name = "/CN=authority " + String(UInt64.random(in: .min ... .max), radix: 36)
    try Self.make(authority, ["-subj", name, "-addext", "keyUsage=keyCertSign"])
  }

  /// A certificate for names such as `DNS:idp.acme.test` and `IP:127.0.0.1`.
  func certificate(for names: String = "DNS:idp.acme.test,IP:127.0.0.1") throws -> Certificate {
    let name = folder.path + "/" + String(UInt64.random(in: .min ... .max), radix: 36)
    let certificate = Certificate(file: name + ".pem", key: name + ".key", folder: folder)
    try Self.make(
      certificate,
      [
        "-CA", authority.file, "-CAkey", authority.key, "-subj", "/CN=idp test", "-addext", "subjectAltName=" + names,
        "-addext", "basicConstraints=critical,CA:FALSE",
      ])
    return certificate
  }

  /// A folder with the authority under the name by which TLS libraries look for it there.
  func hashedFolder() throws -> String {
    let path = folder.path + "/" + String(UInt64.random(in: .min ... .max), radix: 36)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let hash = try Command(["openssl", "x509", "-in", file, "-noout", "-hash"], in: folder.path).output()
    try FileManager.default.copyItem(atPath: file, toPath: path + "/" + hash.filter { !$0.isNewline } + ".0")
    return path
  }

  private static func make(_ certificate: Certificate, _ arguments: [String]) throws {
    struct Failed: Error { let words: String }
    let command = try Command(
      [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", certificate.key, "-out", certificate.file, "-days", "2",
      ] + arguments, in: "/")
    let words = command.output()
    guard FileManager.default.fileExists(atPath: certificate.file) else { throw Failed(words: words) }
  }
}
