internal import COpenSSL

/// The numbers of which a key is made, gathered for `EVP_PKEY_fromdata`.
///
/// The builder of the library keeps addresses until the key is made, so what they point to is owned here.
struct KeyParameters: ~Copyable {
  private let builder: OpaquePointer
  private var numbers: [OpaquePointer] = []
  private var memory: [UnsafeMutableRawBufferPointer] = []

  init?() {
    guard OpenSSL.isReady, let builder = OSSL_PARAM_BLD_new() else { return nil }
    self.builder = builder
  }

  deinit {
    OSSL_PARAM_BLD_free(builder)
    for number in numbers { BN_clear_free(number) }
    for block in memory {
      OpenSSL.cleanse(block)
      block.deallocate()
    }
  }

  /// A big-endian number.
  mutating func add(_ name: StaticString, number bytes: [UInt8]) -> Bool {
    guard let length = Int32(exactly: bytes.count), let number = BN_bin2bn(bytes, length, nil) else { return false }
    numbers.append(number)
    return OSSL_PARAM_BLD_push_BN(builder, name.cString, number) == 1
  }

  mutating func add(_ name: StaticString, octets bytes: [UInt8]) -> Bool {
    let block = keep(bytes)
    return OSSL_PARAM_BLD_push_octet_string(builder, name.cString, block.baseAddress, bytes.count) == 1
  }

  mutating func add(_ name: StaticString, text: String) -> Bool {
    let bytes = Array(text.utf8)
    let block = keep(bytes + [0])
    let start = block.assumingMemoryBound(to: CChar.self).baseAddress
    return OSSL_PARAM_BLD_push_utf8_string(builder, name.cString, start, bytes.count) == 1
  }

  private mutating func keep(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
    block.copyBytes(from: bytes)
    memory.append(block)
    return block
  }

  /// The key that the parameters describe, nil when the library refuses them.
  consuming func makeKey(type: String, isPrivate: Bool) -> EVPKey? {
    guard let parameters = OSSL_PARAM_BLD_to_param(builder) else { return nil }
    defer { OSSL_PARAM_free(parameters) }
    guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    let selection = isPrivate ? idp_select_key_pair() : idp_select_public_key()
    guard EVP_PKEY_fromdata_init(context) == 1, EVP_PKEY_fromdata(context, &key, selection, parameters) == 1 else {
      EVP_PKEY_free(key)
      return nil
    }
    return key.map { EVPKey(adopting: $0) }
  }
}
