"""A real `idp serve`, of a user of its own, for as long as a test runs."""

import glob
import http.client
import json
import os
import signal
import socket
import subprocess
import time
import urllib.parse
from typing import NamedTuple

from workspace import Workspace

AUDIENCE = "https://relying-party.example"
SUBJECT = "https://github.com/acme/app"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class ServedIssuer:
    """With an authority it speaks https. `url` is the issuer's identifier where that is not the server's own address.

    `prefix` is a command that runs the server and becomes it, such as taskset.
    """

    def __init__(
            self, program, *arguments, algorithm="RS256", authority=None, path="", url=None, settings=(), prefix=()):
        self.workspace = Workspace(program)
        self.folder = self.workspace.folder
        self.authority = authority
        self.algorithm = algorithm
        self.port, self.path = free_port(), path
        self.prefix = prefix
        self.arguments = ["serve", "--listen", f"127.0.0.1:{self.port}", *arguments]
        if authority:
            self.certificate, self.key = (os.path.join(self.folder, name) for name in ("tls.crt", "tls.key"))
            authority.issue(self.certificate, self.key)
            self.arguments += ["--tls-cert", self.certificate, "--tls-key", self.key]
        self.url = url or f"{'https' if authority else 'http'}://localhost:{self.port}{path}"
        lines = [f"url: {self.url}", f"algorithm: {algorithm}", *settings]
        self.workspace.configure("issuer:\n" + "".join(f"  {line}\n" for line in lines))
        # All that a test has of secrets, to be looked for in what the server writes.
        self.secrets = []
        self.process = None
        try:
            self.credential = self.add_workspace("app", "--subject", SUBJECT)
            self.start()
        except BaseException:
            self.remove()
            raise

    @property
    def log(self):
        return os.path.join(self.folder, "serve.log")

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, self.workspace.program, *self.arguments], cwd=self.workspace.repository,
                env=self.workspace.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + 30
        while True:
            try:
                if self.request("GET", "/.well-known/openid-configuration").status == 200:
                    return
            except OSError:
                pass
            if time.monotonic() > end or self.process.poll() is not None:
                with open(self.log, encoding="utf-8", errors="replace") as log:
                    raise AssertionError(f"idp serve does not answer:\n{log.read()[-4000:]}")
            time.sleep(0.05)

    def command(self, *arguments):
        result = self.workspace.run(*arguments)
        if result.returncode != 0:
            raise AssertionError(f"idp {' '.join(arguments)}: {result.returncode}\n{result.stdout}{result.stderr}")
        return result.stdout

    def add_workspace(self, name, *arguments):
        """The credential of a new workspace, which may have tokens for everybody where nothing else is said.

        Empty for one that is known by its account.
        """
        arguments = [*arguments] if "--audience" in arguments else [*arguments, "--audience", "*"]
        credential = self.command("workspaces", "add", name, *arguments).strip()
        if not credential:
            return credential
        self.secrets.append(credential)
        if self.process:
            # A server that runs looks at the file once a second. A known workspace cannot have this audience either.
            self.until(lambda: self.exchange(credential=credential, audience="\n").status != 401)
        return credential

    @staticmethod
    def until(condition):
        """Waits for what may take a moment; what does not come is an error of the test."""
        end = time.monotonic() + 30
        while not condition():
            if time.monotonic() > end:
                raise AssertionError("it never came")
            time.sleep(0.1)

    def connection(self):
        if self.authority:
            return http.client.HTTPSConnection("localhost", self.port, timeout=30, context=self.authority.context())
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def request(self, method, path, body=None, headers={}):
        """What the server answers below the issuer's path; straight to it, whatever proxy the machine has."""
        connection = self.connection()
        try:
            connection.request(method, self.path + path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def exchange(self, form={}, credential=None, **members):
        """The answer to a token request (RFC 8693); a member that is None is left out."""
        form = {"grant_type": EXCHANGE, "audience": AUDIENCE, "requested_token_type": ID_TOKEN} | form | members
        form = {name: value for name, value in form.items() if value is not None}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if credential:
            headers["Authorization"] = f"Bearer {credential}"
        return self.request("POST", "/token", urllib.parse.urlencode(form, doseq=True), headers)

    def token(self, audience=AUDIENCE, credential=None, **members):
        answer = self.exchange(credential=credential or self.credential, audience=audience, **members)
        if answer.status != 200:
            raise AssertionError(f"no token: {answer.status} {answer.body}")
        token = answer.json["access_token"]
        self.secrets.append(token)
        return token

    def fetch(self, url):
        """A document at an address of this issuer, as JSON."""
        return self.request("GET", url.removeprefix(self.url)).json

    @property
    def jwks_url(self):
        return self.fetch(self.url + "/.well-known/openid-configuration")["jwks_uri"]

    def private_key(self, key_id):
        """The PEM of a key of the issuer, which no relying party ever sees."""
        with open(os.path.join(self.workspace.environment["XDG_STATE_HOME"], f"idp/keys/{key_id}.pem"), "rb") as file:
            return file.read()

    def written(self):
        """All that the server has written: its output and its files, without the keys."""
        paths = [self.log, *glob.glob(os.path.join(self.folder, "*/idp/**"), recursive=True)]
        return {path: read(path) for path in paths if os.path.isfile(path) and not path.endswith(".pem")}

    def stop(self, how=signal.SIGTERM):
        """Ends the server; its exit status."""
        self.process.send_signal(how)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("idp serve does not end") from None

    def remove(self):
        try:
            if self.process and self.process.poll() is None:
                self.stop()
        finally:
            self.workspace.remove()


def read(path):
    with open(path, "rb") as file:
        return file.read()
