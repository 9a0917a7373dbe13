#!/usr/bin/env python3
"""Runs `genlm check` over a public suite and holds its results against what they must be at least.

usage: run-suite.py --genlm PROGRAM --data FOLDER [--every N] [--written HOW] SUITE

The suites are data that does not come with the sources; where the folder is missing the test is skipped (77).
"""

import argparse
import collections
import json
import lzma
import pathlib
import re
import subprocess
import sys

SKIPPED = 77

# What a run must reach: the share of cases that are right, and of those that are too strict at most. Nothing is
# ever too lax.
SUITES = {
    # file, prefix of the member "file", options, right at least, too strict at most
    'draft2020-12': ('json-schema-test-suite.jsonl.xz', 'draft2020-12/', ['--format', 'annotate'], 1.0, 0.0),
    'draft7': ('json-schema-test-suite.jsonl.xz', 'draft7/', ['--format', 'annotate'], 1.0, 0.0),
    'formats-2020-12': ('json-schema-test-suite.jsonl.xz', 'draft2020-12/optional/format/', ['--format', 'assert'], 1.0, 0.0),
    'formats-7': ('json-schema-test-suite.jsonl.xz', 'draft7/optional/format/', ['--format', 'assert'], 1.0, 0.0),
    'maskbench': ('maskbench-dev.jsonl.xz', None, [], 0.995, 0.002),
    'grammars': ('grammars.jsonl', None, [], 1.0, 0.0),
}
REMOTES = 'json-schema-test-suite-remotes.json.xz'


def read_lines(path):
    opener = lzma.open if path.suffix == '.xz' else open
    with opener(path, 'rt', encoding='utf-8') as lines:
        yield from lines


def is_wanted(line, prefix):
    """The required part of a draft leaves its optional files out."""
    if prefix is None:
        return True
    file = json.loads(line)['file']
    return file.startswith(prefix) and ('optional' in prefix or '/optional/' not in file)


def select(data, name, every):
    file, prefix, _, _, _ = SUITES[name]
    wanted = [line for line in read_lines(data / file) if is_wanted(line, prefix)]
    return wanted[::every]


# How else than Python does by itself an instance may be written.
WRITINGS = {'compact': {'separators': (',', ':')}, 'indented': {'indent': 2}}


def write(line, writing):
    """The case with its instances as texts; numbers stay as they are."""
    mark = '\ue000'
    case = json.loads(line, parse_float=lambda number: mark + number)

    def dump(value, **how):
        return re.sub(f'"{mark}([^"]*)"', r'\1', json.dumps(value, ensure_ascii=False, **how))

    for test in case['tests']:
        test['text'] = dump(test.pop('data'), **WRITINGS[writing])
    return dump(case) + '\n'


def check(genlm, data, name, lines, folder, more=()):
    """The results of `genlm check`, a list of objects, and its summary."""
    kind = 'cfg' if name == 'grammars' else 'json-schema'
    options = SUITES[name][2]
    if kind == 'json-schema':
        remotes = folder / 'remotes.json'
        remotes.write_bytes(lzma.open(data / REMOTES).read())
        options = options + ['--refs', str(remotes)]
    output = subprocess.run([genlm, 'check', kind, '--suite', '-', *options, *more], input=''.join(lines),
                            stdout=subprocess.PIPE, check=True, encoding='utf-8').stdout
    results = [json.loads(line) for line in output.splitlines()]
    return results[:-1], results[-1]['summary']


def judge(name, results, out):
    _, _, _, right_at_least, strict_at_most = SUITES[name]
    counts = collections.Counter(result['verdict'] for result in results)
    n = len(results)
    for result in results:
        if result['verdict'] != 'right':
            print(f'{result["verdict"]}: {result["id"]}: {result["reason"]}', file=out)
    print(f'{name}: ' + ', '.join(f'{counts[v]} {v}' for v in ('right', 'too-lax', 'too-strict', 'refused', 'limit')) + f' of {n}',
          file=out)
    return (counts['right'] >= right_at_least * n and counts['too-lax'] == 0
            and counts['too-strict'] <= strict_at_most * n)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--genlm', required=True)
    parser.add_argument('--data', type=pathlib.Path, required=True)
    parser.add_argument('--folder', type=pathlib.Path, required=True, help='where files may be written')
    parser.add_argument('--every', type=int, default=1, help='take one case of so many')
    parser.add_argument('--written', choices=WRITINGS, help='how the instances are written')
    parser.add_argument('suite', choices=SUITES)
    options = parser.parse_args()

    if not (options.data / SUITES[options.suite][0]).exists():
        print(f'{options.data} is not here')
        return SKIPPED
    options.folder.mkdir(parents=True, exist_ok=True)
    lines = select(options.data, options.suite, options.every)
    if options.written is not None:
        lines = [write(line, options.written) for line in lines]
    results, _ = check(options.genlm, options.data, options.suite, lines, options.folder)
    return 0 if judge(options.suite, results, sys.stdout) else 1


if __name__ == '__main__':
    sys.exit(main())
