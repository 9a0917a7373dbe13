#!/usr/bin/env python3
"""Counts what Meson's test logs say: prints "N passed, N failed".

usage: test-summary.py TESTLOG.JSON...

The exit status is 1 if a test failed, a log is missing or unreadable, or a
log holds no test that ran.
"""

import json
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
NOT_RUN = {"SKIP", "IGNORED"}


def read_log(path):
    """Returns the results in a log: Meson writes one object per line."""
    with open(path, encoding="utf-8") as log:
        return [json.loads(line) for line in log if line.strip()]


def main(paths):
    passed, failed, complete = 0, 0, bool(paths)

    for path in paths:
        try:
            tests = read_log(path)
        except (OSError, ValueError) as error:
            print(f"cannot read the test log {path}: {error}", file=sys.stderr)
            complete = False
            continue

        passed_before = passed
        for test in tests:
            if test["result"] in PASSED:
                passed += 1
            elif test["result"] not in NOT_RUN:
                failed += 1
                print(f"failed: {test['name']} ({test['result']}) in {path}", file=sys.stderr)

        if passed == passed_before:
            print(f"no test passed in {path}", file=sys.stderr)
            complete = False

    print(f"{passed} passed, {failed} failed")
    return 0 if complete and failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
