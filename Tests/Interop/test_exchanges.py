#!/usr/bin/env python3
"""What clients that are not ours get by way of `idp`: AWS's, Google's and Azure's libraries, Vault's and Kubernetes' tools.

    test_exchanges.py [--program PATH] [NAME...]      run with the Python that setup.sh makes

AWS is moto behind a stand-in that looks at the token, Vault is a real OpenBao, the other parties are stand-ins.
Ends with `N passed, N failed`; exits with 1 when a test failed or none ran.
"""

import configparser
import json
import logging
import os
import random
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../EndToEnd"))

import run
from authority import PrivateAuthority
from issuer import read
from openbao import OpenBao
from standins import AmazonSTS, Cluster, Entra, GoogleSTS, KeyHost, Trust
from verifiers import needed
from workspace import ISSUER, SUBJECT, Workspace, claims

ROLE = "arn:aws:iam::111122223333:role/deploy"
BIN = os.path.dirname(sys.executable)


def installed(program):
    path = shutil.which(program, path=BIN + ":" + os.environ["PATH"])
    if not path:
        raise unittest.SkipTest(f"{program} is not installed: Tests/Interop/setup.sh")
    return path


class Exchanges(unittest.TestCase):
    """A user of their own, and what was asked of the parties."""

    def setUp(self):
        self.user = Workspace(os.environ["IDP_PROGRAM"])
        self.addCleanup(self.user.remove)
        self.user.environment["PATH"] = BIN + ":" + self.user.environment["PATH"]
        self.home = self.user.environment["HOME"]
        self.user.token()
        self.trust = Trust(json.loads(self.ran("jwks").stdout), ISSUER, SUBJECT)

    def standin(self, kind, *arguments):
        standin = kind(self.trust, *arguments)
        self.addCleanup(standin.stop)
        return standin

    def authority(self):
        folder = os.path.join(self.user.folder, "authority")
        os.mkdir(folder)
        authority = PrivateAuthority(folder)
        return authority, folder

    def ran(self, *arguments, status=0, environment={}, **options):
        result = self.user.run(*arguments, environment=environment, **options)
        self.assertEqual(result.returncode, status, f"idp {' '.join(arguments)}\n{result.stdout}{result.stderr}")
        return result

    def client(self, *command, environment={}, status=0):
        """Runs a program that is not ours, as the user."""
        result = subprocess.run(
            command, cwd=self.user.repository, env=self.user.environment | environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, start_new_session=True)
        self.assertEqual(result.returncode, status, f"{command}\n{result.stdout}{result.stderr}")
        return result

    def python(self, code, environment={}):
        """What a Python program prints, as JSON."""
        return json.loads(self.client(sys.executable, "-c", code, environment=environment).stdout)

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def assertPrivate(self, path):
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0, path)

    def background(self, *arguments):
        """Runs idp until the test ends."""
        process = subprocess.Popen(
            [self.user.program, *arguments], cwd=self.user.repository, env=self.user.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)

        def end():
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)

        self.addCleanup(end)
        return process

    def until_there(self, path):
        end = time.monotonic() + 30
        while not os.path.exists(path):
            self.assertLess(time.monotonic(), end, f"{path} never came")
            time.sleep(0.05)


CREDENTIALS = """# Mine.
[default]
aws_access_key_id = AKIAEXAMPLE0000000000
aws_secret_access_key = keep/this+secret
; not to be lost

[deploy]  
# how it is used
aws_access_key_id=ASIAOLD
aws_secret_access_key : old
aws_session_token = old
region = eu-central-1

[other]
s3 =
  max_concurrent_requests = 20
aws_access_key_id = AKIAOTHER
aws_secret_access_key = other
"""


