import Glibc

/// The person's editor, run in the terminal until it ends.
struct DocumentEditor {
  let environment: [String: String]

  /// Why no editor ran, in words; nil when one did.
  func open(_ path: String, line: Int, input: Int32, output: Int32) -> String? {
    let command = [environment["VISUAL"], environment["EDITOR"]].compactMap(\.self).first { !$0.isEmpty } ?? "vi"
    // The shell reads only the editor's own words; the path is an argument, whatever it holds.
    let script = "exec \(command) \(Self.place(command)) "
    return run(["sh", "-c", script, "sh", path.hasPrefix("-") ? "./\(path)" : path, "\(line)"], command, input, output)
  }

  /// How an editor is told the line: most take +LINE FILE.
  private static func place(_ command: String) -> String {
    let word = command.split(separator: " ").first.map(String.init) ?? command
    switch word.split(separator: "/").last ?? "" {
    case "code", "codium", "cursor", "code-insiders": return "--wait --goto \"$1:$2\""
    case "hx", "helix", "zed", "subl": return "\"$1:$2\""
    default: return "+\"$2\" \"$1\""
    }
  }

  private func run(_ arguments: [String], _ command: String, _ input: Int32, _ output: Int32) -> String? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    let words = arguments.map { strdup($0) }
    defer { for word in words { free(word) } }
    var child = pid_t()
    let error = posix_spawn(&child, "/bin/sh", &actions, nil, words + [nil], environ)
    if error != 0 { return "no shell could be started for \(command): \(String(cString: strerror(error)))" }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let code = (status >> 8) & 0xFF
    if status & 0x7F == 0, code == 126 || code == 127 {
      return "the editor “\(command)” cannot be run; set EDITOR to another one"
    }
    return nil
  }
}
