"""Potentials and samplers in Python: every virtual function, seen from C, and
every way in which one can return nonsense."""

import array
import contextlib
import gc
import io
import math
import threading
import unittest

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, Gio, GLib, GObject

INF = float('inf')
VOCAB = Genlm.Vocab.new(GLib.Variant('aay', [b'a', b'b']), '</s>')
A, B, EOS = 0, 1, 2
Code = Genlm.PotentialError


def context(*tokens):
    return Genlm.Context.new_for_tokens(list(tokens))


def batch(*contexts):
    result = Genlm.Batch.new()
    for item in contexts:
        result.append(item)
    return result


def wait(source, name, *args):
    """The result of an asynchronous call, by iterating the main context."""
    answers = []
    finish = getattr(source, name + '_finish')

    def done(source, result):
        try:
            answers.append((finish(result), None))
        except GLib.Error as error:
            answers.append((None, error))
    getattr(source, name)(*args, None, done)
    while not answers:
        GLib.MainContext.default().iteration(True)
    value, error = answers[0]
    if error is not None:
        raise error
    return value


def values(weights):
    return [weights.get(i) for i in range(weights.get_size())]


# At most three tokens, the last of them b.

def may_grow(tokens):
    return 0.0 if len(tokens) < 3 or tokens[-1] == B else -INF


def is_finished(tokens):
    return 0.0 if tokens and tokens[-1] == B and len(tokens) <= 3 else -INF


def may_follow(tokens):
    return [may_grow(tokens + [t]) if len(tokens) < 3 else -INF for t in (A, B)] + [is_finished(tokens)]


class Everything(Genlm.PotentialBase):
    """Implements every virtual function, and notes which were asked."""

    def __init__(self):
        super().__init__(name='everything')
        self.asked = []

    def do_get_vocab(self):
        self.asked.append('get_vocab')
        return Genlm.Vocab.new(GLib.Variant('aay', [b'a', b'b']), '</s>')

    def do_get_traits(self):
        return Genlm.Traits.INLINE | Genlm.Traits.BOOLEAN | Genlm.Traits.MASKS

    def do_weigh_prefix(self, context):
        self.asked.append('weigh_prefix')
        return True, may_grow(context.dup_tokens())

    def do_weigh_complete(self, context):
        self.asked.append('weigh_complete')
        return is_finished(context.dup_tokens())

    def do_weigh_next(self, context):
        self.asked.append('weigh_next')
        return Genlm.Weights.new(may_follow(context.dup_tokens()))

    def do_weigh_mask(self, context):
        self.asked.append('weigh_mask')
        return {t for t, w in enumerate(may_follow(context.dup_tokens())) if w == 0.0}

    def do_weigh_prefix_batch(self, batch):
        self.asked.append('weigh_prefix_batch')
        return Genlm.Scores.new([may_grow(c.dup_tokens()) for c in batch])

    def do_weigh_complete_batch(self, batch):
        self.asked.append('weigh_complete_batch')
        return [is_finished(c.dup_tokens()) for c in batch]

    def do_weigh_next_batch(self, batch):
        self.asked.append('weigh_next_batch')
        return [may_follow(c.dup_tokens()) for c in batch]

    def do_weigh_mask_batch(self, batch):
        self.asked.append('weigh_mask_batch')
        result = Genlm.TokenSetList.new()
        for c in batch:
            result.append(Genlm.TokenSet.new_for_tokens(
                3, [t for t, w in enumerate(may_follow(c.dup_tokens())) if w == 0.0]))
        return result

    def do_evaluate(self, request):
        self.asked.append('evaluate')
        batch, method = request.get_batch(), request.get_method()
        if method == Genlm.Method.PREFIX:
            request.return_scores([may_grow(c.dup_tokens()) for c in batch])
        elif method == Genlm.Method.COMPLETE:
            request.return_scores(Genlm.Scores.new([is_finished(c.dup_tokens()) for c in batch]))
        elif method == Genlm.Method.NEXT:
            request.return_weights([may_follow(c.dup_tokens()) for c in batch])
        else:
            request.return_masks([self.do_weigh_mask(c) for c in batch])

    def do_make_spawn(self):
        self.asked.append('make_spawn')
        return Everything()

    def do_make_coerced(self, target):
        self.asked.append('make_coerced')
        return Least(target)

    def do_dup_recipe(self):
        self.asked.append('dup_recipe')
        return GLib.Variant('(sa{sv})', ('everything', {'answer': GLib.Variant('i', 42)}))


class Least(Genlm.PotentialBase):
    """The same weights from the two functions that must be there."""

    def __init__(self, vocab=VOCAB):
        super().__init__(vocab=vocab)

    def do_weigh_prefix(self, context):
        return may_grow(context.dup_tokens())

    def do_weigh_complete(self, context):
        return is_finished(context.dup_tokens())

    def __init_subclass__(cls, **kwargs):
        cls.options = kwargs


