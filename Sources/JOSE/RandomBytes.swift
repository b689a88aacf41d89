/// Bytes that nobody can guess.
public enum RandomBytes {
  /// This many bytes of the generator of libcrypto.
  ///
  /// - Throws: ``KeyError`` when the generator has no entropy.
  public static func make(_ count: Int) throws(KeyError) -> [UInt8] {
    guard let bytes = OpenSSL.random(count) else { throw KeyError(.library("no random bytes to be had")) }
    return bytes
  }
}
