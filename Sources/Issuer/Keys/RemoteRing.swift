/// Signing keys that are elsewhere and never come here, asked for one thing at a time.
public protocol RemoteRing: Sendable {
  /// The keys with their times.
  func ring() throws(RemoteRingError) -> KeyRing
  /// Makes a new key.
  func rotate() throws(RemoteRingError)
  /// The signature of the bytes by one of the keys, in the form that a JWS has (RFC 7518 §3).
  func sign(_ bytes: [UInt8], with key: TransitKey) throws(RemoteRingError) -> [UInt8]
}

/// Why the keeper of the keys did not do what it was asked for, in a sentence.
public struct RemoteRingError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
