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

    passed = failed = left_out = 0
    # Between two tests there is none: then a class or a module is set up or taken down.
    began = None

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()
        self.traces, self.reasons = [], []

    def addError(self, test, error):
        text = self._exc_info_to_string(error, test)
        if self.began is not None:
            return self.traces.append(text)
        # Its tests do not run at all, so that nothing else would tell.
        self.failed += 1
        self.tell("FAILED", test, [text])

    def addFailure(self, test, error):
        self.addError(test, error)

    def addSubTest(self, test, part, error):
        if error:
            self.traces.append(f"{part._subDescription()}\n{self._exc_info_to_string(error, test)}")

    def addSkip(self, test, reason):
        # In CI nothing may be missing; elsewhere it is said, and counts for nothing.
        if os.environ.get("CI") == "true":
            return self.addError(test, (unittest.SkipTest, unittest.SkipTest(reason), None))
        if self.began is not None:
            return self.reasons.append(reason)
        self.left_out += 1
        self.tell("skip", test, [reason])

    def stopTest(self, test):
        word = "FAILED" if self.traces else "skip" if self.reasons else "ok"
        self.passed += word == "ok"
        self.failed += word == "FAILED"
        self.left_out += word == "skip"
        self.tell(word, test, self.traces + self.reasons)
        self.began = None
        super().stopTest(test)

    def tell(self, word, test, texts):
        seconds = 0 if self.began is None else time.monotonic() - self.began
        print(f"{word:6} {seconds:5.1f} s  {title(test)}")
        for text in texts:
            print("    " + text.strip().replace("\n", "\n    "))
        sys.stdout.flush()


def title(test):
    if "(" in test.id():
        # What sets up a class or a module goes by another kind of name.
        return test.id()
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
    if result.left_out:
        print(f"{result.left_out} skipped")
    print(f"{result.passed} passed, {result.failed} failed")
    sys.exit(1 if result.failed or not result.passed else 0)


if __name__ == "__main__":
    main()
