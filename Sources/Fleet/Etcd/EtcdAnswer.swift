import JOSE

/// Reads what etcd's JSON gateway answers: numbers of 64 bits as texts, bytes in base64, and what is zero or empty left out.
struct EtcdAnswer {
  /// What is wrong with an answer.
  struct Malformed: Error { let problem: String }

  let json: JSON

  /// A number of 64 bits; 0 when it is left out.
  static func number(_ json: JSON?, _ name: String) throws(Malformed) -> Int64 {
    guard let json else { return 0 }
    guard let number = json.stringValue.flatMap(Int64.init) ?? json.integerValue else {
      throw Malformed(problem: "its “\(name)” is no number")
    }
    return number
  }

  func outcome() throws(Malformed) -> EtcdOutcome {
    guard let header = json["header"], let cluster = header["cluster_id"]?.stringValue else {
      throw Malformed(problem: "an answer without “header”")
    }
    var pages: [EtcdPage] = []
    for response in json["responses"]?.arrayValue ?? [] {
      guard let range = response["response_range"] else { continue }
      pages.append(try Self.page(range))
    }
    return EtcdOutcome(
      cluster: cluster, revision: try Self.number(header["revision"], "revision"),
      succeeded: json["succeeded"]?.boolValue ?? false, pages: pages)
  }

  static func page(_ json: JSON) throws(Malformed) -> EtcdPage {
    var records: [EtcdRecord] = []
    for record in json["kvs"]?.arrayValue ?? [] {
      guard let key = record["key"]?.stringValue.flatMap(Base64.decode),
        let value = Base64.decode(record["value"]?.stringValue ?? "")
      else { throw Malformed(problem: "a key or a value that is not in base64") }
      // A key that is no text is not one of ours; it is known as damaged by the text that is left of it.
      records.append(
        EtcdRecord(
          key: String(decoding: key, as: UTF8.self), value: value,
          revision: try number(record["mod_revision"], "mod_revision"), lease: try number(record["lease"], "lease")))
    }
    return EtcdPage(records: records, hasMore: json["more"]?.boolValue ?? false)
  }
}
