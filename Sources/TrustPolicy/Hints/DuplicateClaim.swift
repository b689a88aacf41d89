import JOSE

extension JSON {
  /// A name that an object in the value has twice; nil when there is none.
  var duplicateName: String? {
    switch self {
    case .array(let elements): elements.lazy.compactMap(\.duplicateName).first
    case .object(let object):
      object.duplicateNames.first ?? object.members.lazy.compactMap(\.value.duplicateName).first
    default: nil
    }
  }
}

extension JSON {
  /// A number that no double of 64 bits holds; nil when there is none.
  var oversizedNumber: String? {
    switch self {
    case .number(let number): number.double.map { !$0.isFinite } ?? true ? number.text : nil
    case .array(let elements): elements.lazy.compactMap(\.oversizedNumber).first
    case .object(let object): object.members.lazy.compactMap(\.value.oversizedNumber).first
    default: nil
    }
  }
}
