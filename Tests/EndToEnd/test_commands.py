"""The commands as scripts meet them: no terminal, pipes, exit statuses."""

import json
import os
import stat
import subprocess

from case import EndToEndCase
from workspace import claims, decoded, tampered, unsigned


class Commands(EndToEndCase):
    def test_without_a_terminal_it_says_so_and_points_to_inspect(self):
        result = self.workspace.run()
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stdout, "")
        self.assertIn("terminal", result.stderr)
        self.assertIn("idp inspect", result.stderr)

    def test_a_token_is_printed_with_one_newline_and_nothing_else(self):
        result = self.workspace.run("token", "--audience", "example.org")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"\A[\w-]+\.[\w-]+\.[\w-]+\n\Z")
        self.assertEqual(claims(result.stdout.strip())["aud"], "example.org")

    def test_several_audiences_are_a_list_and_the_first_is_the_authorised_party(self):
        content = claims(self.workspace.token("--audience", "second.example", audience="first.example"))
        self.assertEqual(content["aud"], ["first.example", "second.example"])
        self.assertEqual(content["azp"], "first.example")

    def test_a_token_file_is_private_and_has_no_newline(self):
        path = os.path.join(self.workspace.repository, "token")
        result = self.workspace.run("token", "--audience", "example.org", "--out", path)
        self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)
        with open(path, encoding="utf-8") as file:
            content = file.read()
        self.assertFalse(content.endswith("\n"))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(self.workspace.run("verify", path).returncode, 0)

    def test_verify_answers_by_exit_status(self):
        token = self.workspace.token("--ttl", "10m")
        other = unsigned({"iss": "https://issuer.example", "sub": "x", "exp": 32503680000})
        for name, arguments, status in (
            ("good", [token], 0),
            ("tampered", [tampered(token)], 1),
            ("expired", [token, "--now", str(claims(token)["exp"])], 1),
            ("wrong audience", [token, "--audience", "other.example"], 1),
            ("no key is not a no", [other], 2),
            ("no token", ["this is no token"], 2),
            ("unknown option", [token, "--no-such-option"], 2),
        ):
            with self.subTest(name):
                result = self.workspace.run("verify", *arguments)
                self.assertEqual(result.returncode, status, result.stdout + result.stderr)

    def test_verify_prints_the_documented_json(self):
        token = self.workspace.token()
        for text, valid in ((token, True), (tampered(token), False)):
            result = self.workspace.run("verify", "--json", text)
            document = json.loads(result.stdout)
            self.assertEqual(document["schema"], 1)
            self.assertIs(document["valid"], valid)
            ids = [check["id"] for check in document["checks"]]
            self.assertEqual(
                ids,
                ["format", "algorithm", "signature", "issuer", "audience", "expiry", "not-before", "issued-at"])
            self.assertTrue({check["outcome"] for check in document["checks"]} <= {"pass", "fail", "unknown", "skipped"})
            self.assertEqual(document["header"], decoded(text.split(".")[0]))
            self.assertEqual(document["claims"], claims(text))

    def test_an_expired_token_can_carry_a_signature_that_passes(self):
        token = self.workspace.token()
        result = self.workspace.run("verify", "--json", token, "--now", str(claims(token)["exp"] + 5))
        outcomes = {check["id"]: check["outcome"] for check in json.loads(result.stdout)["checks"]}
        self.assertEqual(result.returncode, 1)
        self.assertEqual((outcomes["signature"], outcomes["expiry"]), ("pass", "fail"))

    def test_errors_are_json_too_when_json_is_asked_for(self):
        result = self.workspace.run("verify", "--json", "no token at all")
        self.assertEqual(result.returncode, 2)
        document = json.loads(result.stdout)
        self.assertEqual(document["schema"], 1)
        self.assertRegex(json.dumps(document), r'"code": "[a-z-]+"')

    def test_redact_cuts_the_signature_out_of_every_output(self):
        token = self.workspace.token()
        signature = token.split(".")[2]
        for command in (["inspect"], ["verify"], ["inspect", "--json"], ["verify", "--json"]):
            result = self.workspace.run(*command, "--redact", token)
            self.assertNotIn(signature, result.stdout + result.stderr)

    def test_a_pipe_gets_no_colour(self):
        token = self.workspace.token()
        for command in (["inspect", token], ["verify", token], ["--help"], ["keys", "list"], ["doctor"]):
            with self.subTest(command[0]):
                self.assertNotIn("\x1b", self.workspace.run(*command).stdout)

    def test_a_reader_that_closes_its_pipe_is_no_crash(self):
        script = "idp inspect \"$1\" | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}"
        result = subprocess.run(
            ["bash", "-c", script, "bash", self.workspace.token()], env=self.workspace.environment,
            cwd=self.workspace.repository, capture_output=True, text=True, timeout=30)
        self.assertIn(result.stdout.strip(), ("0", "141"), result.stderr)
        self.assertEqual(result.stderr, "")

    def test_the_keys_and_the_discovery_document_are_public_only(self):
        self.workspace.token()
        keys = json.loads(self.workspace.run("jwks").stdout)["keys"]
        self.assertTrue(keys)
        for key in keys:
            self.assertFalse({"d", "p", "q", "dp", "dq", "qi", "k"} & set(key))
        document = json.loads(self.workspace.run("discovery").stdout)
        self.assertEqual(document["issuer"], "http://localhost:8765")
        self.assertIn("RS256", document["id_token_signing_alg_values_supported"])

    def test_the_files_of_the_issuer_are_private(self):
        self.workspace.token()
        state = os.path.join(self.workspace.environment["XDG_STATE_HOME"], "idp")
        for folder, _, names in os.walk(state):
            self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700, folder)
            for name in names:
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode), 0o600, name)
