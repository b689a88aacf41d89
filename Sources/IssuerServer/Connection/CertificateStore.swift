import Issuer
import NIOSSL
import Synchronization

/// The server's certificate and key, read again when the files change; connections that are open keep the old one.
public final class CertificateStore: Sendable {
  private struct State {
    var context: NIOSSLContext
    var versions: [FileVersion?]
    /// The last state of the files that could not be used, so that it is told once.
    var refused: [FileVersion?] = []
  }

  private let certificatePath: String
  private let keyPath: String
  private let state: Mutex<State>

  /// - Parameters:
  ///   - certificate: the path of a PEM file with the certificate and those that lead to its authority.
  ///   - key: the path of a PEM file with its private key.
  /// - Throws: ``CertificateError``.
  public init(certificate: String, key: String) throws(CertificateError) {
    certificatePath = certificate
    keyPath = key
    let versions = [FileVersion(of: certificate), FileVersion(of: key)]
    state = Mutex(State(context: try Self.read(certificate, key), versions: versions))
  }

  /// What a new connection is secured with.
  var context: NIOSSLContext { state.withLock { $0.context } }

  /// Reads the files when they have changed; what cannot be used is told once and changes nothing.
  func refresh(_ log: (ServerEvent) -> Void) {
    let versions = [FileVersion(of: certificatePath), FileVersion(of: keyPath)]
    guard state.withLock({ $0.versions != versions && $0.refused != versions }) else { return }
    do throws(CertificateError) {
      let context = try Self.read(certificatePath, keyPath)
      state.withLock {
        $0.context = context
        $0.versions = versions
        $0.refused = []
      }
      log(.certificateRead(path: certificatePath))
    } catch {
      state.withLock { $0.refused = versions }
      log(.trouble("\(error.description) The certificate of before is used on."))
    }
  }

  private static func read(_ certificate: String, _ key: String) throws(CertificateError) -> NIOSSLContext {
    let chain: [NIOSSLCertificate]
    do { chain = try NIOSSLCertificate.fromPEMFile(certificate) } catch {
      throw CertificateError("The certificate \(certificate) cannot be read: it has to be PEM.")
    }
    guard !chain.isEmpty else { throw CertificateError("There is no certificate in \(certificate).") }
    let privateKey: NIOSSLPrivateKey
    do { privateKey = try NIOSSLPrivateKey(file: key, format: .pem) } catch {
      throw CertificateError("The key \(key) cannot be read: it has to be PEM, without a passphrase.")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    do { return try NIOSSLContext(configuration: configuration) } catch {
      throw CertificateError("The key \(key) does not belong to the certificate \(certificate).")
    }
  }
}

/// Why a certificate cannot be served with.
public struct CertificateError: Error, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
