import Glibc
import TerminalUI

/// Puts a text on the clipboard by the first way that works. The text goes to the helper's standard input, never into its
/// arguments.
struct ClipboardCopy: Sendable {
  let choice: ClipboardChoice
  let environment: [String: String]
  /// Writes a control sequence to the terminal; false when there is none.
  let writeToTerminal: @Sendable ([UInt8]) -> Bool

  /// Copies the text.
  ///
  /// - Returns: the way that it took, such as `wl-copy` or `OSC 52 through tmux`.
  /// - Throws: ``Failure`` when no way works.
  func copy(_ text: String) throws(Failure) -> String {
    for helper in helpers() where run(helper, text) { return helper[0] }
    guard choice == .automatic || choice == .osc52 else {
      throw Failure(
        "copy-failed", "\(choice.rawValue) did not take the text.",
        hint: "Install it, or choose another way: clipboard: auto")
    }
    return try copyByTerminal(text)
  }

  /// The ways that would be tried, in their order, for `idp doctor`.
  var ways: [String] {
    let names = helpers().map { $0[0] }
    return choice == .automatic || choice == .osc52 ? names + [Clipboard.Route(environment: environment).name] : names
  }

  /// The helpers that can work here. Each must exit with 0 for the copy to count.
  private func helpers() -> [[String]] {
    let all: [(ClipboardChoice, Bool, [String])] = [
      (.wlCopy, isSet("WAYLAND_DISPLAY"), ["wl-copy", "--type", "text/plain"]),
      (.xclip, isSet("DISPLAY"), ["xclip", "-selection", "clipboard", "-in"]),
      (.xsel, isSet("DISPLAY"), ["xsel", "--clipboard", "--input"]),
      (.pbcopy, true, ["pbcopy"]),
      // With tmux's own defaults OSC 52 from a program stays inside; this sets its buffer and the outer clipboard.
      (.tmux, isSet("TMUX"), ["tmux", "load-buffer", "-w", "-"]),
    ]
    return all.filter { choice == $0.0 || (choice == .automatic && $0.1 && isInstalled($0.2[0])) }.map(\.2)
  }

  private func run(_ helper: [String], _ text: String) -> Bool {
    ChildProcess.run(
      helper, input: Array(text.utf8), capturesOutput: false, environment: environment, timeout: 2000)?.succeeded
      == true
  }

  private func copyByTerminal(_ text: String) throws(Failure) -> String {
    let route = Clipboard.Route(environment: environment)
    let sequence: [UInt8]
    do {
      sequence = try Clipboard.sequence(for: text, route: route)
    } catch {
      throw Failure("copy-failed", error.description)
    }
    guard writeToTerminal(sequence) else {
      throw Failure(
        "copy-failed", "There is no clipboard here: no helper works, and there is no terminal to hand the text to.",
        hint: "Install wl-copy, xclip or xsel, or print the token instead.")
    }
    return route.name
  }

  private func isSet(_ name: String) -> Bool { environment[name]?.isEmpty == false }

  private func isInstalled(_ name: String) -> Bool { ChildProcess.path(of: name, environment) != nil }

  /// Writes to the terminal of the process, when it has one.
  @Sendable static func writeToControllingTerminal(_ bytes: [UInt8]) -> Bool {
    let descriptor = open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == bytes.count
  }
}
