import FoundationEssentials
import Glibc
import Inspection
import Testing

@testable import Federation

@Suite struct KeyCacheTests {
  @Test("what is fresh is not asked for again, unless that is wished")
  func cached() async throws {
    let bench = try Bench()
    let server = try bench.issuer()
    _ = try await bench.fetcher().keys(ofIssuer: server.url, keyID: "one")
    bench.advance(599)
    let kept = try await bench.fetcher().keys(ofIssuer: server.url, keyID: "one")
    #expect(bench.asked.count == 2)
    #expect(kept.source.fetchedAt == Timestamp(bench.now.seconds - 599))
    #expect(!kept.source.stale)
    bench.advance(1)
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    #expect(bench.asked.count == 4)
    _ = try await bench.fetcher().keys(ofIssuer: server.url, refresh: true)
    #expect(bench.asked.count == 6)
  }

  @Test("its files are for their owner alone")
  func permissions() async throws {
    let bench = try Bench()
    let server = try bench.issuer()
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    var status = stat()
    #expect(stat(try bench.file, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(stat(bench.folder, &status) == 0 && status.st_mode & 0o777 == 0o700)
  }

  @Test("keys with a day to live are asked for after that, however long the issuer says")
  func ceiling() async throws {
    let bench = try Bench()
    let server = try bench.issuer(headers: ["Cache-Control: max-age=31536000, immutable"])
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    bench.advance(86_399)
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    #expect(bench.asked.count == 2)
    bench.advance(1)
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    #expect(bench.asked.count == 4)
  }

  @Test("an unknown kid is asked for anew, once a minute, by whichever process")
  func unknownKeyID() async throws {
    let bench = try Bench()
    let server = try bench.issuer()
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    let refused = try await bench.fetcher().keys(ofIssuer: server.url, keyID: "two")
    #expect(bench.asked.count == 2)
    #expect(refused.source.note?.contains("once a minute") == true)
    bench.advance(60)
    _ = try await bench.fetcher().keys(ofIssuer: server.url, keyID: "two")
    #expect(bench.asked.count == 4)
    _ = try await bench.fetcher().keys(ofIssuer: server.url, keyID: "three")
    #expect(bench.asked.count == 4)
  }

  @Test("a failure to fetch an unknown kid counts as asked")
  func unknownKeyIDOffline() async throws {
    let bench = try Bench()
    var server: LoopbackServer? = try bench.issuer()
    let url = try #require(server?.url)
    _ = try await bench.fetcher().keys(ofIssuer: url)
    server = nil
    bench.advance(60)
    let stale = try await bench.fetcher().keys(ofIssuer: url, keyID: "two")
    #expect(stale.source.stale)
    let fresh = try await bench.fetcher().keys(ofIssuer: url, keyID: "two")
    #expect(!fresh.source.stale)
    #expect(fresh.source.note?.contains("once a minute") == true)
  }

  @Test("without a folder to write to a kid is asked for no more often", arguments: [true, false])
  func inMemory(isFolderGiven: Bool) async throws {
    let bench = try Bench()
    let server = try bench.issuer()
    let fetcher = bench.fetcher(folder: isFolderGiven ? "/dev/null/idp" : nil)
    for keyID in ["two", "three", "four"] { _ = try await fetcher.keys(ofIssuer: server.url, keyID: keyID) }
    #expect(bench.asked.count == 2)
  }

  @Test("offline the cache serves, and says how old it is and why")
  func offline() async throws {
    let bench = try Bench()
    var server: LoopbackServer? = try bench.issuer()
    let url = try #require(server?.url)
    _ = try await bench.fetcher().keys(ofIssuer: url)
    server = nil
    bench.advance(7260)
    let stale = try await bench.fetcher().keys(ofIssuer: url)
    #expect(stale.source.stale)
    #expect(stale.source.keys.keys.map(\.keyID) == ["one"])
    #expect(stale.source.origin == url + "/jwks")
    #expect(
      stale.source.note == "kept for 2h 1m, since fresh ones could not be had: the connection was refused")
  }

  @Test("an issuer that is another one now has no keys, whatever the cache holds")
  func changedIssuer() async throws {
    let bench = try Bench()
    let server = try bench.issuer { [bench] path, own in
      bench.asked.count > 2 ? LoopbackServer.answer(#"{"issuer":"https://evil","jwks_uri":"\#(own)/jwks"}"#) : nil
    }
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    let error = await #expect(throws: FetchError.self) {
      try await bench.fetcher().keys(ofIssuer: server.url, refresh: true)
    }
    #expect(error?.code == "issuer-mismatch")
  }

  @Test("a cancelled refresh is no reason to serve old keys")
  func cancelled() async throws {
    let bench = try Bench()
    let server = try bench.issuer()
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    let task = Task { try await bench.fetcher().keys(ofIssuer: server.url, refresh: true) }
    task.cancel()
    let error = await #expect(throws: FetchError.self) { try await task.value }
    #expect(error?.reason == .cancelled)
  }

  @Test("the clock set back makes the cache count for nothing")
  func clockSetBack() async throws {
    let bench = try Bench()
    let server = try bench.issuer()
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    bench.advance(-1)
    _ = try await bench.fetcher().keys(ofIssuer: server.url, keyID: "one")
    #expect(bench.asked.count == 4)
  }

  @Test(
    "a file that is not ours, or not as we write it, is not believed",
    arguments: [
      "others may write", "link", "folder", "pipe", "empty", "no JSON", "other subject", "absurd times",
      "times to come",
      "fresh for ever", "no keys", "too large",
    ])
  func foreignFile(kind: String) async throws {
    let bench = try Bench()
    let server = try bench.issuer()
    _ = try await bench.fetcher().keys(ofIssuer: server.url)
    let file = try bench.file
    let kept = try String(contentsOfFile: file, encoding: .utf8)
    var text = kept
    switch kind {
    case "others may write": break
    case "empty": text = ""
    case "no JSON": text.removeLast()
    case "other subject": text = kept.replacing(#""subject":"http"#, with: #""subject":"https"#)
    case "absurd times": text = kept.replacing("\(bench.now.seconds)", with: "\(Int64.min)")
    case "times to come": text = kept.replacing("\(bench.now.seconds)", with: "\(bench.now.seconds + 5)")
    case "fresh for ever":
      text = kept.replacing("\(bench.now.seconds + 600)", with: "253402300799")
      bench.advance(86_400)
    case "no keys": text = kept.replacing(#""jwks":{"#, with: #""jwks":7,"x":{"#)
    case "too large": text += String(repeating: " ", count: 2 << 20)
    default: unlink(file)
    }
    switch kind {
    case "link":
      try kept.write(toFile: file + ".other", atomically: false, encoding: .utf8)
      symlink(file + ".other", file)
    case "folder": mkdir(file, 0o700)
    case "pipe": mkfifo(file, 0o600)
    default:
      #expect(text != kept || kind == "others may write")
      try text.write(toFile: file, atomically: false, encoding: .utf8)
      chmod(file, kind == "others may write" ? 0o622 : 0o600)
    }
    let fetched = try await bench.fetcher().keys(ofIssuer: server.url, keyID: "one")
    #expect(bench.asked.count == 4)
    #expect(!fetched.source.stale)
  }
}
