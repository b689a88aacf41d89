import Synchronization

/// How many connections there may be, in all and from one address.
final class ConnectionLimits: Sendable {
  private struct State {
    var open = 0
    var refused = 0
    var byAddress: [String: Int] = [:]
  }

  private let most: Int
  private let mostOfAddress: Int
  private let state = Mutex(State())

  init(most: Int, mostOfAddress: Int) {
    self.most = most
    self.mostOfAddress = mostOfAddress
  }

  var open: Int { state.withLock { $0.open } }
  var refused: Int { state.withLock { $0.refused } }

  /// Whether one more may be; it then has to be given back with ``close(_:)``.
  ///
  /// - Parameter address: nil for one that many share, which counts in all only.
  func open(_ address: String?) -> Bool {
    state.withLock { state in
      let ofAddress = address.map { state.byAddress[$0, default: 0] } ?? 0
      guard state.open < most, ofAddress < mostOfAddress else {
        state.refused += 1
        return false
      }
      state.open += 1
      if let address { state.byAddress[address, default: 0] += 1 }
      return true
    }
  }

  func close(_ address: String?) {
    state.withLock { state in
      state.open -= 1
      guard let address else { return }
      let rest = state.byAddress[address, default: 1] - 1
      state.byAddress[address] = rest > 0 ? rest : nil
    }
  }
}
