/// One of the formats that Kubernetes can check a text against: the type `kubernetes.NamedFormat`.
enum NamedFormat: String, Sendable, CaseIterable {
  case dns1123Label, dns1123Subdomain, dns1035Label, qualifiedName
  case dns1123LabelPrefix, dns1123SubdomainPrefix, dns1035LabelPrefix, labelValue
  case uri, uuid, byte, date, datetime

  /// What is wrong with a text, in Kubernetes' words; nothing when it has the format.
  func problems(of text: String) -> [String] {
    let bytes = Array(text.utf8)
    return switch self {
    case .dns1123Label: Self.dns1123Label(bytes)
    case .dns1123Subdomain: Self.dns1123Subdomain(bytes, unit: "characters")
    case .dns1035Label: Self.dns1035Label(bytes)
    case .dns1123LabelPrefix: Self.dns1123Label(Self.completed(bytes))
    case .dns1123SubdomainPrefix: Self.dns1123Subdomain(Self.completed(bytes), unit: "characters")
    case .dns1035LabelPrefix: Self.dns1035Label(Self.completed(bytes))
    case .qualifiedName: Self.qualifiedName(bytes)
    case .labelValue: Self.labelValue(bytes)
    case .uri: Self.uri(text)
    case .uuid: Self.isUUID(bytes) ? [] : ["does not match the UUID format"]
    case .byte: Self.isBase64(bytes) ? [] : ["invalid base64"]
    case .date: Self.isDate(bytes) ? [] : ["invalid date"]
    case .datetime: Self.isDateTime(bytes) ? [] : ["invalid datetime"]
    }
  }

  private static func uri(_ text: String) -> [String] {
    do {
      _ = try KubernetesURL(parsing: text)
      return []
    } catch {
      return [error.message]
    }
  }

  /// A prefix may end in a hyphen, as something is to follow.
  private static func completed(_ text: [UInt8]) -> [UInt8] {
    text.count > 1 && text.last == UInt8(ascii: "-") ? text.dropLast(2) + "a".utf8 : text
  }
}

// MARK: - Names