class Lipogram(Genlm.PotentialBase):
    """Over bytes: no letter e."""

    def __init__(self):
        super().__init__()
        self.n_asked = 0

    def do_get_traits(self):
        return Genlm.Traits.BOOLEAN

    def do_weigh_prefix(self, context):
        self.n_asked += 1
        return -INF if ord('e') in context else 0.0

    do_weigh_complete = do_weigh_prefix


class TestEverything(unittest.TestCase):
    def setUp(self):
        self.potential = Everything()

    def check_asked(self, name):
        self.assertIn(name, self.potential.asked)

    def test_identity(self):
        self.assertEqual(self.potential.get_vocab().get_size(), 2)
        gc.collect()
        self.assertTrue(self.potential.get_vocab().equal(VOCAB))
        self.assertEqual(self.potential.asked.count('get_vocab'), 1, 'C borrows it: it is asked once')
        self.assertEqual(self.potential.get_traits(),
                         Genlm.Traits.INLINE | Genlm.Traits.BOOLEAN | Genlm.Traits.MASKS)

    def test_sync(self):
        p = self.potential
        self.assertEqual(p.prefix_sync(context(A, B), None), 0.0)
        self.assertEqual(p.prefix_sync(context(A, B, A), None), -INF)
        self.check_asked('weigh_prefix')
        self.assertEqual(p.complete_sync(context(A), None), -INF)
        self.check_asked('weigh_complete')
        self.assertEqual(values(p.logw_next_sync(context(A, A), None)), [-INF, 0.0, -INF])
        self.check_asked('weigh_next')
        self.assertEqual(p.mask_next_sync(context(A, B), None).dup_tokens(), [B, EOS])
        self.check_asked('weigh_mask')
        self.assertEqual(p.score_sync(context(A, B, EOS), None), 0.0)

    def test_batch(self):
        p, contexts = self.potential, batch(context(), context(B), context(A, A))
        self.assertEqual(values(p.batch_prefix_sync(contexts, None)), [0.0, 0.0, 0.0])
        self.check_asked('weigh_prefix_batch')
        self.assertEqual(values(p.batch_complete_sync(contexts, None)), [-INF, 0.0, -INF])
        self.check_asked('weigh_complete_batch')
        self.assertEqual([values(w) for w in p.batch_logw_next_sync(contexts, None)],
                         [[0.0, 0.0, -INF], [0.0, 0.0, 0.0], [-INF, 0.0, -INF]])
        self.check_asked('weigh_next_batch')
        self.assertEqual([m.dup_tokens() for m in p.batch_mask_next_sync(contexts, None)],
                         [[A, B], [A, B, EOS], [B]])
        self.check_asked('weigh_mask_batch')

    def test_async(self):
        p, contexts = self.potential, batch(context(), context(B))
        self.assertEqual(wait(p, 'prefix', context(A)), 0.0)
        self.check_asked('evaluate')
        self.assertEqual(wait(p, 'complete', context(A)), -INF)
        self.assertEqual(wait(p, 'score', context(B, EOS)), 0.0)
        self.assertEqual(values(wait(p, 'logw_next', context(A, A))), [-INF, 0.0, -INF])
        self.assertEqual(wait(p, 'mask_next', context(A, B)).dup_tokens(), [B, EOS])
        self.assertEqual(values(wait(p, 'batch_prefix', contexts)), [0.0, 0.0])
        self.assertEqual(values(wait(p, 'batch_complete', contexts)), [-INF, 0.0])
        self.assertEqual([values(w) for w in wait(p, 'batch_logw_next', contexts)],
                         [[0.0, 0.0, -INF], [0.0, 0.0, 0.0]])
        self.assertEqual([m.dup_tokens() for m in wait(p, 'batch_mask_next', contexts)], [[A, B], [A, B, EOS]])

    def test_copies(self):
        spawn = self.potential.spawn()
        gc.collect()
        self.check_asked('make_spawn')
        self.assertIsNot(spawn, self.potential)
        self.assertEqual(spawn.prefix_sync(context(B), None), 0.0)

        target = Genlm.Vocab.new(GLib.Variant('aay', [b'ab', b'b', b'c']), '</s>')
        coerced = self.potential.coerce(target)
        self.check_asked('make_coerced')
        gc.collect()
        self.assertTrue(coerced.get_vocab().equal(target))
        self.assertEqual(coerced.prefix_sync(context(2), None), 0.0)

        recipe = self.potential.to_recipe()
        self.check_asked('dup_recipe')
        gc.collect()
        self.assertEqual(recipe.unpack(), ('everything', {'answer': 42}))

    def test_many_copies(self):
        """No reference is lost or taken twice on the way."""
        for _ in range(200):
            self.potential.spawn().to_recipe()
            self.potential.logw_next_sync(context(), None)
            self.potential.mask_next_sync(context(), None)
        self.potential.asked.clear()
        gc.collect()

    def test_defaults_agree(self):
        least = Least()
        everything = Everything()
        for tokens in ([], [A], [B], [A, A], [A, B]):
            self.assertEqual(values(least.logw_next_sync(context(*tokens), None)),
                             values(everything.logw_next_sync(context(*tokens), None)))
        self.assertEqual(wait(least, 'prefix', context(A)), 0.0)
        self.assertEqual(values(wait(least, 'batch_complete', batch(context(A), context(B)))), [-INF, 0.0])

    def test_arguments_outlive_the_call(self):
        kept, batches, targets = [], [], []

        class Keeps(Least):
            def do_weigh_prefix(self, context):
                kept.append(context)
                return 0.0

            def do_weigh_complete_batch(self, batch):
                kept.extend(batch)
                batches.append(batch)
                return [0.0] * len(batch)

            def do_make_coerced(self, target):
                targets.append(target)
                return Least(target)
        keeps = Keeps()
        keeps.batch_prefix_sync(batch(context(A), context(B, A)), None)
        keeps.batch_complete_sync(batch(context(), context(B)), None)
        wait(keeps, 'batch_complete', batch(context(A, A)))
        keeps.coerce(Genlm.Vocab.new(GLib.Variant('aay', [b'a']), '</s>'))
        gc.collect()
        self.assertEqual([list(c) for c in kept], [[A], [B, A], [], [B], [A, A]])
        self.assertEqual([[list(c) for c in b] for b in batches], [[[], [B]], [[A, A]]])
        self.assertEqual(targets[0].get_size(), 1)


