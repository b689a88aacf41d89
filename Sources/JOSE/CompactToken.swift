import Glibc

/// A token in compact serialisation (RFC 7515 §7.1, RFC 7516 §7.1), as far as it can be read.
///
/// Reading never fails as a whole: what can be read is there, and ``problems`` say where the rest is wrong and why. A
/// token is well formed only when it has no problems.
public struct CompactToken: Sendable, Hashable {
  /// The text that was read.
  public let text: String
  public let kind: Kind
  /// The header; its ``Part/json`` is nil when nothing of it can be read.
  public let header: Part
  /// The payload; nil when there is none and for a JWE, whose payload is encrypted.
  public let payload: Part?
  /// The signature; nil when there is none and for a JWE.
  public let signature: Part?
  /// What is wrong with the text, in the order of the offsets. Empty when the token is well formed.
  public let problems: [TokenProblem]

  public enum Kind: Sendable, Hashable {
    /// A signed token: three parts.
    case jws
    /// An encrypted token: five parts.
    case jwe
    /// Neither, with this number of parts.
    case unknown(segments: Int)
  }

  /// One of the parts between the dots.
  public struct Part: Sendable, Hashable {
    /// Where the part stands in the text, in UTF-8 bytes.
    public let range: Range<Int>
    /// What the part decodes to; when it is no base64url, what can be had of it.
    public let bytes: [UInt8]
    /// The bytes as JSON; of a broken object the members before the first error; nil when they are no JSON.
    public let json: JSON?
  }

  /// Reads a bare compact token, without anything around it.
  public init(parsing text: String) {
    var native = text
    native.makeContiguousUTF8()
    let bytes = Array(native.utf8)
    if bytes.first(where: { !Self.isWhitespace($0) }) == UInt8(ascii: "{") {
      self.init(text: native, serialisation: bytes)
    } else {
      self.init(text: native, compact: bytes)
    }
  }

  private init(text: String, compact bytes: [UInt8]) {
    self.text = text
    let ranges = Self.segments(of: bytes)
    var reader = PartReader(text: bytes)
    switch ranges.count {
    case 3: kind = .jws
    case 5: kind = .jwe
    default:
      kind = .unknown(segments: ranges.count)
      reader.note(.whole, offset: Self.segmentProblemOffset(ranges, end: bytes.count), .segments(ranges.count))
    }
    header = reader.read(.header, in: ranges[0], as: .object)
    if kind == .jwe {
      payload = nil
      signature = nil
      for range in ranges.dropFirst() { _ = reader.read(.whole, in: range, as: .bytes) }
    } else {
      payload = ranges.count > 1 ? reader.read(.payload, in: ranges[1], as: .object) : nil
      let isUnsecured = header.json?["alg"]?.stringValue?.lowercased() == "none"
      signature =
        ranges.count > 2 ? reader.read(.signature, in: ranges[2], as: isUnsecured ? .nothing : .bytes) : nil
    }
    problems = reader.sortedProblems
  }

  /// A JWS or JWE in JSON serialisation (RFC 7515 §7.2), which no relying party takes for an ID token: named as what it
  /// is, and shown.
  private init(text: String, serialisation bytes: [UInt8]) {
    self.text = text
    kind = .unknown(segments: 1)
    var reader = PartReader(text: bytes)
    let whole = 0..<bytes.count
    let object = (try? JSON(parsing: bytes))?.objectValue
    let signatures = object?["signatures"]?.arrayValue
    let isToken = object?["payload"] != nil || object?["ciphertext"] != nil
    reader.note(.whole, offset: 0, isToken ? .jsonSerialisation : .json)
    func part(_ name: String, _ value: JSON?) -> Part? {
      guard case .string(let string)? = value else { return nil }
      let range = Self.firstRange(of: Array(string.raw.utf8), in: bytes) ?? whole
      let decoded = Base64URL.salvage(string.value.utf8)
      return Part(range: range, bytes: decoded, json: try? JSON(parsing: decoded))
    }
    header =
      part("protected", object?["protected"] ?? signatures?.first?["protected"])
      ?? Part(range: 0..<0, bytes: [], json: nil)
    payload = part("payload", object?["payload"])
    signature = part("signature", object?["signature"] ?? signatures?.first?["signature"])
    problems = reader.sortedProblems
  }

  // MARK: What the parts say

  /// The header as an object, nil when it is none.
  public var headerObject: JSONObject? { header.json?.objectValue }
  /// The claims: the payload as an object, nil when it is none.
  public var claims: JSONObject? { payload?.json?.objectValue }
  /// `alg` of the header (RFC 7515 §4.1.1).
  public var algorithm: String? { headerObject?["alg"]?.stringValue }
  /// `kid` of the header (RFC 7515 §4.1.4).
  public var keyID: String? { headerObject?["kid"]?.stringValue }
  /// `typ` of the header (RFC 7515 §4.1.9).
  public var type: String? { headerObject?["typ"]?.stringValue }

