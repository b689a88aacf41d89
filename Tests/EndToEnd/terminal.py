"""A terminal for tests: one tmux server of its own, with one window that runs one program."""

import json
import os
import re
import subprocess
import sys
import time

FOREGROUND = os.path.join(os.path.dirname(os.path.abspath(__file__)), "foreground.py")

# What a program may change about the terminal and must give back, as tmux tells it.
STATE = [
    "alternate_on", "cursor_flag", "insert_flag", "keypad_cursor_flag", "keypad_flag", "mouse_all_flag", "mouse_any_flag",
    "mouse_button_flag", "mouse_sgr_flag", "mouse_standard_flag", "mouse_utf8_flag", "origin_flag", "wrap_flag",
    "scroll_region_upper", "scroll_region_lower", "pane_title",
]


class Terminal:
    def __init__(self, workspace, columns=120, rows=36):
        self.workspace = workspace
        self.servers = 0
        self.record = os.path.join(workspace.folder, "record.jsonl")
        self.raw = os.path.join(workspace.folder, "raw")
        self.size = (columns, rows)

    # -- Start and end

    def open(self, *command, environment={}):
        """Opens the terminal with a program in it."""
        # A server of its own each time: one that is still ending takes no new session.
        self.servers += 1
        self.socket = f"idp-e2e-{os.getpid()}-{self.servers}"
        for path in (self.record, self.raw):
            if os.path.exists(path):
                os.remove(path)
        settings = os.path.join(self.workspace.folder, "tmux.conf")
        with open(settings, "w", encoding="utf-8") as file:
            file.write(
                "set -g default-terminal tmux-256color\nset -g set-clipboard on\n"
                "set -g remain-on-exit on\nset -g status off\nset -g escape-time 0\nset -g exit-empty off\n"
                "set -g default-shell /bin/sh\n")
        variables = [part for name, value in environment.items() for part in ("-e", f"{name}={value}")]
        # The window waits until its output is recorded, so that not one byte of the program is missed.
        gate = os.path.join(self.workspace.folder, "gate")
        if os.path.exists(gate):
            os.remove(gate)
        os.mkfifo(gate)
        self.tmux(
            "-f", settings, "new-session", "-d", "-x", str(self.size[0]), "-y", str(self.size[1]),
            "-c", self.workspace.repository, *variables, "--",
            "sh", "-c", 'read -r line <"$1"; shift; exec "$@"', "sh", gate, *command)
        self.tmux("pipe-pane", "-o", f"cat >'{self.raw}'")
        with open(gate, "w", encoding="utf-8") as file:
            file.write("\n")
        return self

    def run(self, *command, environment={}):
        """Opens the terminal with a program in the foreground whose leaving is recorded."""
        self.open(sys.executable, FOREGROUND, self.record, *command, environment=environment)
        self.until(lambda: self.events("started"), "the program to start")
        self.before = self.events("before")[0]["modes"]
        self.pid = self.events("started")[0]["pid"]
        return self

    def idp(self, *arguments, environment={}):
        """Runs `idp` with these arguments."""
        return self.run(self.workspace.program, *arguments, environment=environment)

    def close(self):
        if not self.servers:
            return
        subprocess.run(
            ["tmux", "-L", self.socket, "kill-server"], env=self.workspace.environment, capture_output=True, timeout=10)

    # -- What a person does

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def paste(self, text):
        """Pastes as a terminal does: bracketed, if the program asked for that."""
        self.tmux("load-buffer", "-b", "test", "-", input=text)
        self.tmux("paste-buffer", "-p", "-r", "-d", "-b", "test")

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def signal(self, number):
        os.kill(self.pid, number)

    # -- What a person sees

    def screen(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def state(self):
        text = self.tmux("display-message", "-p", "\t".join("#{%s}" % name for name in STATE))
        return dict(zip(STATE, text.rstrip("\n").split("\t")))

    def clipboard(self):
        return self.tmux("show-buffer", check=False)

    def written(self):
        """Every byte that was written to the terminal so far."""
        with open(self.raw, "rb") as file:
            return file.read()

    def events(self, name=None):
        if not os.path.exists(self.record):
            return []
        with open(self.record, encoding="utf-8") as file:
            lines = file.read().split("\n")
        events = [json.loads(line) for line in lines[:-1]]
        return [event for event in events if name in (None, event["event"])]

    # -- Waiting: for what is to be seen, never for a time

    def find(self, pattern, seconds=15):
        """Waits until the screen shows a pattern, and returns its match."""
        return self.until(lambda: re.search(pattern, self.screen(), re.MULTILINE), f"/{pattern}/", seconds)

    def lose(self, pattern, seconds=15):
        """Waits until the screen no longer shows a pattern."""
        self.until(lambda: not re.search(pattern, self.screen(), re.MULTILINE), f"no /{pattern}/", seconds)

    def ended(self, seconds=15):
        """Waits until the program has ended, and returns how."""
        return self.until(lambda: self.events("ended"), "the program to end", seconds)[0]

    def stopped(self, times=1):
        return self.until(lambda: len(self.events("stopped")) >= times and self.events("stopped"), "the stop")[-1]

    def settle(self):
        """Waits until nothing has been written to the terminal for a while: a key that shows nothing has been taken in."""
        last = []

        def rests():
            last.append(len(self.written()))
            return len(last) > 5 and last[-1] == last[-5]

        self.until(rests, "the terminal to come to rest")

    def until(self, condition, what, seconds=15):
        deadline = time.monotonic() + seconds
        while True:
            result = condition()
            if result:
                return result
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds} s for {what}; the screen is\n{self.screen()}")
            time.sleep(0.02)

    # --

    def tmux(self, *arguments, input=None, check=True):
        environment = {name: value for name, value in self.workspace.environment.items() if name != "TMUX"}
        result = subprocess.run(
            ["tmux", "-L", self.socket, *arguments], env=environment, input=input or "", capture_output=True, text=True,
            timeout=20)
        if check and result.returncode != 0:
            raise AssertionError(f"tmux {' '.join(arguments[:3])}: {result.stderr}")
        return result.stdout
