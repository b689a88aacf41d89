"""The main job: request a token, read it, watch its time, copy it, and judge one that came from elsewhere."""

import re

from case import EndToEndCase
from workspace import ISSUER, SUBJECT, Workspace, claims, tampered, unsigned


class Tokens(EndToEndCase):
    def test_the_first_start_shows_the_audiences_and_what_to_press(self):
        terminal = self.opened()
        screen = terminal.screen()
        for text in (
            "sts.amazonaws.com", "api://AzureADTokenExchange", "vault.hashicorp.com", "sigstore", ISSUER, "request",
            "shape not checked", "signature not checked", "time not checked",
        ):
            self.assertIn(text, screen)

    def test_enter_requests_a_token_and_its_claims_can_be_read(self):
        terminal = self.with_token()
        screen = terminal.screen()
        self.assertRegex(screen, r"alg +RS256")
        self.assertRegex(screen, rf"iss +{ISSUER}")
        self.assertRegex(screen, rf"sub +{SUBJECT}")
        self.assertRegex(screen, r"aud +sts\.amazonaws\.com")
        self.assertRegex(screen, r"name +Ada Lovelace")
        self.assertRegex(screen, r"email +ada@acme\.dev")
        self.assertRegex(screen, r"verified with key")
        self.assertRegex(screen, r"shape ok.*signature ok.*time ok")

    def test_the_countdown_falls_each_second_without_a_key(self):
        terminal = self.with_token()
        first = self.seconds_left(terminal)
        seen = {first}
        terminal.until(lambda: len(seen) >= 4 or seen.add(self.seconds_left(terminal)), "four times left")
        # Every second is shown, none is passed over.
        self.assertEqual(sorted(seen, reverse=True), list(range(first, first - 4, -1)))

    def seconds_left(self, terminal):
        found = terminal.find(r"expires in (?:(\d+)m ?)?(\d+)s")
        return int(found[1] or 0) * 60 + int(found[2])

    def test_a_token_that_expires_while_it_is_shown_is_expired_everywhere(self):
        token = self.workspace.token("--ttl", "4s")
        terminal = self.opened(token)
        terminal.find(r"time bad: expired", 20)
        screen = terminal.screen()
        self.assertRegex(screen, r"exp .*expired")
        self.assertRegex(screen, r"signature ok")
        self.assertNotRegex(screen, r"expires in")

    def test_r_renews_the_token(self):
        terminal = self.with_token()
        first = terminal.find(r"jti +(\S+)")[1]
        terminal.keys("r")
        terminal.until(lambda: terminal.find(r"jti +(\S+)")[1] != first, "another token ID")
        terminal.find(r"signature ok")

    def test_an_audience_that_is_added_can_be_asked_for_and_is_there_next_time(self):
        terminal = self.opened()
        terminal.keys("a")
        terminal.find(r"Add an audience")
        terminal.type("https://vault.example.org")
        terminal.keys("Enter")
        terminal.find(r"· https://vault\.example\.org")
        terminal.keys("Enter")
        terminal.find(r"aud +https://vault\.example\.org")
        terminal.keys("Q")
        terminal.ended()
        terminal.close()
        self.opened()
        self.terminal.find(r"https://vault\.example\.org")

    def test_the_filter_finds_a_claim_and_says_when_there_is_none(self):
        terminal = self.with_token()
        terminal.keys("Enter")
        terminal.keys("/")
        terminal.type("lovelace")
        terminal.find(r"Ada Lovelace")
        terminal.lose(r"^.*│ sub +https")
        terminal.type("zzz")
        terminal.find(r"(?i)no (claim|match)")
        terminal.keys("Escape")
        terminal.find(r"sub +https")

    def test_the_mouse_selects_what_it_clicks(self):
        terminal = self.opened()
        # The third row of the list, pressed and let go, as a terminal reports it.
        terminal.type("\x1b[<0;10;5M\x1b[<0;10;5m")
        terminal.find(r"vault\.hashicorp\.com has no token yet")
        terminal.keys("Enter")
        terminal.find(r"aud +vault\.hashicorp\.com")

    def test_copy_puts_exactly_the_token_on_the_clipboard(self):
        terminal = self.with_token()
        terminal.keys("c")
        toast = terminal.find(r"copied .*, (\d+) characters, by (\S+)")
        token = terminal.clipboard()
        self.assertEqual(int(toast[1]), len(token))
        self.assertIn(claims(token)["jti"], terminal.screen())
        # What was copied stands for itself.
        result = self.workspace.run("verify", "-", input=token)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertNotIn(token, terminal.screen(), "the toast never shows the secret")

    def test_copy_works_by_the_terminal_alone(self):
        # As over ssh: no helper program, and nothing tells that this is tmux; OSC 52 is all there is.
        terminal = self.opened_outside()
        terminal.keys("c")
        terminal.find(r"copied .* OSC 52")
        terminal.until(lambda: terminal.clipboard(), "the copy")
        self.assertEqual(self.workspace.run("verify", "-", input=terminal.clipboard()).returncode, 0)

    def opened_outside(self):
        self.terminal.run("env", "-u", "TMUX", "-u", "TMUX_PANE", self.workspace.program)
        self.terminal.find(r"\? help")
        self.terminal.keys("Enter")
        self.terminal.find(r"signature ok")
        return self.terminal

    def test_the_copy_menu_copies_one_claim(self):
        terminal = self.with_token()
        terminal.keys("y")
        terminal.find(r"claims")
        terminal.keys("c")
        terminal.find(r"copied")
        content = terminal.clipboard()
        self.assertIn(SUBJECT, content)
        self.assertTrue(content.lstrip().startswith("{"), content)

    def test_a_pasted_token_that_was_tampered_with_fails_its_signature_only(self):
        token = self.workspace.token("--claim", "note=needle-4711")
        terminal = self.opened()
        terminal.paste(tampered(token))
        terminal.find(r"signature bad")
        screen = terminal.screen()
        self.assertRegex(screen, r"shape ok")
        self.assertRegex(screen, r"time ok")
        self.assertIn("needle-4711", screen)
        self.assertIn(SUBJECT + "-other", screen)

    def test_a_pasted_token_is_taken_as_people_have_it(self):
        token = self.workspace.token()
        wrapped = "\n".join(token[start : start + 60] for start in range(0, len(token), 60))
        for number, text in enumerate(
            [token, f"Authorization: Bearer {token}", f'"{token}"', wrapped, f'{{"value": "{token}"}}', token + "\n"]
        ):
            with self.subTest(number):
                terminal = self.opened()
                terminal.paste(text)
                terminal.find(r"signature ok")
                self.assertIn(claims(token)["jti"], terminal.screen())
                terminal.close()

    def test_a_paste_is_never_run_as_keys(self):
        terminal = self.opened()
        for text in ("q", "Qq\nq\n", "\x03\x03", "not a token: q Q \x1b q"):
            terminal.paste(text)
        token = self.workspace.token()
        while "q" not in token or "Q" not in token:
            token = self.workspace.token()
        terminal.paste(token)
        terminal.find(r"signature ok")
        self.assertEqual(terminal.events("ended"), [])

    def test_a_token_of_an_issuer_that_is_not_known_is_not_checked_and_not_called_bad(self):
        terminal = self.opened(unsigned({"iss": "https://issuer.example", "sub": "somebody"}))
        terminal.find(r"signature not checked")
        self.assertNotRegex(terminal.screen(), r"signature bad")

    def test_a_malformed_token_is_shown_as_far_as_it_can_be_read(self):
        header, payload, signature = self.workspace.token().split(".")
        terminal = self.opened(f"{header}.{payload}==.{signature}")
        terminal.find(r"shape bad")
        screen = terminal.screen()
        self.assertIn(SUBJECT, screen)
        self.assertRegex(screen, rf"byte {len(header) + 1 + len(payload)}\b")

    def test_algorithm_none_is_bad(self):
        token = unsigned({"iss": ISSUER, "sub": "admin"}, {"alg": "none"}).rsplit(".", 1)[0] + "."
        terminal = self.opened(token)
        terminal.find(r"signature bad")
        self.assertRegex(terminal.screen(), r"not signed")

    def test_a_token_is_read_from_a_pipe_and_keys_still_work(self):
        terminal = self.terminal.run("sh", "-c", "idp token --audience example.org | idp -")
        terminal.find(r"signature ok")
        terminal.find(r"aud +example\.org")
        terminal.keys("?")
        terminal.find(r"Help")
        terminal.keys("Escape")
        terminal.lose(r"Help")
        terminal.keys("Q")
        self.assertEqual(terminal.ended()["exit"], 0)

    def test_a_token_is_opened_from_a_file(self):
        path = self.workspace.repository + "/token.jwt"
        self.workspace.token("--out", path)
        terminal = self.opened(path)
        terminal.find(r"signature ok")


