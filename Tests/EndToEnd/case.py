"""What all end-to-end tests start from."""

import os
import subprocess
import time
import unittest

from terminal import Terminal
from workspace import Workspace

PROGRAM = os.environ.get("IDP_PROGRAM", ".build/release/idp")


class EndToEndCase(unittest.TestCase):
    """A test with a user of its own and a terminal of its own."""

    columns, rows = 120, 36

    def setUp(self):
        self.workspace = Workspace(PROGRAM)
        self.addCleanup(self.workspace.remove)
        self.terminal = Terminal(self.workspace, self.columns, self.rows)
        self.addCleanup(self.terminal.close)

    def opened(self, *arguments, environment={}):
        """The interface, ready for keys."""
        self.terminal.idp(*arguments, environment=environment)
        self.terminal.find(r"\? help")
        return self.terminal

    def with_token(self, environment={}):
        """The interface with a fresh token for the first audience."""
        terminal = self.opened(environment=environment)
        terminal.keys("Enter")
        terminal.find(r"signature ok")
        return terminal

    def start(self, *arguments, environment={}, **options):
        """`idp` beside the test, in a session of its own."""
        process = subprocess.Popen(
            [self.workspace.program, *arguments], cwd=self.workspace.repository,
            env=self.workspace.environment | environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **options)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdout, process.stderr):
                pipe.close()

        self.addCleanup(end)
        return process

    def until(self, condition, what, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := condition():
                return value
            time.sleep(0.02)
        self.fail(f"waited in vain for {what}")

    def assert_restored(self, terminal, state):
        """The terminal is as it was when `state` was taken, before the program started."""
        self.assertEqual(terminal.events()[-1]["modes"], terminal.before, "the modes of the terminal line")
        terminal.until(lambda: terminal.state()["alternate_on"] == "0", "the alternate screen to be off")
        self.assertEqual(terminal.state(), state)
        self.assert_no_bracketed_paste(terminal)

    def assert_no_bracketed_paste(self, terminal):
        """The last thing said about bracketed paste is that it is off; tmux does not tell its state."""
        written = terminal.written()
        self.assertGreater(written.rfind(b"\x1b[?2004l"), written.rfind(b"\x1b[?2004h"), "bracketed paste is off")