class TestComposition(unittest.TestCase):
    def test_autobatch(self):
        p = Everything()
        autobatch = p.to_autobatched()
        answers = []
        for tokens in ([A], [B], [A, B], [A]):
            autobatch.complete(context(*tokens), None,
                               lambda source, result: answers.append(source.complete_finish(result)))
        while len(answers) < 4:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(sorted(answers), [-INF, -INF, 0.0, 0.0])
        self.assertEqual(p.asked.count('evaluate'), 1)

    def test_threads(self):
        asked_in = set()

        class Safe(Least):
            def do_get_traits(self):
                return Genlm.Traits.THREAD_SAFE

            def do_weigh_prefix(self, context):
                asked_in.add(threading.get_ident())
                return None if context.get_length() == 3 else super().do_weigh_prefix(context)
        safe = Safe()
        self.assertEqual(wait(safe, 'prefix', context(A)), 0.0)
        with self.assertRaises(GLib.Error):
            wait(safe, 'prefix', context(B, B, B))
        self.assertNotIn(threading.get_ident(), asked_in)

        result = []

        def ask(potential):
            try:
                result.append(potential.prefix_sync(context(A), None))
            except GLib.Error as error:
                result.append(error.code)
        for potential in (safe, Least()):
            thread = threading.Thread(target=ask, args=(potential,))
            thread.start()
            thread.join()
        self.assertEqual(result, [0.0, Code.WRONG_THREAD])

    def test_product(self):
        class Cheap(Least):
            def do_weigh_prefix(self, context):
                return -1.5
        product = Least() * Cheap()
        self.assertIsInstance(product, Genlm.Product)
        self.assertEqual(product.prefix_sync(context(A), None), -1.5)
        with self.assertRaises(TypeError):
            Least() * 3

    def test_with_a_regex(self):
        lipogram = Lipogram()
        product = Genlm.element_make('regex', pattern='[a-z]+!') * lipogram
        for text, prefix, complete in (('', 0.0, -INF), ('ab', 0.0, -INF), ('ab!', 0.0, 0.0), ('be', -INF, -INF),
                                       ('a1', -INF, -INF), ('b!c', -INF, -INF)):
            self.assertEqual(product.prefix_sync(Genlm.Context.new_from_bytes(text), None), prefix, text)
            self.assertEqual(wait(product, 'complete', Genlm.Context.new_from_bytes(text)), complete, text)
        weights = product.logw_next_sync(Genlm.Context.new_from_bytes('ab'), None)
        self.assertEqual([t for t, w in enumerate(weights) if w > -INF],
                         sorted(b'!abcdfghijklmnopqrstuvwxyz'))

    def check_sentences(self, sequences):
        self.assertEqual(sequences.get_size(), 16)
        finished = 0
        for i in range(16):
            particle = sequences.get_particle(i)
            if particle.get_finish() == Genlm.Finish.COMPLETE:
                finished += 1
                self.assertRegex(particle.get_text(), r'\A[A-Za-df-z ]+\.\Z')
                self.assertNotIn('e', particle.get_text())
        self.assertGreater(finished, 0)

    def test_smc_on_ngram(self):
        regex = Genlm.element_make('regex', pattern=r'[A-Za-z ]+\.')
        model = Genlm.element_make('ngram')
        lipogram = Lipogram()
        for condition in (regex * lipogram, regex * lipogram.to_autobatched()):
            sampler = Genlm.Awrs(potential=model, condition=condition)
            smc = Genlm.Smc(sampler=sampler, particles=16, max_tokens=30, seed=3)
            later = wait(smc, 'run')
            self.check_sentences(later)
            self.assertEqual(smc.run_sync(None).get_posterior().unpack(), later.get_posterior().unpack())
        self.assertGreater(lipogram.n_asked, 0)

    def test_smc_with_a_critic(self):
        class Short(Genlm.PotentialBase):
            def do_weigh_prefix(self, context):
                return -0.1 * len(context)
            do_weigh_complete = do_weigh_prefix
        model = Genlm.element_make('ngram')
        for critic in (Short(), Short().coerce(model.get_vocab())):
            smc = Genlm.Smc(sampler=Genlm.Direct(potential=model), critic=critic,
                            particles=8, max_tokens=20, seed=3)
            self.assertLess(smc.run_sync(None).get_log_evidence(), 0.0)

    def test_smc_with_nonsense(self):
        model = Genlm.element_make('ngram')
        for value in (None, True, '', [], ZeroDivisionError('in the middle')):
            class Fails(Lipogram):
                def do_weigh_prefix(self, context):
                    if len(context) < 3:
                        return 0.0
                    if isinstance(value, Exception):
                        raise value
                    return value
            smc = Genlm.Smc(sampler=Genlm.Awrs(potential=model, condition=Fails()), particles=4, max_tokens=9, seed=1)
            for run in (lambda: smc.run_sync(None), lambda: wait(smc, 'run')):
                with self.assertRaisesRegex(GLib.Error, 'Fails.do_weigh_prefix'):
                    run()

    def test_lives_in_c_alone(self):
        class Remembers(Least):
            def __init__(self):
                super().__init__()
                self.weight = -2.5

            def do_weigh_prefix(self, context):
                return self.weight
        product = Remembers() * Least()
        gc.collect()
        self.assertEqual(product.prefix_sync(context(A), None), -2.5)

    def test_without_the_base_class(self):
        class Bare(GObject.Object, Genlm.Potential):
            def do_get_vocab(self):
                return Genlm.Vocab.new(GLib.Variant('aay', [b'a']), '')

            def do_weigh_prefix(self, context):
                return -3.0 if len(context) == 0 else None
        bare = Bare()
        self.assertEqual(bare.prefix_sync(context(), None), -3.0)
        with self.assertRaises(GLib.Error):
            bare.prefix_sync(context(0), None)


