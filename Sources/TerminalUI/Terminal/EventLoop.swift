import Glibc
import Inspection

/// Runs the interface on the terminal until the person quits.
///
/// The calling thread sleeps until there is input, a signal, a message or `Model.nextWake` is due; it alone changes the
/// model and draws. A signal that ends programs ends this one by the same signal, after the terminal is restored; so
/// does a terminal that has gone, by SIGHUP.
///
/// - Parameters:
///   - initialEffects: What `update` returned before the loop, for a token from the command line; carried out after the
///     first frame.
///   - started: Called once, after the first frame, with the way to bring messages in: for work that must not delay it.
///   - ended: Called once, when the terminal is as it was before, and the process may end by a signal right after.
///   - perform: Carries out the effects that are not the terminal's own, after the frame that shows that they are under
///     way. It is called on the loop's thread and must not block. Its second argument brings the answer back, from any
///     thread.
public func runTerminal(
  model: Model, options: TerminalOptions, initialEffects: [Effect] = [],
  started: (@escaping @Sendable (Message) -> Void) -> Void = { _ in }, ended: () -> Void = {},
  perform: @escaping @Sendable (Effect, @escaping @Sendable (Message) -> Void) -> Void
) throws(TerminalError) {
  guard options.port.descriptor >= 0 else { throw TerminalError(.system(call: "pipe", code: errno)) }
  let session = try TerminalSession(options: options)
  var loop = EventLoop(model: model, session: session, options: options, perform: perform)
  let ending = loop.run(initialEffects) { [port = options.port] in started { port.post($0) } }
  session.close()
  loop.signals.end()
  ended()
  if case .signal(let signal) = ending { SignalWatch.die(by: signal) }
}

/// The loop behind `runTerminal`.
struct EventLoop {
  enum Ending {
    case quit
    case signal(Int32)
  }

  private var model: Model
  private let session: TerminalSession
  private let port: TerminalPort
  private let clock: @Sendable () -> Moment
  private let perform: @Sendable (Effect, @escaping @Sendable (Message) -> Void) -> Void
  private let editor: DocumentEditor
  let signals = SignalWatch()
  private var decoder = InputDecoder()
  private var buffer = [UInt8](repeating: 0, count: 16_384)
  /// When an Escape counts as a key, in milliseconds of the monotonic clock.
  private var escapeDeadline: Int64?
  /// Whether text is shown outside of the alternate screen, until a key is pressed.
  private var showsText = false

  /// Milliseconds after which nothing more is expected to follow an Escape.
  private static let escapeDelay: Int64 = 25
  /// Reads in one go before a frame is drawn: more than a paste of the size that is kept takes.
  private static let readLimit = 1024

  init(
    model: Model, session: TerminalSession, options: TerminalOptions,
    perform: @escaping @Sendable (Effect, @escaping @Sendable (Message) -> Void) -> Void
  ) {
    self.model = model
    self.session = session
    self.port = options.port
    self.clock = options.clock
    self.perform = perform
    editor = DocumentEditor(environment: options.environment)
  }

  mutating func run(_ initialEffects: [Effect], started: () -> Void) -> Ending {
    if let ending = turn([.terminal(.resized(session.size))], initialEffects) { return ending }
    started()
    while true {
      if let ending = wait() { return ending }
    }
  }

  // MARK: - One turn: sleep, take in all that there is, update, draw, effects

