"""Exchanging tokens: by the commands, and in the interface."""

import json
import os

import party
from case import EndToEndCase
from party import Party
from workspace import claims

ROLE = "arn:aws:iam::111122223333:role/deploy"
PROVIDER = "//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/ci-pool/providers/idp-acme"
CLIENT = "11111111-2222-3333-4444-555555555555"


def trust_policy(subject):
    return {"Role": {"RoleName": "deploy", "Arn": ROLE, "AssumeRolePolicyDocument": {
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/idp.acme.dev"},
            "Condition": {"StringEquals": {"idp.acme.dev:sub": subject}}}]}}}


class Exchanges(EndToEndCase):
    def setUp(self):
        super().setUp()
        self.answer = lambda path, fields: party.aws_credentials()
        self.party = Party(lambda path, fields: self.answer(path, fields))
        self.addCleanup(self.party.close)
        self.aws = {"AWS_ENDPOINT_URL_STS": self.party.url, "AWS_ROLE_ARN": ROLE}

    def exchange(self, *arguments, status=0, environment=None, **options):
        result = self.workspace.run("exchange", *arguments, environment=environment or {}, **options)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result.stdout

    def trust(self, subject):
        self.workspace.configure("issuer:\n  url: https://idp.acme.dev\npolicies:\n  - deploy.json\n  - provider.json\n")
        folder = os.path.join(self.workspace.environment["XDG_CONFIG_HOME"], "idp")
        for name, content in [
            ("deploy.json", trust_policy(subject)),
            ("provider.json", {"Url": "idp.acme.dev", "ClientIDList": ["sts.amazonaws.com"]}),
        ]:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                json.dump(content, file, indent=2)

    def issued(self):
        path = os.path.join(self.workspace.environment["XDG_STATE_HOME"], "idp", "audit.jsonl")
        if not os.path.exists(path):
            return 0
        with open(path, encoding="utf-8") as file:
            return len(file.readlines())

    # -- Commands

    def test_aws_gets_a_token_that_opens_one_role(self):
        text = self.exchange("aws", environment=self.aws)
        path, fields, _ = self.party.requests[-1]
        self.assertEqual((path, fields["Action"], fields["RoleArn"]), ("/", "AssumeRoleWithWebIdentity", ROLE))
        content = claims(fields["WebIdentityToken"])
        self.assertEqual(content["https://aws.amazon.com/roles"], [ROLE])
        self.assertEqual((content["aud"], content["exp"] - content["iat"]), ("sts.amazonaws.com", 300))
        self.assertRegex(fields["RoleSessionName"], r"^acme-app-\d+$")
        # Neither what was sent nor what came back is told to who did not ask.
        for secret in (fields["WebIdentityToken"], party.SECRET, party.SESSION):
            self.assertNotIn(secret, text)
        self.assertIn("AWS gave credentials for", text)
        text = self.exchange("aws", "--no-pin", "--show-secrets", environment=self.aws)
        self.assertNotIn("https://aws.amazon.com/roles", claims(self.party.requests[-1][1]["WebIdentityToken"]))
        self.assertIn(party.SECRET, text)
        self.assertNotIn(self.party.requests[-1][1]["WebIdentityToken"], text)

    def test_secrets_are_in_the_json_only_when_they_are_asked_for(self):
        hidden = json.loads(self.exchange("aws", "--json", environment=self.aws))
        self.assertEqual(hidden["hidden"], ["SecretAccessKey", "SessionToken"])
        self.assertNotIn("SecretAccessKey", hidden["result"])
        shown = json.loads(self.exchange("aws", "--json", "--show-secrets", environment=self.aws))
        self.assertEqual(shown["result"]["SecretAccessKey"], party.SECRET)
        self.assertNotIn(party.SECRET, json.dumps(hidden))

    def test_a_refusal_is_explained_and_foreseen(self):
        self.answer = lambda path, fields: party.AWS_DENIED
        self.trust("https://github.com/acme/app/tree/main")
        text = self.exchange("aws", status=1, environment=self.aws)
        self.assertIn("AWS refuses: AccessDenied, HTTP 403\n  Not authorized to perform sts:AssumeRoleWithWebIdentity\n", text)
        self.assertIn("It means: ", text)
        self.assertIn("The trust documents foresee this answer", text)
        self.assertIn("StringEquals idp.acme.dev:sub", text)
        self.assertEqual(len(self.party.requests), 1, "a refusal is not asked again")
        document = json.loads(self.exchange("aws", "--json", status=1, environment=self.aws))
        self.assertEqual(document["refusal"]["code"], "AccessDenied")
        self.assertEqual(document["trust"]["wouldReport"]["code"], "AccessDenied")
        # A policy that would accept is not what AWS has.
        self.trust("https://github.com/acme/app")
        self.assertIn("does it have these documents now?", self.exchange("aws", status=1, environment=self.aws))

    def test_what_is_malformed_is_not_sent_and_makes_no_token(self):
        for arguments in [
            ("aws", "--role-arn", "arn:aws:iam::1:role/x"), ("aws", "--role-arn", ROLE, "--region", "x/../y"),
            ("azure", "--tenant", "../x", "--client-id", CLIENT), ("azure", "--tenant", "acme.com", "--client-id", "x"),
            ("gcp", "--provider", "x"), ("vault", "--address", self.party.url, "--mount", "a/../b"),
            ("vault", "--address", "http://10.0.0.1"), ("rfc8693", "ftp://x", "--audience", "x"),
            ("rfc8693", self.party.url),
        ]:
            with self.subTest(arguments):
                result = self.workspace.run("exchange", *arguments)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertTrue(result.stderr.startswith("idp: "), result.stderr)
        self.assertEqual(self.party.requests, [])
        self.assertEqual(self.issued(), 0)

    def test_the_other_parties(self):
        self.answer = lambda path, fields: party.access_token()
        self.exchange("azure", "--tenant", "acme.com", "--client-id", CLIENT, "--authority", self.party.url)
        path, fields, _ = self.party.requests[-1]
        self.assertEqual(path, "/acme.com/oauth2/v2.0/token")
        self.assertEqual(claims(fields["client_assertion"])["aud"], "api://AzureADTokenExchange")
        self.answer = lambda path, fields: (
            party.google_account_token() if path.endswith(":generateAccessToken") else party.access_token())
        text = self.exchange(
            "gcp", "--provider", PROVIDER, "--token-url", self.party.url + "/v1/token", "--impersonation-url",
            self.party.url + "/v1/projects/-/serviceAccounts/a@b.com:generateAccessToken", "--show-secrets")
        self.assertIn("ya29.opaque", text)
        self.assertNotIn("opaque-access-token", text)
        (_, first, _), (_, second, headers) = self.party.requests[-2:]
        self.assertEqual(first["audience"], PROVIDER)
        self.assertEqual(claims(first["subject_token"])["aud"], "https:" + PROVIDER)
        self.assertEqual(second, {"scope": ["https://www.googleapis.com/auth/cloud-platform"]})
        self.assertEqual(headers["Authorization"], "Bearer opaque-access-token")
        self.answer = lambda path, fields: party.vault_login()
        self.exchange("vault", "--role", "app", environment={"BAO_ADDR": self.party.url, "BAO_NAMESPACE": "team"})
        path, fields, headers = self.party.requests[-1]
        self.assertEqual((path, fields["role"], headers["X-Vault-Namespace"]), ("/v1/auth/jwt/login", "app", "team"))
        self.answer = lambda path, fields: party.access_token(issued_token_type="urn:x")
        secret = os.path.join(self.workspace.folder, "secret")
        with open(secret, "w", encoding="utf-8") as file:
            file.write("a-client-secret\n")
        text = self.exchange(
            "rfc8693", self.party.url + "/token", "--audience", "sts.example", "--param", "scope=read", "--param-file",
            "client_secret=" + secret)
        self.assertNotIn("a-client-secret", text)
        fields = self.party.requests[-1][1]
        self.assertEqual((fields["scope"], fields["client_secret"]), ("read", "a-client-secret"))
        self.assertEqual(claims(fields["subject_token"])["aud"], "sts.example")

    def test_a_token_that_there_is(self):
        token = self.workspace.run("token", "--audience", "sts.amazonaws.com").stdout.strip()
        self.exchange("aws", "--token", "-", environment=self.aws, input=f"Bearer {token}\n")
        self.assertEqual(self.party.requests[-1][1]["WebIdentityToken"], token)
        self.assertEqual(self.issued(), 1)

    def test_what_is_retryable_is_asked_again(self):
        answers = [party.aws_error(400, "IDPCommunicationError", "x"), party.aws_credentials()]
        self.answer = lambda path, fields: answers.pop(0)
        result = self.workspace.run("exchange", "aws", environment=self.aws)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr, r"^idp: HTTP 400, IDPCommunicationError, x; asks again in \d\.\d s\n$")
        self.assertIn(", 2 times", result.stdout)

    # -- The interface

    def form(self, environment=None):
        terminal = self.with_token(environment=environment or self.aws)
        terminal.keys("x")
        terminal.find(r"Exchange the token")
        return terminal

    def test_credentials_are_shown_when_asked_for_and_gone_afterwards(self):
        terminal = self.form()
        terminal.keys("Enter")
        terminal.find(r"AWS gave credentials for")
        self.assertNotIn(party.SECRET, terminal.screen())
        self.assertEqual(
            claims(self.party.requests[-1][1]["WebIdentityToken"])["https://aws.amazon.com/roles"], [ROLE])
        terminal.keys(".")
        terminal.until(lambda: party.SECRET in terminal.screen(), "the secret")
        terminal.keys("Q")
        terminal.ended()
        self.assertNotIn(party.SECRET, terminal.screen("-S", "-"))

    def test_a_refusal_leads_to_the_condition_at_fault(self):
        self.answer = lambda path, fields: party.AWS_DENIED
        self.trust("https://github.com/acme/app/tree/main")
        terminal = self.form({"AWS_ENDPOINT_URL_STS": self.party.url})
        # The role is known from the policy.
        terminal.find(ROLE)
        terminal.keys("Enter")
        terminal.find(r"AWS refuses: AccessDenied, HTTP 403")
        terminal.find(r"foresee this answer \(aws deploy\)")
        terminal.keys("t")
        terminal.find(r"AWS would refuse this token")
        terminal.find(r"ends here")

    def test_escape_ends_an_exchange_that_nobody_answers(self):
        self.answer = lambda path, fields: None
        terminal = self.form()
        terminal.keys("Enter")
        terminal.find(r"exchanging with AWS +1 s")
        terminal.keys("Escape")
        terminal.find(r"⏎ exchange|cancelled")
        self.assertTrue(self.party.left.wait(10), "the connection ends")
        terminal.keys("Escape")
        terminal.lose(r"Exchange the token")

    def test_a_malformed_input_is_said_at_its_line(self):
        terminal = self.form({"AWS_ENDPOINT_URL_STS": self.party.url})
        terminal.type("arn:aws:iam::1:role/x")
        terminal.keys("Enter")
        terminal.find(r"an account has 12 digits")
        self.assertEqual(self.party.requests, [])