class TestSiblings(unittest.TestCase):
    """No class changes another: PyGObject alone would write into the parent's table."""

    def test_subclasses(self):
        class Parent(Genlm.PotentialBase):
            def do_weigh_prefix(self, context):
                return -1.0

            def do_weigh_complete(self, context):
                return -2.0

        class Child(Parent):
            def do_weigh_prefix(self, context):
                return super().do_weigh_prefix(context) - 10.0

        class Declares(Parent, Genlm.Potential):
            def do_weigh_prefix(self, context):
                return -20.0

        class Grandchild(Child):
            def do_weigh_complete(self, context):
                return -30.0

        class Silent(Parent):
            pass

        empty = Genlm.Context.new()
        expected = {Parent: (-1.0, -2.0), Child: (-11.0, -2.0), Declares: (-20.0, -2.0),
                    Grandchild: (-11.0, -30.0), Silent: (-1.0, -2.0)}
        for cls, (prefix, complete) in expected.items():
            self.assertEqual(cls().prefix_sync(empty, None), prefix, cls)
            self.assertEqual(cls().complete_sync(empty, None), complete, cls)
        self.assertEqual((Least() * Least()).prefix_sync(context(A), None), 0.0)

    def test_mixin(self):
        class Mixin:
            def do_weigh_prefix(self, context):
                return -5.0

        class Mixed(Mixin, Least):
            pass

        class Behind(Least, Mixin):
            pass
        self.assertEqual(Mixed().prefix_sync(context(A), None), -5.0)
        self.assertEqual(Behind().prefix_sync(context(A), None), 0.0)
        self.assertEqual(Least().prefix_sync(context(A), None), 0.0)

    def test_class_features(self):
        class Featured(Least, answer=42):
            __gtype_name__ = 'FeaturedPotential'
            __gsignals__ = {'asked': (GObject.SignalFlags.RUN_FIRST, None, (int,))}
            weight = GObject.Property(type=object)

            def __init_subclass__(cls, **kwargs):
                raise AssertionError('it has no subclass')

            def do_weigh_prefix(self, context):
                self.emit('asked', len(context))
                return self.weight
        heard = []
        featured = Featured()
        featured.weight = -1.0
        featured.connect('asked', lambda _, n: heard.append(n))
        self.assertEqual(featured.prefix_sync(context(A), None), -1.0)
        featured.weight = None
        with self.assertRaises(GLib.Error):
            featured.prefix_sync(context(A), None)
        self.assertEqual((heard, Featured.options), ([1, 1], {'answer': 42}))

    def test_mistakes_in_the_class(self):
        with self.assertRaisesRegex(TypeError, 'do_weigh_prefx: a potential has no such function'):
            class Misspelt(Genlm.PotentialBase):
                def do_weigh_prefx(self, context):
                    return 0.0
        with self.assertRaisesRegex(TypeError, 'must be a function'):
            class NoFunction(Least):
                do_weigh_prefix = None


