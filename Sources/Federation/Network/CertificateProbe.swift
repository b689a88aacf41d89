import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A certificate that a server shows, as far as it matters when it stops to be good.
struct ServedCertificate: Sendable, Equatable {
  /// Seconds since 1970.
  let notBefore: Int64
  /// Seconds since 1970.
  let notAfter: Int64
}

/// Looks at the certificates of a server, good or bad, and says nothing to it.
///
/// Whether they are trusted is judged where documents are fetched. This is for what a refusal does not tell: until when
/// they hold, and whether those in between were sent along.
enum CertificateProbe {
  /// The certificates that are sent, the server's own first.
  static func certificates(
    of url: FetchURL, until deadline: ContinuousClock.Instant
  ) async throws -> [ServedCertificate] {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    defer { Task.detached { try? await group.shutdownGracefully() } }
    return try await Fetcher.run(until: deadline) { try await look(at: url, on: group) }
  }

  private static func look(at url: FetchURL, on group: MultiThreadedEventLoopGroup) async throws -> [ServedCertificate]
  {
    let context = try NIOSSLContext(configuration: .makeClientConfiguration())
    // An address is no server name (RFC 6066 §3).
    let name = IPAddress(url.host) == nil ? url.host : nil
    let finder = Finder()
    let channel = try await ClientBootstrap(group: group)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let look: NIOSSLCustomVerificationCallback = { certificates, promise in
            finder.keep(
              certificates.map {
                ServedCertificate(notBefore: Int64($0.notValidBefore), notAfter: Int64($0.notValidAfter))
              })
            // Seen is enough: the handshake ends here, whoever it is.
            promise.succeed(.failed)
          }
          let handler = try NIOSSLClientHandler(
            context: context, serverHostname: name, customVerificationCallback: look)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .connect(host: url.host, port: url.port).get()
    try? await channel.closeFuture.get()
    guard let certificates = finder.certificates else { throw ChannelError.eof }
    return certificates
  }

  /// Keeps what the handshake shows.
  private final class Finder: Sendable {
    private let seen = Mutex<[ServedCertificate]?>(nil)

    var certificates: [ServedCertificate]? { seen.withLock { $0 } }

    func keep(_ certificates: [ServedCertificate]) { seen.withLock { $0 = certificates } }
  }
}
