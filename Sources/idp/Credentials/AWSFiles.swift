import Federation

/// The two files in which AWS's tools keep their profiles.
struct AWSFiles {
  let config: String
  let credentials: String

  /// Where AWS's own tools look for them.
  init(_ environment: [String: String] = Surroundings.environment) throws(Failure) {
    let variables = Variables(environment)
    func path(_ variable: String, _ name: String) throws(Failure) -> String {
      if let path = variables.first(variable) { return ProgramLine.fullPath(path) }
      let home = [environment["HOME"], UserFolders.accountHome()].compactMap { $0 }.first { $0.hasPrefix("/") }
      guard let home else {
        throw UserFolders.homeless("AWS's profiles are kept", variable: "AWS_CONFIG_FILE")
      }
      return home + "/.aws/" + name
    }
    config = try path("AWS_CONFIG_FILE", "config")
    credentials = try path("AWS_SHARED_CREDENTIALS_FILE", "credentials")
  }

  /// What a profile may say that AWS's tools go by before they look at what is put into it here.
  private static let foreign = [
    "source_profile", "credential_source", "sso_session", "sso_start_url", "login_session",
  ]

  /// Fails when the profile gets its credentials in another way that would count first, which somebody set up.
  ///
  /// - Parameter storing: whether credentials are to be stored, before which a token file would count, too.
  func checkUnclaimed(_ profile: AWSProfileName, storing: Bool) throws(Failure) {
    let names = storing ? Self.foreign + ["web_identity_token_file"] : Self.foreign
    if InputFile.exists(config) {
      let text = ProfileText(try InputFile.read(config, limit: EditedFile.byteLimit))
      try Self.checkUnclaimed(text, profile.section(among: text.sections), profile, config, names: names)
    }
    // The tools take the settings of both files together.
    guard InputFile.exists(credentials) else { return }
    let text = ProfileText(try InputFile.read(credentials, limit: EditedFile.byteLimit))
    let others = ["web_identity_token_file", "role_arn"] + (storing ? [] : ["credential_process"])
    try Self.checkUnclaimed(text, profile.text, profile, credentials, names: Self.foreign + others)
  }

  /// Some tools write the last one, which counts before the one that has its place now.
  private static let keys = [
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token",
  ]

  /// Puts temporary credentials into a profile.
  ///
  /// - Parameter replacesKeys: also where the profile holds keys without an end, which nobody could get back.
  func store(_ credentials: AWSCredentials, in profile: AWSProfileName, replacesKeys: Bool) throws(Failure) {
    try EditedFile.change(self.credentials, what: "AWS's credentials") { (bytes) throws(Failure) in
      var text = ProfileText(bytes)
      if !replacesKeys { try checkTemporary(text, profile) }
      text.set(
        [
          ("aws_access_key_id", credentials.accessKeyID), ("aws_secret_access_key", credentials.secretAccessKey),
          ("aws_session_token", credentials.sessionToken), ("aws_security_token", nil),
        ], in: profile.text)
      return text.bytes
    }
  }

  /// Has a profile ask a program for its credentials, and any that it held before, which would count first, go.
  func configure(_ settings: [(name: String, value: String?)], in profile: AWSProfileName, replacesKeys: Bool)
    throws(Failure)
  {
    if !replacesKeys { try checkTemporary(profile) }
    // In this order the profile has credentials all the time, whatever ends us.
    try Self.configure(settings, in: profile, of: config, replacesKeys: replacesKeys)
    guard InputFile.exists(credentials) else { return }
    try EditedFile.change(credentials, what: "AWS's credentials") { (bytes) throws(Failure) in
      var text = ProfileText(bytes)
      if !replacesKeys { try checkTemporary(text, profile) }
      text.set(Self.keys.map { ($0, nil) }, in: profile.text)
      return text.bytes
    }
  }

