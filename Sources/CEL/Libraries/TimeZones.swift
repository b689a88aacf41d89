import Foundation

/// Time zones that have a name, from the time zone database of the system.
enum TimeZones {
  /// How many seconds a zone is ahead of UTC at a time, which is counted from 1970; `nil` for a name that is none.
  static func offset(of name: String, at seconds: Int64) -> Int64? {
    if name == "UTC" { return 0 }
    // The name becomes part of a file's name: nothing but names of zones may get there.
    let isName = name.utf8.allSatisfy { byte in
      CELText.isAlphanumeric(byte) || "_+-/".utf8.contains(byte)
    }
    guard isName, (1...64).contains(name.utf8.count), !name.hasPrefix("/"),
      let zone = TimeZone(identifier: name)
    else { return nil }
    return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }
}
