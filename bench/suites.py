#!/usr/bin/env python3
"""What constraints cost over public suites: the time of a mask with the step before it, of building, and the memory,
each beside what it is to be at most. One thread; the caches of a constraint are shared by its instances, and then
everything is built anew for each.

usage: suites.py --genlm PROGRAM [--data FOLDER] [--full]"""

import argparse
import importlib.util
import json
import lzma
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
VOCAB = 'vocab-cl100k_base.b64.xz'

# Microseconds at most, from the best that is known of others.
MASKS = {'avg': 10, 'p50': 3, 'p99': 120, 'max': 5000}
MASKS_ANEW = {'avg': 18, 'p50': 6, 'p99': 200}
BUILDS = {'p50': 300, 'p99': 5000, 'max': 100000}
GRAMMARS = {'json': 1.5, 'json-nested': 1.5, 'arithmetic': 1.5, 'arithmetic-names': 6}
MEMORY_MIB = 96


def load_suites():
    spec = importlib.util.spec_from_file_location('run_suite', ROOT / 'tests' / 'suites' / 'run-suite.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def row(what, value, limit, unit='µs'):
    print(f'{what:<44} {value:>9.1f} {unit:<4} of {limit:>7} {value / limit:>6.2f}')


def show_masks(title, summary, limits):
    times = summary['mask_us']
    print(f'{title}: {times["n"]} masks')
    for point, limit in limits.items():
        row(f'  mask and step, {point}', times[point], limit)


def schemas(suites, options, folder, vocab):
    lines = suites.select(options.data, 'maskbench', 1 if options.full else 20)
    more = ['--vocab', str(vocab), '--jobs', '1']

    results, shared = suites.check(options.genlm, options.data, 'maskbench', lines, folder, more)
    n = len(results)
    print(f'JSON Schema, {n} schemas: {shared["right"] / n:.1%} right, {shared["too-lax"]} too lax, '
          f'{shared["too-strict"]} too strict, {shared["refused"] + shared["limit"]} refused')
    show_masks('caches shared by the instances of a schema', shared, MASKS)
    for point, limit in BUILDS.items():
        row(f'  building, {point}', shared['compile_us'][point], limit)
    row('  memory of the whole process at its peak', shared['peak_mib'], MEMORY_MIB, 'MiB')
    _, anew = suites.check(options.genlm, options.data, 'maskbench', lines, folder, more + ['--anew'])
    show_masks('built anew for each instance', anew, MASKS_ANEW)


def grammars(suites, options, folder, vocab):
    """The first pass over a text, and the mean of many, which is that of the later ones."""
    for line in suites.select(options.data, 'grammars', 1):
        case = json.loads(line)
        times = []
        for passes in (1, 20 if options.full else 5):
            case['tests'] = case['tests'][:1] * passes
            results, _ = suites.check(options.genlm, options.data, 'grammars', [json.dumps(case) + '\n'], folder,
                                      ['--vocab', str(vocab), '--jobs', '1'])
            times.append(results[0]['mask_us_avg'])
            assert results[0]['verdict'] == 'right', results[0]
        row(f'  {case["id"]}, first pass', times[0], GRAMMARS[case['id']])
        later = (times[1] * passes - times[0]) / (passes - 1)
        row(f'  {case["id"]}, later passes', later, GRAMMARS[case['id']])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--genlm', required=True)
    parser.add_argument('--data', type=pathlib.Path, default=ROOT.parent / 'shared' / 'data')
    parser.add_argument('--full', action='store_true', help='all schemas, more passes')
    options = parser.parse_args()
    suites = load_suites()

    if not (options.data / VOCAB).exists():
        print(f'{options.data} is not here: there is nothing to measure')
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        vocab = folder / 'vocab.b64'
        vocab.write_bytes(lzma.open(options.data / VOCAB).read())
        print('Lark grammars, mask and step over 100,256 tokens:')
        grammars(suites, options, folder, vocab)
        schemas(suites, options, folder, vocab)
    return 0


if __name__ == '__main__':
    sys.exit(main())
