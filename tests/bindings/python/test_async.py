"""Awaited calls: under asyncio alone, in threads, under GLib, cancelled, failing, many."""

import asyncio
import gc
import importlib.util
import os
import signal
import sys
import threading
import time
import unittest
import warnings
import weakref

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, Gio, GLib

INF = float('inf')


def run(coroutine):
    """A test that takes longer has hung."""
    return asyncio.run(asyncio.wait_for(coroutine, 30))


class Palindromes(Genlm.PotentialBase):
    """Counts how it is asked."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.batches = []

    def do_weigh_prefix_batch(self, batch):
        return [0.0] * len(batch)

    def do_weigh_complete_batch(self, batch):
        self.batches.append([bytes(context) for context in batch])
        return [0.0 if text == text[::-1] else -INF for text in self.batches[-1]]


class Held(Genlm.PotentialBase):
    """Answers when it is told to."""

    def __init__(self):
        super().__init__()
        self.requests = []

    def do_evaluate(self, request):
        self.requests.append(request)

    def release(self):
        while self.requests:
            request = self.requests.pop()
            request.return_scores([0.0] * request.get_size())


class TestAwait(unittest.TestCase):
    def test_every_method(self):
        async def main():
            p = Genlm.element_make('regex', pattern='(ab)+')
            self.assertEqual(await p.prefix('a'), 0.0)
            self.assertEqual(await p.complete('a'), -INF)
            self.assertEqual(await p.score([b'a', b'b', Genlm.EOS]), 0.0)
            self.assertEqual((await p.logw_next('a'))['b'], 0.0)
            self.assertEqual(list(await p.mask_next('a')), [ord('b')])
            self.assertEqual(list(await p.batch_prefix(['a', 'b'])), [0.0, -INF])
            self.assertEqual(list(await p.batch_complete(['ab', 'b'])), [0.0, -INF])
            self.assertEqual(list(await p.batch_score([[97, 98, 256], 'b'])), [0.0, -INF])
            self.assertEqual([w['b'] for w in await p.batch_logw_next(['a', 'aba'])], [0.0, 0.0])
            self.assertEqual([len(s) for s in await p.batch_mask_next(['', 'ab'])], [1, 2])
            sampler = Genlm.Direct(potential=p)
            draws = await sampler.sample('a', Genlm.Random.new(1, 0, 0))
            self.assertEqual(draws[0], (ord('b'), 0.0))
            randoms = Genlm.RandomList.new()
            for i in range(2):
                randoms.append(Genlm.Random.new(1, i, 0))
            draws = await sampler.sample_batch(['a', 'ab'], randoms)
            self.assertEqual(len(draws), 2)
            sequences = await Genlm.Smc(sampler=sampler, particles=4, max_tokens=8, seed=1).run()
            self.assertEqual(len(sequences), 4)
            self.assertEqual(sequences[0].get_text()[:2], 'ab')
        run(main())

    def test_callbacks(self):
        """What is given a callback, or is told to wait, is as it was."""
        p = Genlm.element_make('regex', pattern='a')
        answers = []
        self.assertIsNone(p.prefix('a', None, lambda source, result, *data: answers.append(
            (source.prefix_finish(result), data)), 1, 2))
        self.assertIsNone(p.complete(context='a', callback=lambda source, result: answers.append(
            source.complete_finish(result))))
        while len(answers) < 2:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(answers, [(0.0, (1, 2)), 0.0])
        self.assertEqual([p.prefix_sync('a'), p.prefix_sync('a', None), p.prefix_sync(context='a')], [0.0] * 3)

    def test_refusals(self):
        p = Genlm.element_make('regex', pattern='a')
        with self.assertRaisesRegex(RuntimeError, r'prefix\(\) without a callback.*prefix_sync'):
            p.prefix('a')

        async def main():
            for call in (lambda: p.prefix(), lambda: p.prefix('a', cancellable=3), lambda: p.prefix('a', 3),
                         lambda: p.prefix(3), lambda: p.prefix(None), lambda: p.prefix('a', cancelable=None),
                         lambda: p.batch_prefix('a'), lambda: p.batch_prefix([3]), lambda: p.prefix([True])):
                with self.assertRaises(TypeError):
                    call()
            for call in (lambda: p.prefix([-1]), lambda: p.prefix([2**32]), lambda: p.prefix(['ab'])):
                with self.assertRaises(ValueError):
                    call()
        run(main())

    def test_errors(self):
        class Fails(Genlm.PotentialBase):
            def do_weigh_prefix(self, context):
                raise KeyError('gone')

        async def main():
            for potential in (Fails(), Fails().to_autobatched()):
                with self.assertRaises(GLib.Error) as caught:
                    await potential.prefix('a')
                self.assertIn("Fails.do_weigh_prefix: KeyError: 'gone'", caught.exception.message)
                results = await asyncio.gather(potential.prefix('a'), potential.prefix([300]), return_exceptions=True)
                self.assertEqual([error.code for error in results],
                                 [Genlm.PotentialError.FAILED, Genlm.PotentialError.INVALID_TOKEN])
        run(main())

    def test_a_failing_callback_loses_nothing(self):
        async def main():
            p = Genlm.element_make('regex', pattern='a')
            called = asyncio.Event()

            def fail(source, result):
                called.set()
                raise ValueError('this is printed')
            with silent_hook():
                p.prefix('a', None, fail)
                answer = p.prefix('a')
                answer.add_done_callback(lambda _: called.set())
                self.assertEqual(await answer, 0.0)
                await called.wait()
                self.assertEqual(await p.prefix('a'), 0.0)
        run(main())


class silent_hook:
    """Exceptions of callbacks are printed; here they are meant."""

    def __enter__(self):
        self.hook, sys.excepthook = sys.excepthook, lambda *_: None

    def __exit__(self, *_):
        sys.excepthook = self.hook


class TestBatches(unittest.TestCase):
    WORDS = ['level', 'batch', 'radar', 'token', 'level']

    def test_gather(self):
        async def main():
            p = Palindromes()
            autobatch = p.to_autobatched()
            weights = await asyncio.gather(*(autobatch.complete(word) for word in self.WORDS))
            self.assertEqual(weights, [0.0, -INF, 0.0, -INF, 0.0])
            self.assertEqual((autobatch.props.n_requests, autobatch.props.n_batches), (5, 1))
            self.assertEqual(p.batches, [[b'level', b'batch', b'radar', b'token']])
        run(main())

    def test_tasks(self):
        """What starts a few turns later is still in the batch."""
        async def later(autobatch, i):
            for _ in range(i):
                await asyncio.sleep(0)
            return await autobatch.complete(self.WORDS[i])

        async def main():
            autobatch = Palindromes().to_autobatched()
            weights = await asyncio.gather(*(later(autobatch, i) for i in range(5)))
            self.assertEqual(weights, [0.0, -INF, 0.0, -INF, 0.0])
            self.assertEqual(autobatch.props.n_batches, 1)
        run(main())

    def test_a_busy_program(self):
        """Tasks that never wait do not starve the answers."""
        async def busy(done):
            while not done.is_set():
                await asyncio.sleep(0)

        async def main():
            done = asyncio.Event()
            task = asyncio.create_task(busy(done))
            for _ in range(3):
                self.assertEqual(await Palindromes().to_autobatched().complete('aa'), 0.0)
            done.set()
            await task
        run(main())

    def test_without_awaiting_at_once(self):
        async def main():
            autobatch = Palindromes().to_autobatched()
            first, second = autobatch.complete('aa'), autobatch.complete('ab')
            self.assertEqual([await first, await second, autobatch.props.n_batches], [0.0, -INF, 1])
        run(main())

    def test_thousands(self):
        async def main():
            autobatch = Palindromes().to_autobatched()
            weights = await asyncio.gather(*(autobatch.complete(f'{i}') for i in range(3000)))
            self.assertEqual(weights.count(0.0), 10 + 9 + 90 + 20)
            self.assertEqual(autobatch.props.n_batches, 1)
        run(main())


class TestCancelling(unittest.TestCase):
    def test_task(self):
        async def main():
            held = Held()
            task = asyncio.ensure_future(held.prefix('a'))
            await asyncio.sleep(0)
            other = held.prefix('b')
            cancellable = held.requests[0].get_cancellable()
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            self.assertTrue(cancellable.is_cancelled())
            self.assertTrue(held.requests[0].is_answered())
            self.assertFalse(held.requests[1].is_answered())
            held.release()
            self.assertEqual(await other, 0.0)
        run(main())

    def test_wait_for(self):
        async def main():
            held = Held()
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(held.prefix('a'), 0.01)
            self.assertTrue(held.requests[0].get_cancellable().is_cancelled())

            async def ask():
                await held.prefix('a')
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(ask(), 0.01)
            self.assertTrue(held.requests[1].get_cancellable().is_cancelled())
        run(main())

    def test_gather(self):
        async def main():
            held = Held()
            together = asyncio.gather(held.prefix('a'), held.prefix('b'))
            together.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await together
            self.assertTrue(all(r.get_cancellable().is_cancelled() for r in held.requests))
        run(main())

    def test_cancellable(self):
        """One of the caller ends its calls with an error; to cancel an answer leaves it alone."""
        async def main():
            held = Held()
            mine = Gio.Cancellable()
            one, two = held.prefix('a', mine), held.prefix('b', mine)
            one.cancel()
            self.assertFalse(mine.is_cancelled())
            mine.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await one
            with self.assertRaises(GLib.Error) as caught:
                await two
            self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
            with self.assertRaises(GLib.Error):
                await held.prefix('a', mine)
        run(main())

    def test_what_is_left_behind(self):
        """A loop that ends takes its calls with it."""
        held = Held()

        async def main():
            asyncio.ensure_future(self.ask(held))
            await asyncio.sleep(0)
            held.prefix('b')
        run(main())
        self.assertTrue(held.requests[0].get_cancellable().is_cancelled())
        held.release()
        while GLib.MainContext.default().iteration(False):
            pass

    @staticmethod
    async def ask(held):
        await held.prefix('a')


class TestLoops(unittest.TestCase):
    async def ask(self):
        own = Palindromes()
        for potential in (own, own.to_autobatched(), Genlm.element_make('regex', pattern='a+')):
            self.assertEqual(await asyncio.gather(*(potential.complete('a' * i) for i in (1, 2, 3))), [0.0] * 3)

    def test_one_after_the_other(self):
        for _ in range(3):
            run(self.ask())

    def test_threads(self):
        errors = []

        def work():
            try:
                run(self.ask())
            except BaseException as error:
                errors.append(error)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])

    def test_a_thread_beside_glib(self):
        """The default context is run elsewhere, before and after."""
        loop = GLib.MainLoop()
        errors = []

        def work():
            try:
                run(self.ask())
            except BaseException as error:
                errors.append(error)
            GLib.idle_add(loop.quit)
        thread = threading.Thread(target=work)
        GLib.idle_add(thread.start)
        loop.run()
        thread.join()
        self.assertEqual(errors, [])

    def test_a_context_of_its_own(self):
        context = GLib.MainContext.new()
        context.push_thread_default()
        try:
            run(self.ask())
        finally:
            context.pop_thread_default()

    def test_inside_a_glib_loop(self):
        loop = GLib.MainLoop()

        def work():
            run(self.ask())
            loop.quit()
        GLib.idle_add(work)
        loop.run()

    @unittest.skipUnless(importlib.util.find_spec('gi.events'), 'this PyGObject has no loop of its own')
    def test_the_loop_of_pygobject(self):
        """Newer ones have a loop that GLib runs."""
        from gi.events import GLibEventLoopPolicy
        loop = GLibEventLoopPolicy().get_event_loop()
        loop.run_until_complete(asyncio.wait_for(self.ask(), 30))

    def test_what_else_runs(self):
        """Timers, threads, pipes and signals of asyncio, and sources of GLib, beside our calls."""
        async def main():
            loop = asyncio.get_running_loop()
            await self.ask()
            self.assertEqual(await asyncio.to_thread(lambda: 3), 3)
            start = time.monotonic()
            await asyncio.sleep(0.02)
            self.assertGreaterEqual(time.monotonic() - start, 0.019)

            read, write = os.pipe()
            readable = asyncio.Event()
            loop.add_reader(read, readable.set)
            loop.call_later(0.01, os.write, write, b'x')
            await readable.wait()
            loop.remove_reader(read)
            os.close(read)
            os.close(write)

            signalled = asyncio.Event()
            loop.add_signal_handler(signal.SIGUSR1, signalled.set)
            loop.call_later(0.01, os.kill, os.getpid(), signal.SIGUSR1)
            await signalled.wait()
            loop.remove_signal_handler(signal.SIGUSR1)

            fired = asyncio.Event()
            GLib.timeout_add(10, fired.set)
            await fired.wait()
            await self.ask()
        run(main())

    def test_interrupt(self):
        """Control-C ends a program that waits for an answer."""
        held = Held()

        async def main():
            answer = held.prefix('a')
            threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT)).start()
            await answer
        with self.assertRaises(KeyboardInterrupt):
            asyncio.run(main())
        self.assertTrue(held.requests[0].get_cancellable().is_cancelled())

    def test_no_busy_waiting(self):
        async def main():
            held = Held()
            answer = held.prefix('a')
            GLib.timeout_add(300, held.release)
            start = time.process_time()
            await answer
            self.assertLess(time.process_time() - start, 0.1)
        run(main())

    def test_unclosed(self):
        """A loop that is dropped leaves nothing in the main context."""
        loop = asyncio.new_event_loop()
        loop.run_until_complete(self.ask())
        selector = weakref.ref(loop._selector)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', ResourceWarning)
            del loop
            gc.collect()
        self.assertIsNone(selector())
        run(self.ask())

    def test_unknown_loops(self):
        class Strange(asyncio.SelectorEventLoop):
            pass
        loop = Strange()

        async def main():
            with self.assertRaisesRegex(RuntimeError, 'Strange can be run neither by GLib nor with it'):
                Genlm.element_make('regex', pattern='a').prefix('a')
        selector = loop._selector

        class Selector:
            def __getattr__(self, name):
                return getattr(selector, name)
        loop._selector = Selector()
        loop.run_until_complete(main())
        loop._selector = selector
        loop.close()


class TestLeaks(unittest.TestCase):
    def test_a_thousand(self):
        async def main():
            potentials = [Genlm.element_make('regex', pattern='a+'), Palindromes(), Palindromes().to_autobatched()]

            async def ask():
                for potential in potentials:
                    for _ in range(1000):
                        await potential.complete('aa')
                    for _ in range(100):
                        with self.assertRaises(GLib.Error):
                            await potential.complete([999])
                        potential.complete('aa').cancel()
                    await asyncio.gather(*(potential.complete('aa') for _ in range(1000)))
                # What was cancelled is still delivered.
                await asyncio.sleep(0.01)
            await ask()
            gc.collect()
            before = len(gc.get_objects())
            await ask()
            gc.collect()
            for potential in potentials:
                if isinstance(potential, Palindromes):
                    potential.batches.clear()
            self.assertLess(len(gc.get_objects()) - before, 50)
            gone = [weakref.ref(potential) for potential in potentials]
            potentials.clear()
            del potential
            gc.collect()
            await asyncio.sleep(0)
            self.assertEqual([ref() for ref in gone], [None] * 3)
        run(main())

    def test_no_cycles(self):
        """Answers go without the garbage collector, at the latest with the next call."""
        async def main():
            p = Genlm.element_make('regex', pattern='a+')
            await p.complete('a')
            gc.collect()
            gc.disable()
            try:
                for context in ('a', [999]):
                    answer = p.complete(context)
                    ref = weakref.ref(answer)
                    await asyncio.gather(answer, return_exceptions=True)
                    del answer
                    await p.complete('a')
                    self.assertIsNone(ref())
            finally:
                gc.enable()
        run(main())


if __name__ == '__main__':
    unittest.main()
