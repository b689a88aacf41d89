/// Hashes.
public enum Digest {
  /// The SHA-256 digest of the bytes: 32 bytes.
  ///
  /// - Returns: an empty array when libcrypto has no SHA-256, which is a broken installation; nothing verifies then.
  public static func sha256(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let direct = bytes.withContiguousStorageIfAvailable { OpenSSL.digest(.sha256, of: UnsafeRawBufferPointer($0)) }
    let digest = direct ?? Array(bytes).withUnsafeBytes { OpenSSL.digest(.sha256, of: $0) }
    return digest ?? []
  }
}
