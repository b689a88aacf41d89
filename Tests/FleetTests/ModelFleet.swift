import Issuer
import JOSE

@testable import Fleet

/// A whole fleet with its etcd and its relying parties, in a world where everything goes wrong at random.
///
/// It keeps book of what was signed and what was answered, and finds out each token that some JWKS fails to verify.
struct ModelFleet {
  struct Node {
    var state: FleetState?
    var isConnected = true
    /// By how many seconds its clock is wrong.
    var skew: Int64
    var flights: [Flight] = []
    /// A round is under way until its last answer, or until it is given up.
    var nextRound: Int64 = 0
    var events: [FleetEvent] = []
  }

  /// A request on its way.
  struct Flight {
    let request: FleetRequest
    let sentAt: FleetTime
    let arrives: Int64
    let answers: Int64
    var answer: Result<FleetAnswer, EtcdError>?
    var isApplied = false
    /// Nobody waits for its answer any more.
    var isGivenUp = false
    let isRequestLost: Bool
    let isAnswerLost: Bool
  }

  static let schedule = RotationSchedule(publishedAhead: 60, longestLifetime: 300)
  static let layout = FleetLayout(.standard)
  static let grace: Int64 = 120
  static let start: Int64 = 1_795_000_000
  static let step: Int64 = 100

  var random: SeededGenerator
  var store = ModelStore()
  var isStoreUp = true
  var nodes: [Node] = []
  var now: Int64 = 1_000_000
  /// Out of a thousand requests.
  var lossRate = 0

  /// Until when a token of the key lives, by `kid`, in milliseconds.
  private(set) var tokens: [String: Int64] = [:]
  /// When a replica last answered documents without the key.
  private(set) var lacking: [String: Int64] = [:]
  private var lastAnswer: Int64?
  private(set) var signed = 0
  private(set) var answered = 0
  private(set) var failures: [String] = []
  /// What was done to it, for whoever must find out why it failed.
  private(set) var story: [String] = []

  init(replicas: Int, seed: UInt64) throws {
    random = SeededGenerator(state: seed)
    for _ in 0..<replicas { nodes.append(Node(skew: Int64.random(in: -100...100, using: &random))) }
  }

  static func name(_ index: Int) -> String { "r\(index)" }

  /// Writes down what was done.
  mutating func note(_ text: String) { story = story.suffix(60) + ["\(now): \(text)"] }

  func time(_ node: Node) -> FleetTime { FleetTime(elapsed: now, unix: Self.start + now / 1000 + node.skew) }

  // MARK: What happens

  mutating func launch(_ index: Int) {
    guard nodes[index].state == nil else { return }
    note("launch r\(index)")
    nodes[index].state = FleetState(
      name: Self.name(index), layout: Self.layout,
      limits: FleetLimits(Self.schedule, grace: Self.grace, freshness: 10))
    nodes[index].nextRound = now
  }

  mutating func kill(_ index: Int) {
    note("end r\(index)")
    nodes[index].state = nil
    // What it sent may still arrive.
    for flight in nodes[index].flights.indices { nodes[index].flights[flight].isGivenUp = true }
  }

  mutating func leave(_ index: Int) {
    guard nodes[index].state != nil, nodes[index].isConnected, isStoreUp else { return }
    let time = time(nodes[index])
    let requests = nodes[index].state?.leave(at: time) ?? []
    let lease = nodes[index].state?.memberLease?.identifier
    for request in requests { _ = try? store.perform(request, for: Self.layout) }
    if let lease { store.revoke(lease) }
    kill(index)
  }

  mutating func connect(_ index: Int, _ isConnected: Bool) {
    if nodes[index].isConnected != isConnected { note("r\(index) is \(isConnected ? "connected" : "cut off")") }
    nodes[index].isConnected = isConnected
  }

  mutating func rotate(_ index: Int) {
    let time = time(nodes[index])
    _ = nodes[index].state?.rotate(at: time)
  }

  /// Lets time pass, in milliseconds.
  mutating func run(_ duration: Int64) throws {
    let end = now + duration
    while now < end {
      now += Self.step
      if isStoreUp { store.advance(to: now) }
      for index in nodes.indices {
        deliver(index)
        try proceed(index)
      }
      if now % 500 == 0 { observe() }
    }
  }

