/// The size of a terminal or of a frame, in character cells.
public struct Size: Sendable, Hashable {
  public var columns: Int
  public var rows: Int

  /// A size; negative numbers count as none.
  public init(columns: Int, rows: Int) {
    self.columns = max(0, columns)
    self.rows = max(0, rows)
  }
}