class Disk(EndToEndCase):
    def test_viewing_a_token_writes_nothing_about_it_to_disk(self):
        other = Workspace(self.workspace.program)
        self.addCleanup(other.remove)
        token = other.token("--claim", "note=needle-4711")
        terminal = self.with_token()
        before = self.workspace.files()
        terminal.paste(token)
        terminal.find(r"needle-4711")
        terminal.keys("v")
        terminal.keys("Tab")
        terminal.keys("c")
        terminal.find(r"copied")
        terminal.keys("Q")
        terminal.ended()
        after = self.workspace.files()
        self.assertEqual(sorted(after), sorted(before), "no file came or went")
        for path, content in after.items():
            for trace in (token, *token.split(".")[1:], "needle-4711", claims(token)["jti"]):
                self.assertNotIn(trace.encode(), content, path)

    def test_only_the_documented_files_are_kept(self):
        terminal = self.with_token()
        terminal.keys("c")
        terminal.find(r"copied")
        token = terminal.clipboard()
        terminal.keys("Q")
        terminal.ended()
        files = self.workspace.files()
        documented = r"state/idp/(audit\.jsonl|keys/(ring\.json|lock|\.lock|[A-Za-z0-9_-]{43}\.pem))"
        for path, content in files.items():
            self.assertRegex(path, rf"^{documented}$")
            self.assertNotIn(token.rsplit(".", 1)[1].encode(), content, path)
        audit = files["state/idp/audit.jsonl"].decode()
        self.assertEqual(len(re.findall(claims(token)["jti"], audit)), 1)
