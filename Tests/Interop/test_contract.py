#!/usr/bin/env python3
"""What `idp serve` promises over HTTP, asked for on the wire: headers, errors, limits, TLS, the Unix socket, a reverse proxy.

    test_contract.py [--program PATH] [NAME...]      run with the Python that setup.sh makes

Ends with `N passed, N failed`; exits with 1 when a test failed or none ran.
"""

import base64
import contextlib
import http.client
import json
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../EndToEnd"))

import run
from apache import PROGRAM as APACHE, ReverseProxy
from authority import PrivateAuthority
from served import ACCESS_TOKEN, AUDIENCE, EXCHANGE, ID_TOKEN, SUBJECT, ServedIssuer, free_port
from workspace import claims

DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/.well-known/jwks.json"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Contract(unittest.TestCase):
    """Each class has a server of its own, so that what one does to the limits is no matter of the others."""

    options = {}
    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="idp-contract-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.served = cls.serve(*cls.arguments, **cls.options)

    @classmethod
    def serve(cls, *arguments, **options):
        issuer = ServedIssuer(os.environ["IDP_PROGRAM"], *arguments, **options)
        cls.addClassCleanup(issuer.remove)
        return issuer

    def opened(self, served=None):
        """A bare connection, for what no library sends."""
        connection = socket.create_connection(("127.0.0.1", (served or self.served).port), timeout=120)
        self.addCleanup(connection.close)
        return connection

    def rest(self, connection):
        """All that the server says until it closes; what it cut off says nothing more."""
        data = b""
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(65536):
                data += part
        return data

    def alive(self):
        self.assertEqual(self.served.request("GET", JWKS).status, 200)

    def refused(self, answer, status, error):
        """An error as RFC 6749 §5.2 has it."""
        self.assertEqual((answer.status, answer.json["error"]), (status, error), answer.body)
        self.assertTrue(answer.json["error_description"])
        self.assertRegex(answer.headers["Content-Type"], r"^application/json\b")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return answer


