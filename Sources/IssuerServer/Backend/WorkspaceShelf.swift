import Issuer
import Synchronization

/// The registered workspaces of this machine's disk, kept in memory and read again when the file changes, so that
/// `idp workspaces` takes effect on a server that runs.
final class WorkspaceShelf: Sendable {
  private struct State {
    var workspaces: [String: WorkspaceRegistration] = [:]
    var accounts: [UInt32: WorkspaceRegistration] = [:]
    var version: FileVersion?
    var looked: Int64
    /// Why the file could not be read, and the last state of it holds.
    var trouble: String?

    mutating func set(_ all: [WorkspaceRegistration]) {
      workspaces = [:]
      accounts = [:]
      for workspace in all {
        workspaces[workspace.identifier] = workspace
        if let account = workspace.userID, workspace.revoked == nil { accounts[account] = workspace }
      }
    }
  }

  private let registry: WorkspaceRegistry
  private let log: @Sendable (ServerEvent) -> Void
  private let state: Mutex<State>

  /// - Throws: ``WorkspaceRegistryError`` when the file cannot be read: a server does not begin without it.
  init(
    _ registry: WorkspaceRegistry, at now: Int64, log: @escaping @Sendable (ServerEvent) -> Void
  ) throws(WorkspaceRegistryError) {
    self.registry = registry
    self.log = log
    // The version is read before the file: a change in between is then seen at the next look.
    var state = State(version: registry.version, looked: now)
    state.set(try registry.load())
    self.state = Mutex(state)
  }

  func workspace(_ identifier: String, at now: Int64) -> WorkspaceRegistration? {
    state.withLock { state in
      refresh(&state, now)
      return state.workspaces[identifier]
    }
  }

  func workspace(userID: UInt32, at now: Int64) -> WorkspaceRegistration? {
    state.withLock { state in
      refresh(&state, now)
      return state.accounts[userID]
    }
  }

  /// Why the file cannot be read any more; nil while it can.
  func trouble(at now: Int64) -> String? {
    state.withLock { state in
      refresh(&state, now)
      return state.trouble
    }
  }

  /// Takes up what has changed on disk since the last look, once a second at the most.
  private func refresh(_ state: inout State, _ now: Int64) {
    guard now != state.looked else { return }
    state.looked = now
    let version = registry.version
    guard version != state.version || state.trouble != nil else { return }
    do throws(WorkspaceRegistryError) {
      state.set(try registry.load())
      state.version = version
      state.trouble = nil
      log(.workspacesRead(count: state.workspaces.count))
    } catch {
      if state.trouble != error.description { log(.trouble(error.description)) }
      state.trouble = error.description
    }
  }
}
