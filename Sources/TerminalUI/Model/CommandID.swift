/// The stable name of something the person can do; the configuration binds keys to it.
public enum CommandID: String, Sendable, Hashable, CaseIterable {
  case activate, renew
  case renewAll = "renew-all"
  case add = "add-audience"
  case delete, open, compare, verify, issuers, exchange, cancel

  case trust, matrix
  case editClaim = "edit"
  case dropWhatIf = "drop-what-if"
  case nextPolicy = "next-policy"
  case previousPolicy = "previous-policy"

  case copyToken = "copy-token"
  case copyMenu = "copy"
  case copyValue = "copy-value"
  case copyKey = "copy-key"
  case copyPath = "copy-path"
  case copyHeader = "copy-header"
  case copyClaims = "copy-claims"
  case copyBearer = "copy-bearer"
  case copyExport = "copy-export"
  case printToken = "print-token"

  case filter
  case nextMatch = "next-match"
  case previousMatch = "previous-match"

  case toggleTime = "toggle-time"
  case toggleRaw = "toggle-raw"
  case toggleMask = "toggle-mask"
  case zoom
  case expandAll = "expand-all"
  case foldAll = "fold-all"

  case nextPane = "next-pane"
  case previousPane = "previous-pane"
  case focusList = "focus-audiences"
  case focusHeader = "focus-header"
  case focusClaims = "focus-claims"
  case focusSignature = "focus-signature"
  case focusTrust = "focus-trust"
  case up, down, left, right, first, last
  case pageUp = "page-up"
  case pageDown = "page-down"
  case halfPageUp = "half-page-up"
  case halfPageDown = "half-page-down"

  case help, palette, messages
  case toggleMouse = "toggle-mouse"
  case redraw, suspend, back, quit
}
