/// Care for bytes that nobody else may learn.
public enum Secret {
  /// Overwrites the bytes with zeros, in a way that no optimiser takes out.
  ///
  /// Only this copy: an array that was copied before keeps its bytes.
  public static func zero(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes(OpenSSL.cleanse)
  }

  /// Whether both have the same bytes. The time that it takes depends on the lengths alone.
  public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { right in OpenSSL.equal(left, right) } }
  }
}

/// Bytes that are overwritten when nobody holds them any more.
///
/// Unchecked, but safe: the memory is written before the initialiser returns and by the deinitialiser, which no other
/// reference outlives; in between it is only read.
final class SecretBytes: @unchecked Sendable {
  private let memory: UnsafeMutableRawBufferPointer

  init(_ bytes: some Collection<UInt8>) {
    memory = .allocate(byteCount: bytes.count, alignment: 1)
    memory.copyBytes(from: bytes)
  }

  deinit {
    OpenSSL.cleanse(memory)
    memory.deallocate()
  }

  var count: Int { memory.count }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    body(UnsafeRawBufferPointer(memory))
  }
}
