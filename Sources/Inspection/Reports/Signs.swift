/// The signs of the text reports, each beside a word, so that nothing rests on colour.
public struct Signs: Sendable {
  public let pass: String
  public let fail: String
  public let unknown: String
  public let skipped: String
  public let warning: String
  public let separator: String
  public let dash: String

  public static let unicode = Signs(
    pass: "\u{2714}", fail: "\u{2716}", unknown: "?", skipped: "\u{B7}", warning: "\u{25B2}", separator: "\u{B7}",
    dash: "-")
  public static let ascii = Signs(
    pass: "+", fail: "x", unknown: "?", skipped: "-", warning: "!", separator: "|", dash: "-")
}
