extension RegularExpression {
  /// What must hold at a place of the text.
  enum Assertion: Sendable {
    case textBegins, textEnds, lineBegins, lineEnds, wordBoundary, noWordBoundary
  }

  /// A step of the automaton. Those that match a scalar go on with the instruction behind them.
  enum Instruction: Sendable {
    case scalar(UInt32)
    case anyScalar
    case anyScalarButNewline
    /// A scalar of the set with that index.
    case set(Int32)
    case split(preferred: Int32, other: Int32)
    case jump(Int32)
    /// Notes the place. Group n begins at slot 2n and ends at slot 2n+1.
    case save(Int32)
    case assert(Assertion)
    case match
  }

  /// A compiled expression.
  struct Program: Sendable {
    let instructions: [Instruction]
    /// Where to go on behind an instruction that reads a scalar: a jump that follows it is taken already.
    let successors: [Int32]
    let sets: [ScalarSet]
    let groupNames: [String?]
    let hasTopLevelAlternation: Bool

    /// Whether a match can only begin where the text begins.
    let isAnchored: Bool

    /// The bytes a match can begin with; `nil` when a match can be empty.
    let firstBytes: ByteSet?

    init(_ fragment: Fragment, sets: [ScalarSet], groupNames: [String?], hasTopLevelAlternation: Bool) {
      let instructions = Self.link(fragment.code + [.match])
      self.instructions = instructions
      successors = instructions.indices.map { index in
        Self.destination(Int32(min(index + 1, instructions.count - 1)), in: instructions)
      }
      self.sets = sets
      self.groupNames = groupNames
      self.hasTopLevelAlternation = hasTopLevelAlternation
      isAnchored = Self.reachable(in: instructions, crossingTextBegin: false).isEmpty
      firstBytes = Self.firstBytes(of: Self.reachable(in: instructions, crossingTextBegin: true), sets: sets)
    }

    /// Makes the distances in a fragment's jumps into places, and lets no jump lead to another.
    private static func link(_ code: [Instruction]) -> [Instruction] {
      var linked = code
      // From the end to the beginning, because what lies ahead of a jump is then in order already. What lies behind a
      // jump is the split of a loop, never another jump.
      for index in code.indices.reversed() {
        func resolved(_ distance: Int32) -> Int32 {
          destination(Int32(index) + distance, in: linked, isReady: distance > 0)
        }
        switch code[index] {
        case .split(let preferred, let other):
          linked[index] = .split(preferred: resolved(preferred), other: resolved(other))
        case .jump(let distance):
          linked[index] = .jump(resolved(distance))
        default:
          break
        }
      }
      return linked
    }

    private static func destination(_ target: Int32, in code: [Instruction], isReady: Bool = true) -> Int32 {
      if isReady, case .jump(let further) = code[Int(target)] { return further }
      return target
    }

    /// The instructions that match a scalar, or say that all is matched, that can be reached before any scalar is read.
    private static func reachable(in code: [Instruction], crossingTextBegin: Bool) -> [Instruction] {
      var found: [Instruction] = []
      var isVisited = [Bool](repeating: false, count: code.count)
      var pending: [Int32] = [0]
      while let place = pending.popLast() {
        let index = Int(place)
        if isVisited[index] { continue }
        isVisited[index] = true
        switch code[index] {
        case .split(let preferred, let other): pending += [other, preferred]
        case .jump(let target): pending.append(target)
        case .assert(.textBegins) where !crossingTextBegin: break
        case .save, .assert: pending.append(place + 1)
        case .scalar, .anyScalar, .anyScalarButNewline, .set, .match: found.append(code[index])
        }
      }
      return found
    }

    private static func firstBytes(of instructions: [Instruction], sets: [ScalarSet]) -> ByteSet? {
      var bytes = ByteSet()
      for instruction in instructions {
        switch instruction {
        case .scalar(let value):
          guard let scalar = Unicode.Scalar(value) else { break }
          bytes.insert(UTF8.encode(scalar)?.first ?? 0)
        case .set(let index):
          let set = sets[Int(index)]
          for byte in UInt8(0)..<0x80 where set.contains(UInt32(byte)) { bytes.insert(byte) }
          if set.mayContainBeyondASCII { bytes.insertLeadBytesBeyondASCII() }
        case .anyScalar, .anyScalarButNewline:
          for byte in UInt8(0)..<0x80 { bytes.insert(byte) }
          bytes.insertLeadBytesBeyondASCII()
        default:
          return nil
        }
      }
      return bytes
    }
  }

  /// A set of bytes.
  struct ByteSet: Sendable {
    private var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))

    mutating func insert(_ byte: UInt8) {
      let bit = UInt64(1) << UInt64(byte & 63)
      switch byte >> 6 {
      case 0: words.0 |= bit
      case 1: words.1 |= bit
      case 2: words.2 |= bit
      default: words.3 |= bit
      }
    }

    mutating func insertLeadBytesBeyondASCII() {
      for byte in UInt8(0xC2)...0xF4 { insert(byte) }
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
      let word =
        switch byte >> 6 {
        case 0: words.0
        case 1: words.1
        case 2: words.2
        default: words.3
        }
      return word >> UInt64(byte & 63) & 1 == 1
    }
  }
}
