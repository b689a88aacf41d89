import ArgumentParser

/// A length of time as people type it: `15m`, `1h30m`, `90s`, `1d`, or seconds alone.
struct Duration: Sendable, Equatable, ExpressibleByArgument {
  let seconds: Int64

  /// - Returns: nil for a text that is no length of time, or one that 64 bits do not hold.
  init?(argument: String) {
    if let seconds = Int64(argument), argument.first != "+" {
      guard seconds >= 0 else { return nil }
      self.seconds = seconds
      return
    }
    let units: [(Character, Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
    var total: Int64 = 0
    var rest = argument.lowercased()[...]
    // Each unit once, the larger ones first: `30m1h` is more likely a slip than a wish.
    var next = 0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let number = Int64(digits), let name = rest.dropFirst(digits.count).first,
        let index = units.firstIndex(where: { $0.0 == name }), index >= next
      else { return nil }
      let (part, tooLarge) = number.multipliedReportingOverflow(by: units[index].1)
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !tooLarge, !overflow else { return nil }
      total = sum
      next = index + 1
      rest = rest.dropFirst(digits.count + 1)
    }
    guard next > 0 else { return nil }
    seconds = total
  }
}
