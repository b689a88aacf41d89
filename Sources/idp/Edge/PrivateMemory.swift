import CLinux
import Glibc

/// Keeps what is in our memory, tokens and keys among it, to this process.
enum PrivateMemory {
  /// From now on it goes into no dump and no report of a crash, and no other program of the account can read it. What
  /// the system cannot do is not done.
  static func begin() {
    _ = idp_forbid_dumps()
    // Who asks for the reports of Swift's runtime gets them. They show what registers point to.
    guard getenv("SWIFT_BACKTRACE") == nil else { return }
    for number in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] {
      if !SignalQueue.isIgnored(number) { signal(number, SIG_DFL) }
    }
  }
}
