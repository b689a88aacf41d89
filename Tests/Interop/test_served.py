#!/usr/bin/env python3
"""What relying parties, verifiers and clients that are not ours do with a running `idp serve`.

    test_served.py [--program PATH] [NAME...]      run with the Python that setup.sh makes

Each holds the same tokens against what it trusts: a good one, and those of forge.py, which are wrong in one thing each
and signed with the issuer's own key. What a peer is known to let in is stated in its `lets_in`; what it does not refuse
and is not stated there is a failure, and so is a statement that is true no more.
Ends with `N passed, N failed`; exits with 1 when a test failed or none ran.
"""

import json
import os
import shutil
import sys
import tempfile
import time
import unittest
import unittest.mock

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../EndToEnd"))

import run
import apache
from apache import ResourceServer
from authority import PrivateAuthority
from envoy import Envoy
from forge import Forge
from openbao import TrustingOpenBao
from issuer import ServedIssuer
from verifiers import VERIFIERS, needed, refusal
from workspace import claims

ALGORITHMS = ["RS256", "ES256", "EdDSA"]


def setUpModule():
    """One issuer for each algorithm over https with a private authority, and one as it is without any option: http."""
    global folder, authority, secure, plain
    folder = tempfile.mkdtemp(prefix="idp-interop-")
    unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
    # A server that gives its rights away reads its certificates before, but walks through the folder after.
    os.chmod(folder, 0o711)
    authority = PrivateAuthority(folder)
    secure = {algorithm: served(algorithm=algorithm, authority=authority) for algorithm in ALGORITHMS}
    plain = served()


def served(*arguments, **options):
    issuer = ServedIssuer(os.environ["IDP_PROGRAM"], *arguments, **options)
    unittest.addModuleCleanup(issuer.remove)
    return issuer


def installed(program):
    path = shutil.which(program, path=os.path.dirname(sys.executable) + ":" + os.environ["PATH"] + ":/usr/sbin")
    if not path:
        raise unittest.SkipTest(f"{program} is not installed: Tests/Interop/setup.sh")
    return path


class Peers(unittest.TestCase):
    """Holds what a peer does with each token against what it is to do."""

    def hold(self, issuer, peer, refused):
        """`refused` is a function that says why the peer refuses a token, None when it takes it."""
        where = f"{issuer.algorithm} {issuer.url}, {type(peer).__name__}"
        with self.subTest(f"{where}: good"):
            forge = Forge(issuer)
            self.assertEqual(claims(forge.good)["iss"], issuer.url)
            for token in (forge.good, forge.same()):
                self.assertIsNone(refused(token))
        for name, token in forge.bad().items():
            with self.subTest(f"{where}: {name}"):
                reason = refused(token)
                if name in peer.lets_in:
                    self.assertIsNone(reason, "is refused now: take it out of lets_in")
                else:
                    self.assertIsNotNone(reason, "is let in")

    def hold_server(self, server, issuers):
        for issuer in issuers:
            self.hold(issuer, server, lambda token: server.refusal(issuer, token))


