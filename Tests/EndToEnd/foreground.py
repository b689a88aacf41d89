#!/usr/bin/env python3
"""Runs a program as a shell would, in the foreground of this terminal, and writes down how it left the terminal.

A shell repairs the terminal's modes after a program that was stopped or killed, so what the program itself restored cannot
be seen from a shell. This repairs nothing.

    foreground.py RECORD PROGRAM ARGUMENT...

RECORD gets one JSON document a line: the modes before, and after each stop and the end. After a stop, Enter on the
terminal lets the program go on. After the end the terminal stays as it was left until it is closed.
"""

import json
import os
import signal
import subprocess
import sys
import time


def note(record, event, **details):
    modes = subprocess.run(["stty", "-a"], stdin=0, capture_output=True, text=True).stdout
    line = json.dumps({"event": event, "modes": modes, **details}) + "\n"
    with open(record, "a", encoding="utf-8") as file:
        file.write(line)


def take_terminal(group):
    os.tcsetpgrp(0, group)


def main():
    record, command = sys.argv[1], sys.argv[2:]
    # This process is in the background while the program runs, and must not be stopped for what it does to the terminal.
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    note(record, "before")
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        take_terminal(os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(command[0], command)
    note(record, "started", pid=child)
    while True:
        _, status = os.waitpid(child, os.WUNTRACED)
        take_terminal(os.getpgrp())
        if not os.WIFSTOPPED(status):
            break
        note(record, "stopped", signal=os.WSTOPSIG(status))
        os.read(0, 1)
        take_terminal(child)
        os.killpg(child, signal.SIGCONT)
    note(
        record,
        "ended",
        exit=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
    )
    print("[ended]", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
