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

    def test_escape_leads_back_through_the_views_and_help_runs_in_them(self):
        terminal = self.with_token()
        terminal.find("trust bad")
        terminal.keys("m")
        terminal.find("Who accepts what")
        terminal.keys("?")
        terminal.find("Help: Matrix")
        terminal.keys("Enter")
        terminal.find("AWS would refuse this token")
        terminal.keys("F1")
        terminal.find("Help: Trust view")
        terminal.keys("Escape")
        terminal.find("Esc back")
        terminal.keys("Escape")
        terminal.find("Who accepts what")
        terminal.keys("Escape")
        terminal.find("q quit")

    def test_a_path_that_is_mistyped_can_be_mended(self):
        path = self.write("third.json", role(SUBJECT))
        terminal = self.with_token()
        terminal.keys("o")
        terminal.find("Open a token or a trust policy")
        terminal.keys(path + "x", "Enter")
        terminal.find("No such file")
        terminal.keys("BSpace", "Enter")
        terminal.find("of 2")

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


ISSUER = "https://idp.acme.dev"
CI_SUBJECT = "project_path:acme/app:ref_type:branch:ref:main"
CI_CLAIMS = {
    "project_path": "acme/app", "ref_path": "refs/heads/main", "sha": "4f2a",
    "ci_config_ref_uri": "idp.acme.dev/acme/app//.gitlab-ci.yml@refs/heads/main",
}


def everybody(subject, project):
    """What each relying party is told to trust: a subject, and for PyPI a project; tokens are for the audience pypi."""
    aws = json.loads(role(subject))
    return {
        "aws": [json.dumps(aws, indent=1), json.dumps({"Url": "idp.acme.dev", "ClientIDList": ["pypi"]})],
        "entra": [json.dumps({"name": "a", "issuer": ISSUER, "subject": subject, "audiences": ["pypi"]})],
        "gcp": [
            json.dumps(
                {
                    "name": "projects/1/locations/global/workloadIdentityPools/p/providers/x",
                    "oidc": {"issuerUri": ISSUER, "allowedAudiences": ["pypi"]},
                    "attributeMapping": {"google.subject": "assertion.sub"},
                    "attributeCondition": f"assertion.sub == '{subject}'",
                })
        ],
        "vault": [
            json.dumps({"oidc_discovery_url": ISSUER, "bound_issuer": ISSUER}),
            json.dumps(
                {"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["pypi"], "bound_subject": subject}),
        ],
        "kubernetes": [
            "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt:\n- issuer:\n"
            f"    url: {ISSUER}\n    audiences: [pypi]\n  claimValidationRules:\n"
            f"  - expression: claims.sub == '{subject}'\n  claimMappings:\n    username: {{claim: sub, prefix: 'x:'}}\n"
        ],
        "octo-sts": [f"issuer: {ISSUER}\nsubject: {subject}\naudience: pypi\npermissions: {{}}\n"],
        "pypi": [
            json.dumps(
                {
                    "kind": "GitLab", "repository": project, "workflow_filepath": ".gitlab-ci.yml",
                    "issuer_url": ISSUER,
                })
        ],
    }


NAMES = {
    "aws": "AWS", "entra": "Entra ID", "gcp": "Google Cloud", "vault": "Vault", "kubernetes": "Kubernetes",
    "octo-sts": "octo-sts", "pypi": "PyPI",
}


class EveryRelyingParty(EndToEndCase):
    rows = 50

    def test_explains_an_accepted_and_a_refused_token_by_command(self):
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": "pypi", "sub": CI_SUBJECT, "iat": now, "exp": now + 600, "jti": "1"} | CI_CLAIMS
        for verdict, subject, project in (("accept", CI_SUBJECT, "acme/app"), ("reject", CI_SUBJECT + "/x", "acme/web")):
            for party, texts in everybody(subject, project).items():
                paths = []
                for index, text in enumerate(texts):
                    paths.append(os.path.join(self.workspace.folder, f"{party}-{index}"))
                    with open(paths[-1], "w", encoding="utf-8") as file:
                        file.write(text)
                result = self.workspace.run("explain", *paths, "--claims", "-", "--json", input=json.dumps(claims))
                with self.subTest(f"{party} {verdict}"):
                    self.assertEqual(result.returncode, 0 if verdict == "accept" else 1, result.stdout + result.stderr)
                    answer = json.loads(result.stdout)
                    self.assertEqual((answer["relyingParty"], answer["verdict"]), (party, verdict))
                    self.assertEqual(answer["wouldReport"] is None, verdict == "accept")
                    if verdict == "reject":
                        # The line at fault is named, and something is suggested.
                        failing = [check for check in answer["checks"] if check["outcome"] == "fail"]
                        self.assertTrue(any(check["location"] for check in failing))
                        self.assertTrue(answer["suggestions"])

    def test_explains_an_accepted_and_a_refused_token_in_the_interface(self):
        for word, subject, project in (("accept", CI_SUBJECT, "acme/app"), ("refuse", CI_SUBJECT + "/x", "acme/web")):
            with self.subTest(word):
                self.show(word, everybody(subject, project))

    def show(self, word, documents):
        folder = os.path.join(self.workspace.environment["XDG_CONFIG_HOME"], "idp")
        paths = [f"{word}-{party}-{index}" for party, texts in documents.items() for index in range(len(texts))]
        self.workspace.configure(
            f"audiences: [pypi]\nissuer:\n  url: {ISSUER}\n  subject: {CI_SUBJECT}\n"
            f"  claims: {json.dumps(CI_CLAIMS)}\npolicies: {json.dumps(paths)}\n")
        for party, texts in documents.items():
            for index, text in enumerate(texts):
                with open(os.path.join(folder, f"{word}-{party}-{index}"), "w", encoding="utf-8") as file:
                    file.write(text)
        terminal = self.with_token()
        terminal.find("trust ok" if word == "accept" else "trust bad")
        terminal.keys("t")
        for number, party in enumerate(documents, 1):
            terminal.find(rf"\({number} of 7\).*{NAMES[party]} would {word} this token")
            if word == "refuse":
                terminal.find(f"{NAMES[party]} would say")
            terminal.keys("]")
        terminal.close()


class TrustCommands(EndToEndCase):
    def test_a_policy_reaches_neither_files_nor_the_network(self):
        path = os.path.join(self.workspace.folder, "policy.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("issuer: !include /etc/passwd\nsubject: x\naudience: y\npermissions: {}\n")
        result = self.workspace.run("explain", path, "--claims", "-", input='{"iss":"a","sub":"x","aud":"y"}')
        self.assertNotIn("root:", result.stdout + result.stderr)
        self.assertNotEqual(result.returncode, 0)
