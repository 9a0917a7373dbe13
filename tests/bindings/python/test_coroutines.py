"""Virtual functions with async def: under asyncio, under GLib alone as in a worker
process, failing, cancelled, inherited."""

import asyncio
import gc
import math
import threading
import unittest
import weakref

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, Gio, GLib, GObject

INF = float('inf')
Code = Genlm.PotentialError
VOCAB = Genlm.Vocab.new(GLib.Variant('aay', [b'a', b'b']), '</s>')


def run(coroutine):
    """A test that takes longer has hung."""
    return asyncio.run(asyncio.wait_for(coroutine, 30))


def wait(source, name, *args, cancellable=None, context=None):
    """The result of a call, where nothing but GLib runs."""
    answers = []

    def done(source, result):
        try:
            answers.append((getattr(source, name + '_finish')(result), None))
        except GLib.Error as error:
            answers.append((None, error))
    getattr(source, name)(*args, cancellable, done)
    while not answers:
        (context or GLib.MainContext.default()).iteration(True)
    value, error = answers[0]
    if error is not None:
        raise error
    return value


class Few(Genlm.PotentialBase):
    """No more than three tokens, the last of them b."""

    def __init__(self):
        super().__init__(vocab=VOCAB)
        self.n_running = self.most_running = 0

    def do_get_traits(self):
        return Genlm.Traits.BOOLEAN

    async def weigh(self, weight):
        self.n_running += 1
        self.most_running = max(self.most_running, self.n_running)
        await asyncio.sleep(0)
        self.n_running -= 1
        return weight

    async def do_weigh_prefix(self, context):
        return await self.weigh(0.0 if len(context) < 3 else -INF)

    async def do_weigh_complete(self, context):
        return await self.weigh(0.0 if 0 < len(context) < 3 and context[-1] == 1 else -INF)


class Value(Genlm.PotentialBase):
    """Returns what it is told, or raises it."""

    def __init__(self, value):
        super().__init__(vocab=VOCAB)
        self.value = value

    def do_get_traits(self):
        return Genlm.Traits.BOOLEAN

    async def give(self, argument):
        await asyncio.sleep(0)
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value

    do_weigh_prefix = do_weigh_complete = do_weigh_next = do_weigh_mask = give
    do_weigh_prefix_batch = do_weigh_next_batch = do_weigh_mask_batch = give


class Slow(Few):
    """Waits for ever."""

    def __init__(self):
        super().__init__()
        self.n_started = 0
        self.n_cancelled = 0

    async def do_weigh_prefix(self, context):
        self.n_started += 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.n_cancelled += 1
            raise


