#!/usr/bin/env python3
"""Drives the built program in a real terminal (tmux), as a person would.

    run.py [--program PATH] [NAME...]     a NAME runs only the tests whose names contain it

Needs python3, tmux and git. Ends with `N passed, N failed`; exits with 1 when a test failed or none ran.
"""

import argparse
import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True


class Result(unittest.TestResult):
    """One line a test, its time, and why it failed. A test whose parts fail is one failed test."""

    passed = failed = 0

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()
        self.traces = []

    def addError(self, test, error):
        self.traces.append(self._exc_info_to_string(error, test))

    def addFailure(self, test, error):
        self.addError(test, error)

    def addSubTest(self, test, part, error):
        if error:
            self.traces.append(f"{part._subDescription()}\n{self._exc_info_to_string(error, test)}")

    def addSkip(self, test, reason):
        self.traces.append(f"skipped: {reason}")

    def stopTest(self, test):
        self.passed += not self.traces
        self.failed += bool(self.traces)
        print(f"{'FAILED' if self.traces else 'ok':6} {time.monotonic() - self.began:5.1f} s  {title(test)}")
        for trace in self.traces:
            print("    " + trace.strip().replace("\n", "\n    "))
        sys.stdout.flush()
        super().stopTest(test)


def title(test):
    return test.id().split(".", 1)[1].replace(".test_", ": ").replace("_", " ")


def tests(suite):
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from tests(part)
        else:
            yield part


def main(folder=HERE):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=os.path.join(HERE, "../../.build/release/idp"))
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    os.environ["IDP_PROGRAM"] = os.path.abspath(arguments.program)
    if not os.access(arguments.program, os.X_OK):
        sys.exit(f"{arguments.program} is not there: swift build -c release --static-swift-stdlib --product idp")
    found = unittest.TestLoader().discover(folder, pattern="test_*.py", top_level_dir=folder)
    chosen = [test for test in tests(found) if not arguments.names or any(name in title(test) for name in arguments.names)]
    result = Result()
    unittest.TestSuite(chosen).run(result)
    # A module that cannot be loaded is a failed test of the loader, and is among them.
    print(f"{result.passed} passed, {result.failed} failed")
    sys.exit(1 if result.failed or not result.passed else 0)


if __name__ == "__main__":
    main()
