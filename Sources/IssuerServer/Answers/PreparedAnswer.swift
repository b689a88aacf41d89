import Hummingbird
import NIOCore

/// An answer with a public document, made once and given to everybody until the document changes.
struct PreparedAnswer: Sendable {
  private let document: PublicDocument
  private let headers: HTTPFields
  private let body: ByteBuffer

  init(_ document: PublicDocument) {
    self.document = document
    headers = [
      .contentType: "application/json", .cacheControl: "public, max-age=\(document.lifetime)",
      .eTag: document.entityTag, .accessControlAllowOrigin: "*", .xContentTypeOptions: "nosniff",
      .contentLength: String(document.bytes.count),
    ]
    body = ByteBuffer(bytes: document.bytes)
  }

  /// The answer to a request for the document: all of it, its head, or that it has not changed.
  func answer(_ request: Request) -> Response {
    if let condition = request.headers[.ifNoneMatch], document.isKnown(to: condition) {
      var headers = headers
      headers[.contentLength] = nil
      return Response(status: .notModified, headers: headers)
    }
    guard request.method == .get else { return Response(status: .ok, headers: headers) }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
  }
}

/// The answers with discovery document and JWKS that belong to one set of keys.
struct PublicAnswers: Sendable {
  let discovery: PreparedAnswer
  let keys: PreparedAnswer
  /// Of the keys.
  let version: UInt64
}
