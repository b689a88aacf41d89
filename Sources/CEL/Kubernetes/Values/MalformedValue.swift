/// Why a text cannot be turned into a value of one of Kubernetes' libraries.
struct MalformedValue: Error, Equatable {
  let message: String
}
