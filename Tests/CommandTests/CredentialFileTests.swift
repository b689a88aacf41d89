import Glibc
import Testing

@testable import idp

@Suite("The file of a credential")
struct CredentialFileTests {
  private static let credential = "idpw_abcdefghijklmnop_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

  /// What comes of reading a file that a shell has made as `c`.
  private func outcome(_ script: String) throws -> Result<String, Failure> {
    let bench = try Workbench()
    defer { bench.remove() }
    _ = bench.run("umask 077; \(script)")
    do throws(Failure) {
      return .success(try CredentialFile.read(bench.home + "/work/c"))
    } catch {
      return .failure(error)
    }
  }

  @Test(
    "is read when it is for its owner alone, without the white space around it",
    arguments: [
      "printf %s CREDENTIAL > c", "echo CREDENTIAL > c", "printf '\\n  CREDENTIAL\\r\\n\\n' > c",
      "echo CREDENTIAL > c; chmod 400 c", "echo CREDENTIAL > d; ln -s d c",
    ])
  func good(script: String) throws {
    let result = try outcome(script.replacing("CREDENTIAL", with: Self.credential))
    #expect(try result.get() == Self.credential)
  }

  @Test(
    "is not used otherwise, and says why",
    arguments: [
      ("true", "file-not-found", "No such file"), ("echo x > c; chmod 640 c", "credential-exposed", "mode 0640"),
      ("echo x > c; chmod 604 c", "credential-exposed", "mode 0604"),
      ("echo x > c; chmod 620 c", "credential-exposed", "mode 0620"),
      ("echo x > d; chmod 644 d; ln -s d c", "credential-exposed", "mode 0644"),
      ("mkdir c", "credential-unusable", "no regular file"), ("mkfifo c", "credential-unusable", "no regular file"),
      (": > c", "credential-unusable", "is empty"), ("printf ' \\n' > c", "credential-unusable", "is empty"),
      ("head -c 9000 /dev/zero > c", "credential-unusable", "longer than 8192 bytes"),
    ])
  func bad(script: String, code: String, words: String) throws {
    guard case .failure(let failure) = try outcome(script) else {
      Issue.record("the file was used")
      return
    }
    #expect(failure.code == code)
    #expect(failure.message.contains(words), "\(failure.message)")
  }
}
