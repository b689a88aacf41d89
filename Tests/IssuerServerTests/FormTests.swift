import Testing

@testable import IssuerServer

@Suite("token requests as they arrive")
struct FormTests {
  @Test(
    "forms are decoded",
    arguments: [
      ("a=b&c=d", "a", ["b"]), ("a=b&a=c", "a", ["b", "c"]), ("a=1+2%20%C3%A9", "a", ["1 2 é"]), ("a", "a", [""]),
      ("=x&&a=", "a", [""]), ("a=b=c", "a", ["b=c"]), ("%61=b", "a", ["b"]), ("", "a", []),
    ] as [(String, String, [String])])
  func decodes(text: String, name: String, values: [String]) throws {
    #expect(try #require(FormData(text.utf8)).values(name) == values)
  }

  @Test("what is no form is refused", arguments: ["a=%", "a=%2", "a=%zz", "a=%ff", "%c3=x"])
  func malformed(text: String) { #expect(FormData(text.utf8) == nil) }

  static let grant = "grant_type=\(TokenExchange.grantType)"

  @Test("a whole request is read")
  func whole() throws {
    let exchange = try exchange(
      "&audience=a&audience=b%2Fc&expires_in=60&subject_token=x&scope=openid"
        + "&subject_token_type=urn:ietf:params:oauth:token-type:access_token"
        + "&requested_token_type=urn:ietf:params:oauth:token-type:jwt")
    #expect(exchange.audiences == ["a", "b/c"])
    #expect(exchange.lifetime == 60)
    #expect(exchange.credential == "x")
    #expect(exchange.issuedType == "urn:ietf:params:oauth:token-type:jwt")
    #expect(try self.exchange("&audience=a").issuedType == TokenExchange.idToken)
  }

  @Test(
    "what a request lacks is said in the code that it has for that",
    arguments: [
      ("", TokenError.Code.invalidRequest, "grant_type is missing"),
      ("grant_type=password", .unsupportedGrantType, "grant_type has to be"),
      ("\(grant)&requested_token_type=urn:x", .invalidRequest, "requested_token_type"),
      ("\(grant)&subject_token=x", .invalidRequest, "subject_token_type is missing"),
      ("\(grant)&subject_token=x&subject_token_type=y", .invalidRequest, "subject_token_type has to be"),
      ("\(grant)&actor_token=x", .invalidRequest, "actor_token is not supported"),
      ("\(grant)&resource=https://a", .invalidRequest, "name the relying party as audience"),
      ("\(grant)&scope=email", .invalidScope, "openid"),
      ("\(grant)&expires_in=0", .invalidRequest, "expires_in"),
      ("\(grant)&expires_in=9223372036854775808", .invalidRequest, "expires_in"),
      ("\(grant)&expires_in=1e3", .invalidRequest, "expires_in"),
      ("\(grant)&\(grant)", .invalidRequest, "grant_type is there more than once"),
      ("\(grant)&subject_token=x&subject_token=y", .invalidRequest, "subject_token is there more than once"),
    ])
  func refused(form: String, code: TokenError.Code, words: String) throws {
    let error = #expect(throws: TokenError.self) { try TokenExchange(try #require(FormData(form.utf8))) }
    #expect(error?.code == code)
    #expect(error?.description.contains(words) == true)
  }

  @Test("a request names between one and sixteen audiences")
  func audiences() throws {
    #expect(throws: TokenError.self) { try TokenApplication(audiences: [""], credential: nil) }
    #expect(throws: TokenError.self) {
      try TokenApplication(audiences: (0..<17).map { "\($0)" }, credential: nil)
    }
    #expect(try TokenApplication(audiences: ["", "a"], credential: nil).audiences == ["a"])
  }

  /// RFC 6749 §5.2: printable ASCII without the quotation mark and the backslash.
  @Test("descriptions hold what RFC 6749 allows in them, and nothing that the caller sent")
  func descriptions() throws {
    let hostile = "grant_type=%22%0a%1b[31m\\evil"
    let error = #expect(throws: TokenError.self) { try TokenExchange(try #require(FormData(hostile.utf8))) }
    let text = try #require(error?.oauth["error_description"]?.stringValue)
    #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
    #expect(!text.contains("evil"))
  }

  private func exchange(_ rest: String) throws -> TokenExchange {
    try TokenExchange(try #require(FormData((Self.grant + rest).utf8)))
  }
}
