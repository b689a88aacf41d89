"""Sizes, colours and characters; and that no byte of a token acts on the terminal."""

import re
import unicodedata

from case import EndToEndCase
from workspace import ISSUER, unsigned

COLOUR = re.compile(rb"\x1b\[(?:[0-9;:]*[;:])?(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|[34]8)(?:[;:][0-9;:]*)?m")


class Sizes(EndToEndCase):
    def test_every_size_is_drawn_and_the_way_back_too(self):
        terminal = self.with_token()
        terminal.find(r"Time left")
        for columns, rows, pattern in (
            (80, 24, r"signature ok"),
            (50, 15, r"signature ok"),
            (30, 8, r"too small"),
            (1, 1, r""),
            (200, 60, r"signature ok"),
            (120, 36, r"Time left"),
        ):
            with self.subTest(f"{columns}x{rows}"):
                terminal.resize(columns, rows)
                terminal.find(pattern)
                self.assertEqual(terminal.events("ended"), [])
        # Nothing is left of another size.
        self.assertEqual(len(re.findall(r"signature ok", terminal.screen())), 1)

    def test_a_terminal_that_is_too_small_says_the_size_it_needs_and_can_be_quit(self):
        terminal = self.opened()
        terminal.resize(30, 8)
        terminal.find(r"30.8")
        terminal.find(r"40.10")
        terminal.keys("q")
        self.assertEqual(terminal.ended()["exit"], 0)

    def test_a_storm_of_resizes_ends_in_the_right_frame(self):
        terminal = self.with_token()
        for step in range(40):
            terminal.resize(40 + step * 2, 10 + step % 30)
        terminal.resize(110, 30)
        terminal.find(r"signature ok.*time ok")
        terminal.until(lambda: len(terminal.screen().rstrip("\n").split("\n")) == 30, "thirty rows")
        self.assertEqual(terminal.screen().count("Audiences"), 1)


class Colours(EndToEndCase):
    def test_there_are_colours_when_nothing_speaks_against_them(self):
        terminal = self.with_token()
        self.assertRegex(terminal.written(), COLOUR)

    def test_without_colour_no_colour_is_written_and_words_still_tell(self):
        for name, value in (("NO_COLOR", "1"), ("CLICOLOR", "0")):
            with self.subTest(name):
                terminal = self.with_token(environment={name: value})
                self.assertNotRegex(terminal.written(), COLOUR)
                self.assertNotRegex(terminal.screen("-e").encode(), COLOUR)
                terminal.find(r"shape ok.*signature ok.*time ok")
                terminal.close()

    def test_color_never_and_always(self):
        terminal = self.opened("--color", "never")
        self.assertNotRegex(terminal.written(), COLOUR)
        terminal.close()
        terminal = self.opened("--color", "always", environment={"NO_COLOR": "1"})
        self.assertRegex(terminal.written(), COLOUR)

    def test_in_a_locale_without_unicode_the_frames_are_ascii(self):
        terminal = self.with_token(environment={"LC_ALL": "C"})
        terminal.keys("?")
        terminal.find(r"Help")
        self.assertTrue(terminal.screen().isascii(), terminal.screen())
        self.assertTrue(terminal.written().isascii())


