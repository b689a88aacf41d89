import Glibc
import JOSE
import Logging

/// The log of a server: a line of JSON for each thing that happened, on standard error.
public struct ServerLog: Sendable {
  private let clock: @Sendable () -> Int64
  private let write: @Sendable (_ line: String) -> Void

  /// - Parameters:
  ///   - clock: seconds since 1970.
  ///   - write: takes a line with its end; by default to standard error, in one call, so that lines do not mix.
  public init(
    clock: @escaping @Sendable () -> Int64,
    write: @escaping @Sendable (String) -> Void = { line in
      let bytes = Array(line.utf8)
      _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
  ) {
    self.clock = clock
    self.write = write
  }

  /// Writes what happened.
  public func callAsFunction(_ event: ServerEvent) {
    switch event {
    case .listening(let address, let isSecure):
      line("info", "listening", ["address": JSON(address), "tls": .bool(isSecure)])
    case .stopping: line("info", "stopping: what is in flight is finished", [:])
    case .stopped: line("info", "stopped", [:])
    case .keyMade(let keyID, let signsFrom):
      line("info", "a new key is published", ["kid": JSON(keyID), "signs_from": JSON(signsFrom)])
    case .keysPublished(let keyIDs): line("info", "keys", ["kids": .array(keyIDs.map { JSON($0) })])
    case .workspacesRead(let count): line("info", "workspaces read", ["count": JSON(Int64(count))])
    case .certificateRead(let path): line("info", "certificate read", ["path": JSON(path)])
    case .trouble(let text): line("error", text, [:])
    case .fleet(let text): line("info", text, [:])
    }
  }

  /// What the libraries write to: what nobody else tells.
  public var logger: Logger {
    Logger(label: "idp") { _ in Handler(log: self) }
  }

  private func line(_ level: String, _ message: String, _ fields: JSONObject) {
    var object: JSONObject = ["time": JSON(clock()), "level": JSON(level), "message": JSON(message)]
    for member in fields.members { object.set(member.name.value, to: member.value) }
    write(JSON.object(object).compact() + "\n")
  }

  private struct Handler: LogHandler {
    let log: ServerLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.critical

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { log.line("\(event.level)", "\(event.message)", [:]) }
  }
}