  private mutating func wait() -> Ending? {
    var polled = [
      pollfd(fd: session.input, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: port.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&polled, 3, timeout())
    // Interrupted by a signal: its byte is in the pipe, and the next turn finds it there.
    if count < 0 { return errno == EINTR || errno == EAGAIN ? nil : .signal(SIGHUP) }

    var messages: [Message] = []
    if polled[1].revents != 0, let ending = takeSignals(into: &messages) { return ending }
    if polled[0].revents != 0 {
      guard readInput(into: &messages) else { return .signal(SIGHUP) }
      escapeDeadline = decoder.awaitsEscape ? Self.monotonic() + Self.escapeDelay : nil
    } else if let deadline = escapeDeadline, Self.monotonic() >= deadline {
      escapeDeadline = nil
      messages += decoder.flushEscape().map { .terminal($0) }
    }
    if polled[2].revents != 0 {
      let content = port.take()
      messages += content.messages
      if !content.output.isEmpty { session.write(content.output) }
    }
    return turn(messages)
  }

  private mutating func turn(_ messages: [Message], _ earlierEffects: [Effect] = []) -> Ending? {
    var effects = earlierEffects + update(&model, .tick(clock()))
    for message in messages {
      if case .terminal(let event) = message, endsText(event) { continue }
      let new = update(&model, message)
      if new.contains(.quit) { return .quit }
      effects += new
    }
    draw()
    for effect in effects {
      if let ending = carryOut(effect) { return ending }
    }
    return nil
  }

  private func draw() {
    if !showsText { session.paint(render(model, size: session.size)) }
  }

  /// Milliseconds to sleep; -1 for as long as nothing happens.
  private func timeout() -> Int32 {
    var delay: Int64?
    // A moment that has passed, which the last tick should have moved on, must not keep the processor busy.
    if let wake = model.nextWake { delay = max(10, wake.milliseconds - clock().milliseconds) }
    if let deadline = escapeDeadline {
      let rest = max(0, deadline - Self.monotonic())
      delay = delay.map { min($0, rest) } ?? rest
    }
    return delay.map { Int32(clamping: $0) } ?? -1
  }

  // MARK: - What comes in

  /// Reads until nothing is left; false when the terminal has gone.
  private mutating func readInput(into messages: inout [Message]) -> Bool {
    var polled = pollfd(fd: session.input, events: Int16(POLLIN), revents: 0)
    for _ in 0..<Self.readLimit {
      let count = read(session.input, &buffer, buffer.count)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { return true }
      guard count > 0 else { return false }
      for event in decoder.feed(buffer[..<count]) {
        if case .backgroundIsLight(let isLight) = event { session.setBackground(isLight: isLight) }
        messages.append(.terminal(event))
      }
      guard poll(&polled, 1, 0) > 0 else { return true }
    }
    return true
  }

  private mutating func takeSignals(into messages: inout [Message]) -> Ending? {
    let arrived = signals.take()
    if let signal = arrived.first(where: SignalWatch.ending.contains) { return .signal(signal) }
    if arrived.contains(SIGTSTP) {
      suspend(into: &messages)
    } else if arrived.contains(SIGCONT) {
      // Stopped by what no program can catch: the shell had the terminal, in whatever state.
      session.leaveScreen()
      resume(into: &messages)
    } else if arrived.contains(SIGWINCH), session.updateSize() {
      messages.append(.terminal(.resized(session.size)))
    }
    return nil
  }

  /// Whether an event was the key that ends a text outside of the alternate screen.
  private mutating func endsText(_ event: TerminalEvent) -> Bool {
    guard showsText else { return false }
    switch event {
    case .key, .paste:
      showsText = false
      return true
    default: return false
    }
  }

  // MARK: - Effects

  private mutating func carryOut(_ effect: Effect) -> Ending? {
    switch effect {
    case .quit: return .quit
    case .suspend:
      var messages: [Message] = []
      suspend(into: &messages)
      return turn(messages)
    case .redraw:
      session.redraw()
      draw()
    case .setMouse(let isOn): session.setMouse(isOn)
    case .editDocument(let path, let line): return edit(path, line)
    case .printToTerminal(let text):
      showsText = true
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Visible.escaped($0) }
      session.show(lines + ["", "(any key leads back)"])
    default:
      perform(effect) { [port] in port.post($0) }
    }
    return nil
  }

  private mutating func suspend(into messages: inout [Message]) {
    session.leaveScreen()
    signals.stop()
    // The signal that woke the program is in the pipe; one that ends it is found in the next turn.
    let arrived = signals.take()
    for signal in arrived where SignalWatch.ending.contains(signal) { raise(signal) }
    resume(into: &messages)
  }

  private mutating func resume(into messages: inout [Message]) {
    showsText = false
    if session.updateSize() { messages.append(.terminal(.resized(session.size))) }
    messages.append(.terminal(.resumed))
  }

  /// Leaves the screen to the editor; what it changed is read anew.
  private mutating func edit(_ path: String, _ line: Int) -> Ending? {
    session.leaveScreen()
    let problem = editor.open(path, line: line, input: session.input, output: session.output)
    var messages: [Message] = [.policiesChanged]
    // What was typed for the editor is not for this program; what ends programs does end it.
    let arrived = signals.take()
    if let signal = arrived.first(where: { $0 != SIGINT && SignalWatch.ending.contains($0) }) { return .signal(signal) }
    if let problem { messages.append(.toast(.error, Visible.escaped(problem))) }
    resume(into: &messages)
    return turn(messages)
  }

  private static func monotonic() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
