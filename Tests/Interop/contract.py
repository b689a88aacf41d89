"""A server of its own for each class of tests, asked on the wire."""

import contextlib
import os
import shutil
import socket
import tempfile
import unittest

from issuer import ServedIssuer

DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/.well-known/jwks.json"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Contract(unittest.TestCase):
    """Each class has a server of its own, so that what one does to the limits is no matter of the others."""

    options = {}
    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="idp-contract-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.served = cls.serve(*cls.arguments, **cls.options)

    @classmethod
    def serve(cls, *arguments, **options):
        issuer = ServedIssuer(os.environ["IDP_PROGRAM"], *arguments, **options)
        cls.addClassCleanup(issuer.remove)
        return issuer

    def opened(self, served=None):
        """A bare connection, for what no library sends."""
        connection = socket.create_connection(("127.0.0.1", (served or self.served).port), timeout=120)
        self.addCleanup(connection.close)
        return connection

    def rest(self, connection):
        """All that the server says until it closes; what it cut off says nothing more."""
        data = b""
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(65536):
                data += part
        return data

    def alive(self):
        self.assertEqual(self.served.request("GET", JWKS).status, 200)

    def refused(self, answer, status, error):
        """An error as RFC 6749 §5.2 has it."""
        self.assertEqual((answer.status, answer.json["error"]), (status, error), answer.body)
        self.assertTrue(answer.json["error_description"])
        self.assertRegex(answer.headers["Content-Type"], r"^application/json\b")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return answer
