"""An issuer that another user serves on this machine."""

import os
import signal
import socket
import subprocess
import time

from workspace import Workspace


class ServedIssuer:
    """`idp serve`, with keys and workspaces of its own, on a port and on a socket."""

    def __init__(self, program, path="", certificate=None, workspaces={}):
        """`workspaces` maps names to the arguments that they are added with; their credentials are by name too."""
        self.workspace = Workspace(program)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{port}{path}"
        self.socket = os.path.join(self.workspace.folder, "idp.sock")
        self.workspace.configure(f"issuer:\n  url: {self.url}\n")
        # Before it starts, since one that runs takes changes up a moment later.
        self.credentials = {name: self.add(name, *arguments) for name, arguments in workspaces.items()}
        arguments = ["--listen", f"127.0.0.1:{port}", "--socket", self.socket]
        if certificate:
            arguments += ["--tls-cert", certificate[0], "--tls-key", certificate[1]]
        self.log = os.path.join(self.workspace.folder, "serve.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [self.workspace.program, "serve", *arguments], cwd=self.workspace.repository,
                env=self.workspace.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            self.wait_for(port)
        except AssertionError:
            self.close()
            raise

    def wait_for(self, port):
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    with open(self.log, encoding="utf-8") as log:
                        raise AssertionError(f"idp serve does not listen: {log.read()}")
                time.sleep(0.05)

    def add(self, name, *arguments):
        """Adds a workspace, and returns its credential; a server that runs knows it within a second or two."""
        result = self.workspace.run("workspaces", "add", name, *arguments)
        if result.returncode != 0:
            raise AssertionError(f"idp workspaces add: {result.stderr}")
        return result.stdout.strip()

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.workspace.remove()
