import Glibc
import Synchronization

/// The way from other threads to the loop of the terminal: messages for `update`, and bytes for the terminal itself.
///
/// Whatever is handed in wakes the loop. After the loop has ended it is dropped.
public final class TerminalPort: Sendable {
  struct Content: Sendable {
    var messages: [Message] = []
    var output: [UInt8] = []

    var isEmpty: Bool { messages.isEmpty && output.isEmpty }
  }

  private let content = Mutex(Content())
  private let pipe: WakePipe

  public init() {
    pipe = WakePipe()
  }

  /// Has the loop take a message into the model.
  public func post(_ message: Message) {
    add { $0.messages.append(message) }
  }

  /// Has the loop write bytes to the terminal, between two frames: a clipboard sequence of `Clipboard`, for example.
  /// They must not move the cursor or print anything.
  public func write(_ bytes: [UInt8]) {
    add { $0.output += bytes }
  }

  /// Becomes readable when there is something to take.
  var descriptor: Int32 { pipe.readEnd }

  /// Takes all that was handed in.
  func take() -> Content {
    pipe.drain()
    return content.withLock { content in
      defer { content = Content() }
      return content
    }
  }

  private func add(_ change: (inout sending Content) -> Void) {
    let wasEmpty = content.withLock { content in
      defer { change(&content) }
      return content.isEmpty
    }
    if wasEmpty { pipe.wake() }
  }
}

/// A pipe that makes `poll` return. It never blocks: a full pipe wakes as well as one byte.
final class WakePipe: Sendable {
  let readEnd: Int32
  let writeEnd: Int32

  /// When the system has no descriptor left, both ends are -1, and the loop refuses to start.
  init() {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
    }
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    guard readEnd >= 0 else { return }
    close(readEnd)
    close(writeEnd)
  }

  func wake() {
    var byte: UInt8 = 0
    _ = write(writeEnd, &byte, 1)
  }

  /// Takes all bytes out and returns them.
  @discardableResult
  func drain() -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 256)
    while true {
      let count = read(readEnd, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer[..<count]
      } else if count == 0 || errno != EINTR {
        return bytes
      }
    }
  }
}