class PublicDocuments(Contract):
    def test_may_be_kept_for_half_of_the_time_that_a_key_is_ahead(self):
        for path in (DISCOVERY, JWKS, "/keys"):
            with self.subTest(path):
                answer = self.served.request("GET", path)
                self.assertEqual(answer.status, 200)
                self.assertRegex(answer.headers["Content-Type"], r"^application/(jwk-set\+)?json\b")
                self.assertEqual(answer.headers["Cache-Control"], "public, max-age=1800")
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
                self.assertRegex(answer.headers["ETag"], r'^"[!#-~]+"$')
                self.assertEqual(int(answer.headers["Content-Length"]), len(answer.body))

    def test_a_shorter_time_ahead_shortens_it(self):
        served = self.serve(settings=["publish-ahead: 10m"])
        self.assertEqual(served.request("GET", JWKS).headers["Cache-Control"], "public, max-age=300")

    def test_head_answers_as_get_without_a_body(self):
        for path in (DISCOVERY, JWKS, "/keys"):
            with self.subTest(path):
                get, head = self.served.request("GET", path), self.served.request("HEAD", path)
                self.assertEqual((head.status, head.body), (200, b""))
                for name in ("Content-Type", "Content-Length", "Cache-Control", "ETag", "Access-Control-Allow-Origin"):
                    self.assertEqual(head.headers[name], get.headers[name], name)

    def test_who_has_it_already_is_told_so(self):
        for path in (DISCOVERY, JWKS):
            tag = self.served.request("GET", path).headers["ETag"]
            for known, status in ((tag, 304), (f"W/{tag}", 304), (f'"other", {tag}', 304), ("*", 304), ('"other"', 200)):
                with self.subTest(f"{path} {known}"):
                    answer = self.served.request("GET", path, headers={"If-None-Match": known})
                    self.assertEqual((answer.status, answer.headers["ETag"]), (status, tag))
                    self.assertEqual(answer.body == b"", status == 304)
                    self.assertTrue(answer.headers["Cache-Control"].startswith("public, max-age="))

    def test_gitpods_path_has_the_same_keys(self):
        self.assertEqual(self.served.request("GET", "/keys").body, self.served.request("GET", JWKS).body)

    def test_they_are_what_the_commands_print(self):
        self.assertEqual(self.served.request("GET", JWKS).json, json.loads(self.served.command("jwks")))
        self.assertEqual(self.served.request("GET", DISCOVERY).json, json.loads(self.served.command("discovery")))

    def test_no_key_has_a_private_part(self):
        for key in self.served.request("GET", JWKS).json["keys"]:
            self.assertFalse({"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & set(key))
            self.assertLessEqual({"kty", "kid", "use", "alg"}, set(key))

    def test_other_methods_are_told_which_there_are(self):
        for method, path, allowed in (("POST", JWKS, "GET"), ("DELETE", DISCOVERY, "GET"), ("GET", "/token", "POST")):
            with self.subTest(f"{method} {path}"):
                answer = self.served.request(method, path)
                self.assertEqual(answer.status, 405)
                self.assertIn(allowed, answer.headers["Allow"])

    def test_nothing_else_is_there(self):
        for path in ("/", "/nothing", "/.well-known/", "/keys/", "/..%2f..%2fetc/passwd", "/metrics", "/healthz", "//keys"):
            with self.subTest(path):
                self.assertEqual(self.served.request("GET", path).status, 404)


class Tokens(Contract):
    """POST /token, as RFC 8693 has it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bound = cls.served.add_workspace(
            "bound", "--subject", "repo:acme/bound", "--claim", "team=blue", "--audience", "https://*.example.org",
            "--audience", "exact.example", "--max-ttl", "10m")

    def test_a_token_is_answered_as_the_standard_has_it(self):
        answer = self.served.exchange(credential=self.served.credential)
        self.assertEqual(answer.status, 200, answer.body)
        body = answer.json
        self.served.secrets.append(body["access_token"])
        self.assertEqual(
            {name: body[name] for name in body if name != "access_token"},
            {"issued_token_type": ID_TOKEN, "token_type": "N_A", "expires_in": 3600})
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
        found = claims(body["access_token"])
        self.assertEqual((found["iss"], found["sub"], found["aud"]), (self.served.url, SUBJECT, AUDIENCE))
        self.assertEqual(found["exp"] - found["iat"], 3600)

    def test_the_credential_may_be_the_subject_token(self):
        answer = self.served.exchange(subject_token=self.served.credential, subject_token_type=ACCESS_TOKEN)
        self.assertEqual(answer.status, 200, answer.body)
        self.served.secrets.append(answer.json["access_token"])
        self.assertEqual(claims(answer.json["access_token"])["sub"], SUBJECT)

    def test_it_is_for_each_audience_that_was_asked_for(self):
        self.assertEqual(claims(self.served.token(["a.example", "b.example"]))["aud"], ["a.example", "b.example"])

    def test_a_workspace_is_who_it_was_made_to_be(self):
        found = claims(self.served.token("https://app.example.org", self.bound))
        self.assertEqual((found["sub"], found["team"]), ("repo:acme/bound", "blue"))
        self.assertEqual(found["exp"] - found["iat"], 600)

    def test_a_shorter_life_may_be_asked_for_and_no_longer_one(self):
        for wanted, given in ((60, 60), (600, 600), (7200, 600)):
            with self.subTest(wanted):
                answer = self.served.exchange(credential=self.bound, audience="exact.example", expires_in=wanted)
                self.assertEqual((answer.status, answer.json.get("expires_in")), (200, given), answer.body)
                token = answer.json["access_token"]
                self.served.secrets.append(token)
                self.assertEqual(claims(token)["exp"] - claims(token)["iat"], given)

    def test_a_request_that_is_wrong_is_told_what_is(self):
        for name, form, error in (
            ("no grant type", {"grant_type": None}, "invalid_request"),
            ("another grant type", {"grant_type": "client_credentials"}, "unsupported_grant_type"),
            ("no audience", {"audience": None}, "invalid_request"),
            ("an empty audience", {"audience": ""}, "invalid_request"),
            ("an audience with a line break", {"audience": "a\nb"}, "invalid_request"),
            ("another type of token", {"requested_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
            ("a life that is no number", {"expires_in": "soon"}, "invalid_request"),
            ("a life of nothing", {"expires_in": "0"}, "invalid_request"),
            ("a grant type twice", {"grant_type": [EXCHANGE, EXCHANGE]}, "invalid_request"),
            ("a subject token beside a bearer", {"subject_token": self.bound, "subject_token_type": ACCESS_TOKEN},
             "invalid_request"),
        ):
            with self.subTest(name):
                self.refused(self.served.exchange(form, self.served.credential), 400, error)

    def test_another_audience_than_is_allowed_is_refused(self):
        for audience in ("https://example.com", "https://app.example.org.evil.example", "exact.example2", "EXACT.example",
                         ["exact.example", "other.example"]):
            with self.subTest(audience):
                self.refused(self.served.exchange(credential=self.bound, audience=audience), 400, "invalid_target")

    def test_an_outsider_is_told_the_same_whatever_there_is(self):
        """No credential of the right shape says more than another one, whether the workspace exists or did."""
        revoked = self.served.add_workspace("gone", "--subject", "s")
        self.assertEqual(self.served.exchange(credential=revoked).status, 200)
        self.served.command("workspaces", "revoke", "gone")
        name, secret = self.bound.rsplit("_", 1)
        changed = secret[:-2] + ("AA" if secret[-2:] != "AA" else "QA")
        seen = set()
        for credential in (
            f"{name}_{changed}", f"idpw_{'a' * 16}_{secret}", revoked, f"idpw_{'a' * 16}_{'A' * 43}",
        ):
            answer = self.eventually(lambda: self.served.exchange(credential=credential), 401)
            self.refused(answer, 401, "invalid_client")
            self.assertRegex(answer.headers["WWW-Authenticate"], r"^Bearer\b")
            seen.add((answer.body, answer.headers["WWW-Authenticate"]))
        self.assertEqual(len(seen), 1, seen)

    def test_who_brings_no_credential_or_none_of_ours_is_refused(self):
        for credential in (None, "x", self.bound + "x", self.bound[:-1], self.bound.upper(), "idpw__", "\x7f"):
            with self.subTest(repr(credential) if credential not in (self.bound,) else "changed"):
                answer = self.refused(self.served.exchange(credential=credential), 401, "invalid_client")
                self.assertRegex(answer.headers["WWW-Authenticate"], r"^Bearer\b")

    def test_a_body_that_is_no_form_is_refused(self):
        for kind in ("application/json", "text/plain", None):
            with self.subTest(kind):
                headers = {"Authorization": f"Bearer {self.served.credential}"} | ({"Content-Type": kind} if kind else {})
                answer = self.served.request("POST", "/token", json.dumps({"grant_type": EXCHANGE}), headers)
                self.assertIn(answer.status, (400, 415))
                self.assertEqual(answer.json["error"], "invalid_request")

    def test_the_authorization_endpoint_leads_nowhere(self):
        """It is there because discovery must name one; a stranger's address is never redirected to."""
        url = self.served.request("GET", DISCOVERY).json["authorization_endpoint"].removeprefix(self.served.url)
        answer = self.served.request("GET", url + "?response_type=code&client_id=x&redirect_uri=https://evil.example/")
        self.assertEqual(answer.status, 400)
        self.assertNotIn("Location", answer.headers)
        self.assertNotIn(b"evil.example", answer.body)

    def eventually(self, ask, status):
        """What another process has written may take a moment to be seen."""
        end = time.monotonic() + 30
        while (answer := ask()).status != status and time.monotonic() < end:
            time.sleep(0.2)
        return answer


class Actions(Contract):
    """GET /actions/token, as GitHub Actions has it."""

    def ask(self, query, authorization):
        headers = {"Authorization": authorization} if authorization else {}
        return self.served.request("GET", f"/actions/token{query}", headers=headers)

    def test_a_token_is_answered_as_github_does(self):
        for word in ("bearer", "Bearer", "BEARER"):
            with self.subTest(word):
                answer = self.ask("?api-version=2.0&audience=sigstore", f"{word} {self.served.credential}")
                self.assertEqual(answer.status, 200, answer.body)
                self.served.secrets.append(answer.json["value"])
                self.assertEqual(answer.headers["Cache-Control"], "no-store")
                self.assertEqual(claims(answer.json["value"])["aud"], "sigstore")

    def test_an_error_is_a_problem_document(self):
        good = f"Bearer {self.served.credential}"
        for name, query, authorization, status in (
            ("no audience", "", good, 400), ("an empty one", "?audience=", good, 400),
            ("no credential", "?audience=a", None, 401), ("another scheme", "?audience=a", "Basic YTpi", 401),
            ("not ours", "?audience=a", "Bearer x", 401),
        ):
            with self.subTest(name):
                answer = self.ask(query, authorization)
                self.assertEqual(answer.status, status, answer.body)
                self.assertRegex(answer.headers["Content-Type"], r"^application/problem\+json\b")
                self.assertEqual(answer.headers["Cache-Control"], "no-store")
                self.assertEqual(answer.json["status"], status)
                self.assertTrue(answer.json["title"] and answer.json["detail"])


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
        connection = self.opened()
        connection.sendall(b"GET /keys HTTP/1.1\r\nHost: x\r\n")
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 64 << 20:
                connection.sendall(b"X-Filler: " + b"a" * 4000 + b"\r\n")
                sent += 4000
        self.assertLess(sent, 64 << 20, "it goes on reading")
        self.alive()

    def test_slow_clients_are_cut_off(self):
        """A connection that says nothing, one that stops in the headers, in the body, and one that drips."""
        head = b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n"
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
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:10])
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
        with open(self.secure.key, "rb") as file:
            good = file.read()
        for content in (b"nothing", PrivateAuthorityKey(self.folder)):
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