class Returns(Genlm.PotentialBase):
    """Every function returns the same thing, or raises it."""

    def __init__(self, value):
        super().__init__(vocab=VOCAB)
        self.value = value
        self.set_traits(Genlm.Traits.BOOLEAN)

    def give(self, *args):
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value

    do_weigh_prefix = do_weigh_complete = do_weigh_next = do_weigh_mask = give
    do_weigh_prefix_batch = do_weigh_complete_batch = do_weigh_next_batch = do_weigh_mask_batch = give
    do_make_spawn = do_make_coerced = do_dup_recipe = give


async def coroutine():
    return 0.0


NEVER = [None, '', 'text', False, True, (), {}, object(), b'', ValueError]
SINGLE = NEVER + [[], [0.0], (True,), (0.0, True), (True, None), (True, True), (True, ''), (False, 0.0),
                  (True, 0.0, 1.0), (1, 0.0), Genlm.Scores.new([0.0])]


class TestGuards(unittest.TestCase):
    def refuse(self, code, ask, *args):
        with self.assertRaises(GLib.Error) as caught:
            ask(*args)
        error = caught.exception
        self.assertTrue(error.matches(Genlm.potential_error_quark(), code), error)
        return error.message

    @contextlib.contextmanager
    def printed(self, text):
        """For the functions that cannot tell an error."""
        with contextlib.redirect_stderr(io.StringIO()) as output:
            yield
        self.assertIn(text, output.getvalue())

    def test_weights(self):
        for value in SINGLE:
            for name in ('prefix', 'complete'):
                ask = getattr(Returns(value), name + '_sync')
                message = self.refuse(Code.INVALID_RESULT, ask, context(A), None)
                self.assertIn(f'Returns.do_weigh_{name}: it must return', message)
                with self.assertRaises(GLib.Error):
                    wait(Returns(value), name, context(A))
        for value in (math.nan, INF, (True, math.nan), (True, INF)):
            self.refuse(Code.INVALID_WEIGHT, Returns(value).prefix_sync, context(A), None)
            self.refuse(Code.INVALID_WEIGHT, Returns(value).complete_sync, context(A), None)
        for value, weight in ((0, 0.0), (-1, -1.0), (-0.5, -0.5), ((True, -2.5), -2.5), (-INF, -INF)):
            self.assertEqual(Returns(value).prefix_sync(context(A), None), weight)

    def test_coroutine(self):
        message = self.refuse(Code.INVALID_RESULT, Returns(coroutine()).prefix_sync, context(A), None)
        self.assertIn('coroutine', message)

    def test_next(self):
        ask = lambda value: Returns(value).logw_next_sync(context(A), None)
        for value in NEVER + [[], [0.0, 0.0], [0.0] * 4, [0.0, 0.0, None], [0.0, 0.0, True], [0.0, 0.0, '0'],
                              0.0, (True, 0.0), array.array('d', [0.0]), b'1234567', {0.0, 1.0, 2.0},
                              Genlm.Weights.new([0.0, 0.0]), Genlm.Scores.new([0.0, 0.0, 0.0])]:
            self.refuse(Code.INVALID_RESULT, ask, value)
        for value in ([0.0, math.nan, 0.0], [0.0, 0.0, INF], Genlm.Weights.new([math.nan, 0.0, 0.0]),
                      array.array('d', [0.0, 0.0, INF])):
            self.refuse(Code.INVALID_WEIGHT, ask, value)
        doubles = array.array('d', [-1.0, -2.0, -INF])
        for value in ([-1, -2.0, -INF], doubles, doubles.tobytes(), GLib.Bytes.new(doubles.tobytes()),
                      Genlm.Weights.new(list(doubles)), memoryview(doubles)):
            self.assertEqual(values(ask(value)), [-1.0, -2.0, -INF])

    def test_mask(self):
        ask = lambda value: Returns(value).mask_next_sync(context(A), None)
        for value in NEVER + [[], 0.0, [3], [-1], [True], ['a'], [0.0], {None}, 'ab',
                              Genlm.TokenSet.new_full(2), Genlm.Weights.new([0.0, 0.0, 0.0])]:
            self.refuse(Code.INVALID_RESULT, ask, value)
        for value in ([0, 2], (2, 0), {0, 2}, Genlm.TokenSet.new_for_tokens(3, [0, 2])):
            self.assertEqual(ask(value).dup_tokens(), [0, 2])
        self.assertEqual(ask(set()).dup_tokens(), [])

    def test_batches(self):
        two = batch(context(A), context(B))
        for name in ('prefix', 'complete'):
            ask = lambda value: getattr(Returns(value), f'batch_{name}_sync')(two, None)
            for value in NEVER + [[], [0.0], [0.0] * 3, [0.0, None], [0.0, True], [0.0, ''], [0.0, []], 0.0,
                                  Genlm.Scores.new([0.0]), Genlm.Weights.new([0.0, 0.0])]:
                self.refuse(Code.INVALID_RESULT, ask, value)
            self.refuse(Code.INVALID_WEIGHT, ask, [0.0, math.nan])
            self.refuse(Code.INVALID_WEIGHT, ask, Genlm.Scores.new([INF, 0.0]))
            for value in ([-1, -2.0], (-1.0, -2.0), Genlm.Scores.new([-1.0, -2.0])):
                self.assertEqual(values(ask(value)), [-1.0, -2.0])

        ask = lambda value: Returns(value).batch_logw_next_sync(two, None)
        for value in NEVER + [[], [[0.0] * 3], [[0.0] * 3, None], [[0.0] * 3, [0.0] * 2], [[0.0] * 3, []],
                              [0.0, 0.0], Genlm.WeightsList.new(), Genlm.Weights.new([0.0, 0.0, 0.0])]:
            self.refuse(Code.INVALID_RESULT, ask, value)
        self.refuse(Code.INVALID_WEIGHT, ask, [[0.0] * 3, [0.0, 0.0, math.nan]])
        self.assertEqual([values(w) for w in ask([[-1.0] * 3, Genlm.Weights.new([-2.0] * 3)])],
                         [[-1.0] * 3, [-2.0] * 3])

        ask = lambda value: Returns(value).batch_mask_next_sync(two, None)
        for value in NEVER + [[], [{0}], [{0}, None], [{0}, []], [{0}, {7}], [0, 1], Genlm.TokenSetList.new()]:
            self.refuse(Code.INVALID_RESULT, ask, value)
        self.assertEqual([m.dup_tokens() for m in ask([{0}, [1, 2]])], [[0], [1, 2]])

    def test_copies(self):
        for value in NEVER + [[], 0.0, Genlm.Context.new(), Genlm.Direct()]:
            self.refuse(Code.INVALID_RESULT, Returns(value).spawn)
            self.refuse(Code.INVALID_RESULT, Returns(value).coerce, Genlm.vocab_bytes())
        for value in NEVER + [[], 0.0, ('name', {}), GLib.Variant('s', 'name')]:
            self.refuse(Code.INVALID_RESULT, Returns(value).to_recipe)

    def test_exceptions(self):
        asks = (lambda p: p.prefix_sync(context(A), None), lambda p: p.logw_next_sync(context(A), None),
                lambda p: p.mask_next_sync(context(A), None), lambda p: p.batch_prefix_sync(batch(context(A)), None),
                lambda p: p.batch_logw_next_sync(batch(context(A)), None), lambda p: p.spawn(),
                lambda p: p.to_recipe(), lambda p: wait(p, 'prefix', context(A)))
        for ask in asks:
            message = self.refuse(Code.FAILED, ask, Returns(ZeroDivisionError('what a day')))
            self.assertRegex(message, r'Returns\.do_\w+: ZeroDivisionError: what a day \(test_scripts\.py:\d+\)')
            own = GLib.Error.new_literal(Genlm.potential_error_quark(), 'no room', Code.LIMIT)
            self.assertIn('no room', self.refuse(Code.LIMIT, ask, Returns(own)))

    def test_strange_exceptions(self):
        class Unspeakable(Exception):
            def __str__(self):
                raise RuntimeError('no')
        for error in (Unspeakable(), ValueError('\ud800'), GLib.Error('\ud800', 'domain', 0), GLib.Error(5),
                      GLib.Error('text', None, 0), GLib.Error('text', 'domain', 'code'), GLib.Error('text', '', 0)):
            message = self.refuse(Code.FAILED, Returns(error).prefix_sync, context(A), None)
            self.assertIn('Returns.do_weigh_prefix: ' + type(error).__name__, message)

            def fail(request):
                raise error
            self.refuse(Code.FAILED, TestRequests.ask, self, fail)

    def test_arity(self):
        class WrongArity(Least):
            def do_weigh_prefix(self):
                return 0.0

            def do_weigh_complete(self, context, more):
                return 0.0

            def do_evaluate(self):
                pass
        self.assertIn('TypeError', self.refuse(Code.FAILED, WrongArity().prefix_sync, context(A), None))
        self.assertIn('TypeError', self.refuse(Code.FAILED, WrongArity().complete_sync, context(A), None))
        self.assertIn('TypeError', self.refuse(Code.FAILED, wait, WrongArity(), 'prefix', context(A)))

    def test_interrupts(self):
        def interrupt(request):
            raise KeyboardInterrupt

        with self.printed('KeyboardInterrupt'):
            self.refuse(Code.FAILED, TestRequests.ask, self, interrupt)
            for name in ('prefix_sync', 'complete_sync', 'logw_next_sync', 'mask_next_sync'):
                self.refuse(Code.FAILED, getattr(Returns(KeyboardInterrupt()), name), context(A), None)

    def test_reasons(self):
        class Halt(BaseException):
            pass
        for error in (KeyboardInterrupt(), GeneratorExit(), Halt()):
            for name in ('prefix_sync', 'logw_next_sync', 'mask_next_sync'):
                message = self.refuse(Code.FAILED, getattr(Returns(error), name), context(A), None)
                self.assertIn(type(error).__name__, message)
        for name in ('prefix_sync', 'mask_next_sync'):
            message = self.refuse(Code.LIMIT, getattr(Returns(MemoryError()), name), context(A), None)
            self.assertRegex(message, 'MemoryError: .*“memory-limit”')
        message = self.refuse(Code.FAILED, Returns(ValueError('x' * 10_000_000)).prefix_sync, context(A), None)
        self.assertLess(len(message), 10_000)

    def test_nothing_implemented(self):
        class Nothing(Genlm.PotentialBase):
            pass
        self.refuse(Code.NOT_SUPPORTED, Nothing().prefix_sync, Genlm.Context.new(), None)

    def test_identity(self):
        class Broken(Genlm.PotentialBase):
            def do_get_vocab(self):
                return self.vocab_value

            def do_get_traits(self):
                return self.traits_value

            def do_weigh_prefix(self, context):
                return 0.0
        broken = Broken()
        broken.vocab_value, broken.traits_value = VOCAB, Genlm.Traits.NONE
        self.assertEqual(broken.prefix_sync(context(A), None), 0.0)
        for value in (True, 'INLINE', None, 1.5):
            broken.traits_value = value
            with self.printed('Broken.do_get_traits: it must return Genlm.Traits'):
                self.assertEqual(broken.get_traits(), Genlm.Traits.NONE)
        for value in (True, 'ab', ['a', 'b'], None):
            broken = Broken()
            broken.vocab_value, broken.traits_value = value, Genlm.Traits.NONE
            with self.printed('' if value is None else 'Broken.do_get_vocab: it must return Vocab'):
                self.refuse(Code.NOT_READY, broken.prefix_sync, context(A), None)


