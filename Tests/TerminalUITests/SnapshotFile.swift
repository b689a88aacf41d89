import Foundation
import Testing

@testable import TerminalUI

/// Compares a screen with the picture of it that is kept beside the tests. `IDP_UPDATE_SNAPSHOTS=1` makes them anew.
func expectSnapshot(
  _ screen: ScreenDriver, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/\(name).txt")
  let text = screen.lines.joined(separator: "\n") + "\n"
  if ProcessInfo.processInfo.environment["IDP_UPDATE_SNAPSHOTS"] == "1" {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
    return
  }
  let kept = try String(contentsOf: file, encoding: .utf8)
  let (shown, wanted) = (text.split(separator: "\n"), kept.split(separator: "\n"))
  let line = zip(shown, wanted).enumerated().first { $0.element.0 != $0.element.1 }
  #expect(
    text == kept,
    "\(name) differs\(line.map { " first in line \($0.offset + 1):\n\($0.element.0)\nwas\n\($0.element.1)" } ?? "")\n\n\(text)",
    sourceLocation: sourceLocation)
}
