"""A certificate authority that nobody but the tests trusts, made with openssl."""

import os
import ssl
import subprocess


class PrivateAuthority:
    def __init__(self, folder):
        self.folder = folder
        self.certificate = os.path.join(folder, "ca.crt")
        self.key = os.path.join(folder, "ca.key")
        self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=Interop tests", "-keyout", self.key, "-out", self.certificate,
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    def issue(self, certificate, key):
        """Writes a new certificate for localhost, and its key; files that are there are replaced, as ACME clients do."""
        request, fresh_certificate, fresh_key = (f"{certificate}.{part}" for part in ("csr", "new", "key.new"))
        self.openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
            "-keyout", fresh_key, "-out", request, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1")
        self.openssl(
            "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-days", "2",
            "-copy_extensions", "copy", "-out", fresh_certificate)
        os.replace(fresh_key, key)
        os.replace(fresh_certificate, certificate)

    @property
    def pem(self):
        with open(self.certificate, encoding="ascii") as file:
            return file.read()

    def context(self):
        """What a client needs that trusts this authority and no other."""
        return ssl.create_default_context(cafile=self.certificate)
