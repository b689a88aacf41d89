"""Tokens that a served issuer would never give out, signed with its own key: each wrong in one thing alone."""

import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from workspace import decoded, encoded, tampered

HOUR = 3600


class Forge:
    def __init__(self, served):
        self.served = served
        self.good = served.token()
        header, payload, _ = self.good.split(".")
        self.header, self.claims = decoded(header), decoded(payload)
        self.key = serialization.load_pem_private_key(served.private_key(self.header["kid"]), None)

    def sign(self, header={}, key=None, **claims):
        """A header or claim that is None is left out."""
        header, claims = ({name: value for name, value in (old | new).items() if value is not None}
                          for old, new in ((self.header, header), (self.claims, claims)))
        token = jwt.encode(claims, key or self.key, algorithm=self.header["alg"], headers=header)
        self.served.secrets.append(token)
        return token

    def stranger(self):
        """A key of the same kind that is not the issuer's."""
        match self.header["alg"]:
            case "RS256": return rsa.generate_private_key(65537, 2048)
            case "ES256": return ec.generate_private_key(ec.SECP256R1())
            case "EdDSA": return ed25519.Ed25519PrivateKey.generate()

    def same(self):
        """As good as the issuer's own: shows that a refusal of another one is for what is wrong with it."""
        return self.sign()

    def bad(self):
        """What is wrong, and the token."""
        now = int(time.time())
        url = self.claims["iss"]
        return {
            "wrong audience": self.served.token("https://another.example"),
            "wrong issuer": self.sign(iss="https://another.example"),
            "issuer with a slash more": self.sign(iss=url + "/"),
            "expired": self.sign(iat=now - 3 * HOUR, nbf=now - 3 * HOUR, exp=now - 2 * HOUR),
            "not yet valid": self.sign(nbf=now + HOUR, exp=now + 2 * HOUR),
            "unknown kid": self.sign({"kid": "A" * 43}),
            "tampered": tampered(self.good),
            "a stranger's key under our kid": self.sign(key=self.stranger()),
            "a stranger's key, brought along": self.sign({"kid": "stranger"} | self.brought(), key=self.stranger()),
            "unsigned": f'{encoded(self.header | {"alg": "none"})}.{encoded(self.claims)}.',
            "no kid": self.sign({"kid": None}),
            "no exp": self.sign(exp=None),
        }

    def brought(self):
        """Where a token says that its key is to be found (RFC 7515 §4.1.2): nobody may go there."""
        return {"jku": self.served.url + "/stranger.json"}
