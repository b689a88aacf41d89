import TerminalUI

extension TrustedIssuer {
  /// How the interface offers it.
  var choice: IssuerChoice {
    guard let access else {
      return IssuerChoice(
        url: url, note: "keys only", access: "",
        obstacle:
          "its keys are trusted, but nothing says how to ask it for tokens; in the configuration it needs one of "
          + "credential, credential-env and socket")
    }
    return IssuerChoice(url: url, note: "served issuer", access: access.shown)
  }
}
