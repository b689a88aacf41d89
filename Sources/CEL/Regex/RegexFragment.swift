extension RegularExpression {
  /// The code of a part of the expression. Jumps hold distances, so that a fragment can be moved and copied as it is.
  ///
  /// Putting the code together while parsing, rather than walking over a tree afterwards, needs no recursion: the nesting
  /// of an expression takes no stack.
  struct Fragment {
    var code: [Instruction] = []

    /// Whether it can match without reading anything.
    var isNullable = true

    /// The largest product of nested repetition counts in it.
    var repetitions = 1

    init() {}

    init(_ instruction: Instruction) {
      code = [instruction]
      if case .assert = instruction { isNullable = true } else { isNullable = false }
    }

    mutating func append(_ other: Fragment) {
      if code.isEmpty {
        code = other.code
      } else {
        code += other.code
      }
      isNullable = isNullable && other.isNullable
      repetitions = max(repetitions, other.repetitions)
    }

    /// `(x)`
    func captured(as group: Int) -> Fragment {
      var result = self
      result.code.insert(.save(Int32(2 * group)), at: 0)
      result.code.append(.save(Int32(2 * group + 1)))
      return result
    }

    /// `x?`
    func optional(isGreedy: Bool) -> Fragment {
      var result = self
      result.code.insert(Self.split(1, code.count + 1, isGreedy: isGreedy), at: 0)
      result.isNullable = true
      return result
    }

    /// `x+`
    func oneOrMore(isGreedy: Bool) -> Fragment {
      var result = self
      result.code.append(Self.split(-code.count, 1, isGreedy: isGreedy))
      return result
    }

    /// `x*`
    func zeroOrMore(isGreedy: Bool) -> Fragment {
      // Where x can match nothing, x* is (x+)?: this way the loop takes the paths in the order of a backtracking engine,
      // in which `(|a)*` and `(|a)+` match nothing at all. Go and RE2 do the same, and only then: which states a loop
      // has decides what a group inside of it captures.
      if isNullable { return oneOrMore(isGreedy: isGreedy).optional(isGreedy: isGreedy) }
      var result = self
      result.code.insert(Self.split(1, code.count + 2, isGreedy: isGreedy), at: 0)
      result.code.append(.jump(Int32(-code.count - 1)))
      result.isNullable = true
      return result
    }

    /// `x{minimum,maximum}`; without a maximum, `x{minimum,}`.
    func repeated(_ minimum: Int, _ maximum: Int?, isGreedy: Bool) -> Fragment {
      var result = Fragment()
      if let maximum {
        guard maximum > 0 else { return result }
        for _ in 0..<minimum { result.append(self) }
        // x{2,4} is xx(x(x)?)?: all the splits lead behind the whole.
        let optionals = maximum - minimum
        for index in 0..<optionals {
          let rest = (optionals - index) * (code.count + 1)
          result.code.append(Self.split(1, rest, isGreedy: isGreedy))
          result.code += code
        }
        result.isNullable = isNullable || minimum == 0
      } else if minimum == 0 {
        result = zeroOrMore(isGreedy: isGreedy)
      } else {
        for _ in 1..<minimum { result.append(self) }
        result.append(oneOrMore(isGreedy: isGreedy))
      }
      result.repetitions = repetitions * max(1, maximum ?? minimum)
      return result
    }

    /// `x|y|z`
    static func alternation(_ alternatives: [Fragment]) -> Fragment {
      var result = Fragment()
      result.isNullable = alternatives.contains { $0.isNullable }
      result.repetitions = alternatives.map(\.repetitions).max() ?? 1
      var length = alternatives.reduce(-2) { $0 + $1.code.count + 2 }
      result.code.reserveCapacity(length)
      for alternative in alternatives.dropLast() {
        let count = alternative.code.count
        length -= count + 2
        result.code.append(.split(preferred: 1, other: Int32(count + 2)))
        result.code += alternative.code
        result.code.append(.jump(Int32(length + 1)))
      }
      if let last = alternatives.last { result.code += last.code }
      return result
    }

    private static func split(_ inside: Int, _ outside: Int, isGreedy: Bool) -> Instruction {
      isGreedy
        ? .split(preferred: Int32(inside), other: Int32(outside))
        : .split(preferred: Int32(outside), other: Int32(inside))
    }
  }

  /// The pieces of an expression between two of `(`, `|` and `)`.
  struct Sequence {
    /// All but the last piece.
    private var settled = Fragment()

    /// The last piece: what a repetition operator would apply to.
    private(set) var last: Fragment?

    mutating func append(_ fragment: Fragment) {
      if let last { settled.append(last) }
      last = fragment
    }

    mutating func replaceLast(with fragment: Fragment) {
      last = fragment
    }

    func finished() -> Fragment {
      var whole = settled
      if let last { whole.append(last) }
      return whole
    }
  }
}
