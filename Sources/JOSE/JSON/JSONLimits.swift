/// How large a JSON text may be before it is refused.
public struct JSONLimits: Sendable, Hashable {
  /// How many arrays and objects may stand inside each other. At most ``deepest`` counts, so that no text can exhaust the
  /// stack.
  public var depth: Int
  /// How many bytes the text may have.
  public var bytes: Int

  public init(depth: Int, bytes: Int) {
    self.depth = depth
    self.bytes = bytes
  }

  /// 64 levels, 1 MiB.
  public static let standard = JSONLimits(depth: 64, bytes: 1 << 20)
  /// The depth above which ``depth`` has no effect.
  public static let deepest = 256
}
