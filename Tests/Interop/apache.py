"""A real Apache with a configuration and ports of its own, never the system's service, for as long as the tests run."""

import http.client
import os
import shutil
import subprocess
import time

from issuer import AUDIENCE, free_port

MODULES = "/usr/lib/apache2/modules"
PROGRAM = shutil.which("apache2", path=os.environ.get("PATH", "") + ":/usr/sbin")

SERVER = """
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/apache.log
LogLevel warn
ServerName localhost
StartServers 1
ThreadsPerChild 8
MinSpareThreads 1
MaxSpareThreads 8
MaxRequestWorkers 16
"""


class Apache:
    """A server with some modules and virtual hosts: port and what stands in each."""

    def __init__(self, folder, modules, hosts):
        folder = os.path.join(folder, "apache")
        os.mkdir(folder)
        modules = ["mpm_event", "authz_core", *modules]
        text = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in modules)
        text += SERVER.format(folder=folder)
        # Started by root it gives its rights away, and wants to know to whom.
        if os.geteuid() == 0:
            text += "User nobody\nGroup nogroup\n"
        for port, content in hosts:
            text += f"Listen 127.0.0.1:{port}\n<VirtualHost 127.0.0.1:{port}>\n{content}\n</VirtualHost>\n"
        path = os.path.join(folder, "apache.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.log = open(os.path.join(folder, "output.log"), "wb")
        self.process = subprocess.Popen(
            [PROGRAM, "-f", path, "-DFOREGROUND"], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.monotonic() + 30
        while not all(answers(port) for port, _ in hosts):
            if time.monotonic() > end or self.process.poll() is not None:
                self.stop()
                raise AssertionError("Apache does not start:\n" + "".join(
                    open(os.path.join(folder, name), encoding="utf-8").read()
                    for name in ("output.log", "apache.log") if os.path.exists(os.path.join(folder, name))))
            time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


def answers(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/up")
        connection.getresponse()
        return True
    except OSError:
        return False
    except http.client.HTTPException:
        # It speaks TLS.
        return True
    finally:
        connection.close()


class ResourceServer:
    """mod_auth_openidc as an OAuth 2.0 resource server: a virtual host for each of some served issuers, all https."""

    # Its cjose knows no EdDSA.
    algorithms = {"RS256", "ES256"}
    # It looks neither at nbf nor whether there is an exp, and tries every key when a token names none.
    lets_in = {"not yet valid", "no kid", "no exp"}

    HOST = """
  OIDCOAuthVerifyJwksUri {jwks}
  OIDCOAuthRemoteUserClaim sub
  OIDCCABundlePath {authority}
  <Location />
    AuthType oauth20
    <RequireAll>
      Require claim iss:{issuer}
      Require claim aud:{audience}
    </RequireAll>
    SetHandler server-status
  </Location>"""

    def __init__(self, folder, issuers):
        self.ports = {issuer: free_port() for issuer in issuers}
        self.apache = Apache(folder, ["authn_core", "authz_user", "status", "auth_openidc"], [
            (port, self.HOST.format(
                jwks=issuer.jwks_url, authority=issuer.authority.certificate, issuer=issuer.url, audience=AUDIENCE))
            for issuer, port in self.ports.items()])

    def refusal(self, issuer, token):
        """None when it lets the request through, else what it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[issuer], timeout=20)
        try:
            connection.request("GET", "/", headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            return None if answer.status == 200 else f'{answer.status} {answer.headers["WWW-Authenticate"]}'
        finally:
            connection.close()

    def stop(self):
        self.apache.stop()


class ReverseProxy:
    """In front of a server that speaks http, itself https, with a certificate of an authority."""

    HOST = """
  SSLEngine on
  SSLCertificateFile {certificate}
  SSLCertificateKeyFile {key}
  ProxyPass / http://127.0.0.1:{port}/
  ProxyPreserveHost On
  RequestHeader set X-Forwarded-Proto https"""

    def __init__(self, folder, authority, port, to):
        certificate, key = (os.path.join(folder, name) for name in ("proxy.crt", "proxy.key"))
        authority.issue(certificate, key)
        self.apache = Apache(folder, ["socache_shmcb", "ssl", "proxy", "proxy_http", "headers"], [
            (port, self.HOST.format(certificate=certificate, key=key, port=to))])

    def stop(self):
        self.apache.stop()
