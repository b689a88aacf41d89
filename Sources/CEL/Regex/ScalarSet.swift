extension RegularExpression {
  /// A set of Unicode scalars: what a class in brackets matches.
  struct ScalarSet: Sendable {
    /// In order, without overlaps.
    private let ranges: [ClosedRange<UInt32>]
    private let categories: [CategoryTest]
    private let isNegated: Bool

    /// The ASCII part, a bit for each character.
    private let ascii: (low: UInt64, high: UInt64)

    init(_ ranges: [ClosedRange<UInt32>], categories: [CategoryTest] = [], isNegated: Bool = false) {
      self.ranges = Self.merged(ranges)
      self.categories = categories
      self.isNegated = isNegated
      var bits = (low: UInt64(0), high: UInt64(0))
      for range in self.ranges where range.lowerBound < 0x80 {
        for value in range.lowerBound...min(range.upperBound, 0x7F) { Self.insert(value, in: &bits) }
      }
      if !categories.isEmpty {
        for value in UInt32(0)..<0x80 where categories.contains(where: { $0.contains(value) }) {
          Self.insert(value, in: &bits)
        }
      }
      ascii = isNegated ? (~bits.low, ~bits.high) : bits
    }

    private static func insert(_ value: UInt32, in bits: inout (low: UInt64, high: UInt64)) {
      if value < 64 { bits.low |= 1 << UInt64(value) } else { bits.high |= 1 << UInt64(value - 64) }
    }

    @inline(__always)
    func contains(_ value: UInt32) -> Bool {
      if value < 64 { return ascii.low >> UInt64(value) & 1 == 1 }
      if value < 128 { return ascii.high >> UInt64(value - 64) & 1 == 1 }
      return containsBeyondASCII(value)
    }

    private func containsBeyondASCII(_ value: UInt32) -> Bool {
      var low = 0
      var high = ranges.count
      while low < high {
        let middle = (low + high) / 2
        if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
      }
      let isListed = low < ranges.count && ranges[low].lowerBound <= value
      return (isListed || categories.contains { $0.contains(value) }) != isNegated
    }

    var mayContainBeyondASCII: Bool {
      isNegated || !categories.isEmpty || (ranges.last?.upperBound ?? 0) >= 0x80
    }

    /// How much it takes to keep it.
    var size: Int { ranges.count + categories.count }

    /// The same ranges in order, those that touch made one.
    static func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
      var result: [ClosedRange<UInt32>] = []
      for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if let last = result.last, range.lowerBound <= last.upperBound + 1 {
          result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        } else {
          result.append(range)
        }
      }
      return result
    }

    /// All that is in none of the ranges, which are merged.
    static func complement(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
      var result: [ClosedRange<UInt32>] = []
      var next: UInt32 = 0
      for range in ranges {
        if next < range.lowerBound { result.append(next...range.lowerBound - 1) }
        next = range.upperBound + 1
      }
      if next <= 0x10FFFF { result.append(next...0x10FFFF) }
      return result
    }
  }
}
