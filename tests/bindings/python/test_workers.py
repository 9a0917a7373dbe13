"""Awaited calls to worker processes, and potentials with async functions in them."""

import asyncio
import os
import signal
import threading
import unittest

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, GLib

INF = float('inf')
Code = Genlm.PotentialError


def run(coroutine):
    """A test that takes longer has hung."""
    return asyncio.run(asyncio.wait_for(coroutine, 60))


class Palindromes(Genlm.PotentialBase):
    def do_weigh_prefix(self, context):
        return 0.0

    def do_weigh_complete(self, context):
        return 0.0 if bytes(context) == bytes(context)[::-1] else -INF


class Later(Genlm.PotentialBase):
    """Only async."""

    async def do_weigh_prefix(self, context):
        if bytes(context) == b'raise':
            raise KeyError('gone')
        if bytes(context) == b'none':
            return None
        await asyncio.sleep(0.001)
        return -float(len(context))

    async def do_weigh_complete_batch(self, batch):
        ids = await asyncio.gather(*(asyncio.to_thread(os.getpid) for _ in batch))
        return [-float(process) for process in ids]


class Forever(Genlm.PotentialBase):
    """Some of its answers never come."""

    async def do_weigh_prefix(self, context):
        if len(context) == 0:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                Forever.n_cancelled += 1
                raise
        return -float(self.n_cancelled)

    n_cancelled = 0


class TestWorkers(unittest.TestCase):
    def test_gather(self):
        async def main():
            p = Palindromes().to_multiprocess(2)
            weights = await asyncio.gather(*(p.complete(f'{i}') for i in range(1000)))
            self.assertEqual(weights.count(0.0), 10 + 9 + 90)
            self.assertEqual(list(await p.batch_complete(['aba', 'ab'])), [0.0, -INF])
            weights = await p.logw_next('ab')
            self.assertEqual((weights['a'], weights[Genlm.EOS]), (0.0, -INF))
            view = weights.view()
            del weights
            await asyncio.gather(*(p.logw_next('aba') for _ in range(100)))
            self.assertEqual((view[0], view[256]), (0.0, -INF), 'it keeps the slot of its worker')
            p.close()
        run(main())

    def test_async_functions(self):
        p = Later().to_multiprocess(1)
        self.assertEqual(p.prefix_sync('abc'), -3.0)
        self.assertNotEqual(list(p.batch_complete_sync(['a', 'b'])), [-float(os.getpid())] * 2)

        async def main():
            self.assertEqual(await asyncio.gather(*(p.prefix('a' * i) for i in range(20))), [-float(i) for i in range(20)])
            errors = await asyncio.gather(p.prefix('raise'), p.prefix('none'), return_exceptions=True)
            self.assertIn("Later.do_weigh_prefix: KeyError: 'gone'", errors[0].message)
            self.assertTrue(errors[1].matches(Genlm.potential_error_quark(), Code.INVALID_RESULT), errors[1])
        run(main())
        p.close()
        with self.assertRaises(GLib.Error):
            Later().prefix_sync('abc')

    def interrupt(self, function, *args):
        timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with self.assertRaises(KeyboardInterrupt):
            function(*args)
        timer.join()

    def test_interrupts(self):
        p = Forever().to_multiprocess(1)
        self.interrupt(p.prefix_sync, '')
        self.interrupt(p.batch_prefix_sync, ['', 'a'])
        sampler = Genlm.Awrs(potential=Genlm.element_make('ngram'), condition=p)
        self.interrupt(Genlm.Smc(sampler=sampler, particles=2, max_tokens=2).run_sync)
        self.assertLess(p.prefix_sync('a'), 0.0)
        with self.assertRaisesRegex(GLib.Error, 'closed'):
            p.close()
            p.prefix_sync('a')
        self.assertEqual(signal.set_wakeup_fd(-1), -1)

    def test_nested_interrupt(self):
        inner = Forever().to_multiprocess(1)

        class Outer(Genlm.PotentialBase):
            def do_weigh_prefix(self, context):
                inner.prefix_sync('a')
                return inner.prefix_sync('')

        timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with self.assertRaisesRegex(GLib.Error, 'Outer.do_weigh_prefix: KeyboardInterrupt'):
            (Outer() * Outer()).prefix_sync('b')
        timer.join()
        inner.close()

    def test_cancelled(self):
        async def main():
            p = Forever().to_multiprocess(1)
            for _ in range(3):
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(p.prefix(''), 0.05)
            self.assertEqual(await p.prefix('a'), -3.0, 'the worker goes on, and the tasks have been cancelled')
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(p.batch_prefix(['', 'a', '']), 0.05)
            self.assertLess(await p.prefix('a'), -3.0)
            self.assertEqual(p.props.n_respawns, 0)
            p.close()
        run(main())


if __name__ == '__main__':
    unittest.main()
