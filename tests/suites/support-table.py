#!/usr/bin/env python3
"""Writes the tables of keywords and formats in docs/json-schema.md from what the standard's test suite says of us.

usage: support-table.py --genlm PROGRAM --data FOLDER --folder FOLDER [--check] CHAPTER

With --check nothing is written, and it fails if the tables are not those that would be. Where the data is missing it
is skipped (77).
"""

import argparse
import collections
import importlib.util
import json
import pathlib
import re
import sys

DRAFTS = {'2020-12': ('draft2020-12', 'formats-2020-12'), '7': ('draft7', 'formats-7')}


def load_suites():
    path = pathlib.Path(__file__).resolve().parent / 'run-suite.py'
    spec = importlib.util.spec_from_file_location('run_suite', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def count(suites, options, suite):
    """By name of a file: how many schemas, how many tests of them, and how many schemas are right in all tests."""
    lines = suites.select(options.data, suite, 1)
    results, _ = suites.check(options.genlm, options.data, suite, lines, options.folder)
    counts = collections.defaultdict(lambda: [0, 0, 0])
    for line, result in zip(lines, results):
        case = json.loads(line)
        entry = counts[pathlib.PurePosixPath(case['file']).stem]
        entry[0] += 1
        entry[1] += len(case['tests'])
        entry[2] += result['verdict'] == 'right'
    return counts


def cell(counts, name):
    if name not in counts:
        return '–'
    schemas, tests, right = counts[name]
    return f'{right} of {schemas} ({tests} tests)'


def table(title, by_draft):
    names = sorted(set().union(*by_draft), key=str.lower)
    rows = [f'| {title} | draft 2020-12 | draft 7 |', '| --- | --- | --- |']
    rows += [f'| `{name}` | ' + ' | '.join(cell(counts, name) for counts in by_draft) + ' |' for name in names]
    return '\n'.join(rows) + '\n'


def put(text, mark, content):
    pattern = re.compile(rf'(<!-- table: {mark} -->\n).*?(<!-- end -->)', re.DOTALL)
    assert pattern.search(text), f'the chapter has no table of {mark}'
    return pattern.sub(lambda match: match[1] + '\n' + content + '\n' + match[2], text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--genlm', required=True)
    parser.add_argument('--data', type=pathlib.Path, required=True)
    parser.add_argument('--folder', type=pathlib.Path, required=True, help='where files may be written')
    parser.add_argument('--check', action='store_true')
    parser.add_argument('chapter', type=pathlib.Path)
    options = parser.parse_args()
    suites = load_suites()

    if not (options.data / suites.REMOTES).exists():
        print(f'{options.data} is not here')
        return suites.SKIPPED
    options.folder.mkdir(parents=True, exist_ok=True)
    before = options.chapter.read_text(encoding='utf-8')
    after = before
    for mark, i in (('keywords', 0), ('formats', 1)):
        by_draft = [count(suites, options, draft[i]) for draft in DRAFTS.values()]
        after = put(after, mark, table(mark[:-1], by_draft))
    if options.check:
        if before != after:
            print(f'{options.chapter} is not what the suite says; write it anew with {sys.argv[0]}')
        return int(before != after)
    options.chapter.write_text(after, encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
