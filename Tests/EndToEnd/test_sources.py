"""Tokens that come from around the program, a file that is kept fresh, and commands with a token in reach."""

import http.server
import json
import os
import signal
import threading
import time
import urllib.parse

from case import EndToEndCase
from workspace import claims


class GitHub:
    """A stand-in for the token service of GitHub Actions, whose tokens another embedded issuer makes."""

    def __init__(self, workspace):
        self.workspace, self.asked, self.refusals = workspace, [], []
        github = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                github.asked.append((self.headers["Authorization"], query["audience"]))
                status = github.refusals.pop(0) if github.refusals else 200
                body = {"message": "busy"} if status != 200 else {
                    "count": 1, "value": github.workspace.token("--ttl", "4s", audience=query["audience"][0])}
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.environment = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{self.server.server_port}/token?v=1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "the-job",
        }

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class STS:
    """A stand-in for AWS STS, which gives credentials for any token, or refuses."""

    ROLE = "arn:aws:iam::111122223333:role/deploy"

    def __init__(self):
        self.asked, self.refuses = [], False
        sts = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                sts.asked.append({name: values[0] for name, values in form.items()})
                if sts.refuses:
                    body = ("<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to "
                            "perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>")
                else:
                    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
                    body = ("<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
                            "<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>the/secret</SecretAccessKey>"
                            f"<SessionToken>the+session</SessionToken><Expiration>{end}</Expiration></Credentials>"
                            "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>")
                self.send_response(403 if sts.refuses else 200)
                self.send_header("Content-Type", "text/xml")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.environment = {"AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{self.server.server_port}"}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Sources(EndToEndCase):
    def setUp(self):
        super().setUp()
        self.file = os.path.join(self.workspace.folder, "token")
        self.runtime = os.path.join(self.workspace.folder, "runtime")
        os.mkdir(self.runtime, 0o700)

    def github(self):
        github = GitHub(self.workspace)
        self.addCleanup(github.close)
        return github

    def start(self, *arguments, environment={}, **options):
        return super().start(*arguments, environment={"XDG_RUNTIME_DIR": self.runtime} | environment, **options)

    def read(self, path=None):
        try:
            with open(path or self.file, encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return None

    # -- A file that is kept fresh

    def test_a_file_is_kept_fresh_and_is_never_seen_in_part(self):
        process = self.start("token", "--audience", "a", "--ttl", "3s", "--out", self.file, "--watch")
        seen = []

        def look():
            token = self.read()
            if token is not None:
                self.assertEqual(token.count("."), 2)
                self.assertNotIn("\n", token)
                self.assertEqual(claims(token)["aud"], "a")
                if token not in seen:
                    seen.append(token)
            return len(seen) >= 3

        self.until(look, "three tokens")
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=20)
        self.assertEqual((process.returncode, output), (0, ""))
        self.assertNotIn(seen[-1].split(".")[2], errors)
        # The last token stays for those who read it, and nothing else does.
        self.assertGreaterEqual(claims(self.read())["exp"], claims(seen[-1])["exp"])
        self.assertEqual([name for name in os.listdir(self.workspace.folder) if name.startswith(".idp-")], [])

    def test_a_file_that_was_taken_away_is_written_again(self):
        process = self.start("token", "--audience", "a", "--out", self.file, "--watch")
        first = self.until(self.read, "the first token")
        os.remove(self.file)
        self.assertNotEqual(self.until(self.read, "the next token"), first)
        self.assertIsNone(process.poll())

    def test_what_fails_for_a_while_is_tried_again_and_told(self):
        github = self.github()
        github.refusals = [503, 429]
        process = self.start(
            "token", "--audience", "a", "--source", "github-actions", "--out", self.file, "--watch",
            environment=github.environment)
        first = self.until(self.read, "a token")
        github.refusals = [500]
        self.until(lambda: self.read() != first, "the next token")
        self.assertIsNone(process.poll())
        self.assertEqual(set(map(str, github.asked)), {str(("bearer the-job", ["a"]))})
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(errors.count("says: busy"), 3)
        self.assertIn("the one there ", errors)
        self.assertNotIn("the-job", errors)

    def test_it_outlives_its_terminal_when_it_was_told_to_and_those_who_read_its_notes(self):
        process = self.start(
            "token", "--audience", "a", "--ttl", "3s", "--out", self.file, "--watch",
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.stderr.close()
        first = self.until(self.read, "the first token")
        process.send_signal(signal.SIGHUP)
        second = self.until(lambda: self.read() != first and self.read(), "the second token")
        self.until(lambda: self.read() != second, "the third token")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=20), 0)

    def test_what_waiting_does_not_mend_ends_it_at_once(self):
        process = self.start("token", "--audience", "a", "--source", "env:NONE", "--out", self.file, "--watch")
        _, errors = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 2)
        self.assertIn("NONE is not set", errors)
        self.assertIsNone(self.read())

    # -- Commands with a token in reach

    def test_a_command_reads_ever_new_tokens_and_its_file_is_gone_with_it(self):
        process = self.start(
            "exec", "--audience", "a", "--ttl", "3s", "--", "sh", "-c",
            'first=$(cat "$IDP_TOKEN_FILE"); while [ "$(cat "$IDP_TOKEN_FILE")" = "$first" ]; do sleep 0.1; done;'
            ' echo "$IDP_TOKEN_FILE"; exit 9')
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, errors), (9, ""))
        self.assertTrue(output.startswith(self.runtime + "/"), output)
        self.assertEqual(os.listdir(self.runtime), [])

    def test_what_one_that_was_killed_left_behind_goes_with_the_next_and_nothing_else_does(self):
        living, killed = (
            self.start("exec", "--audience", "a", "--", "sh", "-c", 'echo "$IDP_TOKEN_FILE"; exec sleep 5')
            for _ in range(2))
        living_file, killed_file = (process.stdout.readline().strip() for process in (living, killed))
        killed.kill()
        killed.wait()
        self.assertTrue(os.path.exists(killed_file))
        process = self.start("exec", "--audience", "a", "--", "true")
        self.assertEqual(process.wait(timeout=20), 0)
        self.assertEqual(os.listdir(self.runtime), [os.path.basename(os.path.dirname(living_file))])
        living.send_signal(signal.SIGTERM)
        self.assertEqual(living.wait(timeout=20), -signal.SIGTERM)
        self.assertEqual(os.listdir(self.runtime), [])

    def test_signals_reach_the_command_and_it_decides_what_they_mean(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
            with self.subTest(number.name):
                script = f"trap 'echo got; exit 5' {number.name[3:]}; echo ready; while :; do sleep 0.05; done"
                process = self.start("exec", "--audience", "a", "--", "sh", "-c", script)
                self.assertEqual(process.stdout.readline(), "ready\n")
                process.send_signal(number)
                output, _ = process.communicate(timeout=20)
                self.assertEqual((process.returncode, output), (5, "got\n"))
                self.assertEqual(os.listdir(self.runtime), [])

    def test_a_command_that_a_signal_ends_ends_idp_by_the_same(self):
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV):
            with self.subTest(number.name):
                process = self.start("exec", "--audience", "a", "--", "sh", "-c", f"kill -{number.name[3:]} $$")
                process.communicate(timeout=20)
                self.assertEqual(process.returncode, -number)
                self.assertEqual(os.listdir(self.runtime), [])

    def test_the_keyboard_interrupts_the_command_once(self):
        script = "trap 'echo interrupted' INT; echo ready; while :; do sleep 0.1; done"
        self.terminal.open(
            self.workspace.program, "exec", "--audience", "a", "--", "sh", "-c", script,
            environment={"XDG_RUNTIME_DIR": self.runtime})
        self.terminal.find("^ready")
        self.terminal.keys("C-c")
        self.terminal.find("^.*interrupted")
        time.sleep(0.5)
        self.assertEqual(self.terminal.screen().count("interrupted"), 1)
        # When the terminal goes, the command goes with it, and the token's file with the command.
        self.terminal.close()
        self.until(lambda: not os.listdir(self.runtime), "the folder to go")

    def test_without_a_token_the_command_is_not_run(self):
        process = self.start("exec", "--audience", "a", "--source", "file:none", "--", "touch", self.file)
        _, errors = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 2)
        self.assertIn("none cannot be read", errors)
        self.assertIsNone(self.read())
        self.assertEqual(os.listdir(self.runtime), [])

    def test_it_can_be_ended_while_it_waits_for_a_token(self):
        process = self.start(
            "exec", "--audience", "a", "--source", "command:echo asked >&2; sleep 5", "--", "touch", self.file)
        self.until(lambda: os.listdir(self.runtime), "the folder")
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, -signal.SIGTERM)
        self.assertIsNone(self.read())
        self.assertEqual(os.listdir(self.runtime), [])

    # -- Credentials of a role of AWS

    def sts(self):
        sts = STS()
        self.addCleanup(sts.close)
        return sts

    def test_a_command_gets_credentials_of_a_role_and_nothing_that_would_choose_others(self):
        sts = self.sts()
        process = self.start(
            "exec", "--aws-role", sts.ROLE, "--region", "eu-central-1", "--", "sh", "-c",
            'env | grep ^AWS_ | sort; cat "$IDP_TOKEN_FILE"',
            environment=sts.environment | {"AWS_PROFILE": "other", "AWS_ROLE_ARN": "arn:aws:iam::1:role/other"})
        output, errors = process.communicate(timeout=20)
        self.assertEqual((process.returncode, errors), (0, ""))
        *lines, token = output.splitlines()
        found = dict(line.split("=", 1) for line in lines)
        self.assertRegex(found.pop("AWS_CREDENTIAL_EXPIRATION"), r"^\d{4}-\d\d-\d\dT[\d:]{8}Z$")
        self.assertEqual(found, sts.environment | {
            "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "the/secret", "AWS_SESSION_TOKEN": "the+session",
            "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1"})
        [asked] = sts.asked
        self.assertEqual((asked["RoleArn"], asked["WebIdentityToken"]), (sts.ROLE, token))
        self.assertEqual(claims(token)["aud"], "sts.amazonaws.com")
        self.assertEqual(claims(token)["https://aws.amazon.com/roles"], [sts.ROLE])
        # It is exchanged at once, and renewed as long as the command runs.
        self.assertEqual(claims(token)["exp"] - claims(token)["iat"], 300)
        self.assertEqual(os.listdir(self.runtime), [])

    def test_keys_that_count_before_the_token_are_remarked_on(self):
        for environment, noted in [({"AWS_ACCESS_KEY_ID": "OLD"}, True), ({}, False)]:
            process = self.start("exec", "--audience", "sts.amazonaws.com", "--", "true", environment=environment)
            _, errors = process.communicate(timeout=20)
            self.assertEqual((process.returncode, "AWS_ACCESS_KEY_ID is set" in errors), (0, noted), errors)

    def test_a_token_on_the_command_line_is_remarked_on(self):
        sts = self.sts()
        token = self.workspace.token(audience="sts.amazonaws.com")
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(token)
        for given, noted in [(token, True), (self.file, False)]:
            process = self.start(
                "exchange", "aws", "--role-arn", sts.ROLE, "--token", given, environment=sts.environment)
            _, errors = process.communicate(timeout=20)
            self.assertEqual((process.returncode, "seen by everybody" in errors), (0, noted), errors)

    def test_a_token_is_not_pinned_when_that_is_not_wanted_or_not_possible(self):
        sts = self.sts()
        own = self.workspace.token(audience="sts.amazonaws.com")
        for arguments, environment, noted in [
            (["--no-pin"], {}, False), (["--source", "env:OWN"], {"OWN": own}, True),
        ]:
            process = self.start(
                "exec", "--aws-role", sts.ROLE, *arguments, "--", "true", environment=sts.environment | environment)
            _, errors = process.communicate(timeout=20)
            self.assertEqual((process.returncode, "not pinned" in errors), (0, noted), errors)
            self.assertNotIn("https://aws.amazon.com/roles", claims(sts.asked[-1]["WebIdentityToken"]))
        self.assertEqual(sts.asked[-1]["WebIdentityToken"], own)

    def test_without_credentials_the_command_is_not_run(self):
        sts = self.sts()
        sts.refuses = True
        process = self.start(
            "exec", "--aws-role", sts.ROLE, "--", "touch", self.file, environment=sts.environment)
        _, errors = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 1)
        self.assertIn("AccessDenied", errors)
        malformed = self.start("exec", "--aws-role", "deploy", "--", "touch", self.file, environment=sts.environment)
        malformed.communicate(timeout=20)
        self.assertEqual(malformed.returncode, 2)
        self.assertEqual(len(sts.asked), 1)
        self.assertIsNone(self.read())
        self.assertEqual(os.listdir(self.runtime), [])

    # -- The interface

    def test_a_source_that_is_here_is_offered_and_used_once_it_was_chosen(self):
        github = self.github()
        terminal = self.opened(environment=github.environment)
        terminal.keys("Enter")
        terminal.find(r"signature ok")
        self.assertEqual(github.asked, [])
        terminal.keys("s")
        terminal.find(r"╭ Issuers and sources")
        terminal.keys("G")
        terminal.find(r"found here: ACTIONS_ID_TOKEN_REQUEST_URL")
        terminal.keys("Enter")
        terminal.find(r"^ idp  github-actions \(source\)")
        terminal.keys("Enter")
        # This stand-in's tokens are of the embedded issuer, whose keys need no question.
        terminal.find(r"signature ok")
        self.assertEqual(github.asked, [("bearer the-job", ["sts.amazonaws.com"])])
