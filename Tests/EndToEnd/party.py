"""Stands in for whoever gives something for a token: answers in the shapes that the services have. It checks no token."""

import argparse
import http.server
import json
import ssl
import threading
import urllib.parse

# -- Answers: a status, headers and a body

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SESSION = "FQoGZXIvYXdzEBYaDf5Fo7" + "FH8rYJnC4FsFlp0wUnuyLNbI58FwSmi9PW0fLOs2iLav" * 6 + "=="


def xml(text):
    return {"Content-Type": "text/xml"}, text


def document(content):
    return {"Content-Type": "application/json"}, json.dumps(content)


def aws_credentials(role="deploy", session="acme-app", expiration="2099-01-01T00:00:00Z"):
    return 200, *xml(f"""<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Audience>sts.amazonaws.com</Audience>
    <AssumedRoleUser>
      <AssumedRoleId>AROACLKWSDQRAOEXAMPLE:{session}</AssumedRoleId>
      <Arn>arn:aws:sts::111122223333:assumed-role/{role}/{session}</Arn>
    </AssumedRoleUser>
    <Provider>arn:aws:iam::111122223333:oidc-provider/idp.acme.dev</Provider>
    <Credentials>
      <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
      <SecretAccessKey>{SECRET}</SecretAccessKey>
      <SessionToken>{SESSION}</SessionToken>
      <Expiration>{expiration}</Expiration>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>ad4156e9-bce1-11e2-82e6-6b6efexample</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>""")


def aws_error(status, code, message):
    return status, *xml(f"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>
  <RequestId>ad4156e9-bce1-11e2-82e6-6b6efexample</RequestId>
</ErrorResponse>""")


AWS_DENIED = aws_error(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")


def access_token(token="opaque-access-token", **more):
    return 200, *document({"access_token": token, "token_type": "Bearer", "expires_in": 3599, **more})


def oauth_error(status, error, description):
    return status, *document({"error": error, "error_description": description})


def google_account_token(token="ya29.opaque"):
    return 200, *document({"accessToken": token, "expireTime": "2099-01-01T00:00:00Z"})


def vault_login(token="hvs.opaque"):
    return 200, *document({"auth": {
        "client_token": token, "accessor": "0e9e354a", "policies": ["app", "default"], "lease_duration": 3600,
        "renewable": True}})


# -- The server


class Party:
    """Answers each request with what `answer` returns for it; with None it says nothing."""

    def __init__(self, answer, tls=None):
        """`tls` is a certificate and its key: then it is also a proxy, behind which it is whatever host is asked for."""
        self.requests = []
        party = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_CONNECT(self):
                self.send_response(200)
                self.end_headers()
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*tls)
                self.connection = context.wrap_socket(self.connection, server_side=True)
                self.rfile = self.connection.makefile("rb")
                self.wfile = self.connection.makefile("wb", buffering=0)
                self.close_connection = False

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                is_json = self.headers.get("Content-Type") == "application/json"
                fields = json.loads(body) if is_json else dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
                party.requests.append((self.path, fields, dict(self.headers)))
                answered = answer(self.path, fields)
                if answered is None:
                    self.rfile.read()
                    party.left.set()
                    self.close_connection = True
                    return
                status, headers, text = answered
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *arguments):
                pass

        self.left = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def main():
    """Runs until it is ended: party.py CERTIFICATE KEY EXPIRATION. Grants the role deploy, and refuses any other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("certificate")
    parser.add_argument("key")
    parser.add_argument("expiration")
    arguments = parser.parse_args()

    def answer(path, fields):
        session = fields.get("RoleSessionName", "")
        if fields.get("RoleArn", "").endswith(":role/deploy"):
            return AWS_DENIED
        return aws_credentials("preview", session, arguments.expiration)

    party = Party(answer, tls=(arguments.certificate, arguments.key))
    print(party.url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
