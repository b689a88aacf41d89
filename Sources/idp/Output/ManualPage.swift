import Issuer
import JOSE

/// The manual page in the language of man(7), made from what the commands themselves say, so that it cannot differ.
struct ManualPage {
  /// The description of a command, as ArgumentParser dumps it.
  private let root: JSON

  init(_ dump: JSON) { root = dump["command"] ?? .null }

  /// The page, whole.
  var text: String {
    var lines = [".TH IDP 1 \"\" \"idp \(Idp.version)\" \"User Commands\"", ".SH NAME"]
    lines.append("idp \\- " + Self.escaped(Self.sentence(root["abstract"])))
    lines.append(".SH SYNOPSIS")
    lines += synopses(of: root, path: "idp")
    lines += [".SH DESCRIPTION"] + discussion(of: root, heading: ".SH")
    lines.append(".SH COMMANDS")
    lines += commands(of: root, path: "idp")
    lines += configuration()
    return lines.joined(separator: "\n") + "\n"
  }

  private func shown(_ key: String, of command: JSON) -> [JSON] {
    (command[key]?.arrayValue ?? []).filter {
      $0["shouldDisplay"]?.boolValue != false && $0["commandName"]?.stringValue != "help"
    }
  }

  // MARK: Commands

  private func commands(of command: JSON, path: String) -> [String] {
    shown("subcommands", of: command).flatMap { child -> [String] in
      let name = "\(path) \(child["commandName"]?.stringValue ?? "")"
      return [".SS \"\(Self.escaped(name))\"", Self.line(Self.sentence(child["abstract"]) + ".")]
        + discussion(of: child, heading: nil) + arguments(of: child) + commands(of: child, path: name)
    }
  }

  private func synopses(of command: JSON, path: String) -> [String] {
    let standard = command["defaultSubcommand"]?.stringValue
    return shown("subcommands", of: command).flatMap { child -> [String] in
      let word = child["commandName"]?.stringValue ?? ""
      let name = "\(path) \(word == standard ? "[\(word)]" : word)"
      let nested = synopses(of: child, path: name)
      guard nested.isEmpty else { return nested }
      let words = shown("arguments", of: child).filter { !Self.isCommon($0) }.map(Self.usage)
      return [".HP 4", Self.escaped(([name] + words).joined(separator: " "))]
    }
  }

  private static func usage(_ argument: JSON) -> String {
    var word = name(argument)
    if argument["isRepeating"]?.boolValue == true { word += " ..." }
    return argument["isOptional"]?.boolValue == true ? "[\(word)]" : word
  }

  // MARK: Configuration

  private func configuration() -> [String] {
    var lines = [".SH CONFIGURATION", "config.yaml may hold these settings, each of which can be left out."]
    for setting in ConfigurationReader.settings {
      lines += [".TP", ".B \(Self.escaped(setting.name))", Self.line(setting.meaning)]
    }
    lines += [".PP", "A template is text with variables, such as ${git.remote}; $$ is a dollar sign. There are:"]
    for variable in Template.Variable.named {
      lines += [".TP", ".B ${\(Self.escaped(variable.name))}", Self.line(variable.meaning)]
    }
    return lines + [".TP", ".B ${env.NAME}", "an environment variable that issuer.environment names"]
  }

  // MARK: Arguments

  private func arguments(of command: JSON) -> [String] {
    shown("arguments", of: command).filter { !Self.isCommon($0) }.flatMap { argument -> [String] in
      let text = [argument["abstract"]?.stringValue, argument["discussion"]?.stringValue].compactMap(\.self)
      return [".TP", ".B \(Self.escaped(Self.name(argument)))", Self.line(text.joined(separator: " "))]
    }
  }

  /// Help and version, which every command has.
  private static func isCommon(_ argument: JSON) -> Bool {
    ["help", "version"].contains(argument["preferredName"]?["name"]?.stringValue ?? "")
  }

  private static func name(_ argument: JSON) -> String {
    let value = argument["valueName"]?.stringValue ?? "value"
    guard let name = argument["preferredName"]?["name"]?.stringValue else { return "<\(value)>" }
    return argument["kind"]?.stringValue == "flag" ? "--\(name)" : "--\(name) <\(value)>"
  }

  // MARK: Text

  /// Paragraphs, headings in capitals, and indented examples.
  private func discussion(of command: JSON, heading: String?) -> [String] {
    var lines: [String] = []
    var isExample = false
    for line in (command["discussion"]?.stringValue ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("  ") != isExample {
        isExample.toggle()
        lines.append(isExample ? ".nf" : ".fi")
      }
      if line.isEmpty {
        lines.append(".PP")
      } else if line.allSatisfy({ $0.isUppercase || $0 == " " }), !isExample {
        let title = line.prefix(1) + line.dropFirst().lowercased()
        lines += heading.map { ["\($0) \(line)"] } ?? [".PP", "\(title):", ".br"]
      } else {
        lines.append(isExample ? "    " + Self.line(String(line.dropFirst(2))) : Self.line(String(line)))
      }
    }
    return isExample ? lines + [".fi"] : lines
  }

  private static func sentence(_ text: JSON?) -> String {
    let text = text?.stringValue ?? ""
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// A line that man takes as text, whatever it begins with.
  private static func line(_ text: String) -> String {
    let escaped = escaped(text)
    return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "\\": out += "\\e"
      case "-": out += "\\-"
      // Names that groff knows in every encoding.
      case "“": out += "\\(lq"
      case "”": out += "\\(rq"
      case "…": out += "..."
      default: out.append(character)
      }
    }
    return out
  }
}
