"""Tokens of an issuer that is served elsewhere: by the commands, and chosen in the interface."""

import json
import os
import re
import socket
import subprocess

from case import EndToEndCase
from served import ServedIssuer
from workspace import claims


class ServedIssuers(EndToEndCase):
    def setUp(self):
        super().setUp()
        self.issuer = ServedIssuer(
            self.workspace.program, path="/team",
            workspaces={
                "app": ["--subject", "repo:acme/app", "--audience", "*.amazonaws.com", "--max-ttl", "10m"],
                "short": ["--audience", "*", "--max-ttl", "5s"],
            })
        self.addCleanup(self.issuer.close)
        self.credential = self.issuer.credentials["app"]
        self.file = self.store("credential", self.credential)
        self.configure("credential: credential")

    def store(self, name, credential, mode=0o600):
        folder = os.path.join(self.workspace.environment["XDG_CONFIG_HOME"], "idp")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, mode), "w", encoding="utf-8") as file:
            file.write(credential + "\n")
        return path

    def configure(self, access, more=""):
        self.workspace.configure(
            f"issuers:\n  - url: {self.issuer.url}\n    {access}\n  - https://token.actions.githubusercontent.com\n{more}")

    def ask(self, *arguments, **options):
        return self.workspace.run(
            "token", "--audience", "sts.amazonaws.com", "--issuer", self.issuer.url, *arguments, **options)

    def choose(self, terminal, *keys):
        terminal.keys("s")
        terminal.find(r"╭ Issuers")
        terminal.keys(*keys, "Enter")
        terminal.lose(r"╭ Issuers")

    # -- Commands

    def test_the_command_gets_a_token_that_verifies(self):
        for access, environment in [
            ("credential: credential", {}), ("credential-env: WORKSPACE", {"WORKSPACE": self.credential}),
            (f"socket: {self.issuer.socket}", {}),
        ]:
            with self.subTest(access):
                self.configure(access)
                result = self.ask("--ttl", "5m", environment=environment)
                self.assertEqual(result.returncode, 0, result.stderr)
                content = claims(result.stdout)
                self.assertEqual((content["iss"], content["aud"]), (self.issuer.url, "sts.amazonaws.com"))
                self.assertEqual(content["exp"] - content["iat"], 300)
                verdict = self.workspace.run("verify", "--audience", "sts.amazonaws.com", result.stdout.strip())
                self.assertEqual(verdict.returncode, 0, verdict.stdout + verdict.stderr)

    def test_a_credential_can_be_named_without_a_configuration(self):
        self.workspace.configure("mouse: true\n")
        self.assertEqual(self.ask().returncode, 2)
        result = self.ask("--credential", self.file, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["claims"]["sub"], "repo:acme/app")

    def test_what_goes_wrong_has_a_code(self):
        def code(result):
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertNotIn(self.credential, result.stdout + result.stderr)
            return json.loads(result.stdout)["error"]["code"]

        refused = self.workspace.run("token", "--json", "--audience", "other", "--issuer", self.issuer.url)
        self.assertEqual(code(refused), "audience-refused")
        self.assertEqual(code(self.ask("--json", "--claim", "a=b")), "usage")
        os.chmod(self.file, 0o640)
        self.assertEqual(code(self.ask("--json")), "credential-exposed")
        other = self.store("other", self.credential[:-1] + ("A" if self.credential[-1] != "A" else "B"))
        self.assertEqual(code(self.ask("--json", "--credential", other)), "credential-refused")

    def test_over_tls_the_authority_has_to_be_known(self):
        folder = self.workspace.folder
        certificate = (os.path.join(folder, "tls.pem"), os.path.join(folder, "tls.key"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-keyout", certificate[1], "-out", certificate[0], "-subj", "/CN=idp test", "-addext",
             "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        issuer = ServedIssuer(
            self.workspace.program, certificate=certificate, workspaces={"tls": ["--audience", "*"]})
        self.addCleanup(issuer.close)
        credential = self.store("tls", issuer.credentials["tls"])
        command = ["token", "--json", "--audience", "x", "--issuer", issuer.url, "--credential", credential]
        result = self.workspace.run(*command)
        self.assertEqual(json.loads(result.stdout)["error"]["code"], "tls-failed")
        result = self.workspace.run(*command, environment={"SSL_CERT_FILE": certificate[0]})
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    # -- The interface

    def test_choosing_an_issuer_shows_its_tokens_and_keeps_those_of_the_other(self):
        terminal = self.with_token()
        terminal.find(r"^ idp  http://localhost:8765 \(embedded issuer\)")
        self.choose(terminal, "j")
        terminal.find(r"^ idp  " + self.issuer.url + r" \(served issuer\)")
        terminal.find(r"sts.amazonaws.com has no token yet")
        terminal.keys("Enter")
        terminal.find(r"signature ok")
        terminal.find(r"iss +" + self.issuer.url)
        terminal.find(r"sub +repo:acme/app")
        terminal.find(r"\(served issuer\)   RS256 kid ")
        self.choose(terminal, "g")
        terminal.find(r"iss +http://localhost:8765")
        self.choose(terminal, "s")
        terminal.find(r"iss +" + self.issuer.url)
        terminal.keys("Q")
        self.assertEqual(terminal.ended()["exit"], 0)
        self.assertNotIn(self.credential.encode(), terminal.written())
        holders = [name for name, content in self.workspace.files().items() if self.credential.encode() in content]
        self.assertEqual(holders, ["config/idp/credential"])

    def test_one_with_the_name_of_the_embedded_issuer_is_told_apart_by_its_keys(self):
        self.configure("credential: credential", f"issuer:\n  url: {self.issuer.url}\n")
        own = self.workspace.token(audience="sts.amazonaws.com")
        foreign = self.ask().stdout.strip()
        for token in own, foreign:
            self.assertEqual(self.workspace.run("verify", token).returncode, 0)
        terminal = self.with_token()
        terminal.find(r"verified with key \S+ of the embedded issuer")
        self.choose(terminal, "j")
        terminal.keys("Enter")
        terminal.find(r"verified with key \S+ of\s")
        terminal.find(r"sub +repo:acme/app")
        terminal.keys("v")
        terminal.find(r"verified with the keys of " + self.issuer.url)

    def test_by_the_socket_without_a_credential(self):
        self.configure(f"socket: {self.issuer.socket}")
        os.remove(self.file)
        terminal = self.opened()
        self.choose(terminal, "j")
        terminal.keys("Enter")
        terminal.find(r"signature ok")

    def test_one_that_is_only_trusted_cannot_be_chosen(self):
        terminal = self.opened()
        terminal.keys("s")
        terminal.find(r"token.actions.githubusercontent.com +keys only")
        terminal.keys("G")
        terminal.find(r"cannot be chosen: its keys are trusted")
        terminal.keys("Enter", "Escape")
        terminal.lose(r"╭ Issuers")
        terminal.find(r"\(embedded issuer\)")

    def test_a_refusal_says_what_to_do_and_the_next_try_works(self):
        os.chmod(self.file, 0o644)
        terminal = self.opened()
        self.choose(terminal, "j")
        terminal.keys("Enter")
        terminal.find(r"others can read")
        terminal.find(r"chmod 600")
        os.chmod(self.file, 0o600)
        terminal.keys("Enter")
        terminal.find(r"signature ok")
        terminal.keys("j", "j", "Enter")
        terminal.find(r"may not have a token for")

    def test_a_revoked_credential_leaves_the_last_good_token(self):
        terminal = self.opened()
        self.choose(terminal, "j")
        terminal.keys("Enter")
        terminal.find(r"signature ok")
        self.assertEqual(self.issuer.workspace.run("workspaces", "revoke", "app").returncode, 0)

        def refused():
            terminal.keys("r")
            return re.search(r"last good token", terminal.screen())

        # The server takes the change up within a second or two.
        terminal.until(refused, "the renewal to be refused")
        terminal.find(r"does not accept the")
        terminal.find(r"signature ok")

    def test_tokens_are_renewed_by_themselves_there_too(self):
        self.store("short", self.issuer.credentials["short"])
        self.configure("credential: short", "auto-renew: true\n")
        terminal = self.opened()
        self.choose(terminal, "j")
        terminal.keys("Enter")
        first = terminal.find(r"jti +(\S+)")[1]
        terminal.until(lambda: terminal.find(r"jti +(\S+)")[1] != first, "another token", seconds=30)
        terminal.find(r"signature ok")

    def test_an_issuer_that_never_answers_can_be_cancelled(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            self.workspace.configure(f"issuers:\n  - url: {url}\n    credential: credential\n")
            terminal = self.opened()
            self.choose(terminal, "j")
            terminal.keys("Enter")
            terminal.find(r"requesting a token for sts.amazonaws.com, \ds")
            # The screen answers meanwhile.
            terminal.keys("?")
            terminal.find(r"Help")
            terminal.keys("Escape")
            terminal.lose(r"Help")
            terminal.keys("Escape")
            terminal.find(r"cancelled")
            terminal.find(r"sts.amazonaws.com has no token yet")
            terminal.keys("Q")
            self.assertEqual(terminal.ended(5)["exit"], 0)
