"""A real OpenBao, in development mode, for as long as the tests run."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from issuer import AUDIENCE, SUBJECT


class OpenBao:
    def __init__(self, log):
        self.address = f"http://127.0.0.1:{self.free_port()}"
        self.log = open(log, "wb")
        self.process = subprocess.Popen(
            [
                os.path.join(os.path.dirname(sys.executable), "bao"), "server", "-dev", "-dev-no-store-token",
                "-dev-root-token-id=root", f"-dev-listen-address={self.address.removeprefix('http://')}",
            ],
            stdout=self.log, stderr=subprocess.STDOUT, env={"PATH": os.environ["PATH"], "HOME": os.path.dirname(log)})
        end = time.monotonic() + 30
        while self.call("GET", "sys/health")[0] != 200:
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError(f"OpenBao does not start, see {log}")
            time.sleep(0.1)
        self.enable("jwt")

    @staticmethod
    def free_port():
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return listener.getsockname()[1]

    def call(self, method, path, body=None, token="root"):
        """The status and the JSON of an answer; 0 when there is none."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/v1/{path}", method=method, data=data)
        if token:
            request.add_header("X-Vault-Token", token)
        # Straight to the server, whatever proxy the machine has.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")
        except OSError:
            return 0, None

    def enable(self, mount):
        """Mounts the JWT method once more, with a configuration of its own."""
        assert self.call("POST", f"sys/auth/{mount}", {"type": "jwt"})[0] == 204

    def configure(self, config, role, mount="jwt"):
        """Writes the configuration and the role `r`; what OpenBao refuses is an error of the test."""
        self.call("DELETE", f"auth/{mount}/role/r")
        for path, body in (("config", config), ("role/r", role)):
            status, answer = self.call("POST", f"auth/{mount}/{path}", body)
            if status not in (200, 204):
                raise AssertionError(f"OpenBao refuses {path}: {status} {answer}")

    def login(self, token, mount="jwt"):
        """None when it lets the token in, else the status and the text of its refusal."""
        status, answer = self.call("POST", f"auth/{mount}/login", {"role": "r", "jwt": token}, token=None)
        return None if status == 200 else (str(status), answer["errors"][0])

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


class TrustingOpenBao(OpenBao):
    """Trusts each of some served issuers: finds their keys by discovery, as `bao write auth/jwt/config` says."""

    algorithms = {"RS256", "ES256", "EdDSA"}
    # It tries every key when a token names none; one without an end lives for 150 s from nbf or iat.
    lets_in = {"no kid", "no exp"}

    def __init__(self, folder, issuers):
        super().__init__(os.path.join(folder, "openbao.log"))
        self.mounts = {}
        try:
            for issuer in issuers:
                self.trust(issuer)
        except BaseException:
            self.stop()
            raise

    def trust(self, issuer):
        mount = f"served-{len(self.mounts)}"
        self.enable(mount)
        config = {"oidc_discovery_url": issuer.url, "bound_issuer": issuer.url}
        if issuer.authority:
            config["oidc_discovery_ca_pem"] = issuer.authority.pem
        role = {
            "role_type": "jwt", "user_claim": "sub", "bound_audiences": [AUDIENCE], "bound_subject": SUBJECT,
        }
        self.configure(config, role, mount)
        self.mounts[issuer] = mount

    def refusal(self, issuer, token):
        """None when it lets the token in, else what it answers."""
        answer = self.login(token, self.mounts[issuer])
        return answer and " ".join(answer)
