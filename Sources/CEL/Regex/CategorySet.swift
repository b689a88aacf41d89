extension RegularExpression {
  /// The scalars of some general categories, or all the others.
  ///
  /// They are asked for while matching: listing them would mean to look at all scalars there are.
  struct CategoryTest: Sendable {
    let categories: CategorySet
    let isNegated: Bool

    /// Whether a scalar also counts when another form of it, as to upper and lower case, is in the categories.
    let ignoresCase: Bool

    func contains(_ value: UInt32) -> Bool {
      var isMember = categories.contains(value)
      if !isMember && ignoresCase {
        var form = CaseFolding.next(after: value)
        while form != value && !isMember {
          isMember = categories.contains(form)
          form = CaseFolding.next(after: form)
        }
      }
      return isMember != isNegated
    }
  }

  /// A set of general categories.
  struct CategorySet: OptionSet, Sendable {
    let rawValue: UInt32

    /// The set with the name that RE2 has for it, such as `L` or `Lu`.
    init?(named name: String) {
      let members = Self.names.indices.filter { Self.names[$0].hasPrefix(name) }
      guard (1...2).contains(name.utf8.count), !members.isEmpty else { return nil }
      rawValue = members.reduce(0) { $0 | 1 << UInt32($1) }
    }

    init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    func contains(_ value: UInt32) -> Bool {
      guard let scalar = Unicode.Scalar(value) else { return false }
      let bit = Self.bit(of: scalar.properties.generalCategory)
      return rawValue >> bit & 1 == 1
    }

    /// In the order of the bits. RE2 does not take unassigned scalars (`Cn`) as a part of `C`.
    private static let names = [
      "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
      "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
    ]

    private static func bit(of category: Unicode.GeneralCategory) -> UInt32 {
      switch category {
      case .uppercaseLetter: 0
      case .lowercaseLetter: 1
      case .titlecaseLetter: 2
      case .modifierLetter: 3
      case .otherLetter: 4
      case .nonspacingMark: 5
      case .spacingMark: 6
      case .enclosingMark: 7
      case .decimalNumber: 8
      case .letterNumber: 9
      case .otherNumber: 10
      case .connectorPunctuation: 11
      case .dashPunctuation: 12
      case .openPunctuation: 13
      case .closePunctuation: 14
      case .initialPunctuation: 15
      case .finalPunctuation: 16
      case .otherPunctuation: 17
      case .mathSymbol: 18
      case .currencySymbol: 19
      case .modifierSymbol: 20
      case .otherSymbol: 21
      case .spaceSeparator: 22
      case .lineSeparator: 23
      case .paragraphSeparator: 24
      case .control: 25
      case .format: 26
      case .surrogate: 27
      case .privateUse: 28
      case .unassigned: 29
      @unknown default: 29
      }
    }
  }
}
