#!/usr/bin/env python3
"""Does what the README promises: from nothing to a token of one's own issuer that a real OpenBao accepts."""

import os
import re
import shutil
import signal
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../EndToEnd"))

import run
from workspace import Workspace

README = os.path.join(HERE, "../../README.md")
BEGIN = "<!-- five commands: the first is that of Set up -->"


class Readme(unittest.TestCase):
    def test_openbao_accepts_a_token_of_ones_own_issuer_in_five_commands(self):
        with open(README, encoding="utf-8") as file:
            text = file.read()
        block = re.search(re.escape(BEGIN) + r"\n+```sh\n(.*?)```", text, re.DOTALL)
        self.assertIsNotNone(block, f"README.md has no block of commands after {BEGIN}")
        commands = [line for line in block[1].splitlines() if line.strip() and not line.startswith("#")]
        self.assertEqual(len(commands), 4, "the first of the five is the command of Set up")
        workspace = Workspace(os.environ["IDP_PROGRAM"])
        self.addCleanup(workspace.remove)
        # In a process group of their own, so that the servers that they leave running can be ended.
        process = subprocess.Popen(
            ["bash", "-e", "-c", "\n".join(commands)], cwd=workspace.repository, env=workspace.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                # The servers keep the pipe open.
                if line.startswith("token_policies"):
                    break
            output = "".join(lines)
            self.assertRegex(output, r"token_policies\s+\[\"default\"\]", output)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.stdout.close()
            process.wait()


if __name__ == "__main__":
    run.main(HERE)
