#!/usr/bin/env python3
"""Measures what a person waits for, side by side with programs that are known to be quick, on the same machine in the same run.

    measure.py --program PATH [--throughput PATH]

Nothing is asserted: figures are for reading. Needs tig, htop, openssl and a C compiler for the references; without one of
them its row is left out.
"""

import argparse
import base64
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../EndToEnd"))

from workspace import Workspace

COLUMNS, ROWS = 120, 36
STARTS, KEYS, IDLE_SECONDS, PROCESSES = 20, 300, 10, 30

# The least that ncurses can do: one line, and a reversed line that moves. What is above this is our own.
FLOOR = r"""
#include <curses.h>
int main(void) {
  int row = 0;
  initscr(); cbreak(); noecho(); curs_set(0);
  for (;;) {
    for (int line = 0; line < LINES; line++) {
      if (line == row) attron(A_REVERSE);
      mvprintw(line, 0, "line %d of a list", line);
      attroff(A_REVERSE);
    }
    refresh();
    int key = getch();
    if (key == 'q') break;
    if (key == 'j' && row < LINES - 1) row++;
    if (key == 'k' && row > 0) row--;
  }
  endwin();
}
"""


class Program:
    """A program on a terminal of its own that answers what terminals are asked."""

    def __init__(self, command, environment, folder):
        reader, writer = os.pipe()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.chdir(folder)
            os.close(reader)
            os.set_inheritable(writer, False)
            os.write(writer, struct.pack("d", time.monotonic()))
            os.execvpe(command[0], command, environment)
        os.close(writer)
        # The moment before exec, by the same clock.
        self.started = struct.unpack("d", os.read(reader, 8))[0]
        os.close(reader)
        self.output = b""

    def read(self, seconds):
        """Takes what is there within a time; the number of bytes."""
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return 0
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            return 0
        if b"\x1b]11;?" in data:
            os.write(self.terminal, b"\x1b]11;rgb:0000/0000/0000\x1b\\")
        self.output += data
        return len(data)

    def wait_for(self, words, seconds=20):
        """Reads until all the words have been written; when the last one was."""
        deadline = time.monotonic() + seconds
        while not all(word in self.output for word in words):
            self.read(0.5)
            if time.monotonic() > deadline:
                raise RuntimeError(f"{words} never came: {self.output[-2000:]!r}")
        return time.monotonic()

    def rest(self, seconds=0.3):
        while self.read(seconds):
            pass

    def key(self, key):
        os.write(self.terminal, key)

    def wakes(self):
        """How often each thread went to sleep so far, from the system's own books."""
        counts = {}
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/status", encoding="utf-8") as file:
                counts[thread] = int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", file.read(), re.MULTILINE)[1])
        return counts

    def memory(self):
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
            text = file.read()
        return [int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)[1]) / 1024 for name in ("VmHWM", "RssAnon")]

    def wait_end(self, seconds=5):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                os.close(self.terminal)
                return time.monotonic()
            self.read(0.0005)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)
        raise RuntimeError("it did not quit")


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def interactive(command, words, environment, folder, prepare=None, quit=b"q", down=b"j", up=b"k"):
    """All figures of one full-screen program."""
    frames = []
    for _ in range(STARTS):
        program = Program(command, environment, folder)
        frames.append((program.wait_for(words) - program.started) * 1000)
        program.rest(0.05)
        for key in quit:
            program.key(bytes([key]))
            program.rest(0.02)
        program.wait_end()

    program = Program(command, environment, folder)
    program.wait_for(words)
    program.rest()
    if prepare:
        prepare(program)
        program.rest()
    delays, sizes = [], []
    for number in range(KEYS):
        # Down three, up three: each key moves the cursor.
        key = down if number % 6 < 3 else up
        before = len(program.output)
        sent = time.monotonic()
        program.key(key)
        if program.read(1):
            delays.append((time.monotonic() - sent) * 1000)
        program.rest(0.004)
        sizes.append(len(program.output) - before)
    # Messages go away by themselves after some seconds; that is not idle yet.
    end = time.monotonic() + 7
    while time.monotonic() < end:
        program.read(max(0, end - time.monotonic()))
    earlier, before = program.wakes(), len(program.output)
    end = time.monotonic() + IDLE_SECONDS
    while time.monotonic() < end:
        program.read(max(0, end - time.monotonic()))
    # A thread that ended meanwhile took its count along; one that is new counts from nothing.
    wakes = sum(count - earlier.get(thread, 0) for thread, count in program.wakes().items())
    size = len(program.output) - before
    memory = program.memory()
    for key in quit[:-1]:
        program.key(bytes([key]))
        program.rest(0.05)
    asked = time.monotonic()
    program.key(quit[-1:])
    left = (program.wait_end() - asked) * 1000
    return [
        statistics.median(frames), percentile(delays, 0.5), percentile(delays, 0.95), statistics.median(sizes),
        wakes / IDLE_SECONDS, size / IDLE_SECONDS, *memory, left,
    ]


