import ArgumentParser
import JOSE

/// A claim as it is typed: `name=value`.
///
/// The value is JSON when it reads as JSON (`level=3`, `beta=true`, `groups=["a","b"]`), else text (`team=platform`). For a
/// number as text, write JSON's quotes: `'build="42"'`.
struct ClaimArgument: Sendable, Equatable {
  let name: String
  let value: JSON

  init(_ text: String) throws {
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
      throw ValidationError("Write a claim as NAME=VALUE, such as team=platform.")
    }
    name = String(text[..<sign])
    let written = String(text[text.index(after: sign)...])
    value = (try? JSON(parsing: written)) ?? JSON(written)
  }
}
