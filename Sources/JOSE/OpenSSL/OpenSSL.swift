internal import COpenSSL

/// The library itself: set up at its first use, algorithms fetched once, and the primitives that need no key.
///
/// Only this folder knows OpenSSL. Its types own what they allocate, and everything goes through EVP.
enum OpenSSL {
  /// The hash functions of JOSE.
  enum Hash: Int, Sendable, CaseIterable {
    case sha256, sha384, sha512

    /// The name by which OpenSSL knows it.
    var name: String {
      switch self {
      case .sha256: "SHA256"
      case .sha384: "SHA384"
      case .sha512: "SHA512"
      }
    }

    /// How many bytes a digest has.
    var length: Int {
      switch self {
      case .sha256: 32
      case .sha384: 48
      case .sha512: 64
      }
    }
  }

  /// An algorithm that was fetched from the library.
  ///
  /// Unchecked, but safe: `EVP_MD` and `EVP_MAC` objects are immutable and shared between threads by design
  /// (OSSL_PROVIDER(7)); they live as long as the process.
  struct Fetched: @unchecked Sendable {
    let pointer: OpaquePointer?
  }

  /// Whether the library could be set up. Reading openssl.cnf takes a third of a millisecond at each start, and nothing
  /// in it is needed for the algorithms of JOSE.
  static let isReady: Bool = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil) == 1

  private static let sha256 = fetch(.sha256)
  private static let sha384 = fetch(.sha384)
  private static let sha512 = fetch(.sha512)
  private static let hmac = Fetched(pointer: isReady ? EVP_MAC_fetch(nil, "HMAC", nil) : nil)

  private static func fetch(_ hash: Hash) -> Fetched {
    Fetched(pointer: isReady ? EVP_MD_fetch(nil, hash.name, nil) : nil)
  }

  static func algorithm(_ hash: Hash) -> OpaquePointer? {
    switch hash {
    case .sha256: sha256.pointer
    case .sha384: sha384.pointer
    case .sha512: sha512.pointer
    }
  }

  /// What the library last found wrong, in its own words; the thread's queue of errors is empty afterwards.
  static func takeError() -> String {
    defer { ERR_clear_error() }
    guard let text = ERR_reason_error_string(ERR_peek_last_error()) else { return "no reason given" }
    return String(cString: text)
  }

  /// The digest of the bytes, nil when the library has no such hash.
  static func digest(_ hash: Hash, of bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    guard let algorithm = algorithm(hash) else { return nil }
    var out = [UInt8](repeating: 0, count: hash.length)
    guard EVP_Digest(bytes.baseAddress, bytes.count, &out, nil, algorithm, nil) == 1 else {
      ERR_clear_error()
      return nil
    }
    return out
  }

  /// The HMAC of the message (RFC 2104), nil when the library cannot make it.
  static func hmac(_ hash: Hash, key: UnsafeRawBufferPointer, message: UnsafeRawBufferPointer) -> [UInt8]? {
    guard let algorithm = hmac.pointer, let context = EVP_MAC_CTX_new(algorithm) else { return nil }
    defer { EVP_MAC_CTX_free(context) }
    var out = [UInt8](repeating: 0, count: hash.length)
    var written = 0
    // Parameters keep the address of their name: it must be of a text that stays where it is.
    let parameterName: StaticString = "digest"
    let isMade = hash.name.withCString { name in
      var parameters = [
        OSSL_PARAM_construct_utf8_string(parameterName.cString, UnsafeMutablePointer(mutating: name), 0),
        OSSL_PARAM_construct_end(),
      ]
      // A missing key means "as before" to the library: an empty one needs an address all the same.
      return withUnsafeBytes(of: UInt8(0)) { empty in
        let start = key.baseAddress ?? empty.baseAddress
        return EVP_MAC_init(context, start?.assumingMemoryBound(to: UInt8.self), key.count, &parameters) == 1
          && EVP_MAC_update(context, message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count) == 1
          && EVP_MAC_final(context, &out, &written, out.count) == 1
      }
    }
    guard isMade, written == out.count else {
      ERR_clear_error()
      return nil
    }
    return out
  }

  /// Bytes from the library's random generator, nil when it has no entropy.
  static func random(_ count: Int) -> [UInt8]? {
    guard isReady, let length = Int32(exactly: count) else { return nil }
    guard length > 0 else { return [] }
    var out = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&out, length) == 1 else {
      ERR_clear_error()
      return nil
    }
    return out
  }

  /// Overwrites the memory in a way that no optimiser takes out.
  static func cleanse(_ memory: UnsafeMutableRawBufferPointer) {
    guard let start = memory.baseAddress else { return }
    OPENSSL_cleanse(start, memory.count)
  }

  /// Whether both have the same bytes, in a time that depends on their length alone.
  static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return true }
    return CRYPTO_memcmp(leftStart, rightStart, left.count) == 0
  }
}

extension StaticString {
  /// The address of the text, which ends with a zero byte.
  var cString: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