INTERACTIVE = [
    ("first frame, ms", 25), ("key p50, ms", 1), ("key p95, ms", 4), ("bytes a move", 600), ("wake-ups/s idle", 1),
    ("bytes/s idle", 100), ("peak RSS, MiB", 20), ("own memory, MiB", None), ("quit, ms", 20),
]


def whole_process(command, environment, folder):
    """Milliseconds from the start of a process to its end."""
    times = []
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(PROCESSES + 3):
        began = time.monotonic()
        pid = os.posix_spawnp(
            command[0], command, environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, null, descriptor) for descriptor in (0, 1, 2)])
        _, status = os.waitpid(pid, 0)
        if status:
            raise RuntimeError(f"{command[:2]} failed with {status}")
        # The first ones fill the caches.
        if number >= 3:
            times.append((time.monotonic() - began) * 1000)
    os.close(null)
    return statistics.median(times), percentile(times, 0.95)


def table(head, rows):
    widths = [max(len(str(row[column])) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(str(cell).ljust(width) if not column else str(cell).rjust(width)
                        for column, (cell, width) in enumerate(zip(row, widths))))
    print()


def number(value):
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def measure_terminal(workspace, environment):
    print(f"On a terminal of {COLUMNS}x{ROWS}: {STARTS} starts, {KEYS} keys, {IDLE_SECONDS} s idle with a token shown\n")
    token = workspace.token("--ttl", "50m", audience="sts.amazonaws.com")
    columns = {}
    columns["idp"] = interactive(
        ["idp"], [b"sts.amazonaws.com", b"signature", b"quit"], environment, workspace.repository,
        prepare=lambda program: (program.key(b"\r"), program.wait_for([b"expires in"]), program.rest(), program.key(b"\t"),
                                 program.rest(), program.key(b"\t")),
        quit=b"Q")
    columns["idp TOKEN"] = interactive(
        ["idp", token], [b"sts.amazonaws.com", b"signature", b"Ada Lovelace"], environment, workspace.repository, quit=b"Q")
    if shutil.which("tig"):
        for count in range(40):
            workspace.git("commit", "--quiet", "--allow-empty", "--message", f"Change {count}")
        columns["tig"] = interactive(
            ["tig"], [b"Change 39", b"Change 10"], environment, workspace.repository, quit=b"Q")
    if shutil.which("htop"):
        columns["htop"] = interactive(
            ["htop"], [b"Quit"], environment, workspace.repository, down=b"\x1bOB", up=b"\x1bOA")
    compiler = shutil.which("cc") or shutil.which("clang")
    floor = os.path.join(workspace.folder, "floor")
    if compiler and subprocess.run(
            [compiler, "-O2", "-x", "c", "-", "-o", floor, "-lncursesw", "-ltinfo"], input=FLOOR, text=True,
            capture_output=True).returncode == 0:
        columns["bare ncurses"] = interactive([floor], [b"line 0", b"line 35"], environment, workspace.repository)
    rows = []
    for index, (name, limit) in enumerate(INTERACTIVE):
        values = [column[index] for column in columns.values()]
        rows.append([name, limit or "", *map(number, values)])
    table(["", "aim", *columns], rows)


def measure_processes(workspace, environment):
    print(f"A whole process, median and 95th percentile of {PROCESSES}, in ms\n")
    token = workspace.token("--ttl", "50m")
    signed, _, signature = token.rpartition(".")
    paths = {name: os.path.join(workspace.folder, name) for name in ("signed", "signature", "key.pem", "keys.json")}
    with open(paths["signed"], "w", encoding="utf-8") as file:
        file.write(signed)
    with open(paths["signature"], "wb") as file:
        file.write(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
    with open(paths["keys.json"], "w", encoding="utf-8") as file:
        file.write(workspace.run("jwks").stdout)
    ring = os.path.join(workspace.environment["XDG_STATE_HOME"], "idp/keys")
    private = next(os.path.join(ring, name) for name in os.listdir(ring) if name.endswith(".pem"))
    subprocess.run(
        ["openssl", "pkey", "-in", private, "-pubout", "-out", paths["key.pem"]], check=True, capture_output=True)
    commands = [
        ("true", "", ["true"]),
        ("openssl dgst -verify", "",
         ["openssl", "dgst", "-sha256", "-verify", paths["key.pem"], "-signature", paths["signature"], paths["signed"]]),
        ("idp verify", 10, ["idp", "verify", token]),
        ("idp verify --key PEM", 10, ["idp", "verify", "--key", paths["key.pem"], token]),
        ("idp verify --jwks FILE", 10, ["idp", "verify", "--jwks", paths["keys.json"], token]),
        ("idp inspect", "", ["idp", "inspect", token]),
        ("idp token", "", ["idp", "token", "--audience", "example.org"]),
        ("idp --version", "", ["idp", "--version"]),
    ]
    os.chdir(workspace.repository)
    rows = []
    for name, limit, command in commands:
        middle, high = whole_process(command, environment, workspace.repository)
        reference = middle if name.startswith("openssl") else locals().get("reference")
        rows.append([name, limit, number(middle), number(high), number(middle / reference) if reference else ""])
    table(["", "aim", "median", "p95", "to openssl"], rows)


# What openssl calls an algorithm, and the line of its table.
SPEED = {
    "RS256": ("rsa2048", r"^rsa +2048 bits"), "ES256": ("ecdsap256", r"nistp256"), "EdDSA": ("ed25519", r"Ed25519"),
}


def openssl_speed(algorithms, seconds=3, prefix=(), options=()):
    """Signatures and verifications of each algorithm in a second of processor time; with -elapsed, in a second."""
    result = subprocess.run(
        [*prefix, "openssl", "speed", "-seconds", str(seconds), *options,
         *(SPEED[algorithm][0] for algorithm in algorithms)],
        capture_output=True, text=True, check=True).stdout
    speed = {}
    for algorithm in algorithms:
        line = next(line for line in result.split("\n")
                    if re.search(SPEED[algorithm][1], line) and not line.startswith("Doing"))
        speed[algorithm] = [float(part) for part in line.split()[-2:]]
    return speed


def measure_throughput(path):
    print("In one process on one core, operations a second\n")
    speed = openssl_speed(SPEED)
    rows, trust, cel = [], [], []
    for line in subprocess.run([path], capture_output=True, text=True, check=True).stdout.strip().split("\n"):
        algorithm, *parts = line.split()
        if algorithm == "trust":
            trust.append([parts[0].replace("_", " "), f"{float(parts[1]) / 1000:.3f}", parts[2]])
            continue
        if algorithm == "cel":
            cel.append([parts[0], parts[1], parts[2]])
            continue
        figures = dict(zip(parts[::2], map(float, parts[1::2])))
        sign, verify = speed[algorithm]
        rows += [
            [f"{algorithm} decode and verify", 0.8 if algorithm == "RS256" else "", f"{figures['verify']:.0f}", f"{verify:.0f}",
             number(figures["verify"] / verify)],
            [f"{algorithm} inspect (all that is shown)", "", f"{figures['inspect']:.0f}", f"{verify:.0f}",
             number(figures["inspect"] / verify)],
            [f"{algorithm} issue", "", f"{figures['sign']:.0f}", f"{sign:.0f}", number(figures["sign"] / sign)],
        ]
    table(["", "aim", "idp", "openssl speed", "ratio"], rows)
    print("\nVerdicts, against the time of one verification with RS256\n")
    aims = {"a policy of AWS's maximum size, decided": 1, "500 policies, decided": 100}
    table(["", "aim ms", "ms", "ratio"], [[name, aims.get(name, ""), time, ratio] for name, time, ratio in trust])
    if cel:
        print("\nConformance of the expression language (cel-spec), without cases that need messages\n")
        table(["", "passed", "of"], cel)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--throughput")
    parser.add_argument("--only", choices=["terminal", "processes", "throughput"])
    arguments = parser.parse_args()
    workspace = Workspace(arguments.program)
    environment = workspace.environment | {"TERM": "xterm-256color"}
    # Found by posix_spawnp and execvpe, as a shell would.
    os.environ["PATH"] = environment["PATH"]
    try:
        if arguments.only in (None, "terminal"):
            measure_terminal(workspace, environment)
        if arguments.only in (None, "processes"):
            measure_processes(workspace, environment)
        if arguments.throughput and arguments.only in (None, "throughput"):
            measure_throughput(arguments.throughput)
    finally:
        os.chdir("/")
        workspace.remove()


if __name__ == "__main__":
    main()
