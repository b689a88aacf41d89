import Glibc
import Hummingbird

// The least that Hummingbird can do: one route that answers bytes that are there already. What `idp serve` needs above
// this for its JWKS is our own.
//
//     BareRoute PORT FILE

guard CommandLine.arguments.count == 3, let port = Int(CommandLine.arguments[1]),
  let file = fopen(CommandLine.arguments[2], "rb")
else {
  perror("BareRoute PORT FILE")
  exit(2)
}
var content = [UInt8](repeating: 0, count: 1 << 20)
content.removeSubrange(fread(&content, 1, content.count, file)...)
fclose(file)

let body = ByteBuffer(bytes: content)
let router = Router()
router.get("/.well-known/jwks.json") { _, _ in
  Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
}
let application = Application(
  router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)))
try await application.runService()
