#!/usr/bin/env python3
"""What PyJWT, which shares no line with this project, says of the tokens and keys that `idp` prints.

    test_pyjwt.py [--program PATH]      run with a Python that has PyJWT and cryptography

Ends with `N passed, N failed`; exits with 1 when a test failed or none ran.
"""

import base64
import hashlib
import json
import os
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../EndToEnd"))

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import run
from workspace import ISSUER, SUBJECT, Workspace, tampered


class PyJWT(unittest.TestCase):
    ALGORITHMS = ["RS256", "ES256", "EdDSA"]

    def setUp(self):
        self.workspace = Workspace(os.environ["IDP_PROGRAM"])
        self.addCleanup(self.workspace.remove)

    def keys(self):
        result = self.workspace.run("jwks")
        self.assertEqual(result.returncode, 0, result.stderr)
        return jwt.PyJWKSet.from_json(result.stdout)

    def key_of(self, token):
        return self.keys()[jwt.get_unverified_header(token)["kid"]]

    def verified(self, token, algorithm, **expected):
        """The claims, when PyJWT takes the token as a careful relying party would."""
        return jwt.decode(
            token, self.key_of(token).key, algorithms=[algorithm], issuer=ISSUER,
            options={"require": ["exp", "iat", "nbf", "iss", "sub", "aud", "jti"], "strict_aud": "audience" in expected},
            **({"audience": "example.org"} | expected))

    def test_takes_a_token_of_each_algorithm_with_the_published_keys(self):
        for algorithm in self.ALGORITHMS:
            with self.subTest(algorithm):
                # One that has no key yet: the first one signs at once.
                self.workspace.remove()
                self.setUp()
                self.workspace.configure(f"issuer:\n  algorithm: {algorithm}\n")
                claims = self.verified(self.workspace.token(), algorithm)
                self.assertEqual(claims["sub"], SUBJECT)
                self.assertEqual(claims["azp"], "example.org")
                self.assertEqual(claims["exp"] - claims["iat"], 3600)
                self.assertLess(abs(claims["iat"] - time.time()), 60)

    def test_takes_each_of_several_audiences_and_no_other(self):
        token = self.workspace.token("--audience", "second.example")
        for audience in ("example.org", "second.example"):
            jwt.decode(token, self.key_of(token).key, algorithms=["RS256"], audience=audience)
        with self.assertRaises(jwt.InvalidAudienceError):
            jwt.decode(token, self.key_of(token).key, algorithms=["RS256"], audience="other.example")

    def test_reads_the_claims_that_were_asked_for(self):
        token = self.workspace.token("--claim", "team=platform", "--claim", "level=3", "--ttl", "15m")
        claims = self.verified(token, "RS256")
        self.assertEqual((claims["team"], claims["level"]), ("platform", 3))
        self.assertEqual(claims["exp"] - claims["iat"], 900)

    def test_refuses_what_was_tampered_with(self):
        with self.assertRaises(jwt.InvalidSignatureError):
            self.verified(tampered(self.workspace.token()), "RS256")

    def test_tokens_from_before_a_rotation_still_verify(self):
        old = self.workspace.token()
        result = self.workspace.run("keys", "rotate")
        self.assertEqual(result.returncode, 0, result.stderr)
        new = self.workspace.token()
        for token in (old, new):
            self.verified(token, "RS256")

    def test_tokens_verify_while_the_algorithm_changes(self):
        self.verified(self.workspace.token(), "RS256")
        self.workspace.configure("issuer:\n  algorithm: ES256\n")
        # The new key is published, and does not sign yet.
        self.verified(self.workspace.token(), "RS256")
        self.assertEqual({key.algorithm_name for key in self.keys().keys}, {"RS256", "ES256"})

    def test_agrees_about_each_published_key(self):
        for algorithm in self.ALGORITHMS:
            self.workspace.configure(f"issuer:\n  algorithm: {algorithm}\n")
            self.workspace.token()
        keys = self.keys().keys
        self.assertGreaterEqual(len(keys), len(self.ALGORITHMS))
        for key in keys:
            self.assertEqual(key.key_id, self.thumbprint(key), "the kid is the RFC 7638 thumbprint")
            self.assertEqual(key.public_key_use, "sig")
            self.assertIn(key.algorithm_name, self.ALGORITHMS)

    def thumbprint(self, key):
        """Made here from the numbers of the key, by RFC 7638 section 3."""
        members = json.loads(jwt.algorithms.get_default_algorithms()[key.algorithm_name].to_jwk(key.key))
        names = {"RSA": "e kty n", "EC": "crv kty x y", "OKP": "crv kty x"}[members["kty"]].split()
        text = json.dumps({name: members[name] for name in names}, separators=(",", ":"), sort_keys=True)
        return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()

    def test_its_own_tokens_are_judged_alike(self):
        """The other way round: tokens that PyJWT signs, verified by `idp` with the key from a file."""
        makers = {
            "RS256": rsa.generate_private_key(65537, 2048), "PS384": rsa.generate_private_key(65537, 3072),
            "ES256": ec.generate_private_key(ec.SECP256R1()), "ES384": ec.generate_private_key(ec.SECP384R1()),
            "ES512": ec.generate_private_key(ec.SECP521R1()), "ES256K": ec.generate_private_key(ec.SECP256K1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        }
        now = int(time.time())
        claims = {"iss": "https://issuer.example", "sub": "somebody", "aud": "example.org", "iat": now, "exp": now + 600}
        for algorithm, key in makers.items():
            with self.subTest(algorithm):
                path = os.path.join(self.workspace.folder, algorithm + ".pem")
                with open(path, "wb") as file:
                    file.write(
                        key.public_key().public_bytes(
                            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
                token = jwt.encode(claims, key, algorithm=algorithm)
                for text, status in ((token, 0), (tampered(token), 1)):
                    result = self.workspace.run("verify", "--key", path, text)
                    self.assertEqual(result.returncode, status, result.stdout + result.stderr)
                expired = jwt.encode(claims | {"exp": now - 1}, key, algorithm=algorithm)
                self.assertEqual(self.workspace.run("verify", "--key", path, expired).returncode, 1)


if __name__ == "__main__":
    run.main(os.path.dirname(os.path.abspath(__file__)))
