/// The fingerprint of RSA moduli made by the Infineon library RSALib (CVE-2017-15361).
///
/// Its primes are k·M + (65537ᵃ mod M), where M is the product of the first primes, so that a modulus is a power of 65537
/// modulo each of these primes, with one exponent for all (M. Nemec et al., "The Return of Coppersmith's Attack",
/// CCS 2017, §2.2). Of other moduli one in 2¹⁵⁴ is.
enum ROCAFingerprint {
  /// The odd primes that divide M for every size of key.
  private static let primes: [Int] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
  ]

  /// Whether a modulus, in big-endian bytes, has the fingerprint.
  static func matches(modulus: [UInt8]) -> Bool {
    var logarithms: [(exponent: Int, order: Int)] = []
    for prime in primes {
      let residue = modulus.reduce(0) { ($0 << 8 | Int($1)) % prime }
      guard let logarithm = discreteLogarithm(of: residue, modulo: prime) else { return false }
      logarithms.append(logarithm)
    }
    // One exponent has these remainders exactly when no two of them contradict each other.
    for (index, first) in logarithms.enumerated() {
      for second in logarithms[..<index] {
        let common = greatestCommonDivisor(first.order, second.order)
        if (first.exponent - second.exponent) % common != 0 { return false }
      }
    }
    return true
  }

  /// The exponent of 65537 that gives the residue, and after how many powers they repeat; nil when none does.
  private static func discreteLogarithm(of residue: Int, modulo prime: Int) -> (exponent: Int, order: Int)? {
    let generator = 65537 % prime
    var found: Int?
    var power = 1
    var order = 0
    repeat {
      if power == residue { found = order }
      power = power * generator % prime
      order += 1
    } while power != 1
    return found.map { ($0, order) }
  }

  private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    second == 0 ? first : greatestCommonDivisor(second, first % second)
  }
}
