import Inspection
import JOSE

extension Model {
  /// Why a command cannot run now, as a sentence; nil when it can.
  func obstacle(to id: CommandID) -> String? {
    switch id {
    case .activate: activationObstacle
    case .renew: renewalObstacle
    case .renewAll:
      shown.contains { $0.audience != nil && $0.token != nil }
        ? nil : "no token was requested yet; Enter requests one"
    case .delete where focus == .trust:
      trust.input(of: trust.selection) == nil ? "no trust policy is open; \(key(.open)) opens one" : nil
    case .delete: selectedEntry == nil ? "the list is empty" : nil
    case .compare: comparisonObstacle
    case .verify: verificationObstacle
    case .issuers:
      options.otherIssuers.isEmpty
        ? "there is no other issuer; name one in the configuration: issuers, with url and credential" : nil
    case .exchange: tokenObstacle ?? exchangeObstacle
    case .copyToken, .copyMenu, .printToken: tokenObstacle
    case .copyBearer, .copyExport: tokenObstacle ?? lineObstacle
    case .copyHeader:
      tokenObstacle ?? (token?.inspection.token.header.json == nil ? "the header is no JSON that could be copied" : nil)
    case .copyClaims:
      tokenObstacle ?? (token?.inspection.token.payload?.json == nil ? "there are no claims to copy: \(noClaims)" : nil)
    case .copyValue, .copyKey, .copyPath:
      tokenObstacle
        ?? (selectedRow == nil
          ? "no claim is selected; \(key(.focusClaims)) goes to the claims, arrows select one" : nil)
    case .nextMatch, .previousMatch: activeFilter.isEmpty ? "no filter is set; \(key(.filter)) sets one" : nil
    case .toggleMask:
      token.map { $0.claims.hasMasked || $0.header.hasMasked } == true ? nil : "nothing is masked here"
    case .expandAll, .foldAll: tree(focus) == nil ? "only header and claims can be folded" : nil
    case .nextPolicy, .previousPolicy:
      trust.count > 0 ? nil : "no trust policy is open; \(key(.open)) opens one"
    case .editClaim:
      tokenObstacle
        ?? (focus == .claims && selectedRow != nil
          ? nil : "no claim is selected; \(key(.focusClaims)) goes to the claims, arrows select one")
    case .dropWhatIf: token?.whatIf == nil ? "there is no what-if here" : nil
    case .focusHeader, .focusClaims, .focusSignature: nil
    default: nil
    }
  }

  /// The first key of a command, as a sentence names it.
  func key(_ id: CommandID) -> String {
    options.keyMap.keys(for: id).first.map { KeyName.shown($0, ascii: !options.glyphs.isUnicode) } ?? ":\(id.rawValue)"
  }

  private var tokenObstacle: String? {
    if token != nil { return nil }
    guard let entry = selectedEntry else { return "the list is empty; \(key(.add)) adds an audience" }
    if entry.pending != nil { return "the token is still being requested" }
    return "there is no token yet; \(key(.activate)) requests one"
  }

  private var exchangeObstacle: String? {
    token?.inspection.token.kind == .jwe
      ? "the token is encrypted (JWE), for somebody who has its key: nobody else exchanges it" : nil
  }

  /// A broken token may hold quotes or semicolons: in a line for a shell or a request they would be more than a token.
  private var lineObstacle: String? {
    let isToken = token?.compact.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "-_.=+/~".utf8.contains(byte)
    }
    return isToken == false
      ? "the token holds characters that belong in no token; \(key(.copyToken)) copies it as it is" : nil
  }

  private var activationObstacle: String? {
    switch focus {
    case .list:
      guard let entry = selectedEntry else {
        return "the list is empty; \(key(.add)) adds an audience, \(key(.open)) opens a token"
      }
      return entry.pending == nil ? nil : "a request is under way; Esc cancels it"
    case .header, .claims:
      return selectedRow == nil ? tokenObstacle ?? "nothing is selected here" : nil
    case .trust:
      return trust.rowCount > 0 ? nil : "no trust policy is open; \(key(.open)) opens one"
    case .signature:
      return tokenObstacle ?? "there is nothing to unfold here; \(key(.verify)) verifies again"
    }
  }

  private var renewalObstacle: String? {
    guard let entry = selectedEntry else { return "the list is empty; \(key(.add)) adds an audience" }
    guard entry.audience != nil else {
      return "this token was \(entry.origin == .pasted ? "pasted" : "opened"), not requested here"
    }
    return entry.pending == nil ? nil : "a request is under way; Esc cancels it"
  }

  private var comparisonObstacle: String? {
    if let obstacle = tokenObstacle { return obstacle }
    return entries.contains { $0.token != nil && $0.id != selected }
      ? nil : "there is no other token to compare with; request or paste one"
  }

  private var verificationObstacle: String? {
    guard let token else { return tokenObstacle }
    if selectedEntry?.pending != nil { return "a request is under way; Esc cancels it" }
    if selectedEntry?.audience != nil { return nil }
    switch token.inspection.token.kind {
    case .jwe: return "the token is encrypted (JWE): there is no signature to verify"
    case .jws, .unknown: break
    }
    guard let issuer = token.issuer, !issuer.isEmpty else {
      return "the token names no issuer (iss) whose keys could be fetched"
    }
    guard issuer.hasPrefix("https://") || issuer.hasPrefix("http://") else {
      return
        "its issuer “\(Visible.escaped(JSONPreview.prefix(issuer, limit: 60)))” is no URL that keys could be fetched from"
    }
    return nil
  }

  private var noClaims: String {
    switch token?.inspection.token.kind {
    case .jwe?: "the token is encrypted"
    default: "the payload is no JSON"
    }
  }

  /// The filter of the focused pane.
  var activeFilter: Filter {
    focus == .list ? listFilter : (token?.claims.filter ?? Filter(""))
  }
}
