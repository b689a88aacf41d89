import Glibc
import Synchronization

/// Tells when files change, without asking again and again: the kernel wakes a thread that sleeps otherwise.
///
/// Folders are watched, and not the files: editors write a new file and give it the old one's name.
final class FileWatch: Sendable {
  private struct State {
    /// What is watched, by the kernel's number: the names in a folder.
    var names: [Int32: Set<String>] = [:]
    var isRunning = false
  }

  private let descriptor: Int32
  private let state = Mutex(State())
  private let changed: @Sendable () -> Void

  private static let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_ATTRIB)
  /// An editor does several things to a file when it saves it.
  private static let settlingTime: useconds_t = 30_000

  /// - Parameter changed: called on a thread of its own after one of the files was changed, replaced or removed.
  init(changed: @escaping @Sendable () -> Void) {
    descriptor = inotify_init1(Int32(IN_CLOEXEC))
    self.changed = changed
  }

  /// Watches these files too.
  func add(_ paths: [String]) {
    guard descriptor >= 0 else { return }
    let starts = state.withLock { state in
      for path in paths {
        let (folder, name) = Self.parts(of: path)
        let number = inotify_add_watch(descriptor, folder, Self.mask)
        if number >= 0 { state.names[number, default: []].insert(name) }
      }
      defer { state.isRunning = state.isRunning || !state.names.isEmpty }
      return !state.isRunning && !state.names.isEmpty
    }
    if starts { Worker.detach { self.run() } }
  }

  private static func parts(of path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = path[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
  }

  private func run() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      if concerns(buffer[..<count]) {
        usleep(Self.settlingTime)
        changed()
      }
    }
  }

  /// Whether one of the events is about a file that is watched.
  private func concerns(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var position = 0
      let head = MemoryLayout<inotify_event>.size
      while position + head <= bytes.count {
        let event = bytes.loadUnaligned(fromByteOffset: position, as: inotify_event.self)
        let end = min(position + head + Int(event.len), bytes.count)
        let name = String(decoding: bytes[(position + head)..<end].prefix { $0 != 0 }, as: UTF8.self)
        if state.withLock({ $0.names[event.wd]?.contains(name) ?? false }) { return true }
        position = end
      }
      return false
    }
  }
}
