#!/usr/bin/env python3
"""What a question to a potential in Python costs, asked one by one and as a batch, beside the bare function.

usage: scripts.py [--full]"""

import argparse
import json
import statistics
import time

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm

VERSION = f'{Genlm.MAJOR_VERSION}.{Genlm.MINOR_VERSION}.{Genlm.MICRO_VERSION}'
WORDS = [b'word%d' % i for i in range(1000)]


def weigh(text):
    return 0.0 if b'e' not in text else float('-inf')


class OneByOne(Genlm.PotentialBase):
    def do_weigh_prefix(self, context):
        return weigh(bytes(context))

    do_weigh_complete = do_weigh_prefix


class Together(Genlm.PotentialBase):
    def do_weigh_prefix_batch(self, batch):
        return [weigh(bytes(context)) for context in batch]

    do_weigh_complete_batch = do_weigh_prefix_batch


class Constant(Genlm.PotentialBase):
    """Does not look at the contexts: only the crossing is left."""

    def do_weigh_prefix_batch(self, batch):
        return [0.0] * len(batch)

    do_weigh_complete_batch = do_weigh_prefix_batch


def measure(ask, size, repetitions):
    """Microseconds for each context: median and spread."""
    ask()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        ask()
        times.append((time.perf_counter() - start) * 1e6 / size)
    return statistics.median(times), max(times) - min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--full', action='store_true')
    repetitions = 200 if parser.parse_args().full else 20

    for size in (1, 10, 100, 1000):
        batch = Genlm.Batch.new()
        for word in WORDS[:size]:
            batch.append(Genlm.Context.new_from_bytes(word))
        floor, _ = measure(lambda: [weigh(word) for word in WORDS[:size]], size, repetitions)
        for potential in (OneByOne(), Together(), Constant()):
            median, spread = measure(lambda: potential.batch_prefix_sync(batch, None), size, repetitions)
            print(json.dumps({
                'name': 'script', 'language': 'python', 'potential': type(potential).__name__, 'batch': size, 'unit': 'us/context',
                'median': round(median, 3), 'spread': round(spread, 3), 'repetitions': repetitions,
                'baseline': 'the bare function', 'baseline_median': round(floor, 3),
                'ratio': round(median / floor, 1), 'version': VERSION}))


if __name__ == '__main__':
    main()
