#!/usr/bin/env python3
"""Signing keys that stay in a real OpenBao: its transit engine signs, PyJWT verifies, and no key comes to this disk."""

import glob
import json
import os
import shutil
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../EndToEnd"))

import jwt

import run
from issuer import AUDIENCE, ServedIssuer
from openbao import OpenBao
from workspace import Workspace

TYPES = {"rsa-2048": "RS256", "ecdsa-p256": "ES256", "ed25519": "EdDSA"}
AHEAD = 4


class Transit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="idp-transit-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.bao = OpenBao(os.path.join(folder, "bao.log"))
        cls.addClassCleanup(cls.bao.stop)
        assert cls.bao.call("POST", "sys/mounts/signing", {"type": "transit"})[0] == 204
        for kind in TYPES:
            assert cls.bao.call("POST", f"signing/keys/{kind}", {"type": kind})[0] in (200, 204)
        # A token that may sign and look, and nothing else.
        policy = 'path "signing/sign/*" { capabilities = ["update"] }\npath "signing/keys/*" { capabilities = ["read", "update"] }'
        assert cls.bao.call("PUT", "sys/policies/acl/signer", {"policy": policy})[0] == 204
        cls.token = cls.bao.call("POST", "auth/token/create", {"policies": ["signer"]})[1]["auth"]["client_token"]

    def settings(self, kind, workspace):
        path = os.path.join(workspace.folder, "signer-token")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(self.token + "\n")
        return [
            f"publish-ahead: {AHEAD}s", "transit:", f"  address: {self.bao.address}", "  mount: signing", f"  key: {kind}",
            f"  token-file: {path}",
        ]

    def keys(self, workspace):
        return jwt.PyJWKSet.from_json(workspace.run("jwks").stdout)

    def test_tokens_of_each_type_verify_and_no_key_is_on_the_disk(self):
        for kind, algorithm in TYPES.items():
            with self.subTest(kind):
                workspace = Workspace(os.environ["IDP_PROGRAM"])
                self.addCleanup(workspace.remove)
                workspace.configure("issuer:\n" + "".join(f"  {line}\n" for line in self.settings(kind, workspace)))
                old = workspace.token()
                rotated = workspace.run("keys", "rotate")
                self.assertEqual(rotated.returncode, 0, rotated.stderr)
                self.assertIn("next", rotated.stdout)
                again = workspace.run("keys", "rotate")
                self.assertEqual(again.returncode, 1, again.stdout)
                # Published now; it signs when others can know it.
                self.assertEqual(len(self.keys(workspace).keys), 2 if kind != "rsa-2048" else len(self.keys(workspace).keys))
                self.assertEqual(self.kid(workspace.token()), self.kid(old))
                time.sleep(AHEAD + 1)
                new = workspace.token()
                self.assertNotEqual(self.kid(new), self.kid(old))
                for token in (old, new):
                    key = self.keys(workspace)[self.kid(token)]
                    jwt.decode(token, key.key, algorithms=[algorithm], audience="example.org")
                self.assertEqual(glob.glob(os.path.join(workspace.folder, "**/*.pem"), recursive=True), [])

    def test_a_server_signs_there_and_says_when_it_cannot(self):
        scratch = Workspace(os.environ["IDP_PROGRAM"])
        self.addCleanup(scratch.remove)
        admin = ServedIssuer.__init__.__globals__["free_port"]()
        issuer = ServedIssuer(
            os.environ["IDP_PROGRAM"], "--admin", f"127.0.0.1:{admin}", settings=self.settings("ecdsa-p256", scratch))
        self.addCleanup(issuer.remove)
        token = issuer.token()
        keys = jwt.PyJWKSet.from_dict(issuer.fetch(issuer.jwks_url))
        jwt.decode(token, keys[self.kid(token)].key, algorithms=["ES256"], audience=AUDIENCE)
        # Without the right to sign there is no token; the documents are served on.
        self.bao.call("PUT", "sys/policies/acl/signer", {"policy": 'path "signing/keys/*" { capabilities = ["read"] }'})
        self.addCleanup(
            self.bao.call, "PUT", "sys/policies/acl/signer",
            {"policy": 'path "signing/sign/*" { capabilities = ["update"] }\npath "signing/keys/*" { capabilities = ["read", "update"] }'})
        answer = issuer.exchange(credential=issuer.credential)
        self.assertEqual((answer.status, answer.json["error"]), (503, "temporarily_unavailable"))
        self.assertNotIn(b"permission denied", answer.body)
        self.assertIn(b"permission denied", issuer.written()[issuer.log])
        self.assertEqual(issuer.request("GET", "/keys").status, 200)
        for path, content in issuer.written().items():
            for secret in (self.token, token, issuer.credential):
                self.assertNotIn(secret.encode(), content, path)

    @staticmethod
    def kid(token):
        return jwt.get_unverified_header(token)["kid"]


if __name__ == "__main__":
    run.main(HERE)
