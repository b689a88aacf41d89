import Glibc

/// Programs and all that they started.
struct ProcessTree {
  /// The programs; they are ours, so their numbers are their own until we have waited for them.
  let roots: Set<pid_t>

  /// How long they have to end by themselves, in milliseconds: after that they are killed.
  private static let grace: Int64 = 500

  /// Ends all of them, and returns when they have ended.
  ///
  /// - Parameter isInterrupted: whether the terminal has interrupted them already.
  func end(isInterrupted: Bool = false) {
    // Once a program has ended nothing tells any more what it started.
    let members = members()
    if isInterrupted, Self.haveEnded(members) { return }
    for member in members { Glibc.kill(member, SIGTERM) }
    if Self.haveEnded(members) { return }
    for member in members where Self.isRunning(member) { Glibc.kill(member, SIGKILL) }
  }

  /// Ends them all at once.
  func kill() { for member in members() { Glibc.kill(member, SIGKILL) } }

  /// Waits for them to end; false when some do not.
  private static func haveEnded(_ members: Set<pid_t>) -> Bool {
    let deadline = ChildProcess.monotonic() + grace
    while members.contains(where: isRunning) {
      guard ChildProcess.monotonic() < deadline else { return false }
      usleep(5000)
    }
    return true
  }

  /// By their descent, and whoever is in a session that one of them leads.
  private func members() -> Set<pid_t> {
    guard !roots.isEmpty else { return [] }
    let all = Listing.names(in: "/proc").compactMap { pid_t($0).flatMap(Entry.init) }
    var found = roots
    var count = 0
    while found.count > count {
      count = found.count
      for process in all where found.contains(process.parent) || roots.contains(process.session) {
        found.insert(process.id)
      }
    }
    return found
  }

  private static func isRunning(_ id: pid_t) -> Bool { Entry(id).map { !"ZX".contains($0.state) } ?? false }

  /// What the system tells of a process (proc_pid_stat(5)).
  private struct Entry {
    let id: pid_t
    let state: String
    let parent: pid_t
    let session: pid_t

    /// Nil when there is none.
    init?(_ id: pid_t) {
      let descriptor = open("/proc/\(id)/stat", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 512)
      let count = read(descriptor, &bytes, bytes.count)
      // Its name stands in brackets and may hold anything.
      guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
      let fields = bytes[(end + 1)..<count].split(separator: UInt8(ascii: " ")).map {
        String(decoding: $0, as: UTF8.self)
      }
      guard fields.count > 3, let parent = pid_t(fields[1]), let session = pid_t(fields[3]) else { return nil }
      (self.id, state, self.parent, self.session) = (id, fields[0], parent, session)
    }
  }
}
