#!/usr/bin/env python3
"""What a question to a potential in Python costs, asked one by one and as a batch, in this process and in a worker,
beside the bare function; and what an awaited call costs, beside a future of asyncio alone.

usage: scripts.py [--full]"""

import argparse
import asyncio
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


class Coroutine(Genlm.PotentialBase):
    async def do_weigh_prefix(self, context):
        return weigh(bytes(context))

    do_weigh_complete = do_weigh_prefix


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


def report(result, floor, **what):
    (median, spread), (base, _) = result, floor
    print(json.dumps({
        'name': 'script', 'language': 'python', **what, 'median': round(median, 3), 'spread': round(spread, 3),
        'baseline_median': round(base, 3), 'ratio': round(median / base, 1), 'version': VERSION}))


async def bare(result):
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, result)
    return await future


def in_turn(ask):
    """A program that awaits a thousand answers one after the other."""
    async def main():
        for _ in range(1000):
            await ask()
    return lambda: asyncio.run(main())


def together(ask):
    async def main():
        await asyncio.gather(*(ask() for _ in range(1000)))
    return lambda: asyncio.run(main())


def measure_batches(repetitions):
    potentials = [(type(potential).__name__, place, potential.to_multiprocess(1) if place == 'a worker' else potential)
                  for place in ('this process', 'a worker') for potential in (OneByOne(), Together(), Constant())]
    for size in (1, 10, 100, 1000):
        batch = Genlm.Batch.new()
        for word in WORDS[:size]:
            batch.append(Genlm.Context.new_from_bytes(word))
        floor = measure(lambda: [weigh(word) for word in WORDS[:size]], size, repetitions)
        for name, place, potential in potentials:
            report(measure(lambda: potential.batch_prefix_sync(batch), size, repetitions), floor,
                   potential=name, place=place, batch=size, unit='us/context', repetitions=repetitions,
                   baseline='the bare function')


def measure_awaits(repetitions):
    context = Genlm.Context.new_from_bytes(WORDS[0])
    regex = Genlm.element_make('regex', pattern='[a-z0-9]+')
    potentials = {'regex': regex, 'regex, autobatched': regex.to_autobatched(),
                  'Together, autobatched': Together().to_autobatched(), 'Coroutine': Coroutine(),
                  'Together, 2 workers': Together().to_multiprocess(2)}
    for form in (in_turn, together):
        floor = measure(form(lambda: bare(0.0)), 1000, repetitions)
        for name, potential in potentials.items():
            report(measure(form(lambda: potential.prefix(context)), 1000, repetitions), floor,
                   potential=name, calls='in turn' if form is in_turn else 'gathered', unit='us/call',
                   repetitions=repetitions, baseline='a future of asyncio')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--full', action='store_true')
    repetitions = 200 if parser.parse_args().full else 20
    measure_batches(repetitions)
    measure_awaits(repetitions)


if __name__ == '__main__':
    main()
