import Inspection
import Issuer

/// Whether an address answers with a document, and answers as it must.
struct AnswerChecks {
  /// `discovery` or `jwks`.
  let name: String
  let title: String
  let document: ServedIssuer.Document

  var checks: [Check] { [answers, type].compactMap(\.self) }

  private var answers: Check {
    var check = Check(
      id: name, title: "\(title) answers", outcome: .pass, expected: document.url.text, actual: document.url.text)
    do throws(FetchError) {
      _ = try document.json.get()
    } catch {
      check.outcome = error.isOfTheIssuer ? .fail : .unknown
      check.actual = error.found
      check.hint = hint(error)
    }
    return check
  }

  private func hint(_ error: FetchError) -> String {
    switch error.reason {
    case .redirect(_, let location?): redirect(to: location)
    case .redirect: "Many relying parties follow no redirect: serve the file at this very address."
    case .status(404), .status(403), .status(410):
      "Upload the file there, for everybody to read; a host may leave out folders that begin with a dot."
    case .document: "A page for people may stand there: upload the file that idp publish writes."
    case .nameNotFound, .refused, .timeOut, .connection, .proxy:
      "It cannot be told from here what relying parties find. Is the host up, and the name right?"
    default: error.hint
    }
  }

  /// Many relying parties follow no redirect, and none compares the issuer with where it ends up.
  private func redirect(to location: String) -> String {
    let text = document.url.text
    if location == text + "/" {
      return "The host takes the file for a folder and adds a slash: serve it at the address without one."
    }
    if text.hasPrefix("http://"), location == "https://" + text.dropFirst(7) {
      return "It leads from http to https: the issuer must be written with https:// from the start."
    }
    if let target = try? FetchURL(location, purpose: "the target"), target.host != document.url.host {
      return "It leads to another host, \(target.host): make that the issuer, or serve the files here."
    }
    return "Many relying parties follow no redirect: serve the file at this very address."
  }

  /// The content type; nil when nothing came that could have one.
  private var type: Check? {
    guard let reply = try? document.reply.get(), reply.status == 200 else { return nil }
    let found = reply.contentType
    let essence = (found ?? "").prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    let isGood = essence == StaticDocuments.contentType || (name == "jwks" && essence == "application/jwk-set+json")
    return Check(
      id: "\(name)-type", title: "\(title) is served as JSON", outcome: isGood ? .pass : .fail,
      expected: StaticDocuments.contentType, actual: found ?? "no Content-Type",
      hint: isGood
        ? nil
        : "OpenID Connect Discovery demands it; those that use go-oidc, Vault among them, read it all the same, "
          + "others may not.")
  }
}

extension FetchError {
  /// Whether it says something about what is served, and not only about the way there.
  var isOfTheIssuer: Bool {
    switch reason {
    case .nameNotFound, .refused, .timeOut, .connection, .proxy, .socket, .authorities, .cancelled: false
    case .status(let status): status < 500 && status != 429
    case .url, .privateAddress, .untrustedCertificate, .wrongCertificate, .tls, .redirect, .tooLarge, .document,
      .issuerMismatch:
      true
    }
  }
}
