import Inspection

/// Which key runs which command: the table's own keys, changed by the configuration.
public struct KeyMap: Sendable {
  private var commands: [Key: CommandID] = [:]
  private var keys: [CommandID: [Key]] = [:]

  /// The keys as the table has them.
  public init() {
    for command in Command.all { bind(command.id, to: command.defaultKeys) }
  }

  /// The table's keys with some of them changed. A command's list replaces all of its keys; an empty one takes them
  /// away. A key that the configuration gives to one command is taken from the command that had it.
  /// - Parameter overrides: key names (see `KeyName`) by command name (see `Command.allIDs`).
  public init(overrides: [String: [String]]) throws(KeyMapError) {
    var chosen: [CommandID: [Key]] = [:]
    var owner: [Key: CommandID] = [:]
    for (name, keyNames) in overrides.sorted(by: { $0.key < $1.key }) {
      guard let id = CommandID(rawValue: name) else {
        throw KeyMapError(command: name, reason: .unknownCommand(closest: Self.closest(to: name)))
      }
      var keys: [Key] = []
      for keyName in keyNames {
        let key: Key
        do {
          key = try KeyName.parse(keyName)
        } catch {
          throw KeyMapError(command: name, reason: .key(error))
        }
        if let other = owner[key], other != id {
          throw KeyMapError(command: name, reason: .taken(key: keyName, by: other.rawValue))
        }
        // Without these two a person could be locked in.
        if key == .control("c"), id != .quit {
          throw KeyMapError(command: name, reason: .fixed(key: keyName, for: "quit"))
        }
        if key == .escape, id != .cancel {
          throw KeyMapError(command: name, reason: .fixed(key: keyName, for: "cancel"))
        }
        owner[key] = id
        keys.append(key)
      }
      chosen[id] = keys
    }
    for command in Command.all {
      if let keys = chosen[command.id] {
        let fixed: [Key] = command.id == .quit ? [.control("c")] : command.id == .cancel ? [.escape] : []
        bind(command.id, to: keys + fixed.filter { !keys.contains($0) })
      } else {
        bind(command.id, to: command.defaultKeys.filter { owner[$0] == nil })
      }
    }
  }

  /// What a key runs on the main screen.
  public func command(for key: Key) -> CommandID? {
    commands[key]
  }

  /// The keys of a command, the first of which is shown in hints.
  public func keys(for id: CommandID) -> [Key] {
    keys[id] ?? []
  }

  private mutating func bind(_ id: CommandID, to list: [Key]) {
    keys[id] = list
    for key in list { commands[key] = id }
  }

  private static func closest(to name: String) -> String? {
    Command.allIDs.min { Fuzzy.distance(name, $0) < Fuzzy.distance(name, $1) }
      .flatMap { Fuzzy.distance(name, $0) <= 3 ? $0 : nil }
  }
}

/// A binding of the configuration that cannot be used.
public struct KeyMapError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case unknownCommand(closest: String?)
    case key(KeyNameError)
    case taken(key: String, by: String)
    case fixed(key: String, for: String)
  }

  /// The command as the configuration names it.
  public let command: String
  public let reason: Reason

  public var description: String {
    let name = Visible.escaped(JSONPreview.prefix(command, limit: 40))
    switch reason {
    case .unknownCommand(let closest?): return "there is no command “\(name)”; did you mean “\(closest)”?"
    case .unknownCommand(nil):
      return "there is no command “\(name)”; the commands are \(Command.allIDs.joined(separator: ", "))"
    case .key(let error): return "\(name): \(error.description)"
    case .taken(let key, let other):
      return "\(name): the key \(key) is given to \(other) as well; leave it in one of them"
    case .fixed(let key, let other): return "\(name): the key \(key) always means \(other); choose another"
    }
  }
}
