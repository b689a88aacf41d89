/// Unicode's simple case folding: which scalars differ in nothing but upper and lower case.
///
/// The forms of a letter are a ring, such as k, K and K (the Kelvin sign): from one you get to the next, and in the end
/// back to the first. Dotted and dotless i are left alone, as they belong together in some languages only.
enum CaseFolding {
  /// Neighbouring scalars with their next form at the same distance, or in pairs of which each is the other's next form.
  private struct Run {
    var lower: UInt32
    var upper: UInt32
    /// 0 stands for pairs.
    var distance: Int32

    func next(after value: UInt32) -> UInt32 {
      if distance == 0 { return (value - lower).isMultiple(of: 2) ? value + 1 : value - 1 }
      return UInt32(bitPattern: Int32(bitPattern: value) &+ distance)
    }
  }

  /// The next form of a scalar; itself when it has no other.
  static func next(after value: UInt32) -> UInt32 {
    let index = firstRun(endingAtOrBehind: value)
    guard index < runs.count, runs[index].lower <= value else { return value }
    return runs[index].next(after: value)
  }

  /// The range, and all other forms of the scalars in it.
  static func closure(of range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
    guard let first = runs.first, let last = runs.last else { return [range] }
    // All the other forms are in there already. This keeps negated classes, which tend to be large, from costing much.
    if range.lowerBound <= first.lower && last.upper <= range.upperBound { return [range] }
    var closure = [range]
    var latest = [range]
    // No ring has more than four members: three steps lead to all of them.
    for _ in 0..<3 {
      latest = RegularExpression.ScalarSet.merged(latest.flatMap(nextForms))
      closure += latest
    }
    return closure
  }

  private static func nextForms(of range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
    var forms: [ClosedRange<UInt32>] = []
    var index = firstRun(endingAtOrBehind: range.lowerBound)
    while index < runs.count, runs[index].lower <= range.upperBound {
      let run = runs[index]
      let lower = max(range.lowerBound, run.lower)
      let upper = min(range.upperBound, run.upper)
      if run.distance == 0 {
        // The pairs that are at least touched.
        forms.append(lower - (lower - run.lower) % 2...upper + 1 - (upper - run.lower) % 2)
      } else {
        forms.append(run.next(after: lower)...run.next(after: upper))
      }
      index += 1
    }
    return forms
  }

  private static func firstRun(endingAtOrBehind value: UInt32) -> Int {
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].upper < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static let runs = table.split(separator: " ").compactMap(run)

  /// Reads `41-5a+32` (a range and a distance, in decimal digits), `6b+8383`, or `100-12f=` (pairs).
  private static func run(_ text: Substring) -> Run? {
    var rest = text.drop { $0.isHexDigit }
    guard let lower = UInt32(text[..<rest.startIndex], radix: 16) else { return nil }
    var upper = lower
    // A range's end has a hyphen before it, and so has a negative distance: the distance comes last.
    if let distance = rest.lastIndex(where: { "+-=".contains($0) }), distance > rest.startIndex {
      guard let end = UInt32(rest[..<distance].dropFirst(), radix: 16) else { return nil }
      upper = end
      rest = rest[distance...]
    }
    guard let distance = rest == "=" ? 0 : Int32(rest) else { return nil }
    return Run(lower: lower, upper: upper, distance: distance)
  }

