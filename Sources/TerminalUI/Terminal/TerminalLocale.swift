import Glibc

/// The locale of the process, as far as the terminal is concerned.
public enum TerminalLocale {
  /// Sets the locale of the process from the environment and returns what it can show. To be called once at the start,
  /// before there are other threads.
  ///
  /// Where the environment asks for UTF-8 in a language that is not installed, as in many containers, the UTF-8 locale
  /// of the C library stands in.
  public static func set(environment: [String: String]) -> CharacterSet {
    let name = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? "C"
    if setlocale(LC_CTYPE, name) == nil, namesUTF8(name) {
      _ = setlocale(LC_CTYPE, "C.UTF-8")
    }
    return namesUTF8(String(cString: nl_langinfo(nl_item(CODESET)))) ? .unicode : .ascii
  }

  static func namesUTF8(_ name: String) -> Bool {
    let plain = name.lowercased().filter { $0 != "-" }
    return plain == "utf8" || plain.contains(".utf8")
  }
}

extension Glyphs {
  /// The signs for what a terminal can show.
  public static func forCharacters(_ characters: CharacterSet) -> Glyphs {
    characters == .unicode ? .unicode : .ascii
  }
}
