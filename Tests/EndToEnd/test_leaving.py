"""However the program is left, the terminal is as it was."""

import os
import signal
import time

from case import EndToEndCase


class Leaving(EndToEndCase):
    def started(self, *arguments):
        """The interface, and the state of the terminal before it."""
        # A terminal of the same kind in which nothing ran tells what is restored.
        self.terminal.open("sleep", "60")
        state = self.terminal.state()
        self.terminal.close()
        terminal = self.opened(*arguments)
        taken = terminal.state()
        self.assertEqual(taken["alternate_on"], "1")
        self.assertEqual(taken["mouse_any_flag"], "1")
        return terminal, state

    def test_q_quits_at_the_root(self):
        terminal, state = self.started()
        terminal.keys("q")
        self.assertEqual(terminal.ended()["exit"], 0)
        self.assert_restored(terminal, state)

    def test_q_goes_back_one_level_first(self):
        terminal = self.opened()
        terminal.keys("?")
        terminal.find(r"Help")
        terminal.keys("q")
        # Typing filters the help, so that q may be a letter there; Esc closes it either way.
        terminal.keys("Escape")
        terminal.lose(r"Help")
        self.assertEqual(terminal.events("ended"), [])
        terminal.keys("q")
        self.assertEqual(terminal.ended()["exit"], 0)

    def test_escape_never_exits(self):
        terminal = self.opened()
        for _ in range(5):
            terminal.keys("Escape")
            # A key right after it would make it Alt.
            terminal.settle()
        terminal.keys("?")
        terminal.find(r"Help")
        self.assertEqual(terminal.events("ended"), [])

    def test_capital_q_and_control_c_quit_at_once(self):
        for key in ("Q", "C-c"):
            with self.subTest(key):
                terminal, state = self.started()
                terminal.keys("?")
                terminal.find(r"Help")
                if key == "Q":
                    terminal.keys("Escape")
                    terminal.lose(r"Help")
                terminal.keys(key)
                if key == "C-c" and not self.ends(terminal):
                    # In a text field it clears the field first.
                    terminal.keys(key)
                terminal.ended()
                self.assert_restored(terminal, state)
                terminal.close()

    def ends(self, terminal):
        try:
            return terminal.ended(0.5)
        except AssertionError:
            return None

    def test_signals_that_end_programs_end_it_by_that_signal_with_the_terminal_restored(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            with self.subTest(number.name):
                terminal, state = self.started()
                terminal.keys("Enter")
                terminal.find(r"signature ok")
                terminal.signal(number)
                self.assertEqual(terminal.ended()["signal"], number)
                self.assert_restored(terminal, state)
                terminal.close()

    def test_a_crash_leaves_the_terminal_restored(self):
        for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGILL, signal.SIGBUS):
            with self.subTest(number.name):
                terminal, state = self.started()
                terminal.signal(number)
                self.assertEqual(terminal.ended()["signal"], number)
                self.assert_restored(terminal, state)
                terminal.close()

    def test_control_z_gives_the_terminal_back_and_the_program_goes_on_where_it_was(self):
        terminal, state = self.started()
        terminal.keys("Enter")
        terminal.find(r"signature ok")
        for times in (1, 2):
            terminal.keys("C-z")
            self.assertEqual(terminal.stopped(times)["signal"], signal.SIGTSTP)
            self.assert_restored(terminal, state)
            terminal.lose(r"signature ok")
            terminal.keys("Enter")
            terminal.find(r"signature ok")
            self.assertEqual(terminal.state()["alternate_on"], "1")
            self.assertEqual(terminal.state()["mouse_any_flag"], "1")
        terminal.keys("Q")
        terminal.ended()
        self.assert_restored(terminal, state)

    def test_a_stop_from_outside_gives_the_terminal_back_too(self):
        terminal, state = self.started()
        terminal.signal(signal.SIGTSTP)
        terminal.stopped()
        self.assert_restored(terminal, state)
        terminal.resize(100, 30)
        terminal.keys("Enter")
        terminal.find(r"sts\.amazonaws\.com")
        terminal.find(r"\? help")

    def test_suspending_and_resuming_in_a_real_shell(self):
        self.terminal.open("bash", "--norc", "--noprofile", "-i", environment={"PS1": "prompt> "})
        self.terminal.find(r"^prompt>")
        self.terminal.keys("idp", "Enter")
        self.terminal.find(r"\? help")
        self.terminal.keys("C-z")
        self.terminal.find(r"Stopped +idp")
        self.terminal.type("echo $((6 * 7))")
        self.terminal.keys("Enter")
        self.terminal.find(r"^42$")
        self.terminal.type("fg")
        self.terminal.keys("Enter")
        self.terminal.find(r"\? help")
        self.terminal.keys("q")
        self.terminal.find(r"^prompt> ?$")
        self.terminal.type("echo status $?")
        self.terminal.keys("Enter")
        self.terminal.find(r"^status 0$")

    def test_it_ends_when_its_terminal_is_closed(self):
        terminal = self.opened()
        pid = terminal.pid
        terminal.close()
        self.assertTrue(gone(pid), "the program still runs without a terminal")


def gone(pid, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False
