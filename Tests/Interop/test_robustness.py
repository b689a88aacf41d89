#!/usr/bin/env python3
"""What `idp serve` withstands: clients that are too slow, too large or too many, its end, new certificates, other users.

    test_robustness.py [--program PATH] [NAME...]      run with the Python that setup.sh makes

Ends with `N passed, N failed`; exits with 1 when a test failed or none ran.
"""

import base64
import contextlib
import http.client
import json
import os
import pwd
import re
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../EndToEnd"))

import run
from authority import PrivateAuthority
from contract import FORM, JWKS, Contract
from issuer import ACCESS_TOKEN, AUDIENCE, EXCHANGE, ID_TOKEN, SUBJECT, free_port, read
from workspace import claims


class Limits(Contract):
    def test_a_body_of_more_than_64_kib_is_cut_off(self):
        with self.subTest("announced"):
            connection = self.opened()
            connection.sendall(
                b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                b"Content-Length: 1000000000\r\n\r\n")
            self.assertRegex(self.rest(connection), rb"^HTTP/1\.1 413 ")
        with self.subTest("not announced"):
            connection = self.opened()
            connection.sendall(
                b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n")
            sent = 0
            with contextlib.suppress(ConnectionError):
                while sent < 64 << 20:
                    connection.sendall(b"4000\r\n" + b"a" * 0x4000 + b"\r\n")
                    sent += 0x4000
            self.assertLess(sent, 64 << 20, "it goes on reading")
        with self.subTest("not too long"):
            form = {"grant_type": EXCHANGE, "audience": AUDIENCE, "unknown": "a" * 60000}
            self.assertEqual(self.served.exchange(form, self.served.credential).status, 200)
        self.alive()

    def test_headers_without_end_are_cut_off(self):
        for name, start, more in (
            ("many", b"GET /keys HTTP/1.1\r\nHost: x\r\n", b"X: a\r\n" * 100),
            ("large", b"GET /keys HTTP/1.1\r\nHost: x\r\n", b"X: " + b"a" * 1000 + b"\r\n"),
            ("one", b"GET /keys HTTP/1.1\r\nHost: x\r\nX: ", b"a" * 1000),
            ("the target", b"GET /", b"a" * 1000),
        ):
            with self.subTest(name):
                connection = self.opened()
                connection.sendall(start)
                sent = 0
                with contextlib.suppress(ConnectionError):
                    # Until it says something, or goes away.
                    while not select.select([connection], [], [], 0)[0] and sent < 64 << 20:
                        connection.sendall(more)
                        sent += len(more)
                    self.assertRegex(connection.recv(65536), rb"^(HTTP/1\.1 4|$)")
                self.assertLess(sent, 64 << 20, "it goes on reading")
                self.alive()

    def test_slow_clients_are_cut_off(self):
        """A connection that says nothing, one that stops in the headers, in the body, and one that drips."""
        head = (b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                b"Content-Length: 500\r\n")
        started = {"silent": b"", "in the headers": head, "in the body": head + b"\r\ngrant_type=", "dripping": head}
        connections = {name: self.opened() for name in started}
        for name, text in started.items():
            connections[name].sendall(text)
        stop = threading.Event()

        def drip():
            with contextlib.suppress(OSError):
                while not stop.wait(0.5):
                    connections["dripping"].sendall(b"X")

        dripper = threading.Thread(target=drip)
        dripper.start()
        try:
            for name, connection in connections.items():
                with self.subTest(name):
                    # A server that waits for ever runs into the time limit of the socket, and that is an error.
                    self.rest(connection)
        finally:
            stop.set()
            dripper.join()
        self.alive()

    def test_broken_requests_are_refused_and_the_next_client_is_served(self):
        for name, text in (
            ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n"),
            ("two lengths", b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"),
            ("a length beside chunks", b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
             b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /keys HTTP/1.1\r\nHost: x\r\n\r\n"),
            ("a length below zero", b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
        ):
            with self.subTest(name):
                connection = self.opened()
                connection.sendall(text)
                connection.shutdown(socket.SHUT_WR)
                said = self.rest(connection)
                self.assertNotRegex(said, rb"HTTP/1\.1 200")
                self.alive()

    def test_too_many_requests_are_told_when_to_come_back(self):
        served = self.serve()
        for name, credential in (("one that is known", served.credential), ("guesses", f"idpw_{'a' * 16}_{'A' * 43}")):
            with self.subTest(name):
                connection = served.connection()
                self.addCleanup(connection.close)
                for count in range(20000):
                    connection.request("POST", "/token", f"grant_type={EXCHANGE}&audience=a", FORM | {
                        "Authorization": f"Bearer {credential}"})
                    answer = connection.getresponse()
                    body = answer.read()
                    if answer.status == 429:
                        break
                self.assertEqual(answer.status, 429, f"none of {count + 1} requests is refused")
                self.assertEqual(json.loads(body)["error"], "temporarily_unavailable")
                self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        # Who verifies tokens is not made to pay for it.
        self.assertEqual(served.request("GET", JWKS).status, 200)

    def test_who_asks_is_told_by_a_proxy_that_is_trusted_and_by_nobody_else(self):
        def statuses(served, addresses):
            return [
                served.request(
                    "POST", "/token", f"grant_type={EXCHANGE}&audience=a", FORM | {"X-Forwarded-For": address}).status
                for address in addresses
            ]

        others = [f"192.0.2.{number}" for number in range(1, 6)]
        self.assertEqual(statuses(self.serve("--address-limit", "3"), others), [401, 401, 401, 429, 429])
        trusting = self.serve("--address-limit", "3", "--trusted-proxy", "127.0.0.1")
        self.assertEqual(statuses(trusting, others), [401] * 5)
        # What the proxy adds comes last; what stands before it is anybody's word.
        self.assertEqual(
            statuses(trusting, [f"203.0.113.{number}, 198.51.100.1" for number in range(5)]), [401, 401, 401, 429, 429])

    def test_too_many_connections_do_not_keep_the_server_from_answering(self):
        served = self.serve()
        connections = []
        try:
            with contextlib.suppress(OSError):
                for _ in range(900):
                    connections.append(socket.create_connection(("127.0.0.1", served.port), timeout=5))
            self.assertGreater(len(connections), 100)
        finally:
            for connection in connections[len(connections) // 2:]:
                connection.close()
        end = time.monotonic() + 120
        status = None
        while status != 200 and time.monotonic() < end:
            with contextlib.suppress(OSError, http.client.HTTPException):
                status = served.request("GET", JWKS).status
            time.sleep(0.2)
        for connection in connections:
            connection.close()
        self.assertEqual(status, 200)


class Ending(Contract):
    def test_what_is_in_flight_is_finished_and_nothing_new_begun(self):
        served = self.serve()
        body = f"grant_type={EXCHANGE}&audience={AUDIENCE}&requested_token_type={ID_TOKEN}".encode()
        connection = self.opened(served)
        connection.sendall(
            f"POST /token HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.credential}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body[:10])
        # So that the request is begun, not only on its way.
        time.sleep(1)
        idle = self.opened(served)
        served.process.terminate()
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", served.port), timeout=1):
                    pass
            except OSError:
                break
            time.sleep(0.05)
        else:
            self.fail("it goes on taking connections")
        self.assertIsNone(served.process.poll(), "it went before its work was done")
        connection.sendall(body[10:])
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        token = json.loads(answer.read())["access_token"]
        served.secrets.append(token)
        self.assertEqual((answer.status, claims(token)["sub"]), (200, SUBJECT))
        self.rest(connection)
        self.rest(idle)
        self.assertEqual(served.process.wait(60), 0)

    def test_the_same_keys_are_served_after_it_comes_back(self):
        served = self.serve()
        token, keys = served.token(), served.request("GET", JWKS).json
        self.assertEqual(served.stop(), 0)
        served.start()
        self.assertEqual(served.request("GET", JWKS).json, keys)
        self.assertEqual(claims(token)["iss"], served.url)
        self.assertEqual(served.exchange(credential=served.credential).status, 200)

    def test_killed_it_comes_back_as_well(self):
        served = self.serve()
        keys = served.request("GET", JWKS).json
        served.process.kill()
        served.process.wait()
        served.start()
        self.assertEqual(served.request("GET", JWKS).json, keys)
        self.assertEqual(served.exchange(credential=served.credential).status, 200)


class TLS(Contract):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority = PrivateAuthority(cls.folder)
        cls.secure = cls.serve(authority=cls.authority)

    def certificate(self):
        with socket.create_connection(("127.0.0.1", self.secure.port), timeout=10) as plain:
            with self.authority.context().wrap_socket(plain, server_hostname="localhost") as connection:
                return connection.getpeercert()["serialNumber"]

    def test_a_new_certificate_is_taken_when_its_files_change(self):
        before = self.certificate()
        # A connection from before goes on.
        connection = self.secure.connection()
        self.addCleanup(connection.close)
        connection.request("GET", JWKS)
        connection.getresponse().read()
        self.authority.issue(self.secure.certificate, self.secure.key)
        end = time.monotonic() + 90
        while self.certificate() == before:
            self.assertLess(time.monotonic(), end, "the old certificate is still shown")
            time.sleep(0.5)
        connection.request("GET", JWKS)
        self.assertEqual(connection.getresponse().status, 200)

    def test_files_that_do_not_fit_leave_the_old_certificate_in_place(self):
        before = self.certificate()
        good = read(self.secure.key)
        # No key, and a good one of another certificate.
        for content in (b"nothing", read(self.authority.key)):
            with open(self.secure.key, "wb") as file:
                file.write(content)
            # Longer than it may look for changes.
            for _ in range(30):
                self.assertEqual(self.certificate(), before)
                time.sleep(0.2)
        with open(self.secure.key, "wb") as file:
            file.write(good)

    def test_old_protocols_are_refused(self):
        context = self.authority.context()
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with self.assertRaises(OSError):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
            with socket.create_connection(("127.0.0.1", self.secure.port), timeout=10) as plain:
                context.wrap_socket(plain, server_hostname="localhost")

    def test_plain_http_is_for_this_machine_alone(self):
        """Without TLS it listens nowhere else, unless it is told to."""
        workspace = self.served.workspace
        result = workspace.run("serve", "--listen", f"0.0.0.0:{free_port()}")
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("--insecure-http", result.stderr)


class UnixSocket(Contract):
    """Who asks is who the kernel says it is."""

    @classmethod
    def setUpClass(cls):
        cls.path = os.path.join(tempfile.mkdtemp(prefix="idp-socket-"), "idp.sock")
        cls.addClassCleanup(shutil.rmtree, os.path.dirname(cls.path), ignore_errors=True)
        cls.arguments = ("--socket", cls.path)
        super().setUpClass()
        assert cls.served.add_workspace("mine", "--subject", "uid:mine", "--uid", str(os.getuid())) == ""

    def curl(self, *arguments, **options):
        if not shutil.which("curl"):
            self.skipTest("curl is not installed: Tests/Interop/setup.sh")
        result = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "20", "--noproxy", "*", "--unix-socket", self.path,
             "--write-out", "\n%{http_code}", *arguments],
            capture_output=True, text=True, check=False, timeout=60, **options)
        body, _, status = result.stdout.rpartition("\n")
        return int(status), body

    def test_the_documents_are_there(self):
        status, body = self.curl("http://localhost" + JWKS)
        self.assertEqual((status, json.loads(body)), (200, self.served.request("GET", JWKS).json))

    def subject(self):
        """Of the token that this account is given for its name alone."""
        status, body = self.curl(
            "--data-urlencode", f"grant_type={EXCHANGE}", "--data-urlencode", f"audience={AUDIENCE}",
            "http://localhost/token")
        self.assertEqual(status, 200, body)
        token = json.loads(body)["access_token"]
        self.served.secrets.append(token)
        return claims(token)["sub"]

    def test_a_token_needs_no_credential(self):
        # Until the server has seen the registration, this account is the one that owns the keys, and no workspace.
        self.served.until(lambda: self.subject() == "uid:mine")
        status, body = self.curl("http://localhost/actions/token?audience=sigstore")
        self.assertEqual(status, 200, body)
        self.served.secrets.append(json.loads(body)["value"])
        self.assertEqual(claims(json.loads(body)["value"])["sub"], "uid:mine")

    def test_the_same_over_tcp_needs_one(self):
        self.assertEqual(self.served.exchange().status, 401)

    def test_another_user_gets_nothing(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be another user")
        nobody = pwd.getpwnam("nobody")
        os.chmod(os.path.dirname(self.path), 0o711)
        status, body = self.curl(
            "--data-urlencode", f"grant_type={EXCHANGE}", "--data-urlencode", f"audience={AUDIENCE}",
            "http://localhost/token", user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
        # Kept out by the socket's mode, or let in to be told that it is nobody here.
        self.assertIn(status, (0, 401), body)
        self.assertNotIn("access_token", body)

    def test_it_is_gone_when_the_server_is(self):
        path = os.path.join(os.path.dirname(self.path), "other.sock")
        served = self.serve("--socket", path)
        self.assertTrue(os.path.exists(path))
        served.process.kill()
        served.process.wait()
        # One that was killed could not tidy up: the next one does.
        served.start()
        self.assertTrue(os.path.exists(path))
        self.assertEqual(served.stop(), 0)
        self.assertFalse(os.path.exists(path))


    def test_that_of_a_server_that_runs_is_left_alone(self):
        running = self.serve("--socket", os.path.join(os.path.dirname(self.path), "taken.sock"))
        path = running.arguments[-1]
        other = subprocess.run(
            [running.workspace.program, "serve", "--listen", "127.0.0.1:0", "--socket", path], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, env=self.served.workspace.environment)
        self.assertEqual(other.returncode, 2, other.stderr)
        self.assertIn("a server listens there", other.stderr)
        self.assertTrue(os.path.exists(path))
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
        # What is no socket is nobody's to remove.
        with open(path + ".txt", "w") as file:
            file.write("mine")
        other = subprocess.run(
            [running.workspace.program, "serve", "--listen", "127.0.0.1:0", "--socket", path + ".txt"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
            env=self.served.workspace.environment)
        self.assertIn("something else is there", other.stderr)
        self.assertTrue(os.path.exists(path + ".txt"))


class Crowds(Contract):
    def test_connections_over_the_limit_are_closed_and_leave_nothing(self):
        """One address may hold 512. Each further one is closed, and costs the server no descriptor."""
        folder = f"/proc/{self.served.process.pid}/fd"
        before = len(os.listdir(folder))
        held = [self.opened() for _ in range(512)]
        # Connections of before may have ended meanwhile.
        self.served.until(lambda: len(os.listdir(folder)) >= before + 500)
        time.sleep(1)
        refused = 0
        for _ in range(300):
            connection = self.opened()
            # Which of those that came together was the last one, the server's threads decide.
            connection.settimeout(2)
            with contextlib.suppress(TimeoutError):
                refused += self.rest(connection) == b""
            connection.close()
        self.assertGreater(refused, 280)
        self.assertLess(len(os.listdir(folder)), before + 512 + 20)
        for connection in held:
            connection.close()
        self.served.until(lambda: len(os.listdir(folder)) < before + 50)
        self.alive()


class Readers(Contract):
    def test_one_that_asks_and_never_reads_is_cut_off(self):
        connection = self.opened()
        connection.settimeout(2)
        # Bounded: some MiB of answers, far more than buffers hold.
        request = b"GET /keys HTTP/1.1\r\nHost: x\r\n\r\n" * 64
        with contextlib.suppress(OSError):
            for _ in range(600):
                connection.sendall(request)

        def is_cut_off():
            try:
                connection.send(b"x")
            except TimeoutError:
                return False
            except OSError:
                return True
            return False

        self.served.until(is_cut_off)
        self.alive()


class Secrets(Contract):
    """After everything that may go wrong, nothing secret has been written anywhere."""

    def test_nothing_secret_is_written_or_shown(self):
        served = self.served
        other = f"idpw_{'b' * 16}_{'B' * 43}"
        tokens = [served.token(), served.token("two.example")]
        answers = [
            served.exchange(credential=other), served.exchange(credential="Zm9vYmFyYmF6cXV4"),
            served.exchange(subject_token=served.credential, subject_token_type="wrong"),
            served.exchange(audience="a\nb", credential=served.credential),
            served.exchange(subject_token=tokens[0], subject_token_type=ACCESS_TOKEN),
            served.request("GET", f"/actions/token?audience=a&token={served.credential}"),
            served.request(
                "GET", "/actions/token?audience=a", headers={"Authorization": f"Bearer {served.credential}x"}),
            served.request("GET", f"/{served.credential}"),
        ]
        connection = self.opened()
        connection.sendall(f"BROKEN {served.credential}\r\n\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        answers.append(self.rest(connection))
        shown = {"command line": read(f"/proc/{served.process.pid}/cmdline")}
        self.assertEqual(served.stop(), 0)
        shown |= served.written() | {f"answer {number}": bytes(answer if isinstance(answer, bytes) else answer.body)
                                     for number, answer in enumerate(answers)}
        lines = read(served.log).splitlines()
        self.assertTrue(lines, "it keeps no log")
        for line in lines:
            self.assertLessEqual({"time", "level", "message"}, set(json.loads(line)))
        for secret in (served.credential, other, "Zm9vYmFyYmF6cXV4", *tokens):
            for part in filter(lambda part: len(part) > 20 or part == secret, re.split(r"[._]", secret)):
                for name, content in shown.items():
                    # The header of a token and the part of a credential that names it are no secrets.
                    if part != secret.split(".")[0]:
                        self.assertNotIn(part.encode(), content, name)
                        self.assertNotIn(base64.b64encode(part.encode()), content, name)

    def test_files_are_for_their_owner_alone(self):
        state = os.path.join(self.served.workspace.environment["XDG_STATE_HOME"], "idp")
        for folder, _, names in os.walk(state):
            self.assertEqual(os.stat(folder).st_mode & 0o077, 0, folder)
            for name in names:
                self.assertEqual(os.stat(os.path.join(folder, name)).st_mode & 0o077, 0, name)


if __name__ == "__main__":
    run.main(HERE)
