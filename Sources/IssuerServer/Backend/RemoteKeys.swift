import Issuer

/// Where signing keys are that this process never holds.
public protocol RemoteKeys: Sendable {
  /// The keys with their times.
  func ring() async throws -> KeyRing
  /// Makes a new key.
  func rotate() async throws
  /// The signature of the bytes by one of the keys, in the form that a JWS has (RFC 7518 §3).
  func sign(_ bytes: [UInt8], with key: TransitKey) async throws -> [UInt8]
}
