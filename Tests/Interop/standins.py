"""Stand-ins for parties that are not to be had on a test machine: on loopback, and as strict about a token as they are.

Each holds the token's signature against the issuer's own JWKS, then issuer, audience, subject and times, and answers as
the party does: in its shape and, where a refusal was recorded, with its words.
"""

import http.server
import json
import ssl
import threading
import time
import urllib.parse
import urllib.request
import uuid
from xml.sax.saxutils import escape

from verifiers import needed


class Refused(Exception):
    """What is wrong with a token: `signature`, `issuer`, `audience`, `subject` or `time`."""

    def __init__(self, what, claims):
        super().__init__(what)
        self.what, self.claims = what, claims


class Trust:
    """The issuer's keys, and whom they have to speak of."""

    def __init__(self, keys, issuer, subject):
        self.keys, self.issuer, self.subject = keys, issuer, subject

    def claims(self, token, audiences):
        jwt = needed("jwt")
        try:
            kid = jwt.get_unverified_header(token)["kid"]
            key = {key.key_id: key for key in jwt.PyJWKSet.from_dict(self.keys).keys}[kid]
            claims = jwt.decode(
                token, key.key, [key.algorithm_name],
                options={"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False})
        except Exception as error:
            raise Refused("signature", {}) from error
        audience = claims.get("aud")
        if claims.get("iss") != self.issuer:
            raise Refused("issuer", claims)
        if not set([audience] if isinstance(audience, str) else audience or []) & set(audiences):
            raise Refused("audience", claims)
        if claims.get("sub") != self.subject:
            raise Refused("subject", claims)
        if not claims["iat"] <= time.time() < claims["exp"]:
            raise Refused("time", claims)
        return claims


class Standin:
    """A server on loopback; `answer` gives status, content type and body. With an authority it speaks https."""

    def __init__(self, trust, authority=None, folder=None):
        self.trust = trust
        # The claims of each token that was taken, and the paths that were asked for.
        self.taken, self.asked = [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append(self.path)
                status, kind, text = outer.answer(self.command, self.path, self.headers, body)
                data = text if isinstance(text, bytes) else (text if isinstance(text, str) else json.dumps(text)).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if authority:
            certificate, key = (f"{folder}/{type(self).__name__}.{part}" for part in ("crt", "key"))
            authority.issue(certificate, key)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if authority else 'http'}://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, token, audiences):
        claims = self.trust.claims(token, audiences)
        self.taken.append(claims)
        return claims

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def form(body):
    return dict(urllib.parse.parse_qsl(body.decode()))


class KeyHost(Standin):
    """Serves the JWKS, for who fetches it."""

    def answer(self, method, path, headers, body):
        return 200, "application/json", self.trust.keys


class AmazonSTS(Standin):
    """Holds tokens as AWS does, with the claim that pins them to roles, and hands all else to moto, which looks at none."""

    AUDIENCE = "sts.amazonaws.com"
    ROLES = "https://aws.amazon.com/roles"
    WORDS = {
        "signature": ("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider,  "
                      "please reference AssumeRoleWithWebIdentity documentation for requirements"),
        "issuer": ("InvalidIdentityToken", "No OpenIDConnect provider found in your account for http://localhost:8765"),
        "audience": ("InvalidIdentityToken", "Incorrect token audience"),
        "subject": ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        "time": ("ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time"),
    }

    def __init__(self, trust, moto):
        super().__init__(trust)
        self.moto = moto

    def answer(self, method, path, headers, body):
        fields = form(body)
        if fields.get("Action") == "AssumeRoleWithWebIdentity":
            try:
                claims = self.take(fields["WebIdentityToken"], [self.AUDIENCE])
            except Refused as refused:
                return self.refusal(*self.WORDS[refused.what])
            if fields["RoleArn"] not in claims.get(self.ROLES, [fields["RoleArn"]]):
                return self.refusal(
                    "InvalidIdentityToken", "The target role ARN is not present in the roles claim of the identity token")
        passed = {name: headers[name] for name in ("Content-Type", "Authorization", "X-Amz-Date", "X-Amz-Security-Token",
                                                   "Host") if headers[name]}
        request = urllib.request.Request(self.moto + path, body or None, passed, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()

    @staticmethod
    def refusal(code, message):
        status = 403 if code == "AccessDenied" else 400
        return status, "text/xml", (
            '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <Error>\n    <Type>Sender</Type>\n'
            f"    <Code>{code}</Code>\n    <Message>{escape(message)}</Message>\n  </Error>\n"
            f"  <RequestId>{uuid.uuid4()}</RequestId>\n</ErrorResponse>\n")


class GoogleSTS(Standin):
    """The token service and the impersonation of Google Cloud."""

    PROVIDER = "//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/ci-pool/providers/idp-dev"
    ACCOUNT = "deploy@acme-prod.iam.gserviceaccount.com"
    FEDERATED, IMPERSONATED = "ya29.d.federated-" + "f" * 40, "ya29.c.service-account-" + "s" * 40

    def answer(self, method, path, headers, body):
        if path == "/v1/token":
            return self.exchange(form(body))
        if path == f"/v1/projects/-/serviceAccounts/{self.ACCOUNT}:generateAccessToken":
            if headers["Authorization"] != f"Bearer {self.FEDERATED}":
                return 401, "application/json", {"error": {
                    "code": 401, "message": "Request had invalid authentication credentials.", "status": "UNAUTHENTICATED"}}
            end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
            return 200, "application/json", {"accessToken": self.IMPERSONATED, "expireTime": end}
        return 404, "text/html", "<html>Not Found</html>"

    def exchange(self, fields):
        if fields.get("audience") != self.PROVIDER:
            return self.refusal("invalid_request", (
                'Invalid value for "audience". This value should be the full resource name of the Identity Provider. See '
                "https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats."))
        if fields.get("grant_type") != "urn:ietf:params:oauth:grant-type:token-exchange":
            return self.refusal("unsupported_grant_type", "Unsupported grant type")
        try:
            self.take(fields["subject_token"], ["https:" + self.PROVIDER, self.PROVIDER])
        except Refused as refused:
            claims = refused.claims
            audience = claims.get("aud")
            words = {
                "signature": "Unable to verify the ID Token signature.",
                "issuer": f"The issuer in ID Token {claims.get('iss')} does not match the expected one in config: "
                          f"{self.trust.issuer}.",
                "audience": f"The audience in ID Token [{audience}] does not match the expected audience.",
                "time": f"ID Token issued at {claims.get('iat')} is stale to sign-in.",
            }
            if refused.what == "subject":
                return self.refusal("unauthorized_client", "The given credential is rejected by the attribute condition.")
            return self.refusal("invalid_grant", words[refused.what])
        return 200, "application/json", {
            "access_token": self.FEDERATED, "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer", "expires_in": 3599}

    @staticmethod
    def refusal(code, words):
        return 400, "application/json", {"error": code, "error_description": words}


class Entra(Standin):
    """The login of Microsoft Entra ID."""

    TENANT, CLIENT = "72f988bf-86f1-41af-91ab-2d7cd011db47", "11111111-2222-3333-4444-555555555555"
    AUDIENCE = "api://AzureADTokenExchange"
    TOKEN = "eyJ0eXAi." + "e" * 60
    MATCH = "No matching federated identity record found for presented assertion"

    def answer(self, method, path, headers, body):
        base = f"{self.url}/{self.TENANT}"
        if path.startswith(f"/{self.TENANT}/v2.0/.well-known/openid-configuration"):
            return 200, "application/json", {
                "token_endpoint": f"{base}/oauth2/v2.0/token", "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "issuer": f"{base}/v2.0", "jwks_uri": f"{base}/discovery/v2.0/keys"}
        if path == f"/{self.TENANT}/oauth2/v2.0/token":
            return self.exchange(form(body))
        return 404, "text/html", "<html>Not Found</html>"

    def exchange(self, fields):
        if fields.get("client_id") != self.CLIENT:
            return self.refusal(
                400, "unauthorized_client", 700016, f"Application with identifier '{fields.get('client_id')}' was not found "
                "in the directory 'Acme'.")
        if fields.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            return self.refusal(400, "invalid_request", 900144, "The request body must contain 'client_assertion_type'.")
        try:
            self.take(fields["client_assertion"], [self.AUDIENCE])
        except Refused as refused:
            claims = refused.claims
            code, words = {
                "signature": (700027, "The certificate with identifier used to sign the client assertion is not registered "
                                      "on application."),
                "issuer": (700211, f"{self.MATCH} issuer '{claims.get('iss')}'."),
                "audience": (700212, f"{self.MATCH} audience '{claims.get('aud')}'."),
                "subject": (700213, f"{self.MATCH} subject '{claims.get('sub')}'."),
                "time": (700024, "Client assertion is not within its valid time range."),
            }[refused.what]
            return self.refusal(401, "invalid_client", code, words)
        return 200, "application/json", {
            "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": self.TOKEN}

    @staticmethod
    def refusal(status, error, code, words):
        now = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        trace, correlation = uuid.uuid4(), uuid.uuid4()
        return status, "application/json; charset=utf-8", {
            "error": error, "error_codes": [code], "timestamp": now, "trace_id": str(trace),
            "correlation_id": str(correlation),
            "error_description": f"AADSTS{code}: {words} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}"}


class Cluster(Standin):
    """An API server that takes the issuer's tokens, as its AuthenticationConfiguration would say."""

    AUDIENCE = "my-cluster"
    PODS = "/api/v1/namespaces/default/pods"

    def answer(self, method, path, headers, body):
        try:
            self.take((headers["Authorization"] or "").removeprefix("Bearer "), [self.AUDIENCE])
        except Refused:
            return 401, "application/json", {
                "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "Unauthorized",
                "reason": "Unauthorized", "code": 401}
        if path.split("?")[0] != self.PODS:
            return 404, "application/json", {
                "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "not found",
                "reason": "NotFound", "code": 404}
        return 200, "application/json", {
            "kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": [
                {"metadata": {"name": "app", "namespace": "default"}, "spec": {"containers": [{"name": "app"}]}}]}
