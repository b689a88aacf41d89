"""Libraries that share no line with this project, each as a careful relying party uses it, with the keys as served."""

import importlib
import unittest
import urllib.error
import warnings

from issuer import AUDIENCE

# Everything that a token is held against but the signature is what the relying party expects of it.
ALGORITHMS = {"RS256", "ES256", "EdDSA"}


class PyJWT:
    algorithms = ALGORITHMS
    lets_in = set()

    def __init__(self, issuer):
        self.jwt = needed("jwt")
        self.issuer = issuer
        self.client = self.jwt.PyJWKClient(
            issuer.jwks_url, ssl_context=issuer.authority.context() if issuer.authority else None)

    def verify(self, token):
        self.jwt.decode(
            token, self.client.get_signing_key_from_jwt(token).key, algorithms=[self.issuer.algorithm],
            audience=AUDIENCE, issuer=self.issuer.url, options={"require": ["exp", "iat", "nbf", "sub"]})


class Joserfc:
    algorithms = ALGORITHMS
    lets_in = {"no kid"}

    def __init__(self, issuer):
        self.jwk, self.jwt = needed("joserfc.jwk"), needed("joserfc.jwt")
        self.issuer = issuer

    def verify(self, token):
        keys = self.jwk.KeySet.import_key_set(self.issuer.fetch(self.issuer.jwks_url))
        with warnings.catch_warnings():
            # RFC 9864 gives EdDSA another name, which few know yet.
            warnings.simplefilter("ignore")
            decoded = self.jwt.decode(token, keys, algorithms=[self.issuer.algorithm])
        self.jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self.issuer.url}, aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True}).validate(decoded.claims)


class Jwcrypto:
    algorithms = ALGORITHMS
    lets_in = {"no kid"}

    def __init__(self, issuer):
        self.jwk, self.jwt = needed("jwcrypto.jwk"), needed("jwcrypto.jwt")
        self.issuer = issuer

    def verify(self, token):
        keys = self.jwk.JWKSet.from_json(self.issuer.request("GET", "/.well-known/jwks.json").body.decode())
        self.jwt.JWT(
            jwt=token, key=keys, algs=[self.issuer.algorithm], expected_type="JWS",
            check_claims={"iss": self.issuer.url, "aud": AUDIENCE, "exp": None, "nbf": None})


class Authlib:
    algorithms = ALGORITHMS
    # Where the set has one key it is that one, named or not; else it wants to be told.
    lets_in = {"no kid"}

    def __init__(self, issuer):
        # What it says about its own successor is no matter of ours; it sets its own filter when it is loaded.
        needed("authlib.deprecate")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.jose = needed("authlib.jose")
        self.issuer = issuer

    def verify(self, token):
        keys = self.jose.JsonWebKey.import_key_set(self.issuer.fetch(self.issuer.jwks_url))
        claims = self.jose.JsonWebToken([self.issuer.algorithm]).decode(token, keys, claims_options={
            "iss": {"essential": True, "value": self.issuer.url}, "aud": {"essential": True, "value": AUDIENCE},
            "exp": {"essential": True},
        })
        claims.validate()


VERIFIERS = [PyJWT, Joserfc, Jwcrypto, Authlib]


def needed(name):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise unittest.SkipTest(f"{name} is not installed: Tests/Interop/setup.sh") from error


def refusal(verifier, token):
    """None when it takes the token, else why not."""
    try:
        verifier.verify(token)
    except (AttributeError, NameError, TypeError, urllib.error.URLError, OSError):
        # The test is broken, or the server away: nothing was said of the token.
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None
