/// The frame of a model: what the terminal of a size is to show. Pure.
public func render(_ model: Model, size: Size) -> Frame {
  var canvas = Canvas(size: size, glyphs: model.options.glyphs)
  guard !Layout.isTooSmall(size) else {
    TooSmallView.draw(on: &canvas)
    return canvas.frame
  }
  let layout = Layout(model, size: size)
  let hints = HintLine(model, width: size.columns)
  TopBar.draw(model, on: &canvas, row: layout.topRow)
  for stack in layout.stacks {
    canvas.frame(stack, titles: stack.sections.map { PaneTitle.of($0, model, layout) })
    for section in stack.sections {
      switch section.kind {
      case .pane(.list): ListView.draw(model, on: &canvas, in: section.content)
      case .pane(.header): FieldsView.draw(model, .header, on: &canvas, in: section.content)
      case .pane(.claims): FieldsView.draw(model, .claims, on: &canvas, in: section.content)
      case .pane(.signature): SignatureView.draw(model, layout.signatureLines, on: &canvas, in: section.content)
      case .pane(.trust): TrustPane.draw(model, on: &canvas, in: section.content)
      case .timeLeft: TimeLeftView.draw(model, on: &canvas, in: section.content)
      }
    }
  }
  VerdictView.draw(model, on: &canvas, row: layout.verdictRow)
  OverlayView.draw(model, on: &canvas)
  hints.draw(model, on: &canvas, row: layout.hintRow)
  return canvas.frame
}
