import Inspection
import JOSE

/// The expression of a flexible federated identity credential, language version 1:
/// `claims['sub'] matches 'repo:o/r:*' and claims['repository_id'] eq '1'`.
struct EntraExpression: Sendable {
  struct Clause: Sendable {
    let claim: String
    /// Whether `*` and `?` stand for anything.
    let isPattern: Bool
    let text: String
    /// Where the text stands in the expression, between its quotes, in UTF-8 bytes.
    let range: Range<Int>
  }

  let source: String
  let clauses: [Clause]

  init(_ source: String, at node: DocumentNode) throws(DocumentError) {
    self.source = source
    var reader = Reader(bytes: Array(source.utf8))
    guard let clauses = reader.clauses() else {
      throw node.error(
        "the expression cannot be read at character \(reader.position + 1): \(reader.expected) is expected",
        remedy: "The language knows claims['NAME'] eq 'TEXT', claims['NAME'] matches 'TEXT', and “ and ” between them.")
    }
    self.clauses = clauses
  }

  /// The expression with another text in one clause.
  func replacing(_ clause: Clause, with text: String) -> String {
    let bytes = Array(source.utf8)
    return String(decoding: bytes[..<clause.range.lowerBound], as: UTF8.self) + text.replacing("'", with: "''")
      + String(decoding: bytes[clause.range.upperBound...], as: UTF8.self)
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0
    var expected = ""

    mutating func clauses() -> [Clause]? {
      var clauses: [Clause] = []
      repeat {
        guard take("claims[") else { return nil }
        guard let (claim, _) = quoted() else { return nil }
        guard take("] ") else { return nil }
        let isPattern: Bool
        if starts(with: "eq ") {
          isPattern = false
          position += 3
        } else if starts(with: "matches ") {
          isPattern = true
          position += 8
        } else {
          expected = "“eq” or “matches”"
          return nil
        }
        guard let (text, range) = quoted() else { return nil }
        clauses.append(Clause(claim: claim, isPattern: isPattern, text: text, range: range))
        if position == bytes.count { return clauses }
      } while take(" and ")
      return nil
    }

    private func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    private mutating func take(_ text: String) -> Bool {
      guard starts(with: text) else {
        expected = "“\(text)”"
        return false
      }
      position += text.utf8.count
      return true
    }

    /// A text in single quotes; a quote within it is doubled.
    private mutating func quoted() -> (String, Range<Int>)? {
      guard take("'") else { return nil }
      let start = position
      var text: [UInt8] = []
      while position < bytes.count {
        if bytes[position] == UInt8(ascii: "'") {
          guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "'") else {
            position += 1
            return (String(decoding: text, as: UTF8.self), start..<(position - 1))
          }
          position += 1
        }
        text.append(bytes[position])
        position += 1
      }
      expected = "a closing quote"
      return nil
    }
  }
}