class TestMethods(unittest.TestCase):
    def check(self, ask):
        p = Few()
        self.assertEqual([ask(p, 'prefix', c) for c in ('', 'ab', 'aba')], [0.0, 0.0, -INF])
        self.assertEqual([ask(p, 'complete', c) for c in ('', 'ab', 'aba')], [-INF, 0.0, -INF])
        self.assertEqual(ask(p, 'score', [1, 2]), 0.0)
        self.assertEqual(list(ask(p, 'logw_next', 'b')), [0.0, 0.0, 0.0])
        self.assertEqual(list(ask(p, 'mask_next', 'ab')), [2])
        self.assertEqual(list(ask(p, 'batch_prefix', ['', 'aba'])), [0.0, -INF])
        self.assertEqual(list(ask(p, 'batch_complete', ['b', 'a'])), [0.0, -INF])
        self.assertEqual([list(w) for w in ask(p, 'batch_logw_next', ['', 'ab'])], [[0.0, 0.0, -INF], [-INF, -INF, 0.0]])
        self.assertEqual([list(m) for m in ask(p, 'batch_mask_next', ['', 'ab'])], [[0, 1], [2]])
        with self.assertRaises(GLib.Error) as caught:
            ask(p, 'logw_next', 'aba')
        self.assertEqual(caught.exception.code, Code.ZERO_PREFIX)

    def test_under_glib(self):
        self.check(wait)

    def test_under_asyncio(self):
        async def ask(p, name, argument):
            return await getattr(p, name)(argument)
        self.check(lambda *args: run(ask(*args)))

    def test_in_a_thread(self):
        errors = []

        def work():
            context = GLib.MainContext.new()
            context.push_thread_default()
            try:
                self.check(lambda *args: wait(*args, context=context))
            except BaseException as error:
                errors.append(error)
            context.pop_thread_default()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        self.assertEqual(errors, [])

    def test_asked_from_a_thread(self):
        """Tasks run where the main context is iterated."""
        class Safe(Few):
            def do_get_traits(self):
                return Genlm.Traits.THREAD_SAFE

            async def do_weigh_prefix(self, context):
                threads.append(threading.get_ident())
                return await Few().prefix(context)
        threads, answers, p = [], [], Safe()
        for potential in (p, Few()):
            thread = threading.Thread(target=lambda: potential.prefix(
                'a', None, lambda source, result: answers.append(source.prefix_finish(result))))
            thread.start()
            thread.join()
        while len(answers) < 2:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(answers, [0.0, 0.0])
        self.assertEqual(threads, [threading.get_ident()])

    def test_at_the_same_time(self):
        p = Few()
        wait(p, 'batch_prefix', ['', 'a', 'b', 'ab'])
        self.assertEqual(p.most_running, 4)

        async def main():
            await asyncio.gather(*(p.prefix('a') for _ in range(8)))
        run(main())
        self.assertEqual(p.most_running, 8)
        wait(p, 'batch_prefix', ['a'] * 1000)
        self.assertEqual(p.most_running, 256, 'there is a limit')

    def test_batches(self):
        asked = []

        class Together(Genlm.PotentialBase):
            async def do_weigh_prefix_batch(self, batch):
                asked.append(len(batch))
                await asyncio.sleep(0)
                return [float(-len(context)) for context in batch]
            do_weigh_complete_batch = do_weigh_prefix_batch
        p = Together()
        self.assertEqual(wait(p, 'prefix', 'abc'), -3.0)
        self.assertEqual(list(wait(p, 'batch_complete', ['a', 'ab'])), [-1.0, -2.0])
        self.assertEqual(asked, [1, 2])
        self.assertEqual(wait(p, 'logw_next', 'a')['b'], -1.0)
        self.assertEqual(asked, [1, 2, 1, 1, 256])

    def test_beside_ordinary_functions(self):
        class Mixed(Few):
            def do_weigh_complete(self, context):
                return -5.0

            async def do_weigh_next(self, context):
                return [await self.prefix(context), self.complete_sync(context), 0.0]
        p = Mixed()
        self.assertEqual([wait(p, 'complete', 'a'), p.complete_sync('a')], [-5.0, -5.0])
        self.assertEqual(list(wait(p, 'logw_next', 'a')), [0.0, -5.0, 0.0])

    def test_compositions(self):
        model = Genlm.element_make('regex', pattern='[ab]+').coerce(VOCAB)
        for p in (Few().to_autobatched(), Few().to_autobatched().to_autobatched(), Few() * model):
            self.assertEqual(wait(p, 'complete', 'ab'), 0.0)
            self.assertEqual(list(wait(p, 'mask_next', 'ab')), [2])

        class Bytes(Genlm.PotentialBase):
            async def do_weigh_prefix(self, context):
                await asyncio.sleep(0)
                return 0.0 if bytes(context) in b'ab' else -INF
            do_weigh_complete = do_weigh_prefix
        coerced = Bytes().coerce(Genlm.Vocab.new(GLib.Variant('aay', [b'ab', b'b', b'a']), '</s>'))
        self.assertEqual(list(wait(coerced, 'logw_next', [2])), [-INF, 0.0, -INF, 0.0])

    def test_smc(self):
        async def main():
            smc = Genlm.Smc(sampler=Genlm.Direct(potential=Few().to_autobatched()), particles=4, max_tokens=4, seed=1)
            self.assertEqual(len(await smc.run()), 4)
        run(main())


