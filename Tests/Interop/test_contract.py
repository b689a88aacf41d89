#!/usr/bin/env python3
"""What `idp serve` promises over HTTP, asked for on the wire: documents, tokens, errors, an issuer behind a proxy.

    test_contract.py [--program PATH] [NAME...]      run with the Python that setup.sh makes

Ends with `N passed, N failed`; exits with 1 when a test failed or none ran.
"""

import http.client
import json
import os
import re
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../EndToEnd"))

import run
from apache import PROGRAM as APACHE, ReverseProxy
from authority import PrivateAuthority
from contract import DISCOVERY, FORM, JWKS, Contract
from issuer import ACCESS_TOKEN, AUDIENCE, EXCHANGE, ID_TOKEN, SUBJECT, free_port, read
from workspace import claims


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

    def test_head_has_no_body_where_there_is_an_error_either(self):
        """A body would be taken for the beginning of the next answer."""
        for path in ("/nothing", "/token", "/authorize", "/actions/token?audience=x"):
            with self.subTest(path):
                connection = self.opened()
                connection.sendall(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                head = connection.recv(65536)
                self.assertTrue(head.endswith(b"\r\n\r\n"), head)
                connection.sendall(b"GET /keys HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200 "), head)

    def test_who_has_it_already_is_told_so(self):
        for path in (DISCOVERY, JWKS):
            tag = self.served.request("GET", path).headers["ETag"]
            for known, status in (
                (tag, 304), (f"W/{tag}", 304), (f'"other", {tag}', 304), ("*", 304), ('"other"', 200),
            ):
                with self.subTest(f"{path} {known}"):
                    answer = self.served.request("GET", path, headers={"If-None-Match": known})
                    self.assertEqual((answer.status, answer.headers["ETag"]), (status, tag))
                    self.assertEqual(answer.body == b"", status == 304)
                    self.assertTrue(answer.headers["Cache-Control"].startswith("public, max-age="))

    def test_gitpods_path_has_the_same_keys(self):
        self.assertEqual(self.served.request("GET", "/keys").body, self.served.request("GET", JWKS).body)

    def test_they_are_what_the_commands_print(self):
        self.assertEqual(self.served.request("GET", JWKS).json, json.loads(self.served.command("jwks")))
        # The command knows nothing of the endpoints, which only a server has.
        printed, answered = json.loads(self.served.command("discovery")), self.served.request("GET", DISCOVERY).json
        for name in ("issuer", "jwks_uri", "id_token_signing_alg_values_supported", "claims_supported"):
            self.assertEqual(answered[name], printed[name], name)

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
        for path in (
            "/", "/nothing", "/.well-known/", "/keys/", "/..%2f..%2fetc/passwd", "/metrics", "/healthz", "//keys",
        ):
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
            ("an audience with a line break", {"audience": "a\nb"}, "invalid_target"),
            ("another type of token", {"requested_token_type": "urn:ietf:params:oauth:token-type:saml2"},
             "invalid_request"),
            ("a life that is no number", {"expires_in": "soon"}, "invalid_request"),
            ("a life of nothing", {"expires_in": "0"}, "invalid_request"),
            ("a grant type twice", {"grant_type": [EXCHANGE, EXCHANGE]}, "invalid_request"),
            ("a subject token beside a bearer", {"subject_token": self.bound, "subject_token_type": ACCESS_TOKEN},
             "invalid_request"),
        ):
            with self.subTest(name):
                self.refused(self.served.exchange(form, self.served.credential), 400, error)

    def test_another_audience_than_is_allowed_is_refused(self):
        for audience in (
            "https://example.com", "https://app.example.org.evil.example", "exact.example2", "EXACT.example",
            ["exact.example", "other.example"],
        ):
            with self.subTest(audience):
                self.refused(self.served.exchange(credential=self.bound, audience=audience), 400, "invalid_target")

    def test_an_outsider_is_told_the_same_whatever_there_is(self):
        """No credential of the right shape says more than another one, whether the workspace exists or did."""
        revoked = self.served.add_workspace("gone", "--subject", "s")
        self.assertEqual(self.served.exchange(credential=revoked).status, 200)
        self.served.command("workspaces", "revoke", "gone")
        self.served.until(lambda: self.served.exchange(credential=revoked).status == 401)
        name, secret = self.bound.rsplit("_", 1)
        changed = secret[:-2] + ("AA" if secret[-2:] != "AA" else "QA")
        seen = set()
        for credential in (
            f"{name}_{changed}", f"idpw_{'a' * 16}_{secret}", revoked, f"idpw_{'a' * 16}_{'A' * 43}",
        ):
            answer = self.refused(self.served.exchange(credential=credential), 401, "invalid_client")
            self.assertRegex(answer.headers["WWW-Authenticate"], r"^Bearer\b")
            seen.add((answer.body, answer.headers["WWW-Authenticate"]))
        self.assertEqual(len(seen), 1, seen)

    def test_who_brings_no_credential_or_none_of_ours_is_refused(self):
        for credential in (None, "x", self.bound + "x", self.bound[:-1], self.bound.upper(), "idpw__", "\xe9"):
            # No credential in what a test prints, not even one that is over with it.
            with self.subTest(len(credential or "")):
                answer = self.refused(self.served.exchange(credential=credential), 401, "invalid_client")
                self.assertRegex(answer.headers["WWW-Authenticate"], r"^Bearer\b")

    def test_a_body_that_is_no_form_is_refused(self):
        for kind in ("application/json", "text/plain", None):
            with self.subTest(kind):
                headers = {"Authorization": f"Bearer {self.served.credential}"}
                headers |= {"Content-Type": kind} if kind else {}
                answer = self.served.request("POST", "/token", json.dumps({"grant_type": EXCHANGE}), headers)
                self.assertIn(answer.status, (400, 415))
                self.assertEqual(answer.json["error"], "invalid_request")

    def test_each_token_and_each_refusal_is_written_down(self):
        token = claims(self.served.token("exact.example", self.bound))
        self.served.exchange(credential=self.bound, audience="other.example")
        self.served.exchange(credential=f"idpw_{'a' * 16}_{'A' * 43}", audience="asked-by-a-stranger.example")
        path = os.path.join(self.served.workspace.environment["XDG_STATE_HOME"], "idp/audit.jsonl")
        lines = [json.loads(line) for line in read(path).splitlines()]
        (issued,) = [line for line in lines if line.get("jti") == token["jti"]]
        self.assertEqual(
            [issued[name] for name in ("sub", "aud", "workspace", "from")],
            ["repo:acme/bound", "exact.example", "bound", "127.0.0.1"])
        refused, unknown = lines[-2:]
        self.assertEqual(
            [refused[name] for name in ("refused", "workspace", "aud")], ["invalid_target", "bound", ["other.example"]])
        self.assertEqual((unknown["refused"], unknown["from"]), ("invalid_client", "127.0.0.1"))
        self.assertNotIn("stranger", json.dumps(unknown))

    def test_the_authorization_endpoint_leads_nowhere(self):
        """It is there because discovery must name one; a stranger's address is never redirected to."""
        url = self.served.request("GET", DISCOVERY).json["authorization_endpoint"].removeprefix(self.served.url)
        answer = self.served.request("GET", url + "?response_type=code&client_id=x&redirect_uri=https://evil.example/")
        self.assertEqual(answer.status, 400)
        self.assertNotIn("Location", answer.headers)
        self.assertNotIn(b"evil.example", answer.body)


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
            self.assertRegex(line, r'^# (HELP|TYPE) \w+ .+$|^\w+(\{(\w+="([^"\\]|\\.)*",?)*\})? [0-9.e+-]+$')
        self.assertTrue(re.search(r"^idp_tokens_issued_total(\{.*\})? [1-9]", text, re.MULTILINE), text)

    def test_the_public_listener_has_none_of_it(self):
        for path in ("/healthz", "/readyz", "/metrics"):
            self.assertEqual(self.served.request("GET", path).status, 404)
        # And the other one gives out no token.
        self.assertEqual(self.ask("/actions/token?audience=a")[0], 404)


if __name__ == "__main__":
    run.main(HERE)
