import Issuer
import Testing

@testable import Fleet

@Suite struct FleetSettingsTests {
  @Test(
    "servers of etcd are named by host and port, several with commas",
    arguments: [
      ("etcd://a", ["a:2379"]), ("etcd://A:1,b:2", ["a:1", "b:2"]), ("etcd://a:1,etcd://b:2", ["a:1", "b:2"]),
      ("etcds://[::1]:2379,10.0.0.1", ["[::1]:2379", "10.0.0.1:2379"]), ("etcd://a:1,a:1", ["a:1"]),
    ])
  func endpoints(text: String, expected: [String]) throws {
    let settings = try EtcdSettings(text, environment: [:])
    #expect(settings.endpoints.map(\.authority) == expected)
    #expect(settings.usesTLS == text.hasPrefix("etcds"))
  }

  @Test(
    "what is no server of etcd is refused",
    arguments: [
      "", "a:1", "http://a:1", "etcd://", "etcd://a:0", "etcd://a:x", "etcd://a:1,", "etcd://a:1,etcds://b:2",
      "etcd://me:secret@a:1", "etcd://a/b", "etcd://[::1", "etcd://a b", "etcd://a:65536", "etcd://a:+1",
      "etcd://[zz::1]", "etcd://a\u{1B}[2J",
    ])
  func refused(text: String) {
    let error = #expect(throws: FleetSettingsError.self) { try EtcdSettings(text, environment: [:]) }
    #expect(error?.description.contains("\u{1B}") == false)
    #expect(error?.description.contains("secret") == false)
  }

  @Test("an account needs its password, and sends it to other machines over TLS only")
  func accounts() throws {
    let account = ["IDP_ETCD_USER": "me", "IDP_ETCD_PASSWORD": "secret"]
    #expect(try EtcdSettings("etcds://a", environment: account).password == .text("secret"))
    #expect(try EtcdSettings("etcd://127.0.0.1", environment: account).user == "me")
    #expect(throws: FleetSettingsError(.openPassword)) { try EtcdSettings("etcd://a", environment: account) }
    #expect(throws: FleetSettingsError(.userWithoutPassword)) {
      try EtcdSettings("etcds://a", environment: ["IDP_ETCD_USER": "me"])
    }
    #expect(throws: FleetSettingsError(.certificateWithoutKey)) {
      try EtcdSettings("etcds://a", environment: ["IDP_ETCD_CERT": "c"])
    }
  }

  @Test("names of replicas are plain, and the grace is neither too short nor endless")
  func replicas() throws {
    for name in ["", "a b", "a/b", String(repeating: "x", count: 65), "ä"] {
      #expect(throws: FleetSettingsError(.replica(name))) {
        try FleetSettings("etcd://a", issuer: .standard, replica: name, environment: [:])
      }
    }
    #expect(throws: FleetSettingsError(.grace(4))) {
      try FleetSettings("etcd://a", issuer: .standard, replica: "a", grace: 4, environment: [:])
    }
    #expect(try FleetSettings("etcd://a", issuer: .standard, replica: "a", environment: [:]).grace == 900)
  }

  @Test("what is shared of counts is bounded, and ends with the minute")
  func counts() {
    var one = SharedCounts()
    var two = SharedCounts()
    for number in 0..<500 { one.count("n\(number)", at: 60) }
    for _ in 0..<3 { one.count("often", at: 61) }
    let bytes = one.bytes(at: 62)
    two.take([bytes, bytes, Array("{}".utf8), Array(#"{"window":1,"counts":{"often":-5,"x":"y"}}"#.utf8)], at: 63)
    #expect(two.elsewhere("often", at: 63) == 6)
    #expect(two.elsewhere("x", at: 63) == 0)
    #expect(two.elsewhere("often", at: 120) == 0)
    #expect(bytes.count < 10_000)
  }
}
