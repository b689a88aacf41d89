import Inspection
import Issuer

/// What to upload where, for a person who has just published files.
struct UploadGuide {
  let issuer: IssuerURL
  /// The folder that was written below, as it was typed.
  let folder: String
  let documents: StaticDocuments
  let advice: PublicationAdvice
  /// Where the issuer would be configured.
  let configurationFile: String?

  /// For standard error. Nothing in it can act on a terminal.
  var text: String {
    var lines = [
      "idp: these addresses must answer with the files, without a redirect, as \(StaticDocuments.contentType):"
    ]
    lines += documents.files.map { "       " + $0.url }
    lines += notes.map { "     " + $0 }
    lines += hosts.flatMap { host in
      ["     \(host.name):"] + host.lines.map { "       " + $0 }
    }
    return lines.map { Visible.escaped($0) + "\n" }.joined()
  }

  /// What else to know, a sentence or two each.
  var notes: [String] {
    [reach, place, time, keeping, "Then see whether all is well: idp publish --check"].compactMap(\.self)
  }

  private var reach: String? {
    guard advice.reach == .thisMachine else { return nil }
    let file = configurationFile ?? "config.yaml"
    return "The issuer is \(issuer.text), which nobody but this machine can reach; AWS, Entra ID and Google Cloud take "
      + "https only. Put the address of your host into \(file), issuer: {url: https://idp.example.org}, and publish again."
  }

  private var place: String? {
    guard !advice.path.isEmpty else { return nil }
    return "The issuer has a path: \(shell(folder)) is what \(issuer.text) serves, so its content goes into the folder "
      + "\(advice.path) of the host."
  }

  private var time: String {
    guard let waiting = advice.waiting else {
      return "The files are good until a key is made: after idp keys rotate, publish and upload them again at once."
    }
    let begin = "A new key signs from \(Timestamp(waiting.signsFrom).display()), and is in these files only: "
    return begin
      + (waiting.isLate
        ? "upload them now, it is late: relying parties may refuse its first tokens."
        : "upload them before \(Timestamp(waiting.uploadBy).display()).")
  }

  private var keeping: String {
    let age = "Let them be kept for \(Countdown.short(advice.lifetime)) at most (\(cacheControl))."
    guard let tidy = advice.tidyFrom else { return age }
    return age + " From \(Timestamp(tidy).display()) on an old key is needed no more: publish again to leave it out."
  }

  private var cacheControl: String { "Cache-Control: public, max-age=\(advice.lifetime)" }

  // MARK: Hosts

  private struct Host {
    let name: String
    let lines: [String]
  }

  /// Short examples. A name without an extension says nothing of its type, so most hosts must be told.
  private var hosts: [Host] {
    let age = "public, max-age=\(advice.lifetime)"
    func each(_ command: (_ file: String, _ key: String) -> String) -> [String] {
      documents.files.map { file in
        let name = StaticDocuments.folder + "/" + file.name
        return command(
          shell(folder.hasSuffix("/") ? folder + name : folder + "/" + name),
          advice.path.isEmpty ? name : advice.path + "/" + name)
      }
    }
    let location = advice.path.isEmpty ? "/.well-known/" : "/\(advice.path)/.well-known/"
    return [
      Host(
        name: "GitHub Pages",
        lines: [
          "put an empty file .nojekyll at the root of the site, or .well-known is left out;",
          "types cannot be set there: see what --check says of them",
        ]),
      Host(
        name: "S3 behind CloudFront",
        lines: each { file, key in
          "aws s3 cp \(file) \(shell("s3://BUCKET/\(key)")) --content-type application/json --cache-control '\(age)'"
        } + ["aws cloudfront create-invalidation --distribution-id ID --paths \(shell(location + "*"))"]),
      Host(
        name: "Google Cloud Storage",
        lines: each { file, key in
          "gcloud storage cp \(file) \(shell("gs://BUCKET/\(key)")) --content-type=application/json "
            + "--cache-control='\(age)'"
        }),
      Host(
        name: "Azure Blob Storage (static website)",
        lines: each { file, key in
          "az storage blob upload --account-name ACCOUNT --container-name '$web' --overwrite --file \(file) "
            + "--name \(shell(key)) --content-type application/json --content-cache-control '\(age)'"
        }),
      Host(
        name: "nginx",
        lines: [
          "location \(location) { types {} default_type application/json; add_header Cache-Control \"\(age)\"; }"
        ]),
    ]
  }

  /// A word of a shell.
  private func shell(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "/._-:".utf8.contains(byte)
    }
    guard !isPlain || word.isEmpty || word.hasPrefix("-") else { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
