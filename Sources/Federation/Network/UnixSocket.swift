import Glibc

/// Sockets that are files of this machine.
public enum UnixSocket {
  /// The longest path that one can have, in bytes: the system wants a zero behind it.
  public static let pathLimit = MemoryLayout<sockaddr_un>.size - MemoryLayout<sa_family_t>.size - 1
}