extension NamedFormat {
  private static func isLowercase(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private static func isLabelEnd(_ byte: UInt8) -> Bool { isLowercase(byte) || CELText.isDigit(byte) }

  private static func isLabel(_ text: some Collection<UInt8>) -> Bool {
    guard let first = text.first, isLabelEnd(first) else { return false }
    var last = first
    for byte in text {
      guard isLabelEnd(byte) || byte == UInt8(ascii: "-") else { return false }
      last = byte
    }
    return isLabelEnd(last)
  }

  private static func isSubdomain(_ text: [UInt8]) -> Bool {
    text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy(isLabel)
  }

  private static func tooLong(_ limit: Int, unit: String) -> String { "must be no more than \(limit) \(unit)" }

  private static func mismatch(_ rule: String, _ pattern: String, examples: [String]) -> String {
    // Kubernetes' own punctuation.
    let list = examples.map { "'\($0)', " }.joined(separator: " or ")
    return "\(rule) (e.g. \(list)regex used for validation is '\(pattern)')"
  }

  private static let labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
  private static let namePattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

  private static func dns1123Label(_ text: [UInt8]) -> [String] {
    var problems = text.count > 63 ? [tooLong(63, unit: "characters")] : []
    if !isLabel(text) {
      let rule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
        + "with an alphanumeric character"
      problems.append(
        isSubdomain(text)
          ? "must not contain dots" : mismatch(rule, labelPattern, examples: ["my-name", "123-abc"]))
    }
    return problems
  }

  private static func dns1123Subdomain(_ text: [UInt8], unit: String) -> [String] {
    var problems = text.count > 253 ? [tooLong(253, unit: unit)] : []
    if !isSubdomain(text) {
      let rule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
        + "and end with an alphanumeric character"
      problems.append(mismatch(rule, labelPattern + #"(\."# + labelPattern + ")*", examples: ["example.com"]))
    }
    return problems
  }

  private static func dns1035Label(_ text: [UInt8]) -> [String] {
    var problems = text.count > 63 ? [tooLong(63, unit: "characters")] : []
    if !(isLabel(text) && text.first.map(isLowercase) == true) {
      let rule =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
        + "character, and end with an alphanumeric character"
      problems.append(mismatch(rule, "[a-z]([-a-z0-9]*[a-z0-9])?", examples: ["my-name", "abc-123"]))
    }
    return problems
  }

  private static func isName(_ text: some BidirectionalCollection<UInt8>) -> Bool {
    guard let first = text.first, let last = text.last else { return false }
    return CELText.isAlphanumeric(first) && CELText.isAlphanumeric(last)
      && text.allSatisfy { CELText.isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  private static func qualifiedName(_ text: [UInt8]) -> [String] {
    let rule =
      mismatch(
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        namePattern, examples: ["MyName", "my.name", "123-abc"])
    let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let name = parts.last, parts.count <= 2 else {
      return ["a valid label key \(rule) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
    }
    var problems: [String] = []
    if parts.count == 2 {
      problems =
        parts[0].isEmpty ? ["must be non-empty"] : dns1123Subdomain(Array(parts[0]), unit: "bytes")
      problems = problems.map { "prefix part " + $0 }
    }
    if name.isEmpty {
      problems.append("name part must be non-empty")
    } else if name.count > 63 {
      problems.append("name part " + tooLong(63, unit: "bytes"))
    }
    if !isName(name) { problems.append("name part " + rule) }
    return problems
  }

  private static func labelValue(_ text: [UInt8]) -> [String] {
    var problems = text.count > 63 ? [tooLong(63, unit: "bytes")] : []
    if !text.isEmpty && !isName(text) {
      let rule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
        + "and end with an alphanumeric character"
      problems.append(mismatch(rule, "(\(namePattern))?", examples: ["MyValue", "my_value", "12345"]))
    }
    return problems
  }
}

// MARK: - Other formats

extension NamedFormat {
  /// The hyphens are optional, each by itself.
  private static func isUUID(_ text: [UInt8]) -> Bool {
    var rest = text[...]
    for (index, count) in [8, 4, 4, 4, 12].enumerated() {
      if index > 0, rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
      let digits = rest.prefix(count)
      guard digits.count == count, digits.allSatisfy({ CELText.hexadecimalValue($0) != nil }) else {
        return false
      }
      rest = rest.dropFirst(count)
    }
    return rest.isEmpty
  }

  /// Groups of four, the last one padded; an empty text is none.
  private static func isBase64(_ text: [UInt8]) -> Bool {
    let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    return !text.isEmpty && text.count.isMultiple(of: 4) && padding <= 2
      && text.dropLast(padding).allSatisfy { CELText.isAlphanumeric($0) || "+/".utf8.contains($0) }
  }

  private static func isDate(_ text: [UInt8]) -> Bool {
    let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2], let year = CELText.decimal(parts[0]),
      let month = CELText.decimal(parts[1]), let day = CELText.decimal(parts[2]),
      (1...12).contains(month), day >= 1
    else { return false }
    let isLeapYear = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    return day <= [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// A date, `T`, and a time with a zone. The scalar before the fraction of a second can be any, as in Kubernetes.
  private static func isDateTime(_ text: [UInt8]) -> Bool {
    let parts = text.split(omittingEmptySubsequences: false) { $0 | 0x20 == UInt8(ascii: "t") }
    guard parts.count >= 2, isDate(Array(parts[0])) else { return false }
    let time = parts[1]
    func number(at offset: Int) -> Int? {
      let digits = time.dropFirst(offset).prefix(2)
      return digits.count == 2 ? CELText.decimal(digits) : nil
    }
    func hasColon(at offset: Int, in text: ArraySlice<UInt8>) -> Bool {
      text.dropFirst(offset).first == UInt8(ascii: ":")
    }
    guard let hour = number(at: 0), hasColon(at: 2, in: time), let minute = number(at: 3), hasColon(at: 5, in: time),
      let second = number(at: 6), hour <= 23, minute <= 59, second <= 59
    else { return false }
    var rest = String(decoding: time.dropFirst(8), as: UTF8.self).unicodeScalars[...]
    if let first = rest.first, first != "\n" {
      let fraction = rest.dropFirst().prefix { ("0"..."9").contains($0) }
      // A sign can be taken for the point of a fraction as well: "+01:00" is no zone then, but "+01" no fraction.
      if !fraction.isEmpty, isZone(rest[fraction.endIndex...]) { return true }
    }
    rest = rest[...]
    return isZone(rest)
  }

  private static func isZone(_ text: Substring.UnicodeScalarView) -> Bool {
    let bytes = Array(Substring(text).utf8)
    if bytes.count == 1 { return bytes[0] | 0x20 == UInt8(ascii: "z") }
    return bytes.count == 6 && "+-".utf8.contains(bytes[0]) && bytes[3] == UInt8(ascii: ":")
      && CELText.decimal(bytes[1...2]) != nil && CELText.decimal(bytes[4...5]) != nil
  }
}
