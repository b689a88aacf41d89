import Glibc
import NIOCore
import ServiceLifecycle
import Synchronization

/// A listener, whose failure to listen is said in words that help.
struct Listening: Service {
  let place: String
  let failure: FirstFailure
  let service: any Service

  func run() async throws {
    do {
      try await service.run()
    } catch let error as IOError {
      failure.set(ServerError("Cannot listen at \(place): \(Self.words(error.errnoCode))"))
      throw error
    } catch let error as SocketAddressError {
      failure.set(
        ServerError("Cannot listen at \(place): the host has no address here. Name an address, such as 127.0.0.1."))
      throw error
    }
  }

  private static func words(_ code: CInt) -> String {
    switch code {
    case EADDRINUSE:
      "it is taken. End the program that listens there (ss -ltnp shows it), or choose another with --listen."
    case EACCES: "this account may not. Choose a port above 1023, or a folder that it may write to."
    case EADDRNOTAVAIL: "the address is not one of this machine. See which there are: ip address"
    case ENOENT: "its folder is not there. Make it first."
    default: strerror(code).map { String(cString: $0) + "." } ?? "error \(code)."
    }
  }
}

/// The first of several failures.
final class FirstFailure: Sendable {
  private let first = Mutex<ServerError?>(nil)

  var error: ServerError? { first.withLock { $0 } }

  func set(_ error: ServerError) { first.withLock { $0 = $0 ?? error } }
}

/// What goes on beside the answering: keys, workspaces and certificate are kept up to date.
struct Upkeep: Service {
  let site: IssuerSite
  let certificate: CertificateStore?
  let log: @Sendable (ServerEvent) -> Void

  func run() async {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await site.desk.backend.run() }
        if let certificate {
          group.addTask {
            while !Task.isCancelled {
              try? await Task.sleep(for: .seconds(2))
              certificate.refresh(log)
            }
          }
        }
        await group.waitForAll()
      }
    }
  }
}

/// Says that the server begins to stop.
struct StopNotice: Service {
  let log: @Sendable (ServerEvent) -> Void

  func run() async {
    try? await gracefulShutdown()
    log(.stopping)
  }
}
