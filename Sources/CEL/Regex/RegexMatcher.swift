extension RegularExpression {
  /// Follows all states of the automaton side by side through a text (Pike's algorithm).
  struct Matcher {
    enum Goal {
      case anyMatch, wholeMatch, firstMatch
    }

    /// A place in the text: the scalars on its two sides, `none` where the text ends.
    ///
    /// What is before only matters where it is ASCII; otherwise it is the last byte of the scalar.
    struct Place {
      static let none = UInt32.max

      var offset: Int
      var before: UInt32
      var after: UInt32

      func holds(_ assertion: Assertion) -> Bool {
        switch assertion {
        case .textBegins: before == Self.none
        case .textEnds: after == Self.none
        case .lineBegins: before == Self.none || before == 0x0A
        case .lineEnds: after == Self.none || after == 0x0A
        case .wordBoundary: Self.isWord(before) != Self.isWord(after)
        case .noWordBoundary: Self.isWord(before) == Self.isWord(after)
        }
      }

      /// Word boundaries are those of ASCII words.
      private static func isWord(_ value: UInt32) -> Bool {
        switch value {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
        default: false
        }
      }
    }

    /// States, those of better matches first, each with what its slots note.
    private struct Threads {
      var count = 0
      /// Only the first `count` hold states. They are left in place because emptying an array takes longer.
      var instructions: [Int32] = []
      var notes: [Int] = []

      @inline(__always)
      mutating func append(_ instruction: Int32) {
        if count < instructions.count { instructions[count] = instruction } else { instructions.append(instruction) }
        count += 1
      }
    }

    /// What is left to do while following a thread: go on at an instruction, or give a slot its former value.
    private enum Task {
      case follow(Int32)
      case restore(slot: Int, value: Int)
    }

    private let program: Program
    private let goal: Goal
    private(set) var steps: Int

    private var current = Threads()
    private var next = Threads()
    private var pending: [Task] = []

    /// For each instruction, when it was reached last. A later thread that reaches it again has nothing to add.
    private var reached: [UInt32]
    private var time: UInt32 = 0

    /// The slots of the program that are noted, and the notes of the thread being followed: where its match begins, then
    /// these slots.
    private var recorded: Range<Int> = 0..<0
    private var notes: [Int] = []
    private var found: (notes: [Int], end: Int)?

    init(_ program: Program, goal: Goal, steps: Int) {
      self.program = program
      self.goal = goal
      self.steps = steps
      reached = Array(repeating: 0, count: program.instructions.count)
    }

    /// The scalar of valid UTF-8 that begins at the offset, and how many bytes it takes.
    @inline(__always)
    static func scalar(in text: Span<UInt8>, at offset: Int) -> (value: UInt32, width: Int) {
      let first = UInt32(text[offset])
      if first < 0x80 { return (first, 1) }
      let second = UInt32(text[offset + 1]) & 0x3F
      if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
      let third = UInt32(text[offset + 2]) & 0x3F
      if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
      return ((first & 0x07) << 18 | second << 12 | third << 6 | UInt32(text[offset + 3]) & 0x3F, 4)
    }

    /// The first match that begins at the offset or behind it.
    mutating func match(in text: Span<UInt8>, from offset: Int) throws(OutOfSteps) -> Match? {
      let slots = 2 * program.groupNames.count
      // Some groups at a time, so that the notes of a program with many groups and many states do not fill the memory.
      // Which match is found does not depend on what is noted.
      var groups: [Range<Int>?] = []
      var start = offset
      repeat {
        let end = min(slots, 2 * groups.count + 32)
        recorded = max(2, 2 * groups.count)..<max(2, end)
        guard try search(text, from: start, onlyThere: !groups.isEmpty), let found, let begin = found.notes.first else {
          return nil
        }
        start = begin
        if groups.isEmpty { groups.append(begin..<found.end) }
        for index in stride(from: 1, to: found.notes.count, by: 2) {
          let (lower, upper) = (found.notes[index], found.notes[index + 1])
          groups.append(lower >= 0 && upper >= lower ? lower..<upper : nil)
        }
      } while 2 * groups.count < slots
      return groups.first.flatMap { $0 }.map { Match(range: $0, groups: groups) }
    }

    /// Looks for a match that begins at the offset or behind it.
    mutating func search(
      _ text: Span<UInt8>, from offset: Int = 0, onlyThere: Bool = false
    ) throws(OutOfSteps) -> Bool {
      let startsOnlyThere = onlyThere || goal == .wholeMatch || program.isAnchored
      current.count = 0
      next.count = 0
      next.notes.removeAll(keepingCapacity: true)
      found = nil
      let unset = Array(repeating: -1, count: goal == .firstMatch ? 1 + recorded.count : 0)
      let program = program
      let instructions = program.instructions.span
      var position = offset
      while true {
        if current.count == 0 {
          if found != nil { return true }
          if position > offset && startsOnlyThere { return false }
          if !startsOnlyThere, let firstBytes = program.firstBytes {
            let start = position
            while position < text.count, !firstBytes.contains(text[position]) { position += 1 }
            if position == text.count { return false }
            steps -= (position - start) / 8
          }
        }
        let (value, width) = position < text.count ? Self.scalar(in: text, at: position) : (Place.none, 0)
        let place = Place(
          offset: position, before: position > 0 ? UInt32(text[position - 1]) : Place.none, after: value)
        startClock()
        for index in 0..<current.count {
          if goal == .firstMatch {
            let start = index * unset.count
            for slot in unset.indices { notes[slot] = current.notes[start + slot] }
          }
          if follow(current.instructions[index], of: instructions, at: place) { break }
        }
        if found == nil && (position == offset || !startsOnlyThere) {
          if goal == .firstMatch {
            notes = unset
            notes[0] = position
          }
          _ = follow(0, of: instructions, at: place)
        }
        if found != nil && goal != .firstMatch { return true }
        if steps < 0 { throw OutOfSteps() }
        if width == 0 { return found != nil }
        position += width
        swap(&current, &next)
        next.count = 0
        if goal == .firstMatch { next.notes.removeAll(keepingCapacity: true) }
      }
    }

    private mutating func startClock() {
      if time == .max {
        time = 0
        for index in reached.indices { reached[index] = 0 }
      }
      time += 1
    }

    /// Goes from an instruction to all those that read a scalar and can read the one that comes next.
    ///
    /// - Returns: whether a match ends here, which makes the threads behind this one worthless.
    private mutating func follow(
      _ start: Int32, of instructions: Span<Instruction>, at place: Place
    ) -> Bool {
      var instruction = start
      var visited = 0
      defer { steps -= visited }
      while true {
        thread: while true {
          let index = Int(instruction)
          visited += 1
          if reached[index] == time { break }
          reached[index] = time
          switch instructions[index] {
          case .scalar(let value):
            if value == place.after { keep(program.successors[index]) }
            break thread
          case .anyScalar:
            if place.after != Place.none { keep(program.successors[index]) }
            break thread
          case .anyScalarButNewline:
            if place.after != Place.none && place.after != 0x0A { keep(program.successors[index]) }
            break thread
          case .set(let set):
            if place.after != Place.none && program.sets[Int(set)].contains(place.after) {
              keep(program.successors[index])
            }
            break thread
          case .split(let preferred, let other):
            pending.append(.follow(other))
            instruction = preferred
          case .jump(let target):
            instruction = target
          case .save(let slot):
            if recorded.contains(Int(slot)) {
              let note = Int(slot) - recorded.lowerBound + 1
              pending.append(.restore(slot: note, value: notes[note]))
              notes[note] = place.offset
            }
            instruction += 1
          case .assert(let assertion):
            if !place.holds(assertion) { break thread }
            instruction += 1
          case .match:
            if goal == .wholeMatch && place.after != Place.none { break thread }
            found = (notes, place.offset)
            pending.removeAll(keepingCapacity: true)
            return true
          }
        }
        guard let other = nextPending() else { return false }
        instruction = other
      }
    }

    private mutating func nextPending() -> Int32? {
      while let task = pending.popLast() {
        switch task {
        case .follow(let instruction): return instruction
        case .restore(let slot, let value): notes[slot] = value
        }
      }
      return nil
    }

    private mutating func keep(_ instruction: Int32) {
      next.append(instruction)
      if goal == .firstMatch { next.notes += notes }
    }
  }
}