  private mutating func deliver(_ index: Int) {
    for flight in nodes[index].flights.indices {
      let current = nodes[index].flights[flight]
      if !current.isApplied, current.arrives <= now {
        nodes[index].flights[flight].isApplied = true
        guard isStoreUp, nodes[index].isConnected, !current.isRequestLost else { continue }
        do throws(EtcdError) {
          nodes[index].flights[flight].answer = .success(try store.perform(current.request, for: Self.layout))
        } catch {
          nodes[index].flights[flight].answer = .failure(error)
        }
      }
    }
    nodes[index].flights.removeAll { $0.isGivenUp && $0.isApplied }
  }

  private mutating func proceed(_ index: Int) throws {
    guard nodes[index].state != nil else { return }
    let time = time(nodes[index])
    if let flight = nodes[index].flights.firstIndex(where: { !$0.isGivenUp }) {
      let current = nodes[index].flights[flight]
      if let answer = current.answer, current.answers <= now, !current.isAnswerLost, nodes[index].isConnected {
        nodes[index].flights.remove(at: flight)
        switch answer {
        case .success(let answer):
          nodes[index].state?.receive(answer, to: current.request, sentAt: current.sentAt, at: time)
        case .failure(let error): nodes[index].state?.fail(current.request, error)
        }
      } else if now - current.sentAt.elapsed >= 2000 {
        nodes[index].flights[flight].isGivenUp = true
        nodes[index].state?.fail(current.request, EtcdError(endpoint: "model", .timeOut))
      } else {
        return
      }
    } else {
      guard now >= nodes[index].nextRound else { return }
      nodes[index].nextRound = now + 1000
      nodes[index].state?.beginRound(at: time)
    }
    if nodes[index].state?.needsKey == true {
      let key = try SigningKey.generate(.eddsa)
      nodes[index].state?.add(key, at: time)
      lacking[key.jwk.thumbprint] = lastAnswer
    }
    if let request = nodes[index].state?.nextRequest(at: time) {
      // Most arrive at once, some long after they were given up.
      let delay =
        chance(lossRate) ? Int64.random(in: 0...6000, using: &random) : Int64.random(in: 0...100, using: &random)
      let arrives = now + delay
      nodes[index].flights.append(
        Flight(
          request: request, sentAt: time, arrives: arrives,
          answers: arrives + Int64.random(in: 0...100, using: &random), isRequestLost: chance(lossRate),
          isAnswerLost: chance(lossRate)))
    }
    for event in nodes[index].state?.takeEvents() ?? [] {
      nodes[index].events.append(event)
      note("r\(index) \(event)")
    }
  }

  mutating func chance(_ perMille: Int) -> Bool { perMille > 0 && Int.random(in: 0..<1000, using: &random) < perMille }

  // MARK: What must hold

  private mutating func observe() {
    let needed = tokens.filter { $0.value > now }
    var answers: [(Int, Set<String>)] = []
    for index in nodes.indices {
      guard let state = nodes[index].state, (try? state.checkDocuments(at: time(nodes[index]))) != nil else { continue }
      answers.append((index, Set(state.publishedKeys.map(\.thumbprint))))
    }
    for (index, keys) in answers {
      answered += 1
      lastAnswer = now
      for keyID in needed.keys where !keys.contains(keyID) {
        fail("at \(now) ms r\(index) answers a JWKS without \(keyID), whose tokens live until \(needed[keyID] ?? 0)")
      }
      for keyID in lacking.keys where !keys.contains(keyID) { lacking[keyID] = now }
    }
    for index in nodes.indices {
      guard let state = nodes[index].state, let key = try? state.signer(at: time(nodes[index])) else { continue }
      let keyID = key.jwk.thumbprint
      // Two seconds for an answer that is on its way.
      if let last = lacking[keyID], now - last < Self.schedule.publishedAhead * 1000 - 2000 {
        fail("at \(now) ms r\(index) signs with \(keyID), which a JWKS of \(last) ms is without")
      }
      tokens[keyID] = now + Self.schedule.longestLifetime * 1000
      signed += 1
      for (other, keys) in answers where !keys.contains(keyID) {
        fail("at \(now) ms r\(index) signs with \(keyID), which r\(other) answers without")
      }
    }
  }

  private mutating func fail(_ text: String) { if failures.count < 20 { failures.append(text) } }

  /// The replicas that sign now.
  var signers: [Int] {
    nodes.indices.filter { index in
      nodes[index].state.map { (try? $0.signer(at: time(nodes[index]))) != nil } ?? false
    }
  }

  /// The replicas that answer documents now.
  var servers: [Int] {
    nodes.indices.filter { index in
      nodes[index].state.map { (try? $0.checkDocuments(at: time(nodes[index]))) != nil } ?? false
    }
  }
}

/// The same numbers for the same seed, on each machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
