#!/usr/bin/env python3
"""How much `idp serve` does on one core, and whether its memory stays flat, beside what that core can do at most.

    load.py --program PATH --bare PATH [--quick] [--only tokens|documents|memory]

The server has one core and wrk another. What is compared is measured turn by turn, in the same run on the same core, and
each ratio is the median of those of the turns: a machine that is slow for a while is slow for both. Where others use the
machine as well, what counts is the work in a second of processor time. Nothing is asserted of times; a request that was
not answered with 200 makes the whole run void.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../EndToEnd"), os.path.join(HERE, "../Interop")]

from measure import number, openssl_speed, table
from issuer import ServedIssuer, free_port

JWKS = "/.well-known/jwks.json"
# No limits for the one workspace there is: it is the signing that is measured.
ARGUMENTS = ("--rate-limit", "0", "--address-limit", "0")
CONNECTIONS = 16


class Cores:
    """One for who answers and one for who asks, where there are two."""

    def __init__(self):
        cores = sorted(os.sched_getaffinity(0))
        self.server, self.client = cores[0], cores[-1]
        self.are_apart = len(cores) > 1

    def pinned(self, core):
        return ["taskset", "--cpu-list", str(core)]


CORES = Cores()


def processor_time(process):
    """Seconds that a process has computed, in the kernel too."""
    with open(f"/proc/{process.pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(server, path, seconds, environment={}):
    """What wrk says of some seconds of requests to a server, and what they cost it."""
    before = processor_time(server.process)
    result = subprocess.run(
        [*CORES.pinned(CORES.client), "wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration",
         f"{seconds}s", "--timeout", "10s", "--script", os.path.join(HERE, "load.lua"), f"http://127.0.0.1:{server.port}{path}"],
        env={"PATH": os.environ["PATH"]} | environment, capture_output=True, text=True, check=True,
        timeout=seconds + 60)
    figures = json.loads(result.stdout.strip().split("\n")[-1])
    if figures["failed"] or figures["broken"] or not figures["requests"]:
        sys.exit(f"The run is void, for {path} was not always answered with 200: {figures}")
    figures["rate"] = figures["requests"] / figures["seconds"]
    figures["worth"] = figures["requests"] / (processor_time(server.process) - before)
    return figures


class BareRoute:
    """The reference for documents: Hummingbird with nothing of ours."""

    def __init__(self, program, content):
        self.port = free_port()
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(content)
        self.file = file.name
        self.process = subprocess.Popen(
            [*CORES.pinned(CORES.server), program, str(self.port), self.file], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + 30
        while True:
            try:
                with opener.open(f"http://127.0.0.1:{self.port}{JWKS}", timeout=5) as answer:
                    assert answer.read() == content
                    return
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        os.unlink(self.file)


def served(program, algorithm):
    return ServedIssuer(
        program, *ARGUMENTS, algorithm=algorithm, prefix=CORES.pinned(CORES.server))


def tokens(issuer, seconds):
    return load(issuer, "/token", seconds, {
        "LOAD_AUDIENCE": "load.example", "LOAD_CREDENTIAL": issuer.credential})


def row(name, aim, reference, turns):
    """One line: the medians of the turns, each of which is a pair of our figures and the reference's."""
    def middle(value):
        return statistics.median([value(*turn) for turn in turns])

    line = [name, aim, reference]
    for measure in ("rate", "worth"):
        line += [f"{middle(lambda ours, _: ours[measure]):.0f}", f"{middle(lambda _, theirs: theirs[measure]):.0f}",
                 number(middle(lambda ours, theirs: ours[measure] / theirs[measure]))]
    return line + [number(middle(lambda ours, _: ours[name])) for name in ("p50", "p99")]


def signatures(algorithm):
    """What openssl speed signs on the server's core."""
    return {name: openssl_speed([algorithm], 2, CORES.pinned(CORES.server), options)[algorithm][0]
            for name, options in (("rate", ["-elapsed"]), ("worth", []))}


def measure_tokens(program, rounds, seconds):
    rows = []
    for algorithm, aim in (("RS256", 0.85), ("ES256", "")):
        issuer = served(program, algorithm)
        try:
            tokens(issuer, 2)
            turns = []
            for _ in range(rounds):
                turns.append((tokens(issuer, seconds), signatures(algorithm)))
        finally:
            issuer.remove()
        rows.append(row(f"{algorithm} tokens", aim, "openssl speed", turns))
    return rows


def measure_documents(program, bare, rounds, seconds):
    issuer = served(program, "RS256")
    try:
        route = BareRoute(bare, issuer.request("GET", JWKS).body)
        try:
            for server in (issuer, route):
                load(server, JWKS, 2)
            turns = []
            for _ in range(rounds):
                theirs = load(route, JWKS, seconds)
                turns.append((load(issuer, JWKS, seconds), theirs))
        finally:
            route.stop()
    finally:
        issuer.remove()
    return [row("JWKS", 0.8, "a bare route", turns)]


def memory(process):
    """VmRSS and RssAnon in MiB."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        text = file.read()
    return [int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)[1]) / 1024 for name in ("VmRSS", "RssAnon")]


def measure_memory(program, documents, issued):
    """Rows of memory on the way to that many requests for the JWKS, and then that many for tokens."""
    issuer = served(program, "ES256")
    rows = []

    def note(name):
        rows.append([name, *map(number, memory(issuer.process))])

    try:
        note("started")
        for what, total, ask in (
            ("JWKS", documents, lambda: load(issuer, JWKS, 5)), ("tokens", issued, lambda: tokens(issuer, 5)),
        ):
            count, marks = 0, [total // 4 * part for part in range(1, 4)] + [total]
            # Bounded in time as well, on a machine that is slow.
            end = time.monotonic() + 300
            while marks and time.monotonic() < end:
                count += ask()["requests"]
                while marks and count >= marks[0]:
                    marks.pop(0)
                    if not marks or count < marks[0]:
                        note(f"after {count} {what}")
            if marks:
                note(f"after {count} {what}, of {total}: the time was up")
    finally:
        issuer.remove()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--bare", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["tokens", "documents", "memory"])
    arguments = parser.parse_args()
    for program in ("wrk", "openssl", "taskset"):
        if not shutil.which(program):
            sys.exit(f"load.py needs {program}")
    if not CORES.are_apart:
        print("There is one core only: wrk takes its part of it, and the figures are low.\n")
    rounds, seconds = (2, 3) if arguments.quick else (5, 5)
    rows = []
    if arguments.only in (None, "tokens"):
        rows += measure_tokens(arguments.program, rounds, seconds)
    if arguments.only in (None, "documents"):
        rows += measure_documents(arguments.program, arguments.bare, rounds, seconds)
    if rows:
        print(f"On one core, {CONNECTIONS} connections, {rounds} turns of {seconds} s: a second, and a second of processor time\n")
        table(["", "aim", "against", "idp/s", "its/s", "ratio", "idp/cpu s", "its/cpu s", "ratio", "p50 ms", "p99 ms"], rows)
    if arguments.only in (None, "memory"):
        print("Memory in MiB\n")
        table(["", "VmRSS", "RssAnon"], measure_memory(
            arguments.program, *((100_000, 20_000) if arguments.quick else (1_000_000, 250_000))))


if __name__ == "__main__":
    main()
