import Inspection

/// The first line: which issuer, how it signs, and what time it is.
enum TopBar {
  static func draw(_ model: Model, on canvas: inout Canvas, row: Int) {
    let width = canvas.frame.size.columns
    var right = StyledLine()
    if let skew = model.clockSkew {
      if abs(skew) <= 2 {
        right.add("clock ok", Style(.muted))
      } else {
        let direction = skew > 0 ? "behind" : "ahead of"
        right.add(
          "\(canvas.glyphs.warning) clock \(Countdown.text(abs(skew))) \(direction) the issuer", Style(.warning))
      }
    }
    // Without a token nothing ticks, and a clock that stands still would be a lie.
    if model.isTicking {
      if !right.spans.isEmpty { right.add("   ") }
      right.add(model.dateAndTime(model.now.timestamp))
    }
    var left = StyledLine(" idp", Style(.accent, bold: true))
    left.add("  ")
    let issuer = model.choice(model.issuer)
    left.add(Visible.escaped(issuer.url))
    if width >= 60, !issuer.note.isEmpty { left.add(" (\(issuer.note))", Style(.muted)) }
    if let algorithm = model.algorithm, width >= 85 {
      left.add("   \(Visible.escaped(algorithm))")
      if let keyID = model.keyID {
        left.add(" kid \(KeyLabel.short(keyID, canvas.glyphs))", Style(.muted))
      }
    }
    let rightWidth = right.width
    let showsRight = rightWidth > 0 && rightWidth + 24 <= width
    canvas.put(left, 0, row, width: showsRight ? width - rightWidth - 3 : width)
    if showsRight { canvas.put(right, width - rightWidth - 1, row, width: rightWidth) }
  }
}

/// Key IDs are hashes: the first characters tell them apart.
enum KeyLabel {
  static func short(_ keyID: String, _ glyphs: Glyphs) -> String {
    let escaped = Visible.escaped(JSONPreview.prefix(keyID, limit: 100))
    return escaped.count <= 10 ? escaped : String(escaped.prefix(8)) + glyphs.ellipsis
  }
}
