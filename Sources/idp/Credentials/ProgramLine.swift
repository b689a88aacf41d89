import Glibc
import Issuer

/// A command line of `idp` itself for the configuration of another program.
struct ProgramLine {
  let words: [String]

  /// - Parameter arguments: what follows the name of the program, which is written with its full path: who runs it may
  ///   have another `PATH`.
  init(_ arguments: [String]) { words = [Self.program()] + arguments }

  /// For programs that split it as a shell does, or give it to one.
  ///
  /// - Throws: ``Failure`` for a word that no line can hold.
  func quoted() throws(Failure) -> String {
    try words.map(Self.quoted).joined(separator: " ")
  }

  /// For programs that know no quotes and split at spaces, as some of Google's libraries do.
  func plain() throws(Failure) -> String {
    for word in words where word.isEmpty || !word.utf8.allSatisfy(Self.isPlain) {
      throw Failure(
        "usage", "“\(word.prefix(200))” cannot be part of a command here: some programs know no quotes.",
        hint: "Use paths and names without spaces, quotes and other signs of the shell.")
    }
    return words.joined(separator: " ")
  }

  /// A word for a shell.
  static func quoted(_ word: String) throws(Failure) -> String {
    guard word.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Failure("usage", "“\(word.prefix(200))” holds a line end or another control character.")
    }
    if !word.isEmpty, word.utf8.allSatisfy(isPlain) { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || "_-/.%@:+=,".utf8.contains(byte)
  }

  private static func program() -> String {
    guard let path = realpath("/proc/self/exe", nil) else { return "idp" }
    defer { free(path) }
    return String(cString: path)
  }

  /// The path as it is seen from every folder.
  static func fullPath(_ path: String) -> String {
    let path = UserFolders.expanded(path)
    return path.hasPrefix("/") ? path : (Surroundings.workingFolder ?? "") + "/" + path
  }
}
