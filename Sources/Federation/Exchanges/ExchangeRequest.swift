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
    var text = text
    for field in fields + headers where field.isSecret {
      let secret = field.text.hasPrefix("Bearer ") ? String(field.text.dropFirst(7)) : field.text
      guard secret.utf8.count >= 8 else { continue }
      while let range = text.firstRange(of: secret) {
        text.replaceSubrange(range, with: ExchangeField.shortened(secret))
      }
    }
    return text
  }
}

/// The answer to a request of an exchange, whatever it says.
struct ExchangeAnswer: Sendable {
  let status: Int
  let bytes: [UInt8]
  /// When it arrived, by our clock, in seconds since 1970.
  let arrived: Int64
  var contentType: String?

  /// The JSON object in it, else nil.
  var object: JSONObject? { (try? JSON(parsing: bytes))?.objectValue }
}

/// Why an answer brings nothing.
enum ExchangeProblem: Error, Equatable {
  case refused(ExchangeRefusal)
  /// It is not the answer that it should be.
  case malformed(String)
}