class TestRefusals(unittest.TestCase):
    def refuse(self, code, ask, *args, **kwargs):
        with self.assertRaises(GLib.Error) as caught:
            ask(*args, **kwargs)
        error = caught.exception
        self.assertTrue(error.matches(Genlm.potential_error_quark(), code), error)
        return error.message

    def test_synchronous_calls(self):
        p, value = Few(), Value(0.0)
        for name in ('prefix_sync', 'complete_sync', 'logw_next_sync', 'mask_next_sync'):
            self.assertIn('it is async' if 'mask' not in name else '', self.refuse(Code.NOT_SUPPORTED, getattr(p, name), 'b'))
            self.assertIn('Value.give: it is async', self.refuse(Code.NOT_SUPPORTED, getattr(value, name), 'b'))
        self.refuse(Code.NOT_SUPPORTED, p.batch_prefix_sync, ['b'])

    def test_results(self):
        for value in (True, None, '0', 'abc', [], [0.0], {}, object(), (0.0, True), 1j):
            for name in ('prefix', 'complete'):
                self.assertIn('Value.do_weigh_' + name, self.refuse(Code.INVALID_RESULT, wait, Value(value), name, 'a'))
        for value in (True, None, '0', [], [0.0, 0.0], [0.0, None, 0.0], [True] * 3, 0.0, b'', b'12345678'):
            self.refuse(Code.INVALID_RESULT, wait, Value(value), 'logw_next', 'a')
        for value in (True, None, '0', [], [None], [3], {-1}, 0.0):
            self.refuse(Code.INVALID_RESULT, wait, Value(value), 'mask_next', 'a')
        for value in (True, None, [], [0.0], [0.0] * 3, [0.0, None], [0.0, '0'], 0.0):
            self.refuse(Code.INVALID_RESULT, wait, Value(value), 'batch_prefix', ['a', 'b'])
            self.refuse(Code.INVALID_RESULT, wait, Value(value), 'batch_logw_next', ['a', 'b'])
        for value in (math.nan, INF):
            self.refuse(Code.INVALID_WEIGHT, wait, Value(value), 'prefix', 'a')
            self.refuse(Code.INVALID_WEIGHT, wait, Value([value, 0.0]), 'batch_prefix', ['a', 'b'])

    def test_exceptions(self):
        self.assertIn("Value.do_weigh_prefix: KeyError: 'gone' (test_coroutines.py:",
                      self.refuse(Code.FAILED, wait, Value(KeyError('gone')), 'prefix', 'a'))
        own = GLib.Error.new_literal(Genlm.potential_error_quark(), 'full', Code.LIMIT)
        self.assertEqual(self.refuse(Code.LIMIT, wait, Value(own), 'prefix', 'a'), 'full')
        self.assertIn('cancelled', self.refuse(Code.FAILED, wait, Value(asyncio.CancelledError()), 'prefix', 'a'))
        # One that fails ends the others of its batch.

        class One(Slow):
            async def do_weigh_complete(self, context):
                if len(context) == 0:
                    raise ValueError('empty')
                return await self.do_weigh_prefix(context)
        one = One()
        self.assertIn('ValueError: empty', self.refuse(Code.FAILED, wait, one, 'batch_complete', ['a', '', 'b']))
        while one.n_cancelled < one.n_started:
            GLib.MainContext.default().iteration(True)

    def test_nothing_to_ask(self):
        class Half(Genlm.PotentialBase):
            async def do_weigh_prefix(self, context):
                return 0.0
        self.assertIn('there is no do_weigh_complete()', self.refuse(Code.NOT_SUPPORTED, wait, Half(), 'complete', 'a'))
        self.refuse(Code.NOT_SUPPORTED, wait, Half(), 'mask_next', 'a')

        class Other(Genlm.PotentialBase):
            async def do_weigh_prefix(self, context):
                return 0.0

            async def do_get_vocab(self):
                return VOCAB
        self.assertRaises(TypeError, lambda: type('Wrong', (Genlm.PotentialBase,), {'do_weigh_suffix': Half.do_weigh_prefix}))


class TestCancelling(unittest.TestCase):
    def test_under_glib(self):
        p, cancellable = Slow(), Gio.Cancellable()
        GLib.timeout_add(10, cancellable.cancel)
        with self.assertRaises(GLib.Error) as caught:
            wait(p, 'prefix', 'a', cancellable=cancellable)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        while p.n_cancelled < 1:
            GLib.MainContext.default().iteration(True)

    def test_deadline(self):
        p = Slow()
        p.set_property('timeout', 5)
        with self.assertRaises(GLib.Error) as caught:
            wait(p, 'prefix', 'a')
        self.assertEqual(caught.exception.code, Code.TIMED_OUT)
        # On a busy machine time may be up before the task has begun.
        while p.n_cancelled < p.n_started:
            GLib.MainContext.default().iteration(True)

    def test_from_a_thread(self):
        p, cancellable = Slow(), Gio.Cancellable()
        threading.Timer(0.01, cancellable.cancel).start()
        with self.assertRaises(GLib.Error):
            wait(p, 'prefix', 'a', cancellable=cancellable)
        while p.n_cancelled < 1:
            GLib.MainContext.default().iteration(True)

    def test_under_asyncio(self):
        async def main():
            p = Slow()
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(p.prefix('a'), 0.01)
            await asyncio.sleep(0)
            self.assertEqual(p.n_cancelled, 1)
            autobatch = p.to_autobatched()
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(autobatch.prefix('a'), 0.01)
            while p.n_cancelled < p.n_started:
                await asyncio.sleep(0.001)
        run(main())

    def test_the_end_of_the_loop(self):
        """A task that its loop takes along answers its request."""
        p, errors = Slow(), []

        def done(source, result):
            try:
                source.prefix_finish(result)
            except GLib.Error as error:
                errors.append(error)

        async def main():
            p.prefix('a', None, done)
            await asyncio.sleep(0.01)
        run(main())
        while not errors:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(p.n_cancelled, 1)
        self.assertIn('its task was cancelled', errors[0].message)


