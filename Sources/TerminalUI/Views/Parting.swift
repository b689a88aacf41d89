import Inspection
import JOSE

/// Where two values part: what both begin with, what differs, and what both end with, ready to be shown.
struct Parting {
  struct Side: Hashable {
    var before: String
    var differing: String
    var after: String
    /// Whether `before` lacks its beginning, and `after` its end.
    var lacksStart = false
    var lacksEnd = false
  }

  let left: Side
  let right: Side

  /// - Parameters:
  ///   - limit: scalars of each part that are kept: a value may be a megabyte, and a row needs a line of it.
  ///   - masks: secrets within show as dots.
  init(_ left: JSON, _ right: JSON, limit: Int, masks: Bool) {
    let one = Array(JSONPreview.compact(Self.plain(left), limit: .max, masks: masks).unicodeScalars)
    let other = Array(
      JSONPreview.compact(Self.plain(Self.aligned(right, to: left)), limit: .max, masks: masks).unicodeScalars)
    var start = zip(one, other).prefix { $0 == $1 }.count
    // What joins the character before it does not stand alone.
    while start > 0, Self.joins(one, start) || Self.joins(other, start) { start -= 1 }
    var end = zip(one[start...].reversed(), other[start...].reversed()).prefix { $0 == $1 }.count
    while end > 0, Self.joins(one, one.count - end) { end -= 1 }
    // The last digits of a number mean nothing by themselves.
    if case .number = left { end = 0 }
    self.left = Self.side(one, start, one.count - end, limit)
    self.right = Self.side(other, start, other.count - end, limit)
  }

  private static func joins(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    guard scalars.indices.contains(index) else { return false }
    let kind = ScalarClass(scalars[index])
    return kind == .combining || kind == .presentation
  }

  private static func side(_ scalars: [Unicode.Scalar], _ start: Int, _ end: Int, _ limit: Int) -> Side {
    func shown(_ part: ArraySlice<Unicode.Scalar>) -> String { Visible.escaped(String(String.UnicodeScalarView(part))) }
    // Where one value ends and the other goes on, its closing quote is what differs.
    let end = start == end ? min(end + 1, scalars.count) : end
    return Side(
      before: shown(scalars[..<start].suffix(limit)), differing: shown(scalars[start..<end].prefix(limit)),
      after: end - start > limit ? "" : shown(scalars[end...].prefix(limit)), lacksStart: start > limit,
      lacksEnd: end - start > limit || scalars.count - end > limit)
  }

  /// The value with its strings written the plain way, so that escapes make no difference.
  private static func plain(_ value: JSON) -> JSON {
    switch value {
    case .string(let string): .string(plain(string))
    case .array(let elements): .array(elements.map(plain))
    case .object(let object):
      .object(JSONObject(members: object.members.map { .init(name: plain($0.name), value: plain($0.value)) }))
    default: value
    }
  }

  private static func plain(_ string: JSONString) -> JSONString {
    string.hasLoneSurrogate ? string : JSONString(string.value)
  }

  /// The value written as another one is where it says the same: its members in that order, its numbers likewise.
  static func aligned(_ value: JSON, to other: JSON) -> JSON {
    if value.hasSameValue(as: other) { return other }
    switch (value, other) {
    case (.array(let elements), .array(let others)):
      return .array(
        elements.enumerated().map { others.indices.contains($0) ? aligned($1, to: others[$0]) : $1 })
    case (.object(let object), .object(let another)):
      // The order of duplicates tells something.
      guard object.duplicateNames.isEmpty, another.duplicateNames.isEmpty else { return value }
      let common = another.members.compactMap { member in
        object[member.name.value].map { JSONObject.Member(name: member.name, value: aligned($0, to: member.value)) }
      }
      let own = object.members.filter { another[$0.name.value] == nil }
      return .object(JSONObject(members: common + own))
    default: return value
    }
  }

  // MARK: - In a line

  /// Both sides in so many columns, below each other where they part: what does not fit is cut with a mark, and some of
  /// what both begin with stays before the part that differs.
  func cells(width: Int, style: Style, glyphs: Glyphs) -> (left: StyledLine, right: StyledLine) {
    func columns(_ text: String) -> Int { DisplayWidth.of(text, in: glyphs.characters) }
    let before = columns(left.before)
    let most = max(columns(left.differing), columns(right.differing))
    let fits = [left, right].allSatisfy {
      before + columns($0.differing) + columns($0.after) + ($0.lacksEnd ? 1 : 0) <= width
    }
    let keepsStart = !left.lacksStart && (fits || before + min(most, width / 2) + 1 <= width)
    let kept = keepsStart ? before : min(before, max(min(width / 3, 16), width - 2 - most))
    func cell(_ side: Side) -> StyledLine {
      var line = StyledLine()
      if keepsStart {
        line.add(side.before, style)
      } else {
        line.add(glyphs.ellipsis, Style(.accent, bold: true))
        line.add(Self.end(of: side.before, columns: kept, glyphs), style)
      }
      line.add(side.differing, Self.emphasis)
      line.add(side.after + (side.lacksEnd ? String(repeating: " ", count: width) : ""), style)
      return line.fitted(to: width, glyphs)
    }
    return (cell(left), cell(right))
  }

  /// The part that differs: seen without colour, too.
  static let emphasis = Style(.warning, bold: true, underline: true)

  /// The last characters that so many columns hold.
  private static func end(of text: String, columns: Int, _ glyphs: Glyphs) -> String {
    var start = text.endIndex
    var used = 0
    while start > text.startIndex {
      let previous = text.index(before: start)
      used += DisplayWidth.of(text[previous], in: glyphs.characters)
      if used > columns { break }
      start = previous
    }
    return String(text[start...])
  }
}

extension StyledLine {
  /// Exactly so many columns: padded, or cut with a mark, so that what follows stands straight.
  func fitted(to width: Int, _ glyphs: Glyphs) -> StyledLine {
    func columns(_ text: some StringProtocol) -> Int { DisplayWidth.of(String(text), in: glyphs.characters) }
    var room = width - spans.reduce(0) { $0 + columns($1.text) }
    var line = StyledLine()
    if room >= 0 {
      line.add(self)
    } else {
      room = width - 1
      spans: for span in spans {
        var part = ""
        for character in span.text {
          let wide = columns(String(character))
          if wide > room {
            line.add(part, span.style)
            break spans
          }
          part.append(character)
          room -= wide
        }
        line.add(part, span.style)
      }
      line.add(glyphs.ellipsis, Style(.accent, bold: true))
    }
    if room > 0 { line.add(String(repeating: " ", count: room)) }
    return line
  }
}
