import Inspection
import JOSE

/// The comparisons of condition operators, each of one value of a policy with one of a request.
enum AWSComparison {
  /// - Parameters:
  ///   - comparison: not negated.
  ///   - policy: the policy's value with its variables resolved.
  ///   - pieces: the same, which tells wildcards from text.
  static func fits(
    _ comparison: AWSOperator.Comparison, policy: String, pieces: [Wildcard.Piece], actual: String
  ) -> Bool {
    switch comparison {
    case .stringEquals: return policy.hasSameBytes(as: actual)
    case .stringEqualsIgnoreCase: return policy.lowercased().hasSameBytes(as: actual.lowercased())
    case .stringLike: return Wildcard(pieces).matches(actual)
    case .arnEquals, .arnLike: return fitsARN(pieces, actual)
    case .bool:
      let wanted = policy.lowercased()
      return (wanted == "true" || wanted == "false") && wanted == actual.lowercased()
    case .binaryEquals: return fitsBinary(policy, actual)
    case .ipAddress: return AWSAddressRange(policy)?.contains(actual) ?? false
    case .numericEquals, .numericLessThan, .numericLessThanEquals, .numericGreaterThan, .numericGreaterThanEquals:
      guard let left = number(actual), let right = number(policy) else { return false }
      return holds(comparison, left, right)
    case .dateEquals, .dateLessThan, .dateLessThanEquals, .dateGreaterThan, .dateGreaterThanEquals:
      guard let left = Timestamp(actual), let right = Timestamp(policy) else { return false }
      return holds(comparison, Double(left.seconds), Double(right.seconds))
    default: return false
    }
  }

  /// Whether a value of a request is of the kind that a comparison is about.
  static func isComparable(_ comparison: AWSOperator.Comparison, _ actual: String) -> Bool {
    switch comparison {
    case .ipAddress, .notIpAddress: AWSAddressRange(actual) != nil
    case .arnEquals, .arnLike, .arnNotEquals, .arnNotLike: AWSARN(actual) != nil
    default: true
    }
  }

  private static func holds(_ comparison: AWSOperator.Comparison, _ left: Double, _ right: Double) -> Bool {
    switch comparison {
    case .numericEquals, .dateEquals: left == right
    case .numericLessThan, .dateLessThan: left < right
    case .numericLessThanEquals, .dateLessThanEquals: left <= right
    case .numericGreaterThan, .dateGreaterThan: left > right
    default: left >= right
    }
  }

  /// A decimal number; nothing like `0x10`, `nan` or `inf`, which Swift would read too.
  private static func number(_ text: String) -> Double? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else {
      return nil
    }
    return Double(text)
  }

  private static func fitsBinary(_ policy: String, _ actual: String) -> Bool {
    func bytes(_ text: String) -> [UInt8]? {
      let plain = text.replacing("+", with: "-").replacing("/", with: "_").prefix { $0 != "=" }
      return try? Base64URL.decode(plain.utf8)
    }
    guard let left = bytes(policy), let right = bytes(actual) else { return false }
    return left == right
  }

  /// Each of the six parts for itself: a wildcard does not reach over one of the first five colons.
  private static func fitsARN(_ pattern: [Wildcard.Piece], _ actual: String) -> Bool {
    guard let arn = AWSARN(actual) else { return false }
    var parts: [[Wildcard.Piece]] = [[]]
    for piece in pattern {
      let scalar =
        switch piece {
        case .pattern(let scalar), .text(let scalar): scalar
        }
      if scalar == ":", parts.count < 6 { parts.append([]) } else { parts[parts.count - 1].append(piece) }
    }
    guard parts.count == 6 else { return false }
    return zip(parts, arn.parts).allSatisfy { Wildcard($0).matches(String($1)) }
  }
}

/// A range of IP addresses: `203.0.113.0/24`, `2001:db8::/32`, or one address.
struct AWSAddressRange {
  private let bytes: [UInt8]
  private let bits: Int

  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let bytes = Self.address(parts[0]) else { return nil }
    self.bytes = bytes
    guard parts.count == 2 else {
      bits = bytes.count * 8
      return
    }
    guard let bits = Int(parts[1]), (0...(bytes.count * 8)).contains(bits) else { return nil }
    self.bits = bits
  }

  func contains(_ text: String) -> Bool {
    guard let other = Self.address(text[...]), other.count == bytes.count else { return false }
    for bit in 0..<bits where (bytes[bit / 8] ^ other[bit / 8]) & (0x80 >> UInt8(bit % 8)) != 0 { return false }
    return true
  }

  private static func address(_ text: Substring) -> [UInt8]? {
    text.contains(":") ? sixteen(text) : four(text)
  }

  private static func four(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { $0.allSatisfy(\.isNumber) ? UInt8($0) : nil }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }

  private static func sixteen(_ text: Substring) -> [UInt8]? {
    func groups(_ text: Substring) -> [UInt8]? {
      if text.isEmpty { return [] }
      var bytes: [UInt8] = []
      for group in text.split(separator: ":", omittingEmptySubsequences: false) {
        if group.contains(".") {
          guard let tail = four(group) else { return nil }
          bytes += tail
        } else {
          guard group.count <= 4, let value = UInt16(group, radix: 16) else { return nil }
          bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
      }
      return bytes
    }
    guard let gap = text.firstRange(of: "::") else {
      let bytes = groups(text)
      return bytes?.count == 16 ? bytes : nil
    }
    guard let head = groups(text[..<gap.lowerBound]), let tail = groups(text[gap.upperBound...]),
      head.count + tail.count <= 14
    else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }
}
