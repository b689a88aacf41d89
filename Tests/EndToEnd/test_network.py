"""Where keys come from: nowhere that only a token names, until a person agrees; and what happens when nobody answers."""

import http.server
import json
import socket
import threading

from case import EndToEndCase
from workspace import Workspace, claims, tampered


class IssuerOnLoopback:
    """An issuer with a web server: another workspace's keys, and a list of what was asked for."""

    def __init__(self, program):
        self.asked = asked = []
        self.workspace = workspace = Workspace(program)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                command = {"/.well-known/openid-configuration": "discovery"}.get(self.path, "jwks")
                body = workspace.run(command).stdout.encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        workspace.configure(f"issuer:\n  url: {self.url}\n")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.workspace.remove()


class Network(EndToEndCase):
    def setUp(self):
        super().setUp()
        self.issuer = IssuerOnLoopback(self.workspace.program)
        self.addCleanup(self.issuer.close)

    def test_a_token_alone_calls_nobody_until_the_person_agrees(self):
        token = self.issuer.workspace.token()
        terminal = self.opened()
        terminal.paste(token)
        terminal.find(r"signature not checked")
        terminal.keys("v")
        terminal.find(r"Fetch the keys of " + self.issuer.url)
        # The answer that does nothing is the one that comes of itself.
        terminal.keys("Enter")
        terminal.lose(r"Fetch the keys of")
        terminal.settle()
        self.assertEqual(self.issuer.asked, [])
        terminal.keys("v")
        terminal.find(r"Fetch the keys of")
        terminal.keys("y")
        terminal.find(r"signature ok")
        self.assertEqual(self.issuer.asked[0], "/.well-known/openid-configuration")
        self.assertEqual(len(self.issuer.asked), 2)

    def test_the_commands_call_nobody_either_unless_the_issuer_is_named(self):
        token = self.issuer.workspace.token()
        result = self.workspace.run("verify", token)
        self.assertEqual((result.returncode, self.issuer.asked), (2, []), result.stdout + result.stderr)
        result = self.workspace.run("verify", "--issuer", self.issuer.url, token)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(len(self.issuer.asked), 2)
        result = self.workspace.run("verify", "--issuer", self.issuer.url, tampered(token))
        self.assertEqual(result.returncode, 1)
        self.assertEqual(len(self.issuer.asked), 2, "the second time the cache serves")

    def test_keys_are_taken_from_a_url_too(self):
        token = self.issuer.workspace.token()
        result = self.workspace.run("verify", "--jwks", self.issuer.url + "/keys", token)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_an_issuer_that_says_another_name_is_refused(self):
        token = self.issuer.workspace.token()
        self.issuer.workspace.configure("issuer:\n  url: https://other.example\n")
        result = self.workspace.run("verify", "--json", "--issuer", self.issuer.url, token)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        outcomes = {check["id"]: check["outcome"] for check in json.loads(result.stdout)["checks"]}
        self.assertEqual(outcomes["signature"], "unknown")

    def test_an_issuer_that_cannot_be_reached_leaves_the_signature_not_checked(self):
        # A port that nobody listens on.
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.issuer.workspace.configure(f"issuer:\n  url: http://127.0.0.1:{taken.getsockname()[1]}\n")
            token = self.issuer.workspace.token()
            self.workspace.configure(f"issuers:\n  - {claims(token)['iss']}\n")
            result = self.workspace.run("verify", token)
            self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
            terminal = self.opened(token)
            terminal.find(r"signature not checked")
            self.assertNotRegex(terminal.screen(), r"signature bad")
            # Trying does not freeze the screen.
            terminal.keys("v", "?")
            terminal.find(r"Help")

    def test_an_issuer_that_never_answers_does_not_freeze_the_screen(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.issuer.workspace.configure(f"issuer:\n  url: http://127.0.0.1:{silent.getsockname()[1]}\n")
            token = self.issuer.workspace.token()
            self.workspace.configure(f"issuers:\n  - {claims(token)['iss']}\n")
            terminal = self.opened(token)
            first = terminal.find(r"expires in (?:(\d+)m ?)?(\d+)s")[0]
            terminal.until(lambda: terminal.find(r"expires in (?:(\d+)m ?)?(\d+)s")[0] != first, "the next second")
            terminal.keys("Q")
            self.assertEqual(terminal.ended(5)["exit"], 0)