class TestRequests(unittest.TestCase):
    refuse = TestGuards.refuse

    def ask(self, function, method='prefix'):
        class Answers(Least):
            def do_evaluate(self, request):
                return function(request)
        return wait(Answers(), method, context(A))

    def test_later(self):
        def later(request):
            GLib.idle_add(lambda: request.return_scores([-4.0]))
        self.assertEqual(self.ask(later), -4.0)

    def test_failures(self):
        def fail(request):
            raise KeyError('gone')

        def pass_on(request):
            request.return_error(GLib.Error.new_literal(Genlm.potential_error_quark(), 'full', Code.LIMIT))

        def pass_on_any(request):
            try:
                {}['key']
            except KeyError as error:
                request.return_error(error)

        async def later(request):
            pass
        self.assertIn("KeyError: 'gone'", self.refuse(Code.FAILED, self.ask, fail))
        self.assertIn('full', self.refuse(Code.LIMIT, self.ask, pass_on))
        self.assertIn("KeyError: 'key' (test_scripts.py:", self.refuse(Code.FAILED, self.ask, pass_on_any))
        self.assertIn('coroutine', self.refuse(Code.INVALID_RESULT, self.ask, later))
        self.refuse(Code.INVALID_RESULT, self.ask, lambda request: 0.0)
        self.refuse(Code.NO_ANSWER, self.ask, lambda request: None)

    def test_nonsense(self):
        for value in NEVER + [[], [None], [True], [''], [0.0, 0.0], 0.0]:
            self.refuse(Code.INVALID_RESULT, self.ask, lambda request: request.return_scores(value))
            self.refuse(Code.INVALID_RESULT, self.ask, lambda request: request.return_weights(value), 'logw_next')
            self.refuse(Code.INVALID_RESULT, self.ask, lambda request: request.return_masks(value), 'mask_next')
        self.refuse(Code.INVALID_WEIGHT, self.ask, lambda request: request.return_scores([math.nan]))
        self.refuse(Code.INVALID_RESULT, self.ask, lambda request: request.return_scores([0.0]), 'logw_next')


