import Glibc
import JOSE
import Testing

@testable import idp

/// A home of its own for a transcript, with the files that the commands look at: tokens of a made-up issuer, whose times
/// lie in 2023, and that issuer's keys.
struct Workbench {
  let home: String
  /// The kid of the made-up issuer's key.
  let keyID: String

  init() throws {
    var template = Array("/tmp/idp-test-XXXXXX".utf8CString)
    #expect(mkdtemp(&template) != nil)
    home = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    mkdir(home + "/work", 0o700)
    let key = try SigningKey.generate(.es256)
    keyID = key.jwk.thumbprint
    try write(key)
  }

  /// Removes the home.
  func remove() {
    _ = ChildProcess.run(["rm", "-rf", home], environment: ["PATH": "/usr/bin:/bin"])
  }

  private func write(_ key: SigningKey) throws {
    let header: JSONObject = ["alg": "ES256", "kid": JSON(keyID), "typ": "JWT"]
    let claims: JSONObject = [
      "iss": "https://issuer.example", "sub": "repo:acme/app:ref:refs/heads/main", "aud": "example.org",
      "exp": 1_700_003_600, "iat": 1_700_000_000, "nbf": 1_700_000_000, "jti": "7f3a90c1",
    ]
    let payload = Array(JSON.object(claims).compact().utf8)
    let good = try key.compactJWS(header: header, payload: payload)
    let parts = good.split(separator: ".").map(String.init)

    var other = claims
    other.set("sub", to: "repo:acme/app:ref:refs/heads/other")
    var hostile = claims
    hostile.set("sub", to: "\u{1B}[31mred\u{7}\u{9B}2J\u{202E}evil\u{200B}")
    var nameless = header
    nameless.members.removeAll { $0.name.value == "kid" }
    let none: JSONObject = ["alg": "nOnE", "typ": "JWT"]
    let encrypted: JSONObject = ["alg": "RSA-OAEP-256", "enc": "A256GCM"]

    save(good, "good.txt")
    save("\(parts[0]).\(encoded(other)).\(parts[2])", "tampered.txt")
    save("\(encoded(none)).\(parts[1]).", "none.txt")
    save(try key.compactJWS(header: header, payload: Array(JSON.object(hostile).compact().utf8)), "hostile.txt")
    save(try key.compactJWS(header: nameless, payload: payload), "nameless.txt")
    save(try key.compactJWS(header: header, payload: Array("no JSON".utf8)), "text.txt")
    save("\(parts[0]).\(parts[1])=.\(parts[2])", "padded.txt")
    save("\(parts[0]).\(parts[1].prefix(60))", "truncated.txt")
    save("\(encoded(encrypted)).a2V5.aXY.dGV4dA.dGFn", "encrypted.txt")
    save("{\"count\": 1, \"value\": \"\(good)\"}", "answer.json")
    save("{\"a\": \"\(good)\", \"b\": \"\(try key.compactJWS(header: nameless, payload: payload))\"}", "two.json")
    save(wrapped(good), "wrapped.txt")
    save("export TOKEN='\(good)'", "export.txt")
    save(JWKSet(keys: [key.jwk]).json().pretty(), "keys.json")
    save(key.jwk.publicPEM ?? "", "key.pem")
    save(JWKSet(keys: [try SigningKey.generate(.es256).jwk]).json().pretty(), "other-keys.json")
    for (name, text) in Self.policies { save(text, name) }
  }

  private func encoded(_ object: JSONObject) -> String { Base64URL.encode(JSON.object(object).compact().utf8) }

  private func wrapped(_ token: String) -> String {
    var lines: [Substring] = []
    var rest = token[...]
    while !rest.isEmpty {
      lines.append(rest.prefix(64))
      rest = rest.dropFirst(64)
    }
    return lines.joined(separator: "\n")
  }

  private func save(_ text: String, _ name: String) {
    let file = fopen(home + "/work/" + name, "w")
    fputs(text + "\n", file)
    fclose(file)
  }

  /// What a command line printed, and its exit status.
  struct Outcome {
    let output: String
    let errors: String
    let status: Int32?
  }

  /// Runs a command line of a shell, without a terminal, with the program that was built as `idp`.
  func run(_ command: String) -> Outcome {
    let environment = [
      "HOME": home, "PATH": "\(Self.buildFolder):/usr/local/bin:/usr/bin:/bin", "TERM": "xterm-256color",
      "LC_ALL": "C.UTF-8", "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": "/tmp",
    ]
    // A session of its own has no terminal, also when the tests are started from one.
    let result = ChildProcess.run(
      ["setsid", "-w", "bash", "-c", "cd \"$HOME/work\" && { \(command)\n} 2>\"$HOME/errors\""],
      environment: environment, timeout: 60_000)
    let errors = (try? InputFile.read(home + "/errors")) ?? []
    return Outcome(
      output: String(decoding: result?.output ?? [], as: UTF8.self), errors: String(decoding: errors, as: UTF8.self),
      status: result?.status)
  }

  /// The folder that the program was built in, which is that of the tests.
  static let buildFolder: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
  }()
}
