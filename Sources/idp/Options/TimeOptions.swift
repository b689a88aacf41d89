import ArgumentParser
import Inspection

/// The moment at which tokens are judged.
struct TimeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Judge the times at this moment: seconds since 1970 or RFC 3339.", valueName: "time"),
    transform: { text in
      guard let time = Timestamp(text) else {
        throw ValidationError("Write seconds since 1970 or a time such as 2026-11-23T13:00:48Z.")
      }
      return time
    })
  var now: Timestamp?
}
