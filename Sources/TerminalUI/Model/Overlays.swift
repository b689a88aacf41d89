/// The views over the main screen, from the lowest up. One that is opened from another lies over it, so that closing it
/// leads back there.
extension Model {
  /// The view that the keys go to: the highest. Setting it changes that view; nil closes it.
  var overlay: Overlay? {
    get { overlays.last }
    set {
      if !overlays.isEmpty { overlays.removeLast() }
      if let newValue { overlays.append(newValue) }
    }
  }

  /// Opens a view over those that are there. Each kind is there once: opened again, it comes up anew.
  mutating func show(_ view: Overlay) {
    overlays.removeAll { $0.kind == view.kind }
    overlays.append(view)
  }

  /// Where the view of a kind lies, also when others lie over it.
  func place(of kind: Overlay.Kind) -> Int? {
    overlays.firstIndex { $0.kind == kind }
  }

  /// The exchange, also when a view lies over it.
  var exchangeView: ExchangeView? {
    get {
      guard let place = place(of: .exchange), case .exchange(let view) = overlays[place] else { return nil }
      return view
    }
    set {
      guard let newValue, let place = place(of: .exchange) else { return }
      overlays[place] = .exchange(newValue)
    }
  }
}
