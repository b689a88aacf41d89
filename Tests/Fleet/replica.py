"""One `idp serve --cluster`, started and ended as often as a test likes."""

import http.client
import json
import os
import signal
import subprocess
import time

from etcd import Link, free_port


class Replica:
    def __init__(self, program, folder, name, etcd, grace):
        self.program, self.name, self.grace = program, name, grace
        self.folder = os.path.join(folder, name)
        os.makedirs(os.path.join(self.folder, "config/idp"))
        with open(os.path.join(self.folder, "config/idp/config.yaml"), "w", encoding="utf-8") as file:
            file.write(
                "issuer:\n  url: https://idp.acme.test\n  algorithm: ES256\n  lifetime: 2m\n  publish-ahead: 4s\n")
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": self.folder, "XDG_CONFIG_HOME": os.path.join(self.folder, "config"),
            "XDG_STATE_HOME": os.path.join(self.folder, "state"), "XDG_CACHE_HOME": os.path.join(self.folder, "cache"),
        }
        self.link = Link(etcd.port)
        self.port, self.admin = free_port(), free_port()
        self.log = open(os.path.join(self.folder, "serve.log"), "ab")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [
                self.program, "serve", "--listen", f"127.0.0.1:{self.port}", "--admin", f"127.0.0.1:{self.admin}",
                "--cluster", f"etcd://127.0.0.1:{self.link.port}", "--replica", self.name, "--cluster-grace", self.grace,
                "--rate-limit", "0", "--address-limit", "0",
            ], stdout=self.log, stderr=subprocess.STDOUT, env=self.environment)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        """Ends it in order; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.link.stop()
        self.log.close()

    def output(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return file.read()

    def ask(self, method, path, body=None, headers={}, port=None):
        """The status and the text of an answer; 0 when there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=10)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def token(self, credential):
        """The status, and the token if there is one."""
        status, text = self.ask(
            "GET", "/actions/token?audience=example.org", headers={"Authorization": f"Bearer {credential}"})
        return status, json.loads(text)["value"] if status == 200 else None

    def keys(self):
        """The JWKS by kid; None when it answers none."""
        status, text = self.ask("GET", "/.well-known/jwks.json")
        return {key["kid"]: key for key in json.loads(text)["keys"]} if status == 200 else None

    def readiness(self):
        """The status and the reasons."""
        return self.ask("GET", "/readyz", port=self.admin)

    def until(self, condition, what, seconds=90):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"{self.name}: {what}\n{self.readiness()}\n{self.output()[-3000:]}")
            time.sleep(0.1)

    def until_ready(self):
        self.until(lambda: self.readiness()[0] == 200, "is not ready")