class HostileTokens(EndToEndCase):
    CLAIMS = {
        "iss": ISSUER,
        "sub": "\x1b]0;owned\x07\x1b]2;owned\x1b\\",
        "clear": "\x1b[2J\x1b[Hgone",
        "copy": "\x1b]52;c;b3duZWQ=\x07",
        "c1": "\x9b31mred\x9d0;owned\x9c",
        "mouse": "\x1b[?1003h\x1b[?1049l\x1b[?25h\x1bc",
        "bell": "\x07\x08\x0b\x0c\x0e\x7f",
        "line": "one\ntwo\rthree\ttab",
        "bidi": "abc\u202edcba\u2066x\u2069",
        "invisible": "a\u200bb\ufeffc\u00add",
        "tag": "x\U000e0041\U000e007f",
        "\x1b[31mname\x9b": "a name that attacks",
        "nested": {"deep\x1b[5m": ["\x1b[8mhidden"]},
    }

    def test_no_claim_acts_on_the_terminal(self):
        terminal = self.opened(unsigned(self.CLAIMS, {"alg": "RS256", "kid": "\x1b]0;owned\x07"}))
        title = terminal.state()["pane_title"]
        terminal.find(r"signature (bad|not checked)")
        screen = terminal.screen()
        for escape in (r"\u{1b}", r"\u{9b}", r"\u{202e}", r"\u{200b}", r"\u{e0041}"):
            self.assertIn(escape, screen)
        # Everything that shows claims in another way: raw, zoomed, one value whole, help, the filter, a full redraw.
        for keys in (
            ["i"], ["i"], ["z"], ["z"], ["Tab"], ["Down", "Down", "Enter"], ["Escape"], ["End"], ["Home"], ["?"],
            ["Escape"], ["/", "o", "w", "n", "e", "d"], ["Escape"], ["y"], ["Escape"], ["C-l"],
        ):
            terminal.keys(*keys)
            terminal.settle()
        terminal.find(r"signature (bad|not checked)")
        self.assertEqual(terminal.state()["pane_title"], title)
        self.assertEqual(terminal.state()["alternate_on"], "1")
        self.assertEqual(terminal.state()["mouse_all_flag"], "0")
        self.assertEqual(terminal.clipboard(), "")
        written = terminal.written()
        for sequence in (b"\x1b]0;", b"\x1b]2;", b"\x1b]52", b"\x1bc", b"\x1b[?1003", b"\x07", b"\x1b[8m", b"\x1b[5m"):
            self.assertNotIn(sequence, written)
        text = written.decode()
        for scalar in "\x7f\x9b\x9d\u202e\u2066\u200b\ufeff\u00ad\U000e0041":
            self.assertNotIn(scalar, text)

    def test_the_commands_escape_what_they_print_to_a_terminal_too(self):
        token = unsigned(self.CLAIMS)
        for command in (["inspect", token], ["verify", token], ["inspect", "--json", token], ["inspect", "\x1b]0;owned\x07"]):
            with self.subTest(command[:2]):
                terminal = self.terminal.idp(*command)
                terminal.ended()
                terminal.find(r"\[ended\]")
                written = terminal.written()
                for sequence in (b"\x1b]", b"\x1bc", b"\x1b[?", b"\x07", b"\x1b[2J", b"\x1b[8m", b"\x1b[5m"):
                    self.assertNotIn(sequence, written)
                for scalar in "\x9b\x9d\u202e\u2066":
                    self.assertNotIn(scalar, written.decode())
                terminal.close()

    def test_long_and_many_claims_stay_within_their_panes(self):
        content = {"iss": ISSUER, "long": "x" * 10_000} | {f"claim-{number}": number for number in range(500)}
        path = self.workspace.repository + "/token.jwt"
        with open(path, "w", encoding="utf-8") as file:
            file.write(unsigned(content))
        terminal = self.opened(path)
        terminal.find(r"claim-0")
        rows = terminal.screen().split("\n")
        widths = {len(row) for row in rows if row.startswith(("│", "╭", "╰", "├"))}
        self.assertEqual(widths, {120})
        terminal.keys("End")

    def test_wide_and_combining_characters_keep_the_frame_straight(self):
        content = {"iss": ISSUER, "cjk": "日本語の名前", "emoji": "🙂🚀", "combining": "e\u0301a\u0308", "hebrew": "שלום"}
        terminal = self.opened(unsigned(content))
        terminal.find(r"日本語")
        # tmux moved its cursor by the same widths: the right edge of the frame is in one column on each row.
        terminal.keys("C-l")
        terminal.find(r"日本語")
        for row in terminal.screen().split("\n"):
            if "日本語" in row or "🙂" in row:
                self.assertEqual(display_width(row), 120, row)


def display_width(text):
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text)
