import Inspection

/// What is wrong with a document, where, and what would be right.
public struct DocumentError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was found. May quote the document; escape it before it is shown.
  public let problem: String
  /// What to do.
  public let remedy: String?
  public let location: DocumentLocation

  public init(_ problem: String, remedy: String? = nil, at location: DocumentLocation) {
    self.problem = problem
    self.remedy = remedy
    self.location = location
  }

  /// `deploy.json:12:7: there is no operator “StringEqual”.`
  public var description: String {
    let place = "\(location.file):\(location.line):\(location.column)"
    return "\(place): \(problem)\(problem.hasSuffix(".") ? "" : ".")"
  }
}