  /// From the mappings of Unicode 17, as Swift's standard library has them.
  private static let table = """
    41-5a+32 61-6a-32 6b+8383 6c-72-32 73+268 74-7a-32 b5+743 c0-d6+32 d8-de+32 df+7615 e0-e4-32 e5+8262 e6-f6-32 \
    f8-fe-32 ff+121 100-12f= 132-137= 139-148= 14a-177= 178-121 179-17e= 17f-300 180+195 181+210 182-185= 186+206 \
    187-188= 189-18a+205 18b-18c= 18e+79 18f+202 190+203 191-192= 193+205 194+207 195+97 196+211 197+209 198-199= \
    19a+163 19b+42561 19c+211 19d+213 19e+130 19f+214 1a0-1a5= 1a6+218 1a7-1a8= 1a9+218 1ac-1ad= 1ae+218 1af-1b0= \
    1b1-1b2+217 1b3-1b6= 1b7+219 1b8-1b9= 1bc-1bd= 1bf+56 1c4-1c5+1 1c6-2 1c7-1c8+1 1c9-2 1ca-1cb+1 1cc-2 1cd-1dc= \
    1dd-79 1de-1ef= 1f1-1f2+1 1f3-2 1f4-1f5= 1f6-97 1f7-56 1f8-21f= 220-130 222-233= 23a+10795 23b-23c= 23d-163 \
    23e+10792 23f-240+10815 241-242= 243-195 244+69 245+71 246-24f= 250+10783 251+10780 252+10782 253-210 254-206 \
    256-257-205 259-202 25b-203 25c+42319 260-205 261+42315 263-207 264+42343 265+42280 266+42308 268-209 269-211 \
    26a+42308 26b+10743 26c+42305 26f-211 271+10749 272-213 275-214 27d+10727 280-218 282+42307 283-218 287+42282 \
    288-218 289-69 28a-28b-217 28c-71 292-219 29d+42261 29e+42258 345+84 370-373= 376-377= 37b-37d+130 37f+116 \
    386+38 388-38a+37 38c+64 38e-38f+63 390+7235 391-3a1+32 3a3+31 3a4-3ab+32 3ac-38 3ad-3af-37 3b0+7219 3b1-32 \
    3b2+30 3b3-3b4-32 3b5+64 3b6-3b7-32 3b8+25 3b9+7173 3ba+54 3bb-32 3bc-775 3bd-3bf-32 3c0+22 3c1+48 3c2+1 \
    3c3-3c5-32 3c6+15 3c7-3c8-32 3c9+7517 3ca-3cb-32 3cc-64 3cd-3ce-63 3cf+8 3d0-62 3d1+35 3d5-47 3d6-54 3d7-8 \
    3d8-3ef= 3f0-86 3f1-80 3f2+7 3f3-116 3f4-92 3f5-96 3f7-3f8= 3f9-7 3fa-3fb= 3fd-3ff-130 400-40f+80 410-42f+32 \
    430-431-32 432+6222 433-32 434+6221 435-43d-32 43e+6212 43f-440-32 441-442+6210 443-449-32 44a+6204 44b-44f-32 \
    450-45f-80 460-461= 462+1 463+6180 464-481= 48a-4bf= 4c0+15 4c1-4ce= 4cf-15 4d0-52f= 531-556+48 561-586-48 \
    10a0-10c5+7264 10c7+7264 10cd+7264 10d0-10fa+3008 10fd-10ff+3008 13a0-13ef+38864 13f0-13f5+8 13f8-13fd-8 \
    1c80-6254 1c81-6253 1c82-6244 1c83-6242 1c84+1 1c85-6243 1c86-6236 1c87-6181 1c88+35266 1c89-1c8a= \
    1c90-1cba-3008 1cbd-1cbf-3008 1d79+35332 1d7d+3814 1d8e+35384 1e00-1e5f= 1e60+1 1e61+58 1e62-1e95= 1e9b-59 \
    1e9e-7615 1ea0-1eff= 1f00-1f07+8 1f08-1f0f-8 1f10-1f15+8 1f18-1f1d-8 1f20-1f27+8 1f28-1f2f-8 1f30-1f37+8 \
    1f38-1f3f-8 1f40-1f45+8 1f48-1f4d-8 1f51+8 1f53+8 1f55+8 1f57+8 1f59-8 1f5b-8 1f5d-8 1f5f-8 1f60-1f67+8 \
    1f68-1f6f-8 1f70-1f71+74 1f72-1f75+86 1f76-1f77+100 1f78-1f79+128 1f7a-1f7b+112 1f7c-1f7d+126 1f80-1f87+8 \
    1f88-1f8f-8 1f90-1f97+8 1f98-1f9f-8 1fa0-1fa7+8 1fa8-1faf-8 1fb0-1fb1+8 1fb3+9 1fb8-1fb9-8 1fba-1fbb-74 1fbc-9 \
    1fbe-7289 1fc3+9 1fc8-1fcb-86 1fcc-9 1fd0-1fd1+8 1fd3-7235 1fd8-1fd9-8 1fda-1fdb-100 1fe0-1fe1+8 1fe3-7219 \
    1fe5+7 1fe8-1fe9-8 1fea-1feb-112 1fec-7 1ff3+9 1ff8-1ff9-128 1ffa-1ffb-126 1ffc-9 2126-7549 212a-8415 \
    212b-8294 2132+28 214e-28 2160-216f+16 2170-217f-16 2183-2184= 24b6-24cf+26 24d0-24e9-26 2c00-2c2f+48 \
    2c30-2c5f-48 2c60-2c61= 2c62-10743 2c63-3814 2c64-10727 2c65-10795 2c66-10792 2c67-2c6c= 2c6d-10780 2c6e-10749 \
    2c6f-10783 2c70-10782 2c72-2c73= 2c75-2c76= 2c7e-2c7f-10815 2c80-2ce3= 2ceb-2cee= 2cf2-2cf3= 2d00-2d25-7264 \
    2d27-7264 2d2d-7264 a640-a649= a64a+1 a64b-35267 a64c-a66d= a680-a69b= a722-a72f= a732-a76f= a779-a77c= \
    a77d-35332 a77e-a787= a78b-a78c= a78d-42280 a790-a793= a794+48 a796-a7a9= a7aa-42308 a7ab-42319 a7ac-42315 \
    a7ad-42305 a7ae-42308 a7b0-42258 a7b1-42282 a7b2-42261 a7b3+928 a7b4-a7c3= a7c4-48 a7c5-42307 a7c6-35384 \
    a7c7-a7ca= a7cb-42343 a7cc-a7db= a7dc-42561 a7f5-a7f6= ab53-928 ab70-abbf-38864 fb05-fb06= ff21-ff3a+32 \
    ff41-ff5a-32 10400-10427+40 10428-1044f-40 104b0-104d3+40 104d8-104fb-40 10570-1057a+39 1057c-1058a+39 \
    1058c-10592+39 10594-10595+39 10597-105a1-39 105a3-105b1-39 105b3-105b9-39 105bb-105bc-39 10c80-10cb2+64 \
    10cc0-10cf2-64 10d50-10d65+32 10d70-10d85-32 118a0-118bf+32 118c0-118df-32 16e40-16e5f+32 16e60-16e7f-32 \
    16ea0-16eb8+27 16ebb-16ed3-27 1e900-1e921+34 1e922-1e943-34
    """
}
