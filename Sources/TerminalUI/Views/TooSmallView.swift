/// What a window shows that nothing fits into: the size that it has and the one that it needs.
enum TooSmallView {
  static func draw(on canvas: inout Canvas) {
    let size = canvas.frame.size
    guard size.columns > 0, size.rows > 0 else { return }
    let by = canvas.glyphs.isUnicode ? "×" : "x"
    let needed = Layout.smallest
    let text =
      "terminal too small (now \(size.columns)\(by)\(size.rows), need \(needed.columns)\(by)\(needed.rows))"
    let lines = TextWrap.lines(text, width: size.columns)
    let first = max(0, (size.rows - lines.count) / 2)
    for (index, line) in lines.enumerated() where first + index < size.rows {
      canvas.put(line, 0, first + index, width: size.columns, Style(.warning))
    }
  }
}
