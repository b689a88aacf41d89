import Inspection
import JOSE

/// One request of an exchange.
public struct ExchangeRequest: Sendable {
  enum Encoding: Sendable {
    /// `application/x-www-form-urlencoded`; all values are strings.
    case form
    /// One object.
    case json
  }

  let place: FetchURL
  let encoding: Encoding
  /// What the body says.
  public let fields: [ExchangeField]
  /// Headers that the party wants.
  public let headers: [ExchangeField]

  init(to place: FetchURL, _ encoding: Encoding, _ fields: [ExchangeField], headers: [ExchangeField] = []) {
    self.place = place
    self.encoding = encoding
    self.fields = fields
    self.headers = headers
  }

  /// Where it goes. It is posted.
  public var url: String { place.text }

  var request: Fetcher.Request {
    var request = Fetcher.Request(url: place)
    switch encoding {
    case .form: request.form = FormEncoding.body(fields.map { ($0.name, $0.text) })
    case .json: request.json = JSON.object(JSONObject(fields.map { ($0.name, $0.value) })).compact()
    }
    request.headers = headers.map { ($0.name, $0.text) }
    return request
  }

  /// A text of somebody else's without the secrets of this request, which it may repeat.
  func withoutSecrets(_ text: String) -> String {
    var bytes = Array(text.utf8)
    for field in fields + headers where field.isSecret {
      let secret = field.text.hasPrefix("Bearer ") ? String(field.text.dropFirst(7)) : field.text
      guard secret.utf8.count >= 8 else { continue }
      // Of a token the first two parts tell it as well, whatever of its signature follows.
      let parts = secret.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      let wanted =
        parts.count == 3 && parts[1].count >= 8 ? Array(secret.utf8.dropLast(parts[2].count)) : Array(secret.utf8)
      let shortened = Array(ExchangeField.shortened(secret).utf8)
      bytes = Self.replaced(wanted, in: bytes, by: shortened)
      // As it went over the wire.
      let encoded = Array(FormEncoding.percentEncoded(secret).utf8)
      if encoded.count != secret.utf8.count { bytes = Self.replaced(encoded, in: bytes, by: shortened) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Byte for byte and in one pass: what was put in is not searched again. What of a token follows its first parts goes too.
  private static func replaced(_ wanted: [UInt8], in bytes: [UInt8], by other: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes[...]
    while let range = rest.firstRange(of: wanted) {
      result += rest[..<range.lowerBound] + other
      rest = rest[range.upperBound...]
      if wanted.last == UInt8(ascii: ".") { rest = rest.drop(while: Self.isBase64URL) }
    }
    return result + rest
  }

  private static func isBase64URL(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x5F
  }
}

/// The answer to a request of an exchange, whatever it says.
struct ExchangeAnswer: Sendable {
  let status: Int
  let bytes: [UInt8]
  /// When it arrived, by our clock, in seconds since 1970.
  let arrived: Int64
  var contentType: String?
  /// The party's clock minus ours, in seconds; nil when it did not say what time it is there.
  var skew: Int64?

  /// The JSON object in it, else nil.
  var object: JSONObject? { (try? JSON(parsing: bytes))?.objectValue }

  /// When something ends that lives so many seconds; nil when no clock reaches that.
  func end(after seconds: Int64) -> Timestamp? {
    let end = Timestamp(arrived).advanced(by: seconds)
    return end.isInCalendar ? end : nil
  }

  /// Until when something holds: a moment that every program can write, and that was still to come by the party's own
  /// clock. What ends earlier would be asked for again and again by those who get it.
  ///
  /// - Parameter time: as RFC 3339 writes it.
  func end(of things: String, _ time: String?) throws(ExchangeProblem) -> Timestamp {
    guard let time, let end = Timestamp(rfc3339: time), end.isInCalendar else {
      throw .malformed("the answer does not say until when \(things) holds")
    }
    guard end > Timestamp(arrived).advanced(by: skew ?? 0) else {
      throw .malformed("the answer says that \(things) ended at \(end.rfc3339()), before it came")
    }
    return end
  }
}

/// Why an answer brings nothing.
enum ExchangeProblem: Error, Equatable {
  case refused(ExchangeRefusal)
  /// It is not the answer that it should be.
  case malformed(String)
}
