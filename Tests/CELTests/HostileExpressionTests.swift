import FoundationEssentials
import Testing

@testable import CEL

/// An expression may be anything, and its values too: it ends with a value or an error, soon.
@Suite("Hostile expressions")
struct HostileExpressionTests {
  private static let environment = CELEnvironment(
    variables: ["claims", "google", "attribute"], libraries: Set(CELLibrary.allCases))

  private static let claims: [String: CELValue] = [
    "claims": .map([
      "s": .string("repo:acme/app"), "n": .int(.min), "u": .uint(.max), "d": .double(.infinity), "e": .string(""),
      "l": .list([.int(1), .string("a"), .null, .double(.nan)]), "b": .bool(true), "z": .null,
      "m": .map(["a": .map(["b": .list([])])]),
    ]), "google": .map(["subject": .string("x")]), "attribute": .map([:]),
  ]

  private static let seeds = [
    "claims.s.startsWith('repo:') && claims.n < 3 || !claims.b", "claims.l.exists(x, x == 'a') ? [1, 2u, 3.0] : {}",
    "claims.s.split(':', 2).join('-').upperAscii().substring(1, 3).indexOf('E')", "claims.n / -1 + claims.n * -1",
    "timestamp('9999-12-31T23:59:59.999999999Z') + duration('9223372036s')", "duration('-2562047h47m16.854775808s')",
    "claims.s.matches('(a+)+$') && 'x'.matches('[[:alpha:]]{1,50}')", "claims.?m.?a.?c.orValue('none')",
    "int(claims.d) + int('9223372036854775808') + uint(-1.5) + int(1e300)", "math.greatest([1, 2.5, 3u]) << 64",
    "claims.s.format(['%s %d %.3f %x %e', claims.n]) + '%s'.format([claims.m])", "string(b'\\xff') + bytes('é')[0]",
    "'%.1000000000f'.format([1.0]) + '%d'.format(['x'])", "claims.l.map(x, x).filter(y, y != null).all(z, z > 0)",
    "claims.m.transformMap(k, v, k + 'x')", "cel.bind(x, claims.s + claims.s, x + x + x)", "base64.decode('====')",
    "quantity('1e1000000000').add(quantity('9E')).isGreaterThan(quantity('1Ki'))", "semver('1.2.3-a.b+c').major()",
    "ip('::ffff:1.2.3.4') == ip('1.2.3.4') || cidr('10.0.0.0/33').containsIP('10.0.0.1')",
    "url('https://[::1]:99999/a?b=%zz').getHost()", "claims.l.sortBy(x, x).slice(-1, 99999999999).flatten(-5)",
    "lists.range(999999999).map(x, lists.range(999999999))", "claims.s.replace('', 'xxxxxxxxxx', 9999999999)",
    "timestamp(claims.n).getFullYear('America/St_Johns') + timestamp(1).getHours('99:99')",
    "google.subject.extract('{a}')",
    "optional.of(optional.none()).optMap(x, x.value()).hasValue()",
    "sets.equivalent([1, [2, {3: 4}]], [[2u, {3.0: 4}], 1])",
    "math.abs(claims.n) + math.bitShiftLeft(1, -1) + math.round(claims.d)", "'a'.charAt(-1) + 'a'.lastIndexOf('', -5)",
    "format.named('date').value().validate('2026-13-45')", "claims['s'] == \"\\u0041\\U0001F600\\x41\\101\" + r'\\n'",
  ]

  @Test("that were damaged here and there never crash and never take long", arguments: 0..<seeds.count)
  func damaged(index: Int) {
    var state = UInt64(index &+ 77)
    func dice(_ sides: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(truncatingIfNeeded: (state >> 33) % UInt64(sides))
    }
    let spare = Array("(){}[].,:?!&|=<>+-*/%'\"\\ru0123456789eExin _claims#@~^`$é\u{1F600}")
    let numbers = [
      "-9223372036854775808", "9223372036854775807", "18446744073709551615u", "1e308", "-0.0", "''", "null", "[]",
    ]
    for round in 0..<300 {
      var text = Array(Self.seeds[index])
      if round > 0 {
        for _ in 0...dice(3) {
          let place = dice(text.count)
          switch dice(4) {
          case 0: text[place] = spare[dice(spare.count)]
          case 1 where text.count > 1: text.remove(at: place)
          case 2: text.insert(contentsOf: numbers[dice(numbers.count)], at: place)
          default: text.insert(spare[dice(spare.count)], at: place)
          }
        }
      }
      guard let program = try? CELProgram(String(text), in: Self.environment) else { continue }
      _ = try? program.evaluate(Self.claims, limit: 50_000)
      for part in program.allExpressions { _ = try? program.evaluate(part, Self.claims, limit: 5_000) }
    }
  }

  @Test("that are nested without end are refused", arguments: ["(", "[", "!", "-", "{1:", "a.b(", "a?b:", "x&&("])
  func nested(unit: String) {
    let text = String(repeating: unit, count: 60_000 / unit.utf8.count)
    #expect(throws: CELError.self) { try CELProgram(text, in: Self.environment) }
    #expect(throws: CELError.self) { try CELProgram(String(text.prefix(5000)), in: Self.environment) }
  }

  @Test("that grow and grow end at the limit")
  func growth() throws {
    let doubling = (0..<40).reduce("'aaaaaaaaaaaaaaaa'") { text, _ in "cel.bind(x, \(text), x + x)" }
    for text in [
      doubling, "lists.range(100000).all(a, lists.range(100000).all(b, a + b >= 0))",
      "[1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [1,2,3,4,5,6,7,8,9,10].map(c, [1,2,3,4,5,6,7,8,9,10].map(d, [1,2,3,4,5,6,7,8,9,10].map(e, [1,2,3,4,5,6,7,8,9,10].map(f, a))))))",
    ] {
      let program = try CELProgram(text, in: Self.environment)
      let error = #expect(throws: CELError.self) { try program.evaluate([:]) }
      #expect(error?.kind == .limit)
    }
  }
}