class RelyingParties(Peers):
    def start(self, kind, issuers):
        server = kind(folder, issuers)
        self.addCleanup(server.stop)
        return server

    def test_openbao_over_http_and_https(self):
        installed("bao")
        issuers = [plain, *(secure[algorithm] for algorithm in ALGORITHMS)]
        self.hold_server(self.start(TrustingOpenBao, issuers), issuers)

    def test_envoy_over_http_and_https(self):
        installed("envoy")
        issuers = [plain, *(secure[algorithm] for algorithm in ALGORITHMS)]
        self.hold_server(self.start(Envoy, issuers), issuers)

    def test_apache_as_resource_server_over_https(self):
        installed("apache2")
        if not os.path.exists(os.path.join(apache.MODULES, "mod_auth_openidc.so")):
            self.skipTest("libapache2-mod-auth-openidc is not installed: Tests/Interop/setup.sh")
        issuers = [secure[algorithm] for algorithm in ALGORITHMS if algorithm in ResourceServer.algorithms]
        server = self.start(ResourceServer, [*issuers, secure["EdDSA"]])
        self.hold_server(server, issuers)
        # Not a thing of ours: it has no EdDSA, and says so by refusing what is good.
        self.assertIsNotNone(server.refusal(secure["EdDSA"], secure["EdDSA"].token()))

    def test_openbao_takes_a_rotated_key_without_being_told(self):
        installed("bao")
        issuer = served(settings=["publish-ahead: 5s"])
        openbao = self.start(TrustingOpenBao, [issuer])
        old = Forge(issuer)
        self.assertIsNone(openbao.refusal(issuer, old.good))
        issuer.command("keys", "rotate")
        end = time.monotonic() + 60
        while True:
            # At every moment what the issuer gives out is taken, whichever key it signs with by now.
            new = Forge(issuer)
            self.assertIsNone(openbao.refusal(issuer, new.good))
            if new.header["kid"] != old.header["kid"]:
                break
            self.assertLess(time.monotonic(), end, "the new key does not sign")
            time.sleep(0.3)
        self.assertIsNone(openbao.refusal(issuer, old.good), "a token from before the rotation")
        self.hold(issuer, openbao, lambda token: openbao.refusal(issuer, token))


class Verifiers(Peers):
    def test_each_with_the_keys_as_served(self):
        for kind in VERIFIERS:
            for issuer in [plain, *secure.values()]:
                verifier = kind(issuer)
                self.hold(issuer, verifier, lambda token: refusal(verifier, token))

    def test_a_key_is_for_its_own_issuer_alone(self):
        for kind in VERIFIERS:
            with self.subTest(kind.__name__):
                self.assertIsNotNone(refusal(kind(plain), secure["RS256"].token()))


class Discovery(unittest.TestCase):
    def document(self, issuer):
        document = issuer.fetch(issuer.url + "/.well-known/openid-configuration")
        self.assertEqual(document["issuer"], issuer.url)
        return document

    def test_authlib_finds_nothing_wrong(self):
        discovery = needed("authlib.oidc.discovery")
        for issuer in [plain, *secure.values()]:
            with self.subTest(issuer.url):
                discovery.OpenIDProviderMetadata(self.document(issuer)).validate()

    def test_idpyoidc_finds_nothing_wrong(self):
        message = needed("idpyoidc.message.oidc")
        for issuer in [plain, *secure.values()]:
            with self.subTest(issuer.url):
                response = message.ProviderConfigurationResponse().from_json(json.dumps(self.document(issuer)))
                # It takes http nowhere, not even on the same machine, unless it is told to.
                self.assertTrue(response.verify(**({} if issuer.authority else {"allow_http": True})))

    def test_what_it_names_is_there(self):
        for issuer in [plain, *secure.values()]:
            document = self.document(issuer)
            self.assertIn(issuer.algorithm, document["id_token_signing_alg_values_supported"])
            for name, url in document.items():
                if name == "jwks_uri" or name.endswith("_endpoint"):
                    with self.subTest(name):
                        self.assertTrue(url.startswith(issuer.url + "/"))
                        self.assertNotEqual(issuer.request("GET", url.removeprefix(issuer.url)).status, 404)


class Clients(unittest.TestCase):
    def test_id_takes_it_for_github_actions(self):
        detect = needed("id").detect_credential
        environment = {
            "PATH": os.environ["PATH"], "HOME": folder, "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": plain.url + "/actions/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": plain.credential,
        }
        with unittest.mock.patch.dict(os.environ, environment, clear=True):
            token = detect("sigstore")
            plain.secrets.append(token)
            self.assertEqual(claims(token)["aud"], "sigstore")
            self.assertEqual(claims(token)["iss"], plain.url)
            os.environ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = plain.credential[:-2] + "__"
            with self.assertRaisesRegex(needed("id").AmbientCredentialError, "401"):
                detect("sigstore")


if __name__ == "__main__":
    run.main(HERE)
