import Inspection

/// The bytes of a document with the places in them.
///
/// A text can stand inside a string of another one (a policy in Terraform's state): then its places are those of the
/// outer text.
public final class SourceText: Sendable {
  /// What the document is called: a path, or `-` for standard input.
  public let file: String
  public let bytes: [UInt8]
  private let lineStarts: [Int]
  private let enclosing: Enclosing?

  /// Where each byte of the text stands in the one around it.
  private struct Enclosing: Sendable {
    let source: SourceText
    /// For each byte of the inner text, and for its end, the offset in the outer text.
    let offsets: [Int]
  }

  public init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
    enclosing = nil
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
    lineStarts = starts
  }

  /// The text that a string of another document says.
  ///
  /// - Parameter offsets: for each byte, and for the end, the offset in `source`.
  init(bytes: [UInt8], in source: SourceText, at offsets: [Int]) {
    file = source.file
    self.bytes = bytes
    lineStarts = []
    enclosing = Enclosing(source: source, offsets: offsets)
  }

  /// How many strings the text is wrapped in; what is written into it must be escaped as many times.
  var embedding: Int { enclosing.map { $0.source.embedding + 1 } ?? 0 }

  /// The outermost text.
  var outermost: SourceText { enclosing?.source.outermost ?? self }

  /// The place of a byte.
  public func location(at offset: Int) -> DocumentLocation {
    let (line, column) = position(at: offset)
    return DocumentLocation(file: file, line: line, column: column)
  }

  /// The same range in the outermost text.
  func outermostRange(_ range: Range<Int>) -> Range<Int> {
    guard let enclosing else { return range }
    let last = enclosing.offsets.count - 1
    guard last >= 0 else { return enclosing.source.outermostRange(0..<0) }
    let start = enclosing.offsets[min(range.lowerBound, last)]
    let end = enclosing.offsets[min(range.upperBound, last)]
    return enclosing.source.outermostRange(start..<max(start, end))
  }

  /// The offset of a place as YAML's reader tells it.
  ///
  /// - Parameters:
  ///   - line: counted from 1.
  ///   - column: in scalars, counted from 1.
  func offset(line: Int, column: Int) -> Int {
    guard line >= 1, line <= lineStarts.count else { return bytes.count }
    var offset = lineStarts[line - 1]
    var left = column - 1
    while left > 0, offset < bytes.count {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      left -= 1
    }
    return offset
  }

  /// Line and column of a byte, both counted from 1, the column in scalars.
  private func position(at offset: Int) -> (line: Int, column: Int) {
    if let enclosing {
      let index = min(max(offset, 0), enclosing.offsets.count - 1)
      return enclosing.source.position(at: index < 0 ? 0 : enclosing.offsets[index])
    }
    let offset = min(max(offset, 0), bytes.count)
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let before = bytes[lineStarts[low]..<offset]
    return (low + 1, before.count { $0 & 0xC0 != 0x80 } + 1)
  }
}