  /// The token in a form that nobody can use, for logs that others read: header and payload stay, the signature is cut.
  public var redacted: String {
    let bytes = Array(text.utf8)
    let ranges = Self.segments(of: bytes)
    func first(_ count: Int) -> String {
      String(decoding: bytes[0..<ranges[count - 1].upperBound], as: UTF8.self)
    }
    switch kind {
    case .jwe: return first(1) + ".<encrypted parts removed>"
    case .jws, .unknown(segments: 3...): return first(2) + ".<signature removed>"
    // Of two parts the second is a signature as likely as a payload, unless the first one reads as a header.
    case .unknown(segments: 2) where headerObject != nil: return first(2)
    case .unknown: return "<\(bytes.count) bytes removed>"
    }
  }

  // MARK: Bytes

  static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

  /// The ranges between the dots.
  private static func segments(of bytes: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    bytes.withUnsafeBytes { memory in
      guard let base = memory.baseAddress else { return }
      while let dot = memchr(base + start, Int32(UInt8(ascii: ".")), bytes.count - start) {
        let offset = UnsafeRawPointer(dot) - base
        ranges.append(start..<offset)
        start = offset + 1
      }
    }
    ranges.append(start..<bytes.count)
    return ranges
  }

  /// Where the number of parts goes wrong: the end for too few, the first dot too many.
  private static func segmentProblemOffset(_ ranges: [Range<Int>], end: Int) -> Int {
    ranges.count < 3 ? end : ranges[2].upperBound
  }

  private static func firstRange(of needle: [UInt8], in bytes: [UInt8]) -> Range<Int>? {
    guard !needle.isEmpty, needle.count <= bytes.count else { return nil }
    for start in 0...bytes.count - needle.count where bytes[start] == needle[0] {
      if bytes[start..<start + needle.count].elementsEqual(needle) { return start..<start + needle.count }
    }
    return nil
  }
}

/// Decodes parts and collects what is wrong with them.
private struct PartReader {
  let text: [UInt8]
  private var problems: [TokenProblem] = []

  enum Expectation { case object, bytes, nothing }

  init(text: [UInt8]) { self.text = text }

  /// Problems without an offset follow those of the same part that have one.
  var sortedProblems: [TokenProblem] {
    problems.enumerated().sorted { left, right in
      (left.element.order, left.offset) < (right.element.order, right.offset)
    }.map(\.element)
  }

  mutating func note(
    _ part: TokenProblem.Part, offset: Int?, order: Int? = nil, _ reason: TokenProblem.Reason
  ) {
    problems.append(TokenProblem(part: part, offset: offset, reason: reason, order: order ?? offset ?? text.count))
  }

  mutating func read(
    _ part: TokenProblem.Part, in range: Range<Int>, as expectation: Expectation
  ) -> CompactToken.Part {
    let source = text[range]
    if source.isEmpty {
      if expectation != .nothing, part != .whole { note(part, offset: range.lowerBound, .empty) }
      return CompactToken.Part(range: range, bytes: [], json: nil)
    }
    if expectation == .nothing { note(part, offset: range.lowerBound, .unexpectedSignature) }
    let bytes: [UInt8]
    var isExact = true
    do throws(Base64URLError) {
      bytes = try Base64URL.decode(source)
    } catch {
      bytes = Base64URL.salvage(source)
      isExact = false
      note(part, offset: range.lowerBound + error.offset, .base64url(error.reason))
    }
    let json = expectation == .object ? readObject(part, bytes, range: range, isExact: isExact) : nil
    return CompactToken.Part(range: range, bytes: bytes, json: json)
  }

  private mutating func readObject(
    _ part: TokenProblem.Part, _ bytes: [UInt8], range: Range<Int>, isExact: Bool
  ) -> JSON? {
    do throws(JSONError) {
      let json = try JSON(parsing: bytes)
      if json.objectValue == nil { note(part, offset: range.lowerBound, .notAnObject(json.kindName)) }
      return json
    } catch {
      if part == .payload, bytes.starts(with: "eyJ".utf8) {
        note(part, offset: range.lowerBound, .nestedToken)
        return nil
      }
      // Three bytes are four characters: the character that holds the first bit of the wrong byte. Of a salvaged part
      // the characters cannot be counted back.
      let offset = isExact ? min(range.lowerBound + error.offset * 4 / 3, range.upperBound) : nil
      note(part, offset: offset, order: offset ?? range.upperBound, .notJSON(error))
      return JSONObject(salvaging: bytes).map(JSON.object)
    }
  }
}