class TestRequests(unittest.TestCase):
    def test_evaluate(self):
        class Answers(Genlm.PotentialBase):
            async def do_evaluate(self, request):
                await asyncio.sleep(0.001)
                if self.get_name() == 'forgets':
                    return
                if self.get_name() == 'returns':
                    return 0.0
                if self.get_name() == 'fails':
                    raise KeyError('gone')
                request.return_scores([-1.0] * request.get_size())
        self.assertEqual(wait(Answers(), 'prefix', 'a'), -1.0)
        for name, code in (('forgets', Code.NO_ANSWER), ('returns', Code.INVALID_RESULT), ('fails', Code.FAILED)):
            with self.assertRaises(GLib.Error) as caught:
                wait(Answers(name=name), 'prefix', 'a')
            self.assertEqual(caught.exception.code, code, name)

    def test_sampler(self):
        class First(GObject.Object, Genlm.Sampler):
            target = Few()

            def do_get_target(self):
                return self.target

            async def do_draw(self, request):
                weights = await asyncio.gather(*(self.target.logw_next(context) for context in request.get_batch()))
                draws = Genlm.Draws.new()
                for weight in weights:
                    draws.append(max(weight.as_dict(), key=lambda token: token == b'b') == b'b', 0.0)
                request.return_draws(draws)

        async def main():
            draws = await First().sample('', Genlm.Random.new(1, 0, 0))
            self.assertEqual(list(draws), [(1, 0.0)])
        run(main())


class TestLoops(unittest.TestCase):
    def test_in_what_glib_runs(self):
        """Timers, threads, and our own calls, where no loop of asyncio was started."""
        class Busy(Few):
            async def do_weigh_prefix(self, context):
                loop = asyncio.get_running_loop()
                later = loop.create_future()
                loop.call_later(0.002, later.set_result, -1.0)
                other = await asyncio.gather(*(Few().prefix(context) for _ in range(3)))
                in_thread = await asyncio.to_thread(lambda: -2.0)
                with_timeout = await asyncio.wait_for(Few().complete('b'), 5)
                return sum(other) + in_thread + with_timeout + await later
        self.assertEqual(wait(Busy(), 'prefix', ''), -3.0)

        class Spins(Few):
            async def do_weigh_prefix(self, context):
                for _ in range(1000):
                    await asyncio.sleep(0)
                return 0.0
        self.assertEqual(wait(Spins(), 'prefix', ''), 0.0)

    def test_one_after_the_other(self):
        """What GLib began goes on when asyncio runs, and the other way round."""
        p, answers = Few(), []
        p.prefix('a', None, lambda source, result: answers.append(source.prefix_finish(result)))

        async def main():
            self.assertEqual(await p.prefix('b'), 0.0)
            while not answers:
                await asyncio.sleep(0.001)
        run(main())
        self.assertEqual(answers, [0.0])
        self.assertEqual(wait(p, 'prefix', 'a'), 0.0)

    def test_nothing_is_left(self):
        p = Few()
        for _ in range(20):
            wait(p, 'prefix', 'a')
            run(self.ask(p))
        gc.collect()
        before = len(gc.get_objects())
        for _ in range(500):
            wait(p, 'prefix', 'a')
        run(self.ask(p))
        gc.collect()
        self.assertLess(len(gc.get_objects()) - before, 50)
        ref = weakref.ref(p)
        del p
        gc.collect()
        GLib.MainContext.default().iteration(False)
        self.assertIsNone(ref())

    @staticmethod
    async def ask(p):
        for _ in range(100):
            await p.prefix('a')

    def test_family(self):
        class Child(Few):
            async def do_weigh_prefix(self, context):
                return -1.0 + await super().do_weigh_prefix(context)

        class Ordinary(Child):
            def do_weigh_prefix(self, context):
                return -7.0

        class Plain(Genlm.PotentialBase):
            def do_weigh_prefix(self, context):
                return -2.0

        class Modern(Plain):
            async def do_weigh_prefix(self, context):
                return -3.0 + super().do_weigh_prefix(context)
        self.assertEqual([wait(cls(), 'prefix', 'a') for cls in (Few, Child, Ordinary, Plain, Modern)],
                         [0.0, -1.0, -7.0, -2.0, -5.0])
        self.assertEqual([cls().prefix_sync('a') for cls in (Ordinary, Plain)], [-7.0, -2.0])


if __name__ == '__main__':
    unittest.main()
