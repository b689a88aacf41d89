import Inspection

/// Times in words. Everything is made from `model.now`, so that all of the screen turns over at once.
enum TimeText {
  /// The beginning and end of a token's life as the Claims pane tells them.
  static func meaning(of name: String, _ time: Timestamp, _ model: Model) -> StyledLine? {
    let now = model.now.timestamp
    let distance = now.distance(to: time)
    switch name {
    case "exp":
      guard let token = model.token else { return nil }
      let text = distance > 0 ? "in \(Countdown.text(distance))" : "expired \(Countdown.short(distance)) ago"
      return StyledLine(distance > 0 || model.isTicking ? text : "expired", Style(role(of: token, now)))
    case "nbf" where distance > 0:
      return StyledLine("valid in \(Countdown.text(distance))", Style(.warning))
    case "iat" where distance > 0:
      return StyledLine("issued in the future", Style(.warning))
    case "iat":
      // Minutes suffice here; seconds would redraw one more cell every second.
      guard model.isTicking else { return nil }
      return StyledLine(distance > -60 ? "issued just now" : "issued \(Countdown.short(distance)) ago", Style(.muted))
    default: return nil
    }
  }

  /// The verdict's words on time: "expires in 59m 12s (13:00:48Z)", "expires soon, in 4m 12s (13:00:48Z)".
  static func verdict(_ model: Model) -> String {
    guard let inspection = model.token?.shown else { return "" }
    let now = model.now.timestamp
    if let left = inspection.times.remaining(at: now), let expiry = inspection.times.expiry {
      if left <= 0, !model.isTicking || left <= -RecentPast.seconds { return "expired (\(model.dateAndTime(expiry)))" }
      if left <= 0 { return "\(Self.expiry(left, isTicking: true)) (\(model.clock(expiry)))" }
      let isValid =
        inspection.times.notBefore.map { $0 <= now } ?? true && inspection.times.issuedAt.map { $0 <= now } ?? true
      if isValid, left < 86_400 { return "\(soon(inspection, now))in \(Countdown.text(left)) (\(model.clock(expiry)))" }
    }
    return inspection.timeInWords(at: now, utcOffset: model.offset(at: now))
  }

  /// The word changes with the colour, at a fifth of the life or five minutes.
  private static func soon(_ inspection: Inspection, _ now: Timestamp) -> String {
    inspection.times.expiresSoon(at: now) ? "expires soon, " : "expires "
  }

  /// "59m 12s", or "valid in 16m 38s", for where there is no room for more.
  static func countdown(_ model: Model) -> String? {
    let now = model.now.timestamp
    guard let times = model.token?.shown.times, let left = times.remaining(at: now) else { return nil }
    if left > 0, let start = times.notBefore, start > now {
      return "valid in \(Countdown.text(now.distance(to: start)))"
    }
    return left > 0 ? Countdown.text(left) : "expired"
  }

  /// "expires in 59m 12s", "expired 3m 2s ago", or "expired" when nothing ticks any more.
  static func expiry(_ left: Int64, isTicking: Bool) -> String {
    if left > 0 { return "expires in \(Countdown.text(left))" }
    return isTicking && left > -RecentPast.seconds ? "expired \(Countdown.text(-left)) ago" : "expired"
  }

  /// The role of a token's time: it changes at a fifth of the life, or five minutes, and at its end.
  static func role(of token: TokenView, _ now: Timestamp) -> Role {
    guard let left = token.shown.times.remaining(at: now) else { return .muted }
    if left <= 0 { return .bad }
    return token.shown.times.expiresSoon(at: now) ? .warning : .good
  }
}

/// The gauge of the time that the selected token has left.
enum TimeLeftView {
  static func draw(_ model: Model, on canvas: inout Canvas, in area: Rect) {
    guard area.height > 0, area.width > 4 else { return }
    let column = area.column + 1
    let width = area.width - 2
    guard let token = model.token else {
      canvas.put("no token yet", column, area.row, width: width, Style(.muted))
      return
    }
    guard let expiry = token.shown.times.expiry else {
      let words = canvas.glyphs.words(token.shown.timeInWords(at: model.now.timestamp))
      for (index, line) in TextWrap.lines(words, width: width, limit: area.height).enumerated() {
        canvas.put(line, column, area.row + index, width: width, Style(.muted))
      }
      return
    }
    let now = model.now.timestamp
    let left = now.distance(to: expiry)
    let role = TimeText.role(of: token, now)
    let life = max(1, token.lifetime ?? token.receivedAt.timestamp.distance(to: expiry))
    let share = min(1, max(0, Double(left) / Double(life)))
    let barWidth = max(1, width - 5)
    // A token with time left shows at least one block and one percent, and no token shows 0 % before its end.
    let full = left <= 0 ? 0 : max(1, Int(share * Double(barWidth)))
    let label = "\(left <= 0 ? 0 : max(1, Int(share * 100)))%"
    canvas.put(String(repeating: canvas.glyphs.gaugeFull, count: full), column, area.row, width: full, Style(role))
    canvas.put(
      String(repeating: canvas.glyphs.gaugeEmpty, count: barWidth - full), column + full, area.row,
      width: barWidth - full,
      Style(.muted))
    canvas.putRight(label, end: column + width, area.row, width: 4, Style(role))
    guard area.height > 1 else { return }
    let (short, place): (String, String)
    if let start = token.shown.times.notBefore, start > now {
      (short, place) = ("valid in \(Countdown.text(now.distance(to: start)))", ", from \(model.clock(start))")
    } else if left > 0 {
      (short, place) = (Countdown.text(left), ", until \(model.clock(expiry))")
    } else {
      let time = left > -86_400 ? model.clock(expiry) : model.dateAndTime(expiry)
      (short, place) = (TimeText.expiry(left, isTicking: model.isTicking), ", at \(time)")
    }
    let text = short.count + place.count <= width ? short + place : short
    canvas.put(text, column, area.row + 1, width: width, Style(role))
  }
}
