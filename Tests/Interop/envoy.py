"""A real Envoy whose `jwt_authn` filter lets requests through, for as long as the tests run."""

import http.client
import json
import os
import subprocess
import sys
import time
from urllib.parse import urlsplit

from issuer import AUDIENCE, free_port


class Envoy:
    """Trusts each of some served issuers below a path of its own: `/0`, `/1` and so on."""

    algorithms = {"RS256", "ES256", "EdDSA"}
    # The filter looks at exp only where there is one, and tries every key when a token names none.
    lets_in = {"no kid", "no exp"}

    def __init__(self, folder, issuers):
        self.issuers = issuers
        self.port = free_port()
        path = os.path.join(folder, "envoy.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.configuration(), file, indent=1)
        self.log = open(os.path.join(folder, "envoy.log"), "wb")
        self.process = subprocess.Popen(
            [os.path.join(os.path.dirname(sys.executable), "envoy"), "-c", path, "--concurrency", "1",
             "--disable-hot-restart"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env={"PATH": os.environ["PATH"], "HOME": folder})
        end = time.monotonic() + 60
        while self.answer("/up")[0] != 200:
            if time.monotonic() > end or self.process.poll() is not None:
                self.stop()
                raise AssertionError(f"Envoy does not start, see {self.log.name}")
            time.sleep(0.1)

    def answer(self, path, headers={}):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def refusal(self, issuer, token):
        """None when it lets the request through, else what it answers."""
        status, text = self.answer(f"/{self.issuers.index(issuer)}", {"Authorization": f"Bearer {token}"})
        return None if status == 200 else f"{status} {text}"

    def configuration(self):
        numbered = [(str(number), issuer) for number, issuer in enumerate(self.issuers)]
        manager = {
            "@type": typed("filters.network.http_connection_manager.v3.HttpConnectionManager"),
            "stat_prefix": "interop",
            "route_config": {"virtual_hosts": [{
                "name": "all", "domains": ["*"],
                "routes": [{
                    "match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "in"}},
                }],
            }]},
            "http_filters": [
                {"name": "jwt_authn", "typed_config": {
                    "@type": typed("filters.http.jwt_authn.v3.JwtAuthentication"),
                    "providers": {name: self.provider(name, issuer) for name, issuer in numbered},
                    "rules": [{"match": {"prefix": f"/{name}"}, "requires": {"provider_name": name}}
                              for name, _ in numbered],
                }},
                {"name": "router", "typed_config": {"@type": typed("filters.http.router.v3.Router")}},
            ],
        }
        return {"static_resources": {
            "listeners": [{
                "name": "in", "address": address(self.port),
                "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
            }],
            "clusters": [self.cluster(name, issuer) for name, issuer in numbered],
        }}

    @staticmethod
    def provider(name, issuer):
        return {
            "issuer": issuer.url, "audiences": [AUDIENCE],
            "remote_jwks": {
                "http_uri": {"uri": issuer.jwks_url, "cluster": name, "timeout": "10s"},
                "cache_duration": "300s", "retry_policy": {"num_retries": 3},
            },
        }

    @staticmethod
    def cluster(name, issuer):
        cluster = {
            "name": name, "type": "STATIC", "load_assignment": {
                "cluster_name": name,
                "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(issuer.port)}}]}],
            },
        }
        if issuer.authority:
            host = urlsplit(issuer.url).hostname
            cluster["transport_socket"] = {"name": "tls", "typed_config": {
                "@type": typed("transport_sockets.tls.v3.UpstreamTlsContext"), "sni": host,
                "common_tls_context": {"validation_context": {
                    "trusted_ca": {"filename": issuer.authority.certificate},
                    "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": host}}],
                }},
            }}
        return cluster

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


def typed(name):
    return f"type.googleapis.com/envoy.extensions.{name}"


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
