#!/usr/bin/env python3
"""Three replicas of one issuer on a real etcd, under load, while everything breaks: no token fails to verify anywhere.

    test_fleet.py [--program PATH] [NAME...]

Needs python3, etcd (Debian's etcd-server) and openssl, which checks the signatures.
Ends with `N passed, N failed`; exits with 1 when a test failed or none ran.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../EndToEnd"), HERE]

import run
from etcd import Etcd
from replica import Replica


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def der(tag, content):
    length = len(content)
    return bytes([tag, length] if length < 128 else [tag, 0x81, length]) + content


def verifies(token, key, folder):
    """Whether openssl, which is not ours, finds the ES256 signature good."""
    signed, _, signature = token.rpartition(".")
    raw = decoded(signature)
    numbers = [int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")]
    pair = der(0x30, b"".join(der(2, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in numbers))
    point = b"\x04" + decoded(key["x"]) + decoded(key["y"])
    # SubjectPublicKeyInfo: id-ecPublicKey on P-256.
    algorithm = der(0x30, bytes.fromhex("06072a8648ce3d0201" "06082a8648ce3d030107"))
    public = der(0x30, algorithm + der(3, b"\x00" + point))
    names = [os.path.join(folder, f"{threading.get_ident()}.{part}") for part in ("der", "sig", "txt")]
    for name, content in zip(names, (public, pair, signed.encode())):
        with open(name, "wb") as file:
            file.write(content)
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", names[0], "-keyform", "DER", "-signature", names[1], names[2]],
        capture_output=True, text=True)
    return done.stdout.strip() == "Verified OK"


class Load(threading.Thread):
    """Asks for tokens all the time, and holds each against every replica that answers: at once, and again later."""

    def __init__(self, replicas, credential, folder):
        super().__init__(daemon=True)
        self.replicas, self.credential, self.folder = replicas, credential, folder
        self.is_over = False
        self.issued, self.checked, self.refused = 0, 0, 0
        self.live = {}
        self.failures = []

    def run(self):
        try:
            while not self.is_over:
                for replica in self.replicas:
                    status, token = replica.token(self.credential)
                    if token:
                        self.issued += 1
                        self.check(token, replica.name)
                    elif status == 503:
                        self.refused += 1
                    elif status != 0:
                        self.failures.append(f"{replica.name} answers {status}")
                self.check_again()
                time.sleep(0.02)
        except Exception as error:  # A thread that dies is a test that failed.
            self.failures.append(repr(error))

    def check(self, token, signer):
        header, claims = (json.loads(decoded(part)) for part in token.split(".")[:2])
        kid = header["kid"]
        is_new = kid not in self.live
        self.live[kid] = (claims["exp"], token, signer)
        for replica in self.replicas:
            keys = replica.keys()
            if keys is None:
                continue
            if kid not in keys:
                self.failures.append(f"{time.time():.1f} {replica.name} is without {kid}, with which {signer} signed")
            elif is_new or self.issued % 50 == 0:
                if not verifies(token, keys[kid], self.folder):
                    self.failures.append(f"{replica.name} has another {kid}")
                self.checked += 1

    def check_again(self):
        """The last token of each key lives longest."""
        needed = {kid for kid, (expiry, _, _) in self.live.items() if expiry > time.time() + 1}
        for replica in self.replicas:
            keys = replica.keys()
            if keys is not None and not needed <= keys.keys():
                self.failures.append(f"{time.time():.1f} {replica.name} is without {needed - keys.keys()}, whose tokens live")


class Fleet(unittest.TestCase):
    @property
    def grace(self):
        """Long enough for what must happen within it, else short, since tests wait for it."""
        return "60s" if "partition" in self.id() or "forgotten" in self.id() else "20s"

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="idp-fleet-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.etcd = Etcd(self.folder)
        self.addCleanup(self.etcd.stop)
        self.replicas = []
        for name in ("one", "two", "three"):
            replica = Replica(os.environ["IDP_PROGRAM"], self.folder, name, self.etcd, self.grace)
            self.addCleanup(replica.stop)
            self.replicas.append(replica)
        self.credential = self.idp("workspaces", "add", "ci", "--audience", "*", "--max-ttl", "2m").strip()
        for replica in self.replicas:
            replica.start()
        for replica in self.replicas:
            replica.until_ready()

    def idp(self, *arguments):
        done = subprocess.run(
            [os.environ["IDP_PROGRAM"], *arguments, "--cluster", f"etcd://127.0.0.1:{self.etcd.port}"],
            env=self.replicas[0].environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def overview(self):
        return json.loads(self.idp("replicas", "list", "--json"))

    def load(self, threads=3):
        loads = [Load(self.replicas, self.credential, self.folder) for _ in range(threads)]
        for load in loads:
            load.start()
        return loads

    def finish(self, loads):
        for load in loads:
            load.is_over = True
        for load in loads:
            load.join(60)
        self.assertEqual([failure for load in loads for failure in load.failures][:10], [])
        self.assertGreater(sum(load.issued for load in loads), 50)
        self.assertGreater(sum(load.checked for load in loads), 3)
        for replica in self.replicas:
            self.assertNotIn(self.credential, replica.output())
            self.assertNotIn("eyJ", replica.output())

    def test_each_replica_signs_with_a_key_that_all_publish(self):
        tokens = [replica.token(self.credential)[1] for replica in self.replicas]
        kids = {json.loads(decoded(token.split(".")[0]))["kid"] for token in tokens}
        self.assertEqual(len(kids), 3)
        for replica in self.replicas:
            keys = replica.keys()
            self.assertEqual(set(keys), kids)
            for token in tokens:
                kid = json.loads(decoded(token.split(".")[0]))["kid"]
                self.assertTrue(verifies(token, keys[kid], self.folder))
                header, claims, signature = token.split(".")
                forged = f"{header}.{claims[:-2]}{'AA' if claims[-2:] != 'AA' else 'BB'}.{signature}"
                self.assertFalse(verifies(forged, keys[kid], self.folder))
        members = self.overview()["replicas"]
        self.assertEqual([member["name"] for member in members], ["one", "three", "two"])
        self.assertTrue(all(set(member["holds"]) == kids for member in members))

    def test_kills_and_restarts_under_load(self):
        loads = self.load()
        for replica in (self.replicas[0], self.replicas[1], self.replicas[0]):
            replica.kill()
            time.sleep(1)
            replica.start()
            # Its new key waits neither for what it was before nor for anybody else.
            replica.until_ready()
        # One that leaves in order; the others do not wait for it.
        self.assertEqual(self.replicas[2].end(), 0)
        self.assertEqual([member["name"] for member in self.overview()["replicas"]], ["one", "two"])
        self.replicas[2].start()
        self.replicas[2].until_ready()
        self.finish(loads)

    def test_a_restart_of_etcd_under_load(self):
        loads = self.load()
        before = [set(replica.keys()) for replica in self.replicas]
        self.etcd.kill()
        for replica in self.replicas:
            replica.until(lambda: "out of touch" in replica.readiness()[1], "does not say that etcd is away")
            self.assertEqual(replica.token(self.credential)[0], 503)
            self.assertEqual(set(replica.keys()), before[0])
        self.etcd.start()
        for replica in self.replicas:
            replica.until_ready()
            self.assertEqual(set(replica.keys()), before[0])
        self.finish(loads)

    def test_a_partition_under_load(self):
        loads = self.load()
        one, two, three = self.replicas
        three.link.is_cut = True
        three.until(lambda: "out of touch" in three.readiness()[1], "does not say that it is cut off")
        self.assertEqual(three.token(self.credential)[0], 503)
        # A new key of the others waits for it, as long as it serves.
        two.kill()
        two.start()
        # Both say so; it is looked at in one go, since the grace goes by meanwhile.
        two.until(
            lambda: any("three" in key["waits_for"] for key in self.overview()["keys"])
            and "three" in two.readiness()[1], "does not say for whom its key waits")
        self.assertIsNotNone(three.keys())
        three.until(lambda: three.keys() is None, "serves for longer than the grace")
        two.until_ready()
        three.link.is_cut = False
        three.until_ready()
        self.finish(loads)

    def test_a_replica_that_is_gone_can_be_forgotten(self):
        one, two, three = self.replicas
        three.kill()
        two.kill()
        two.start()
        two.until(lambda: "three" in two.readiness()[1], "does not say for whom its key waits")
        self.idp("replicas", "forget", "three")
        two.until_ready()
        self.assertNotIn("three", [member["name"] for member in self.overview()["replicas"]])

    def test_an_etcd_that_was_set_up_anew_gets_its_records_back_under_load(self):
        loads = self.load()
        before = set(self.replicas[0].keys())
        self.etcd.wipe()
        for replica in self.replicas:
            replica.until(
                lambda: "does not have the records" in replica.output(), "does not notice that etcd has lost its records")
        for replica in self.replicas:
            replica.until_ready()
            self.assertLessEqual(before, set(replica.keys()))
        self.assertLessEqual(before, {key["kid"] for key in self.overview()["keys"]})
        # Who starts now knows them too.
        self.replicas[0].kill()
        self.replicas[0].start()
        self.replicas[0].until(lambda: self.replicas[0].keys() is not None, "does not serve")
        self.assertLessEqual(before, set(self.replicas[0].keys()))
        # The workspaces are there again as well.
        self.assertEqual([entry["name"] for entry in json.loads(self.idp("workspaces", "list", "--json"))["workspaces"]], ["ci"])
        self.finish(loads)

    def test_a_rotation_under_load(self):
        replica = self.replicas[0]
        self.assertEqual(replica.end(), 0)
        loads = self.load()
        # Started with a rotation every few seconds: each new key is published first.
        replica.process = subprocess.Popen(
            [
                replica.program, "serve", "--listen", f"127.0.0.1:{replica.port}", "--admin",
                f"127.0.0.1:{replica.admin}", "--cluster", f"etcd://127.0.0.1:{replica.link.port}", "--replica", "one",
                "--cluster-grace", self.grace, "--rotate-every", "6s", "--rate-limit", "0", "--address-limit", "0",
            ], stdout=replica.log, stderr=subprocess.STDOUT, env=replica.environment)
        replica.until_ready()

        def signers():
            return {kid for load in loads for kid, (_, _, signer) in list(load.live.items()) if signer == "one"}

        replica.until(lambda: len(signers()) >= 3, "does not rotate")
        self.finish(loads)

    def test_a_revoked_workspace_is_refused_everywhere_within_seconds(self):
        other = self.idp("workspaces", "add", "other", "--audience", "*").strip()
        for replica in self.replicas:
            replica.until(lambda: replica.token(other)[0] == 200, "does not know a new workspace")
        self.idp("workspaces", "revoke", "other")
        for replica in self.replicas:
            replica.until(lambda: replica.token(other)[0] == 401, "lets a revoked workspace in", seconds=10)
            self.assertEqual(replica.token(self.credential)[0], 200)

    def test_a_second_process_under_a_name_takes_its_place(self):
        first = self.replicas[0]
        second = Replica(first.program, os.path.join(self.folder, "again"), "one", self.etcd, self.grace)
        self.addCleanup(second.stop)
        second.start()
        first.until(lambda: "Another process" in first.readiness()[1], "does not see that it was replaced")
        self.assertEqual(first.token(self.credential)[0], 503)
        self.assertIsNone(first.keys())
        second.until_ready()


if __name__ == "__main__":
    run.main(HERE)