  /// Gives settings of a profile these values in a file such as `~/.aws/config`. What somebody else set up there, by
  /// which tools would go or which they would lose, stays, and fails it.
  ///
  /// - Parameter replacesKeys: whether access keys in the profile go.
  static func configure(
    _ settings: [(name: String, value: String?)], in profile: AWSProfileName, of file: String,
    replacesKeys: Bool = false
  ) throws(Failure) {
    try EditedFile.change(file, keepsMode: true, what: "the profile") { (bytes) throws(Failure) in
      var text = ProfileText(bytes)
      let section = profile.section(among: text.sections)
      // Another token file is somebody's, and so is a role where none is to be written.
      let others = ["web_identity_token_file", "role_arn"].filter { name in
        guard let own = settings.first(where: { $0.name == name })?.value else { return true }
        return name == "web_identity_token_file" && own != text.value(name, in: section)
      }
      try checkUnclaimed(text, section, profile, file, names: foreign + others + (replacesKeys ? [] : keys))
      // What another program gives is somebody's work too; what idp gives may be said anew.
      if let process = text.value("credential_process", in: section), !isOurs(process) {
        throw taken("credential_process", profile, file)
      }
      text.set(settings + (replacesKeys ? keys.map { ($0, nil) } : []), in: section)
      return text.bytes
    }
  }

  private static func checkUnclaimed(
    _ text: ProfileText, _ section: String, _ profile: AWSProfileName, _ file: String, names: [String]
  ) throws(Failure) {
    guard let found = names.first(where: { text.value($0, in: section) != nil }) else { return }
    throw taken(found, profile, file)
  }

  /// Whether a command line is one of idp's: the program, wherever it is, and what it is asked for.
  private static func isOurs(_ line: String) -> Bool {
    guard let program = line.split(separator: " credential aws", maxSplits: 1).first, program.count < line.count else {
      return false
    }
    let isQuoted =
      program.hasPrefix("'") && program.hasSuffix("'") || program.hasPrefix("\"") && program.hasSuffix("\"")
    let path = isQuoted ? program.dropFirst().dropLast() : program
    return path.split(separator: "/").last == "idp" && (isQuoted || !path.contains(" "))
  }

  private static func taken(_ setting: String, _ profile: AWSProfileName, _ file: String) -> Failure {
    Failure(
      "profile-taken",
      "The profile \(profile.text) of \(file) has \(setting), by which AWS's tools would go; it was left as it is.",
      hint: "Take another profile with --profile NAME, or take \(setting) out of this one.")
  }

  /// Fails when the profile holds keys that do not end by themselves.
  func checkTemporary(_ profile: AWSProfileName) throws(Failure) {
    guard InputFile.exists(credentials) else { return }
    try checkTemporary(ProfileText(try InputFile.read(credentials, limit: EditedFile.byteLimit)), profile)
  }

  private func checkTemporary(_ text: ProfileText, _ profile: AWSProfileName) throws(Failure) {
    guard text.value("aws_secret_access_key", in: profile.text) != nil,
      text.value("aws_session_token", in: profile.text) == nil,
      text.value("aws_security_token", in: profile.text) == nil
    else { return }
    throw Failure(
      "keys-kept",
      "The profile \(profile.text) of \(credentials) holds access keys without an end; they were left as they are.",
      hint: "Take another one with --profile NAME, or give --replace-keys when nobody needs these keys.")
  }
}

/// The name of a profile of AWS's tools.
struct AWSProfileName: Equatable {
  let text: String

  /// - Throws: ``Failure`` for a name that would not be one in each of AWS's tools.
  init(_ text: String) throws(Failure) {
    let others = "_-/.%@:+"
    let isName = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || others.utf8.contains(byte)
    }
    guard isName, (1...128).contains(text.utf8.count) else {
      throw Failure(
        "usage", "“\(text.prefix(100))” is no name of a profile: letters, digits and signs of \(others).",
        hint: "Correct --profile or AWS_PROFILE; nothing was sent.")
    }
    self.text = text
  }

  /// The one that a command line or the environment names, as for AWS's own tools.
  init(_ option: String?, _ environment: [String: String] = Surroundings.environment) throws(Failure) {
    try self.init(option ?? Variables(environment).first("AWS_PROFILE", "AWS_DEFAULT_PROFILE") ?? "default")
  }

  /// The name of its section in `~/.aws/config`.
  func section(among sections: [String] = []) -> String {
    text == "default" && !sections.contains("profile default") ? "default" : "profile " + text
  }
}