class Uniform(GObject.Object, Genlm.Sampler):
    """A sampler that implements every virtual function: any token of two, or the end."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def do_get_target(self):
        self.asked.append('get_target')
        return Least()

    def answer(self, request):
        draws = Genlm.Draws.new()
        randoms = request.get_randoms()
        for i in range(request.get_size()):
            draws.append(int(randoms.get(i).uniform(0, 0) * 3), math.log(3))
        request.return_draws(draws)

    def do_draw(self, request):
        self.asked.append('draw')
        self.answer(request)

    def do_draw_now(self, request):
        self.asked.append('draw_now')
        self.answer(request)


class TestSampler(unittest.TestCase):
    refuse = TestGuards.refuse

    def test_every_function(self):
        sampler = Uniform()
        self.assertEqual(sampler.get_target().prefix_sync(context(A), None), 0.0)
        gc.collect()
        self.assertEqual(sampler.get_target().prefix_sync(context(A), None), 0.0)
        self.assertEqual(sampler.asked, ['get_target'])
        now = sampler.sample_sync(context(), Genlm.Random.new(7, 0, 0), None)
        later = wait(sampler, 'sample', context(), Genlm.Random.new(7, 0, 0))
        self.assertEqual(sampler.asked, ['get_target', 'draw_now', 'draw'])
        self.assertEqual((now.get_size(), now.get_log_weight(0)), (1, math.log(3)))
        self.assertEqual(now.get_token(0), later.get_token(0))

    def test_smc(self):
        smc = Genlm.Smc.new(Uniform(), None)
        smc.set_property('particles', 16)
        smc.set_property('max-tokens', 5)
        for sequences in (smc.run_sync(None), wait(smc, 'run')):
            self.assertEqual(sequences.get_size(), 16)

    def test_failures(self):
        def ask(value):
            class Answers(Uniform):
                def answer(self, request):
                    if isinstance(value, Exception):
                        raise value
                    request.return_draws(value)
            randoms = Genlm.Random.new(1, 0, 0)
            with self.assertRaises(GLib.Error) as caught:
                Answers().sample_sync(context(), randoms, None)
            with self.assertRaises(GLib.Error):
                wait(Answers(), 'sample', context(), randoms)
            return caught.exception.message
        self.assertIn('ValueError: no', ask(ValueError('no')))
        for value in NEVER + [[], [0], (0, 0.0), Genlm.Draws.new()]:
            ask(value)

        class Aimless(Uniform):
            def do_get_target(self):
                return 3
        with contextlib.redirect_stderr(io.StringIO()) as output, self.assertRaises(GLib.Error):
            Genlm.Smc.new(Aimless(), None).run_sync(None)
        self.assertIn('Aimless.do_get_target: it must return Potential', output.getvalue())

        class Forgets(Uniform):
            def do_draw_now(self, request):
                pass
        with self.assertRaises(GLib.Error):
            Forgets().sample_sync(context(), Genlm.Random.new(1, 0, 0), None)

    def test_siblings(self):
        class Child(Uniform):
            def do_draw_now(self, request):
                raise RuntimeError('only in the child')
        with self.assertRaises(GLib.Error):
            Child().sample_sync(context(), Genlm.Random.new(1, 0, 0), None)
        Uniform().sample_sync(context(), Genlm.Random.new(1, 0, 0), None)


class TestConveniences(unittest.TestCase):
    def test_bytes(self):
        for value in ('é', 'é'.encode(), GLib.Bytes.new('é'.encode())):
            self.assertEqual(list(Genlm.Context.new_from_bytes(value)), [0xc3, 0xa9])
        self.assertEqual(bytes(Genlm.Context.new_from_bytes('a').append_bytes(b'b')), b'ab')
        self.assertEqual(list(VOCAB.encode('aba')), [A, B, A])

    def test_sequences(self):
        contexts = batch(context(A), context(B))
        self.assertEqual([len(contexts), len(contexts[-1])], [2, 1])
        with self.assertRaises(IndexError):
            contexts[2]
        self.assertEqual(list(Genlm.Weights.new([1.0, -INF])), [1.0, -INF])
        tokens = Genlm.TokenSet.new_for_tokens(9, [3, 5])
        self.assertEqual((list(tokens), len(tokens), 3 in tokens, 4 in tokens), ([3, 5], 2, True, False))

    def test_element_make(self):
        ngram = Genlm.element_make('ngram', order=2, discount=0.5, unit='bytes', name='small')
        self.assertEqual((ngram.props.order, ngram.props.discount, ngram.get_name()), (2, 0.5, 'small'))
        self.assertEqual(Genlm.element_make('regex', GLib.Variant('a{sv}', {'pattern': GLib.Variant('s', 'a')}))
                         .props.pattern, 'a')
        with self.assertRaises(GLib.Error):
            Genlm.element_make('ngram', no_such_thing=3)
        for value in (object(), Least(), None):
            with self.assertRaises((TypeError, GLib.Error)):
                Genlm.element_make('ngram', file=value)


if __name__ == '__main__':
    unittest.main()
