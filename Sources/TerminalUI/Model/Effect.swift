/// What `update` asks the outside to do. The loop of the terminal carries out `quit`, `suspend`, `redraw`,
/// `printToTerminal`, `editDocument` and `setMouse` itself; all others are for the executable, which answers with a `Message`.
public enum Effect: Sendable, Hashable {
  /// Request a token from an issuer; answered by `tokenArrived`, `tokenUnchecked` or `tokenFailed`.
  case requestToken(EntryID, audience: String, from: IssuerID = .embedded)
  /// Fetch the keys of an issuer, which is configured or was confirmed by the person: for the kid that the token names.
  /// `requestedFrom` is the one that the token was requested from, nil for a token from elsewhere. `refresh` passes the
  /// cache by. Answered by `keysArrived` or `keysFailed`.
  case fetchKeys(EntryID, issuer: String, requestedFrom: IssuerID? = nil, keyID: String?, refresh: Bool)
  /// Stop the request for an entry; an answer that comes all the same is dropped.
  case cancel(EntryID)
  /// Exchange a token; answered by `exchangeProgress` and then by `exchangeEnded` or `exchangeRefused`.
  case exchange(ExchangeID, ExchangeOrder)
  /// Stop an exchange; an answer that comes all the same is dropped.
  case cancelExchange(ExchangeID)
  /// Put a text on the clipboard; answered by `copied` or `copyFailed`.
  case copy(String, what: String)
  /// Read a file; answered by `opened` or `openFailed`.
  case openFile(String)
  /// Read trust policies, and watch the files; answered by `policiesRead`.
  case readPolicies([PolicyInput])
  /// Write the list of audiences to the configuration.
  case saveAudiences([String])

  /// Leave the alternate screen, print, wait for a key, come back.
  case printToTerminal(String)
  /// Leave the alternate screen, open a file at a line in the editor, come back.
  case editDocument(path: String, line: Int)
  case setMouse(Bool)
  case redraw
  case suspend
  case quit
}