def PrivateAuthorityKey(folder):
    """A good key, of another certificate."""
    with open(os.path.join(folder, "ca.key"), "rb") as file:
        return file.read()


class UnixSocket(Contract):
    """Who asks is who the kernel says it is."""

    @classmethod
    def setUpClass(cls):
        cls.path = os.path.join(tempfile.mkdtemp(prefix="idp-socket-"), "idp.sock")
        cls.addClassCleanup(shutil.rmtree, os.path.dirname(cls.path), ignore_errors=True)
        cls.arguments = ("--socket", cls.path)
        super().setUpClass()
        cls.served.add_workspace("mine", "--subject", "uid:mine", "--uid", str(os.getuid()))

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

    def test_a_token_needs_no_credential(self):
        end = time.monotonic() + 30
        while True:
            status, body = self.curl(
                "--data-urlencode", f"grant_type={EXCHANGE}", "--data-urlencode", f"audience={AUDIENCE}",
                "http://localhost/token")
            if status == 200 or time.monotonic() > end:
                break
            time.sleep(0.2)
        self.assertEqual(status, 200, body)
        token = json.loads(body)["access_token"]
        self.served.secrets.append(token)
        self.assertEqual(claims(token)["sub"], "uid:mine")
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


class IssuerWithPath(Contract):
    options = {"path": "/team/blue"}

    def test_everything_is_below_the_path_and_nothing_beside_it(self):
        document = self.served.request("GET", DISCOVERY).json
        self.assertEqual(document["issuer"], self.served.url)
        self.assertEqual(document["jwks_uri"], self.served.url + JWKS)
        for path in (JWKS, "/keys"):
            self.assertEqual(self.served.request("GET", path).status, 200)
        self.assertEqual(claims(self.served.token())["iss"], self.served.url)
        connection = self.served.connection()
        self.addCleanup(connection.close)
        for path in (DISCOVERY, JWKS, "/keys", "/token", "/team", "/team/bluer/keys", "/team/blue/../keys"):
            with self.subTest(path):
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                self.assertEqual(answer.status, 404)


