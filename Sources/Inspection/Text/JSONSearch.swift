import JOSE

/// Finds the one token in a JSON document, such as the answer of a token endpoint.
enum JSONSearch {
  /// The token that the document holds; nil when the text is no JSON.
  ///
  /// A JWS in JSON serialisation is handed on whole, to be named as what it is.
  static func token(in text: Substring) throws(TokenTextError) -> TokenText.Extracted? {
    guard let document = try? JSON(parsing: text.utf8) else { return nil }
    if let object = document.objectValue, object["payload"]?.stringValue != nil || object["ciphertext"] != nil,
      object["signature"] != nil || object["signatures"] != nil || object["ciphertext"] != nil
    {
      return TokenText.Extracted(token: String(text), how: [])
    }
    var found: [(path: String, token: String)] = []
    collect(document, path: "", into: &found)
    guard let first = found.first else { throw .noToken }
    guard found.count == 1 else {
      throw .several(found.count, names: found.prefix(5).map { Visible.escaped($0.path) })
    }
    let name = first.path.isEmpty ? "the JSON document" : "\"\(Visible.escaped(first.path))\" of the JSON document"
    return TokenText.Extracted(token: first.token, how: ["taken from \(name)"])
  }

  private static func collect(_ value: JSON, path: String, into found: inout [(path: String, token: String)]) {
    guard found.count < TokenText.mostCounted else { return }
    switch value {
    case .string(let string):
      var ignored: [String] = []
      let text = TokenText.unwrapped(string.value[...], &ignored)
      guard TokenText.beginsAsToken(text), text.utf8.contains(UInt8(ascii: ".")), TokenText.isWhole(text),
        !found.contains(where: { $0.token.hasSameBytes(as: text) })
      else { return }
      found.append((path, String(text)))
    case .array(let elements):
      for (index, element) in elements.enumerated() { collect(element, path: "\(path)[\(index)]", into: &found) }
    case .object(let object):
      for member in object.members {
        collect(member.value, path: path.isEmpty ? member.name.value : "\(path).\(member.name.value)", into: &found)
      }
    case .null, .bool, .number: break
    }
  }
}
