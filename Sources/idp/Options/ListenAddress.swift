import ArgumentParser
import IssuerServer

/// Where to listen, as it is typed: `127.0.0.1:8765`, `[::1]:8765`, `:8443` for all addresses.
struct ListenAddress: Sendable, Equatable, ExpressibleByArgument {
  let host: String
  let port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":") else { return nil }
    let digits = argument[argument.index(after: colon)...]
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else {
      return nil
    }
    var host = String(argument[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      return nil
    }
    self.init(host: host.isEmpty ? "::" : host, port: Int(port))
  }

  /// Whether only this machine can reach it.
  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  var settings: ServerSettings.Address { ServerSettings.Address(host: host, port: port) }

  /// The address as it is typed.
  var text: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