class BehindReverseProxy(Contract):
    @classmethod
    def setUpClass(cls):
        if not APACHE:
            raise unittest.SkipTest("apache2 is not installed: Tests/Interop/setup.sh")
        cls.public = free_port()
        cls.options = {"path": "/team", "url": f"https://localhost:{cls.public}/team"}
        super().setUpClass()
        os.chmod(cls.folder, 0o711)
        cls.authority = PrivateAuthority(cls.folder)
        proxy = ReverseProxy(cls.folder, cls.authority, cls.public, cls.served.port)
        cls.addClassCleanup(proxy.stop)

    def test_a_relying_party_finds_the_keys_by_the_public_address(self):
        import jwt

        connection = http.client.HTTPSConnection("localhost", self.public, timeout=30, context=self.authority.context())
        self.addCleanup(connection.close)
        connection.request("GET", "/team" + DISCOVERY)
        document = json.loads(connection.getresponse().read())
        self.assertEqual(document["issuer"], self.served.url)
        token = self.served.token()
        client = jwt.PyJWKClient(document["jwks_uri"], ssl_context=self.authority.context())
        found = jwt.decode(
            token, client.get_signing_key_from_jwt(token).key, algorithms=["RS256"], audience=AUDIENCE,
            issuer=document["issuer"])
        self.assertEqual(found["sub"], SUBJECT)

    def test_a_token_is_given_out_through_it(self):
        connection = http.client.HTTPSConnection("localhost", self.public, timeout=30, context=self.authority.context())
        self.addCleanup(connection.close)
        connection.request("POST", "/team/token", f"grant_type={EXCHANGE}&audience=a", FORM | {
            "Authorization": f"Bearer {self.served.credential}"})
        answer = connection.getresponse()
        token = json.loads(answer.read())["access_token"]
        self.served.secrets.append(token)
        self.assertEqual((answer.status, claims(token)["iss"]), (200, self.served.url))

    def test_headers_of_strangers_change_nothing(self):
        answer = self.served.request("GET", DISCOVERY, headers={
            "Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})
        self.assertEqual(answer.json["issuer"], self.served.url)
        self.assertNotIn(b"evil.example", answer.body)


class Administration(Contract):
    @classmethod
    def setUpClass(cls):
        cls.admin = free_port()
        cls.arguments = ("--admin", f"127.0.0.1:{cls.admin}")
        super().setUpClass()

    def ask(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def test_it_says_that_it_lives_and_is_ready(self):
        for path in ("/healthz", "/readyz"):
            self.assertEqual(self.ask(path)[0], 200, path)

    def test_metrics_are_as_prometheus_reads_them(self):
        self.served.token()
        status, headers, text = self.ask("/metrics")
        self.assertEqual(status, 200)
        self.assertRegex(headers["Content-Type"], r"^text/plain\b.*version=0\.0\.4")
        for line in text.strip().split("\n"):
            self.assertRegex(line, r'^(# (HELP|TYPE) [a-zA-Z_:]\w*( .*)?|[a-zA-Z_:]\w*(\{([a-zA-Z_]\w*="([^"\\]|\\.)*",?)*\})? \S+)$')
        self.assertTrue(re.search(r"^idp_tokens_issued_total(\{.*\})? [1-9]", text, re.MULTILINE), text)

    def test_the_public_listener_has_none_of_it(self):
        for path in ("/healthz", "/readyz", "/metrics"):
            self.assertEqual(self.served.request("GET", path).status, 404)
            # And it gives out no token.
        self.assertEqual(self.ask("/token")[0], 404)


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
            served.request("GET", "/actions/token?audience=a", headers={"Authorization": f"Bearer {served.credential}x"}),
            served.request("GET", f"/{served.credential}"),
        ]
        connection = self.opened()
        connection.sendall(f"BROKEN {served.credential}\r\n\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        answers.append(self.rest(connection))
        with open(f"/proc/{served.process.pid}/cmdline", "rb") as file:
            shown = {"command line": file.read()}
        self.assertEqual(served.stop(), 0)
        shown |= served.written() | {f"answer {number}": bytes(answer if isinstance(answer, bytes) else answer.body)
                                     for number, answer in enumerate(answers)}
        self.assertTrue(any(shown[name] for name in shown if name.endswith(".log")), "it keeps no log")
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
