/// A line of text in pieces of their own style.
struct StyledLine: Sendable, Hashable {
  struct Span: Sendable, Hashable {
    var text: String
    var style: Style
  }

  private(set) var spans: [Span]

  init() {
    spans = []
  }

  init(_ text: String, _ style: Style = Style()) {
    spans = text.isEmpty ? [] : [Span(text: text, style: style)]
  }

  mutating func add(_ text: String, _ style: Style = Style()) {
    spans.append(Span(text: text, style: style))
  }

  mutating func add(_ line: StyledLine) {
    spans += line.spans
  }

  var width: Int {
    spans.reduce(0) { $0 + DisplayWidth.of($1.text) }
  }

  var text: String {
    spans.map(\.text).joined()
  }
}
