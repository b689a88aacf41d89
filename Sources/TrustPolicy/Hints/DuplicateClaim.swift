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
