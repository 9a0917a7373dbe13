#!/usr/bin/env python3
# Many questions at once, with asyncio alone: nothing to set up, and no loop of GLib to run. A call without a
# callback is a future. Over an autobatcher everything that one gather() asks is one batch; over worker
# processes it is shared among them. Workers load this file, so what it does as a program is below its guard.
import asyncio

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm


class Palindromes(Genlm.PotentialBase):
    def do_weigh_complete_batch(self, batch):
        return [0.0 if text == text[::-1] else float('-inf') for text in map(bytes, batch)]


async def main():
    sequences = ['level', 'batch', 'radar', 'token', 'level']
    p = Palindromes().to_autobatched()
    weights = await asyncio.gather(*(p.complete(s) for s in sequences))
    print(f'{weights} from {p.props.n_requests} requests in {p.props.n_batches} batch')

    p = Palindromes().to_multiprocess(2)
    weights = await asyncio.gather(*(p.complete(s) for s in sequences))
    print(f'{weights} from {p.props.workers} workers')


if __name__ == '__main__':
    asyncio.run(main())
