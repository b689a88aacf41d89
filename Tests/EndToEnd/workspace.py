"""A user of their own for a test: home, XDG folders and a git repository that nobody else has."""

import base64
import json
import os
import shutil
import subprocess
import tempfile

REMOTE = "git@github.com:acme/app.git"
SUBJECT = "https://github.com/acme/app"
ISSUER = "http://localhost:8765"


class Workspace:
    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.folder = tempfile.mkdtemp(prefix="idp-e2e-")
        for name in ("home", "config", "state", "cache", "repository", "tmux"):
            os.mkdir(os.path.join(self.folder, name), 0o700)
        self.repository = os.path.join(self.folder, "repository")
        # The PATH is the caller's, with the program first, and nothing else of the caller's environment comes along.
        self.environment = {
            "PATH": os.path.dirname(self.program) + ":" + os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": os.path.join(self.folder, "home"),
            "XDG_CONFIG_HOME": os.path.join(self.folder, "config"),
            "XDG_STATE_HOME": os.path.join(self.folder, "state"),
            "XDG_CACHE_HOME": os.path.join(self.folder, "cache"),
            "TMUX_TMPDIR": os.path.join(self.folder, "tmux"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "USER": "ada",
            "SHELL": "/bin/bash",
        }
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", REMOTE)
        self.git("config", "user.name", "Ada Lovelace")
        self.git("config", "user.email", "ada@acme.dev")

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.repository, env=self.environment, check=True)

    def configure(self, text):
        folder = os.path.join(self.environment["XDG_CONFIG_HOME"], "idp")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "config.yaml"), "w", encoding="utf-8") as file:
            file.write(text)

    def run(self, *arguments, input=None, environment={}, **options):
        """Runs `idp` without a terminal: in a session of its own, so that there is no /dev/tty either."""
        return subprocess.run(
            [self.program, *arguments],
            cwd=self.repository,
            env=self.environment | environment,
            input="" if input is None else input,
            capture_output=True,
            text=True,
            timeout=60,
            start_new_session=True,
            **options,
        )

    def token(self, *arguments, audience="example.org"):
        result = self.run("token", "--audience", audience, *arguments)
        if result.returncode != 0:
            raise AssertionError(f"idp token: {result.returncode}\n{result.stderr}")
        return result.stdout.strip()

    def files(self):
        """Every file below home and the XDG folders, with its content."""
        found = {}
        for name in ("home", "config", "state", "cache"):
            for folder, _, names in os.walk(os.path.join(self.folder, name)):
                for file in names:
                    path = os.path.join(folder, file)
                    with open(path, "rb") as content:
                        found[os.path.relpath(path, self.folder)] = content.read()
        return found

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def encoded(content):
    octets = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def claims(token):
    return decoded(token.split(".")[1])


def tampered(token):
    """The same token with one bit of one claim changed, so that shape and times stay good."""
    header, payload, signature = token.split(".")
    content = claims(token)
    content["sub"] = content["sub"] + "-other"
    return f"{header}.{encoded(content)}.{signature}"


def unsigned(content, header=None):
    """A token that nobody signed, with whatever claims."""
    return f'{encoded(header or {"alg": "RS256", "typ": "JWT"})}.{encoded(content)}.{encoded(bytes(256))}'
