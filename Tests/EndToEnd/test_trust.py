"""Trust policies: why a relying party would refuse the token, in the interface and by command."""

import json
import os
import re
import time

from case import EndToEndCase
from workspace import SUBJECT


def role(subject):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/idp.acme.dev"},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {"StringEquals": {"idp.acme.dev:sub": subject}},
                }
            ],
        }, indent=2)


PROVIDER = json.dumps({"Url": "idp.acme.dev", "ClientIDList": ["sts.amazonaws.com"]})


class Trust(EndToEndCase):
    def setUp(self):
        super().setUp()
        self.workspace.configure(
            "audiences: [sts.amazonaws.com]\nissuer:\n  url: https://idp.acme.dev\n"
            "policies: [deploy.json, provider.json]\n")
        self.folder = os.path.join(self.workspace.environment["XDG_CONFIG_HOME"], "idp")
        self.write("deploy.json", role(SUBJECT + "/tree/main"))
        self.write("provider.json", PROVIDER)

    def write(self, name, text):
        """Writes a file as editors do: a new one takes the name."""
        path = os.path.join(self.folder, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(path + ".new", path)
        return path

    def test_a_refusal_is_shown_with_its_reason_and_what_to_try(self):
        terminal = self.with_token()
        terminal.find("trust bad")
        terminal.keys("t")
        terminal.find("AWS would refuse this token")
        for words in (
            "expected  https://github.com/acme/app/tree/main", "the token https://github.com/acme/app", "ends here",
            "AWS would say: AccessDenied, Not authorized to perform sts:AssumeRoleWithWebIdentity", "Try: ",
        ):
            terminal.find(re.escape(words))
        terminal.keys("y", "y")
        terminal.find("copied the suggestion")

    def test_a_file_that_changes_turns_the_verdict_by_itself(self):
        terminal = self.with_token()
        terminal.find("trust bad")
        self.write("deploy.json", role(SUBJECT))
        terminal.find("trust ok")
        self.write("deploy.json", "{")
        terminal.find("deploy.json:1:")
        self.write("deploy.json", role(SUBJECT))
        terminal.find("trust ok")

    def test_the_editor_opens_the_document_at_the_line_and_its_change_counts(self):
        editor = os.path.join(self.workspace.folder, "editor")
        with open(editor, "w", encoding="utf-8") as file:
            file.write(
                '#!/bin/sh\necho "$@" >"$0.arguments"\necho EDITING\nread -r line\n'
                'sed -i "s,/tree/main,," "$2"\n')
        os.chmod(editor, 0o755)
        terminal = self.with_token({"EDITOR": editor})
        terminal.find("trust bad")
        terminal.keys("t")
        terminal.find("AWS would refuse this token")
        terminal.keys("e")
        terminal.find("EDITING")
        terminal.keys("Enter")
        terminal.find("AWS would accept this token")
        with open(editor + ".arguments", encoding="utf-8") as file:
            self.assertEqual(file.read().strip(), f"+12 {os.path.join(self.folder, 'deploy.json')}")
        terminal.keys("Escape")
        terminal.find("trust ok")

    def test_a_what_if_answers_while_it_is_typed(self):
        terminal = self.with_token()
        terminal.find("trust bad")
        terminal.keys("3")
        terminal.keys("j")
        terminal.keys("e")
        terminal.find("What if .sub were")
        terminal.keys("C-u")
        terminal.tmux("send-keys", "-l", SUBJECT + "/tree/main")
        terminal.find("trust ok")
        terminal.keys("Enter")
        terminal.find("what if, unsigned")
        terminal.keys("E")
        terminal.find("trust bad")

    def test_a_policy_is_opened_by_its_path_and_the_matrix_has_it(self):
        path = self.write(
            "credential.json",
            json.dumps(
                {
                    "name": "app", "issuer": "https://idp.acme.dev", "subject": SUBJECT,
                    "audiences": ["sts.amazonaws.com"],
                }))
        terminal = self.with_token()
        terminal.find("trust bad")
        terminal.keys("o")
        terminal.find("Open a token or a trust policy")
        terminal.tmux("send-keys", "-l", path)
        terminal.keys("Enter")
        terminal.find("Entra ID would accept this token")
        terminal.keys("m")
        terminal.find("Who accepts what")
        terminal.find("entra app")


class TrustCommands(EndToEndCase):
    def test_every_relying_party_explains_an_accepted_and_a_refused_token(self):
        issuer = "https://idp.acme.dev"
        documents = {
            "aws": [role(SUBJECT), PROVIDER],
            "entra": [json.dumps({"name": "a", "issuer": issuer, "subject": SUBJECT, "audiences": ["sts.amazonaws.com"]})],
            "gcp": [
                json.dumps(
                    {
                        "name": "projects/1/locations/global/workloadIdentityPools/p/providers/x",
                        "oidc": {"issuerUri": issuer, "allowedAudiences": ["sts.amazonaws.com"]},
                        "attributeMapping": {"google.subject": "assertion.sub"},
                        "attributeCondition": f"assertion.sub == '{SUBJECT}'",
                    })
            ],
            "vault": [
                json.dumps({"oidc_discovery_url": issuer, "bound_issuer": issuer}),
                json.dumps(
                    {
                        "role_type": "jwt", "user_claim": "sub", "bound_audiences": ["sts.amazonaws.com"],
                        "bound_subject": SUBJECT,
                    }),
            ],
            "kubernetes": [
                "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt:\n- issuer:\n"
                f"    url: {issuer}\n    audiences: [sts.amazonaws.com]\n  claimValidationRules:\n"
                f"  - expression: claims.sub == '{SUBJECT}'\n  claimMappings:\n    username: {{claim: sub, prefix: 'x:'}}\n"
            ],
            "octo-sts": [f"issuer: {issuer}\nsubject: {SUBJECT}\naudience: sts.amazonaws.com\npermissions: {{}}\n"],
        }
        now = int(time.time())
        for party, texts in documents.items():
            paths = []
            for index, text in enumerate(texts):
                paths.append(os.path.join(self.workspace.folder, f"{party}-{index}"))
                with open(paths[-1], "w", encoding="utf-8") as file:
                    file.write(text)
            for subject, verdict, status in ((SUBJECT, "accept", 0), (SUBJECT + "/x", "reject", 1)):
                claims = {"iss": issuer, "aud": "sts.amazonaws.com", "sub": subject, "iat": now, "exp": now + 600}
                result = self.workspace.run("explain", *paths, "--claims", "-", "--json", input=json.dumps(claims))
                with self.subTest(f"{party} {verdict}"):
                    self.assertEqual(result.returncode, status, result.stdout + result.stderr)
                    answer = json.loads(result.stdout)
                    self.assertEqual((answer["relyingParty"], answer["verdict"]), (party, verdict))
                    self.assertEqual(answer["wouldReport"] is None, verdict == "accept")
                    if verdict == "reject":
                        # The line at fault is named, and every suggestion has a place or is about the token.
                        failing = [check for check in answer["checks"] if check["outcome"] == "fail"]
                        self.assertTrue(any(check["location"] for check in failing))
                        self.assertTrue(answer["suggestions"])

    def test_a_policy_reaches_neither_files_nor_the_network(self):
        path = os.path.join(self.workspace.folder, "policy.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("issuer: !include /etc/passwd\nsubject: x\naudience: y\npermissions: {}\n")
        result = self.workspace.run("explain", path, "--claims", "-", input='{"iss":"a","sub":"x","aud":"y"}')
        self.assertNotIn("root:", result.stdout + result.stderr)
        self.assertNotEqual(result.returncode, 0)