def parsed(text):
    """The sections as botocore reads them; None for what it refuses."""
    parser = configparser.RawConfigParser(default_section=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return {name: {key: " ".join(value.split()) for key, value in parser[name].items()} for name in parser.sections()}


class Amazon(Exchanges):
    @classmethod
    def setUpClass(cls):
        cls.moto = needed("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        # It tells of every request.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        cls.moto.start()
        cls.addClassCleanup(cls.moto.stop)
        cls.moto_url = "http://127.0.0.1:%d" % cls.moto.get_host_and_port()[1]

    def setUp(self):
        super().setUp()
        self.sts = self.standin(AmazonSTS, self.moto_url)
        self.user.environment |= {"AWS_ENDPOINT_URL_STS": self.sts.url, "AWS_DEFAULT_REGION": "us-east-1"}

    IDENTITY = "arn:aws:sts::111122223333:assumed-role/deploy/"

    def assertIsRole(self, *profile, environment={}):
        """Both of AWS's clients are the role with this profile."""
        arguments = ["--profile", *profile] if profile else []
        answer = self.client(installed("aws"), "sts", "get-caller-identity", "--output", "json", *arguments,
                             environment=environment)
        arns = [json.loads(answer.stdout)["Arn"]]
        needed("boto3")
        arns.append(self.python(
            "import boto3, json\n"
            f"session = boto3.Session(profile_name={(profile or (None,))[0]!r})\n"
            "print(json.dumps(session.client('sts').get_caller_identity()['Arn']))", environment))
        for arn in arns:
            self.assertTrue(arn.startswith(self.IDENTITY), arn)

    def test_login_leaves_all_else_in_the_files(self):
        path = self.write(".aws/credentials", CREDENTIALS, 0o644)
        config = self.write(".aws/config", "[default]\nregion = eu-west-1\n")
        result = self.ran("login", "aws", "--role-arn", ROLE, "--profile", "deploy")
        self.assertIn(self.IDENTITY, result.stdout)
        text = read(path).decode()
        parser = configparser.RawConfigParser(default_section=None)
        parser.read_string(text)
        section = dict(parser["deploy"])
        for secret in (section["aws_secret_access_key"], section["aws_session_token"]):
            self.assertNotIn(secret, result.stdout + result.stderr)
        expected = CREDENTIALS
        for old, name in (("aws_access_key_id=ASIAOLD", "aws_access_key_id"),
                          ("aws_secret_access_key : old", "aws_secret_access_key"),
                          ("aws_session_token = old", "aws_session_token")):
            expected = expected.replace(old, f"{name} = {section[name]}")
        self.assertEqual(text, expected)
        self.assertPrivate(path)
        self.assertEqual(sorted(os.listdir(os.path.join(self.home, ".aws"))), ["config", "credentials"])
        self.assertEqual(read(config), b"[default]\nregion = eu-west-1\n")
        self.assertIsRole("deploy")

    def test_login_makes_the_files_where_there_are_none(self):
        self.ran("login", "aws", "--role-arn", ROLE)
        self.assertPrivate(os.path.join(self.home, ".aws"))
        self.assertPrivate(os.path.join(self.home, ".aws/credentials"))
        self.assertIsRole()

    def test_login_keeps_keys_that_nobody_could_get_back(self):
        path = self.write(".aws/credentials", CREDENTIALS)
        for more in ([], ["--credential-process"]):
            result = self.ran("login", "aws", "--role-arn", ROLE, *more, status=2)
            self.assertIn("access keys without an end", result.stderr)
        self.assertEqual(read(path).decode(), CREDENTIALS)
        self.assertEqual(self.sts.taken, [], "a token was sent for nothing")
        self.ran("login", "aws", "--role-arn", ROLE, "--replace-keys")
        self.assertIsRole()

    def test_login_leaves_no_token_behind_that_would_count_first(self):
        self.write(".aws/credentials", "[deploy]\naws_access_key_id = a\naws_secret_access_key = b\naws_session_token = c\n"
                                       "aws_security_token = old\n")
        self.ran("login", "aws", "--role-arn", ROLE, "--profile", "deploy")
        self.assertIsRole("deploy")

    def test_login_leaves_a_profile_alone_that_another_way_has(self):
        ways = [(name, setting) for name in ("config", "credentials") for setting in (
            "role_arn = arn:aws:iam::1:role/x\nsource_profile = other", "sso_session = acme",
            "role_arn = arn:aws:iam::1:role/x\nweb_identity_token_file = /run/jwt")]
        for name, setting in ways + [("config", "credential_process = /opt/other credential aws --role x"),
                                     ("credentials", "credential_process = /opt/other")]:
            self.write(".aws/config", "")
            self.write(".aws/credentials", "")
            section = "profile deploy" if name == "config" else "deploy"
            config = self.write(f".aws/{name}", f"[{section}]\n{setting}\n")
            # What runs a program comes after stored keys.
            for more in [["--credential-process"]] + ([] if "_process" in setting else [[]]):
                with self.subTest(f"{name} {setting} {more}"):
                    before = read(config)
                    result = self.ran("login", "aws", "--role-arn", ROLE, "--profile", "deploy", *more, status=2)
                    self.assertIn("by which AWS's tools would go", result.stderr)
                    self.assertEqual(read(config), before)
        self.assertEqual(self.sts.asked, [])

    def test_profiles_are_changed_as_awscli_reads_them(self):
        # Any file that Python's configparser reads: what it reads afterwards differs in the settings that were written.
        chance = random.Random(8693)
        pieces = [
            "[default]", "[profile deploy]", "[profile other]", "[x]", "# [profile deploy]", "; k = v", "", "   ",
            "region = eu-west-1", "Region: x", "s3 =", "  max = 1", "    deep = 2", "\tcredential_process = nested",
            "credential_process = idp credential aws old", "CREDENTIAL_PROCESS=idp credential aws old",
            "output = r", "  region = indented", "  credential_process = idp credential aws older", "  # indented", "k=v ; w", "k", "=", "é = ü",
        ]
        config = os.path.join(self.home, "config")
        seen = 0
        while seen < 60:
            end = chance.choice(["\n", "\n", "\r\n"])
            text = end.join(chance.choice(pieces) for _ in range(chance.randrange(12))) + chance.choice(["", end])
            before = parsed(text)
            if before is None:
                continue
            seen += 1
            with open(config, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            self.ran("credential-config", "aws", "--role-arn", ROLE, "--profile", "deploy", "--out", config)
            after = parsed(read(config).decode())
            self.assertIsNotNone(after, text)
            settings = before.setdefault("profile deploy", {})
            settings.pop("credential_process", None)
            program = after["profile deploy"].pop("credential_process")
            self.assertTrue(program.endswith(f"idp credential aws --role-arn={ROLE} --region=us-east-1 "
                                             f"--endpoint-url={self.sts.url}"), program)
            self.assertEqual(after, before, text)

    def test_login_configures_the_helper_and_stores_no_secret(self):
        path = self.write(".aws/credentials", CREDENTIALS)
        self.write(".aws/config", "# first\n[profile deploy]\nregion = eu-central-1\n\n# about other\n[profile other]\n")
        self.ran("login", "aws", "--role-arn", ROLE, "--profile", "deploy", "--credential-process")
        self.assertEqual(self.sts.asked, [])
        text = read(os.path.join(self.home, ".aws/config")).decode()
        start, end = text.split("credential_process = ")
        self.assertEqual(start, "# first\n[profile deploy]\nregion = eu-central-1\n")
        self.assertEqual(end.split("\n", 1)[1], "\n# about other\n[profile other]\n")
        self.assertNotIn("ASIAOLD", read(path).decode())
        self.assertIn("AKIAOTHER", read(path).decode())
        self.assertIsRole("deploy")
        self.assertEqual([claim["sub"] for claim in self.sts.taken], [SUBJECT] * 2)

    def test_the_helper_works_for_names_that_a_shell_takes_apart(self):
        # Its path and the source hold spaces and quotes.
        program = os.path.join(self.user.folder, "it's a $HOME; folder")
        os.mkdir(program)
        copy = shutil.copy(self.user.program, os.path.join(program, "idp"))
        token = self.write("my 'token", self.user.token(audience="sts.amazonaws.com"))
        self.client(copy, "login", "aws", "--role-arn", ROLE, "--credential-process", "--source", f"file:{token}")
        self.assertIsRole()

    def test_a_printed_profile_and_one_with_a_token_file(self):
        text = self.ran("credential-config", "aws", "--role-arn", ROLE, "--profile", "helper").stdout
        config = self.write(".aws/config", text)
        token = os.path.join(self.home, "jwt")
        self.ran("credential-config", "aws", "--role-arn", ROLE, "--profile", "file", "--token-file", token, "--out", config)
        self.background("token", "--audience", "sts.amazonaws.com", "--out", token, "--watch")
        self.until_there(token)
        self.assertIsRole("helper")
        self.assertIsRole("file")

    def test_the_helper_prints_one_document(self):
        result = self.ran("credential", "aws", "--role-arn", ROLE, "--duration-seconds", "900")
        document = json.loads(result.stdout)
        self.assertEqual(result.stderr, "")
        self.assertEqual(document["Version"], 1)
        self.assertEqual(
            set(document), {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"})
        self.assertRegex(document["Expiration"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_tokens_are_pinned_to_the_role(self):
        self.ran("credential", "aws", "--role-arn", ROLE)
        self.assertEqual(self.sts.taken[-1][AmazonSTS.ROLES], [ROLE])
        self.ran("credential", "aws", "--role-arn", ROLE, "--no-pin")
        self.assertNotIn(AmazonSTS.ROLES, self.sts.taken[-1])
        pinned = self.user.token("--claim", f'{AmazonSTS.ROLES}=["{ROLE}"]', audience="sts.amazonaws.com")
        self.ran("credential", "aws", "--role-arn", ROLE, "--token", "-", input=pinned)
        result = self.ran("credential", "aws", "--role-arn", ROLE + "-other", "--token", "-", input=pinned, status=1)
        self.assertIn("The target role ARN is not present in the roles claim of the identity token", result.stderr)
        self.assertEqual(result.stdout, "")

    def test_a_refusal_is_told_word_for_word_and_writes_nothing(self):
        path = self.write(".aws/credentials", CREDENTIALS)
        result = self.ran(
            "login", "aws", "--role-arn", ROLE, "--profile", "deploy", "--audience", "elsewhere", status=1)
        self.assertIn("InvalidIdentityToken, Incorrect token audience", result.stderr)
        self.assertEqual(read(path).decode(), CREDENTIALS)

    def test_what_is_malformed_is_not_sent(self):
        for arguments in (
            ["--role-arn", "deploy"], ["--role-arn", "arn:aws:iam::1:role/x"], ["--role-arn", ROLE + "\n[default]"],
            ["--role-arn", ROLE, "--role-session-name", "a b"], ["--role-arn", ROLE, "--duration-seconds", "1"],
            ["--role-arn", ROLE, "--profile", "x]\n[default"], ["--role-arn", ROLE, "--profile", ""],
        ):
            for more in ([], ["--credential-process"]):
                with self.subTest(f"{arguments} {more}"):
                    self.ran("login", "aws", *arguments, *more, status=2)
        self.assertEqual(self.sts.asked, [])
        self.assertFalse(os.path.exists(os.path.join(self.home, ".aws")))

    def test_exec_gives_awscli_what_it_needs(self):
        result = self.client(
            self.user.program, "exec", "--audience", "sts.amazonaws.com", "--", installed("aws"), "sts",
            "get-caller-identity", environment={"AWS_ROLE_ARN": ROLE})
        self.assertIn(self.IDENTITY, result.stdout)

    def test_exec_becomes_the_role_for_awscli(self):
        before = self.user.files().keys()
        result = self.client(
            self.user.program, "exec", "--aws-role", ROLE, "--", installed("aws"), "sts", "get-caller-identity")
        self.assertIn(self.IDENTITY, result.stdout)
        self.assertEqual(self.user.files().keys(), before)
        self.assertEqual(self.sts.taken[-1][AmazonSTS.ROLES], [ROLE])

    def test_ended_at_any_instant_it_leaves_the_old_file_or_the_new_one(self):
        strace = installed("strace")
        path = self.write(".aws/credentials", CREDENTIALS)
        # The credentials of a helper: nothing random is in what is written.
        command = [self.user.program, "login", "aws", "--role-arn", ROLE, "--profile", "deploy", "--credential-process"]
        config = self.write(".aws/config", "[profile deploy]\nregion = eu-central-1\n")
        old = {file: read(file) for file in (path, config)}
        self.client(*command)
        new = {file: read(file) for file in old}
        for file, text in old.items():
            self.assertNotEqual(text, new[file])
        calls = "openat,mkdir,flock,fchmod,write,fsync,renameat,renameat2,rename,close,unlinkat"
        killed = {}
        number, ended = 0, False
        while not ended:
            number += 1
            for file, text in old.items():
                with open(file, "wb") as content:
                    content.write(text)
            result = subprocess.run(
                [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}",
                 "-e", f"inject={calls}:signal=SIGKILL:when={number}", *command],
                cwd=self.user.repository, env=self.user.environment, stdin=subprocess.DEVNULL, capture_output=True,
                text=True)
            if "not permitted" in result.stderr:
                return self.end_now_and_then(command, old, new)
            ended = result.returncode == 0
            state = tuple(read(file) == new[file] for file in old)
            for file in old:
                self.assertIn(read(file), (old[file], new[file]), f"after the call {number}: {file}")
            killed[state] = killed.get(state, 0) + (not ended)
        # Before both, between them (the profile always has credentials), and after both.
        for state in ((False, False), (False, True), (True, True)):
            self.assertGreater(killed.get(state, 0), 0, killed)

    def end_now_and_then(self, command, old, new):
        """The same where nothing may be traced: by time, so that it is not known when."""
        for number in range(60):
            for file, text in old.items():
                with open(file, "wb") as content:
                    content.write(text)
            process = subprocess.Popen(
                command, cwd=self.user.repository, env=self.user.environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(number / 2000)
            process.kill()
            process.wait()
            for file in old:
                self.assertIn(read(file), (old[file], new[file]))

    def test_a_full_disk_leaves_the_old_file(self):
        mount = "mount -t tmpfs -o size=16k,mode=700 tmpfs .aws"
        os.mkdir(os.path.join(self.home, ".aws"))
        for prefix in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
            if subprocess.run([*prefix, "sh", "-c", mount], cwd=self.home, capture_output=True).returncode == 0:
                break
        else:
            # Where nothing may be mounted, the next test is all that there is.
            return
        before = self.write("before", CREDENTIALS)
        script = (
            f"cd \"$HOME\" && {mount} && cp -p before .aws/credentials && head -c 65536 /dev/zero >.aws/full; "
            f"cd {self.user.repository} && {self.user.program} login aws --role-arn {ROLE} --profile deploy; status=$?; "
            "cmp ~/before ~/.aws/credentials && ls -A ~/.aws && exit $status")
        result = self.client(*prefix, "sh", "-c", script, status=2)
        self.assertIn("No space left on device", result.stderr)
        self.assertEqual(result.stdout.split(), ["credentials", "full"])
        self.assertEqual(read(before).decode(), CREDENTIALS)

    def test_a_file_that_may_not_grow_stays_as_it_was(self):
        path = self.write(".aws/credentials", "# long\n" * 8192 + CREDENTIALS)

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (32768, 32768))

        before = read(path)
        result = self.ran(
            "login", "aws", "--role-arn", ROLE, "--profile", "deploy", status=2, preexec_fn=limit)
        self.assertIn("File too large", result.stderr)
        self.assertEqual(read(path), before)
        self.assertEqual(os.listdir(os.path.dirname(path)), ["credentials"])

    def test_ended_in_the_midst_of_writing_it_leaves_nothing_beside_the_file(self):
        path = self.write(".aws/credentials", "# long\n" * 8192 + CREDENTIALS)
        before = read(path)
        # The signal of this limit, which ends it there and then.
        self.ran(
            "login", "aws", "--role-arn", ROLE, "--profile", "deploy", status=-signal.SIGXFSZ,
            preexec_fn=lambda: (
                signal.signal(signal.SIGXFSZ, signal.SIG_DFL), resource.setrlimit(resource.RLIMIT_FSIZE, (32768, 32768))))
        self.assertEqual(read(path), before)
        self.assertEqual(os.listdir(os.path.dirname(path)), ["credentials"])

    def test_by_way_of_sudo_it_makes_nothing_of_roots_in_the_home_of_somebody_else(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be root")
        os.chown(self.home, 65534, 65534)
        command = ["login", "aws", "--role-arn", ROLE, "--profile", "deploy", "--credential-process"]
        result = self.ran(*command, status=2, environment={"SUDO_UID": "65534"})
        self.assertIn("sudo -H", result.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.home, ".aws")))
        # Without sudo, as in a container, it is root's own choice.
        self.ran(*command)

    def test_two_at_once_lose_nothing(self):
        names = [f"p{number}" for number in range(6)]
        runs = [
            subprocess.Popen(
                [self.user.program, "login", "aws", "--role-arn", ROLE, "--profile", name], cwd=self.user.repository,
                env=self.user.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            for name in names]
        self.assertEqual([process.wait(60) for process in runs], [0] * len(names))
        parser = configparser.RawConfigParser(default_section=None)
        parser.read(os.path.join(self.home, ".aws/credentials"))
        self.assertEqual(sorted(parser.sections()), names)


class Google(Exchanges):
    def setUp(self):
        super().setUp()
        needed("google.auth")
        self.google = self.standin(GoogleSTS)
        self.file = os.path.join(self.home, "gcp.json")
        self.user.environment |= {
            "GOOGLE_APPLICATION_CREDENTIALS": self.file, "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES": "1",
            # Without it the library asks Google for it.
            "GOOGLE_CLOUD_PROJECT": "acme-prod"}

    def configure(self, *more):
        self.ran("credential-config", "gcp", "--provider", GoogleSTS.PROVIDER, "--token-url", self.google.url + "/v1/token",
                 "--out", self.file, *more)
        self.assertPrivate(self.file)

    CODE = """
import google.auth, json, sys
from google.auth.transport.requests import Request
credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
try:
    credentials.refresh(Request())
    print(json.dumps(credentials.token))
except Exception as error:
    print(json.dumps(f"{type(error).__name__}: {error}"))
"""

    def test_google_auth_runs_the_helper(self):
        self.configure()
        self.assertEqual(self.python(self.CODE), GoogleSTS.FEDERATED)
        self.assertEqual(self.google.taken[-1]["aud"], "https:" + GoogleSTS.PROVIDER)

    def test_google_auth_becomes_a_service_account(self):
        self.configure("--impersonation-url",
                       f"{self.google.url}/v1/projects/-/serviceAccounts/{GoogleSTS.ACCOUNT}:generateAccessToken")
        self.assertEqual(self.python(self.CODE), GoogleSTS.IMPERSONATED)

    def test_google_auth_takes_the_answer_that_was_kept(self):
        kept = os.path.join(self.home, "kept.json")
        self.configure("--output-file", kept)
        for _ in range(2):
            self.assertEqual(self.python(self.CODE), GoogleSTS.FEDERATED)
        self.assertPrivate(kept)
        first, second = self.google.taken
        self.assertEqual(first["jti"], second["jti"])
        self.assertEqual(json.loads(read(kept))["expiration_time"], first["exp"])

    def test_google_auth_reads_a_token_file(self):
        token = os.path.join(self.home, "jwt")
        self.configure("--token-file", token)
        self.background("token", "--audience", "https:" + GoogleSTS.PROVIDER, "--out", token, "--watch")
        self.until_there(token)
        self.assertEqual(self.python(self.CODE), GoogleSTS.FEDERATED)

    def test_google_auth_shows_why_there_is_no_token(self):
        self.configure("--source", "env:NO_SUCH_TOKEN")
        error = self.python(self.CODE)
        self.assertIn("NO_SUCH_TOKEN", error)
        self.assertIn("401", error)

    def test_google_auth_shows_what_google_refuses(self):
        self.configure("--audience", "https://elsewhere.example")
        self.assertIn("does not match the expected audience", self.python(self.CODE))

    def test_the_helper_says_nothing_on_standard_error(self):
        mine = self.write("mine", "precious")
        for command in (["credential", "gcp"], ["credential", "gcloud-token"], ["gcloud-token"]):
            for environment in (
                {"GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE": GoogleSTS.PROVIDER}, {},
                # That an answer cannot be kept is no failure, and what is somebody's stays.
                {"GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE": "x", "GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE": "/proc/no/such"},
                {"GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE": "x", "GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE": mine},
            ):
                with self.subTest(f"{command} {environment}"):
                    result = self.ran(*command, environment=environment)
                    document = json.loads(result.stdout)
                    self.assertEqual(result.stderr, "")
                    self.assertEqual(document["version"], 1)
                    good = "GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE" in environment
                    self.assertEqual(document["success"], good)
                    self.assertIn("id_token" if good else "message", document)
                    if good:
                        self.assertEqual(document["expiration_time"], claims(document["id_token"])["exp"])
                    self.assertEqual(read(mine), b"precious")

    def test_a_malformed_provider_is_refused(self):
        for provider in ("ci-pool", GoogleSTS.PROVIDER.replace("123456789", "acme-prod"), GoogleSTS.PROVIDER + "/x"):
            self.ran("credential-config", "gcp", "--provider", provider, "--out", self.file, status=2)
        self.assertFalse(os.path.exists(self.file))

    def test_exchange_tells_a_refusal_with_what_it_means(self):
        arguments = ["exchange", "gcp", "--provider", GoogleSTS.PROVIDER, "--token-url", self.google.url + "/v1/token"]
        self.assertEqual(json.loads(self.ran(*arguments, "--json", "--show-secrets").stdout)["result"]["access_token"],
                         GoogleSTS.FEDERATED)
        result = self.ran(*arguments, "--audience", "https://elsewhere.example", "--json", status=1)
        refusal = json.loads(result.stdout)["refusal"]
        self.assertEqual(refusal["code"], "invalid_grant")
        self.assertEqual(
            refusal["message"], "The audience in ID Token [https://elsewhere.example] does not match the expected audience.")
        self.assertTrue(refusal["meaning"] and refusal["remedy"])


class Azure(Exchanges):
    def setUp(self):
        super().setUp()
        needed("azure.identity")
        authority, folder = self.authority()
        self.entra = self.standin(Entra, authority, folder)
        # For Python's requests and for ours.
        self.user.environment |= {"REQUESTS_CA_BUNDLE": authority.certificate, "SSL_CERT_FILE": authority.certificate}
        self.arguments = ["--tenant", Entra.TENANT, "--client-id", Entra.CLIENT, "--authority", self.entra.url]

    CODE = """
import json
from azure.identity import WorkloadIdentityCredential
try:
    credential = WorkloadIdentityCredential(disable_instance_discovery=True)
    print(json.dumps(credential.get_token("https://management.azure.com/.default").token))
except Exception as error:
    print(json.dumps(f"{type(error).__name__}: {error}"))
"""

    def environment(self, *more):
        """What a shell makes of the lines."""
        lines = self.ran("credential-config", "azure", *self.arguments, *more).stdout
        result = self.client("sh", "-c", lines + "\nenv")
        return {name: value for name, _, value in (line.partition("=") for line in result.stdout.splitlines())
                if name.startswith("AZURE_")}

    def test_azure_identity_exchanges_the_token_file(self):
        token = os.path.join(self.home, "it's a jwt")
        environment = self.environment("--token-file", token)
        self.assertEqual(environment["AZURE_FEDERATED_TOKEN_FILE"], token)
        self.background("token", "--audience", Entra.AUDIENCE, "--out", token, "--watch")
        self.until_there(token)
        self.assertEqual(self.python(self.CODE, environment), Entra.TOKEN)
        self.assertEqual(self.entra.taken[-1]["sub"], SUBJECT)

    def test_azure_identity_and_exchange_are_refused_alike(self):
        self.trust.subject = "https://github.com/acme/other"
        token = self.write("jwt", self.user.token(audience=Entra.AUDIENCE))
        self.assertIn("AADSTS700213", self.python(self.CODE, self.environment("--token-file", token)))
        result = self.ran("exchange", "azure", *self.arguments, "--json", status=1)
        refusal = json.loads(result.stdout)["refusal"]
        self.assertEqual(refusal["code"], "AADSTS700213")
        self.assertIn(SUBJECT, refusal["message"])
        self.assertTrue(refusal["meaning"] and refusal["remedy"])

    def test_exchange_brings_the_access_token(self):
        result = self.ran("exchange", "azure", *self.arguments, "--json", "--show-secrets")
        self.assertEqual(json.loads(result.stdout)["result"]["access_token"], Entra.TOKEN)
        self.assertNotIn(Entra.TOKEN, self.ran("exchange", "azure", *self.arguments).stdout)

    def test_what_is_malformed_is_not_written(self):
        for bad in (["--tenant", "a/b"], ["--client-id", "app"], ["--authority", "ftp://x"]):
            self.ran("credential-config", "azure", *self.arguments, *bad, "--token-file", "x", status=2)


class Vault(Exchanges):
    def setUp(self):
        super().setUp()
        installed("bao")
        self.bao = OpenBao(os.path.join(self.user.folder, "openbao.log"))
        self.addCleanup(self.bao.stop)
        host = self.standin(KeyHost)
        self.role = {
            "role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault.hashicorp.com"], "bound_subject": SUBJECT,
            "token_policies": ["default"], "token_ttl": "20m",
        }
        self.config = {"jwks_url": host.url + "/jwks", "bound_issuer": ISSUER}
        self.bao.configure(self.config, self.role)
        self.user.environment |= {"VAULT_ADDR": self.bao.address, "BAO_ADDR": self.bao.address, "IDP_VAULT_ROLE": "r"}
        self.file = os.path.join(self.home, ".vault-token")

    def assertWorks(self, token):
        status, answer = self.bao.call("GET", "auth/token/lookup-self", token=token)
        self.assertEqual(status, 200)
        self.assertEqual(answer["data"]["display_name"], f"jwt-{SUBJECT}")

    def test_login_stores_the_token_for_bao_and_hvac(self):
        result = self.ran("login", "vault")
        self.assertPrivate(self.file)
        token = read(self.file).decode()
        self.assertNotIn(token, result.stdout + result.stderr)
        self.assertWorks(token)
        found = json.loads(self.client(installed("bao"), "token", "lookup", "-format=json").stdout)
        self.assertEqual(found["data"]["id"], token)
        needed("hvac")
        self.assertTrue(self.python(
            "import hvac, json\nprint(json.dumps(hvac.Client().lookup_token()['data']['policies']))"))

    def test_login_prints_the_token_and_stores_nothing(self):
        token = self.ran("login", "vault", "--print").stdout
        self.assertTrue(token.endswith("\n"))
        self.assertWorks(token.strip())
        self.assertFalse(os.path.exists(self.file))

    def test_what_cannot_be_stored_is_not_asked_for(self):
        os.mkdir(self.file)
        result = self.ran("login", "vault", "--address", "http://127.0.0.1:9", status=2)
        self.assertIn("it is no regular file", result.stderr)

    def test_login_says_what_counts_before_the_file(self):
        result = self.ran("login", "vault", environment={"VAULT_TOKEN": "other"})
        self.assertIn("VAULT_TOKEN is set", result.stderr)

    def test_a_refusal_is_told_word_for_word_and_writes_nothing(self):
        self.bao.configure(self.config, self.role | {"bound_subject": "https://github.com/acme/other"})
        old = self.write(".vault-token", "old")
        result = self.ran("login", "vault", status=1)
        self.assertIn("error validating token: invalid subject (sub) claim", result.stderr)
        self.assertEqual(read(old), b"old")

    def test_what_is_malformed_is_not_sent(self):
        for arguments in (["--mount", "../sys"], ["--address", "vault"], ["--namespace", "a//b"]):
            self.ran("login", "vault", *arguments, status=2)

    def test_bao_agent_logs_in_with_a_token_file(self):
        token, sink, config = (os.path.join(self.home, name) for name in ("jwt", "sink", "agent.hcl"))
        self.background("token", "--audience", "vault.hashicorp.com", "--out", token, "--watch")
        self.until_there(token)
        self.write("agent.hcl", f"""
vault {{ address = "{self.bao.address}" }}
auto_auth {{
  method "jwt" {{
    mount_path = "auth/jwt"
    config = {{ path = "{token}" role = "r" remove_jwt_after_reading = false }}
  }}
  sink "file" {{ config = {{ path = "{sink}" }} }}
}}
""")
        self.client(installed("bao"), "agent", f"-config={config}", "-exit-after-auth")
        self.assertWorks(read(sink).decode())


class Kubernetes(Exchanges):
    def setUp(self):
        super().setUp()
        authority, folder = self.authority()
        self.cluster = self.standin(Cluster, authority, folder)
        self.certificate = authority.certificate

    def kubeconfig(self, version, audience=Cluster.AUDIENCE):
        return {"KUBECONFIG": self.write("kubeconfig", json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": {
                "server": self.cluster.url, "certificate-authority": self.certificate}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "me"}}],
            "users": [{"name": "me", "user": {"exec": {
                "apiVersion": f"client.authentication.k8s.io/{version}", "interactiveMode": "Never", "command": "idp",
                "args": ["credential", "kubernetes", "--audience", audience, "--folder", self.user.repository]}}}],
        }))}

    def test_kubectl_gets_in(self):
        program = installed("kubectl")
        version = json.loads(self.client(program, "version", "--client", "--output=json").stdout)["clientVersion"]
        # Version 1 came with Kubernetes 1.22.
        known = ["v1", "v1beta1"] if int(version["minor"].rstrip("+")) >= 22 else ["v1beta1"]
        for name in known:
            with self.subTest(name):
                result = self.client(program, "get", "--raw", Cluster.PODS, environment=self.kubeconfig(name))
                self.assertEqual(json.loads(result.stdout)["items"][0]["metadata"]["name"], "app")
        self.client(program, "get", "--raw", Cluster.PODS, environment=self.kubeconfig(known[0], "elsewhere"), status=1)

    def test_the_kubernetes_client_gets_in(self):
        needed("kubernetes")
        # It runs the helper in the kubeconfig's own folder.
        code = (
            "import json, kubernetes\nkubernetes.config.load_kube_config()\n"
            "pods = kubernetes.client.CoreV1Api().list_namespaced_pod('default')\n"
            "print(json.dumps([pod.metadata.name for pod in pods.items]))")
        for name in ("v1", "v1beta1"):
            with self.subTest(name):
                self.assertEqual(self.python(code, self.kubeconfig(name)), ["app"])

    def test_the_helper_prints_one_document(self):
        result = self.ran("credential", "kubernetes", "--audience", Cluster.AUDIENCE)
        self.assertEqual(result.stderr, "")
        document = json.loads(result.stdout)
        self.assertEqual(document["apiVersion"], "client.authentication.k8s.io/v1")
        self.assertEqual(document["kind"], "ExecCredential")
        end = time.strftime(
            "%Y-%m-%dT%H:%M:%SZ", time.gmtime(claims(document["status"]["token"])["exp"] - 30))
        self.assertEqual(document["status"]["expirationTimestamp"], end)

    def test_a_version_that_nobody_knows_is_refused(self):
        info = json.dumps({"apiVersion": "client.authentication.k8s.io/v9", "kind": "ExecCredential"})
        result = self.ran(
            "credential", "kubernetes", "--audience", "x", environment={"KUBERNETES_EXEC_INFO": info}, status=2)
        self.assertEqual(result.stdout, "")


class Secrets(Exchanges):
    def test_nothing_secret_is_left_behind_by_what_stores_nothing(self):
        self.ran("credential", "kubernetes", "--audience", "x")
        document = json.loads(self.ran("credential", "gcp", "--audience", "x").stdout)
        for path, content in self.user.files().items():
            self.assertNotIn(document["id_token"].encode(), content, path)


if __name__ == "__main__":
    run.main(HERE)
