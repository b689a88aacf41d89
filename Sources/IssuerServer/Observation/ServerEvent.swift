/// What a server tells its log. No token, credential or key can be in it.
public enum ServerEvent: Sendable, Equatable {
  case listening(address: String, isSecure: Bool)
  case stopping
  case stopped
  case keyMade(keyID: String, signsFrom: Int64)
  case keysPublished(keyIDs: [String])
  case workspacesRead(count: Int)
  case certificateRead(path: String)
  /// Something that an operator has to put right, in sentences.
  case trouble(String)
  /// Something that happened between replicas, in a sentence.
  case fleet(String)
}
