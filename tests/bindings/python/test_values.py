"""Values in the ways of Python: contexts from text, sequences, buffers, comparison, repr, copies."""

import array
import copy
import ctypes
import gc
import pickle
import unittest

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, GLib

try:
    import numpy
except ImportError:
    numpy = None

INF = float('inf')
# Two tokens spell the same.
VOCAB = Genlm.Vocab.new(GLib.Variant('aay', [b'a', b'bc', b'\xff', b'a']), '</s>')
A, BC, FF, A2, EOS = range(5)


def memory_address(view):
    py_buffer = (ctypes.c_byte * 128)()
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(view), py_buffer, 0)
    address = ctypes.c_void_p.from_buffer(py_buffer).value
    ctypes.pythonapi.PyBuffer_Release(py_buffer)
    return address


class Spy(Genlm.PotentialBase):
    """Tells what it was asked."""

    def __init__(self, vocab=None):
        super().__init__(vocab=vocab)
        self.asked = None

    def do_weigh_prefix(self, context):
        self.asked = list(context)
        return 0.0

    def do_weigh_complete(self, context):
        return -1.0

    def do_weigh_next(self, context):
        return [-float(i) if i != 2 else -INF for i in range(self.get_vocab().get_size() + 1)]


class TestContexts(unittest.TestCase):
    def ask(self, potential, value):
        potential.prefix_sync(value)
        return potential.asked

    def test_over_bytes(self):
        p = Spy()
        for value in ('é', b'\xc3\xa9', bytearray(b'\xc3\xa9'), memoryview(b'\xc3\xa9'), GLib.Bytes.new(b'\xc3\xa9'),
                      [0xc3, 0xa9], (0xc3, b'\xa9'), array.array('B', b'\xc3\xa9'), iter([0xc3, 0xa9]),
                      Genlm.Context.new_for_tokens([0xc3, 0xa9])):
            self.assertEqual(self.ask(p, value), [0xc3, 0xa9])
        for value in ('', b'', [], ()):
            self.assertEqual(self.ask(p, value), [])
        self.assertEqual(p.score_sync([97, Genlm.EOS]), -1.0)

    def test_over_tokens(self):
        p = Spy(VOCAB)
        self.assertEqual(self.ask(p, b'\xffbc'), [FF, BC])
        self.assertEqual(self.ask(p, ['bc', FF, b'\xff']), [BC, FF, FF])
        self.assertEqual(p.score_sync(['bc', Genlm.EOS]), -1.0)
        if numpy:
            self.assertEqual(self.ask(p, numpy.array([0, 1])), [A, BC])

    def test_refusals(self):
        p = Spy(VOCAB)
        for value in (3, 2.0, True, None, {0}, {0: 1}, [True], [0.0], [None], [[0]], object()):
            with self.assertRaises(TypeError, msg=repr(value)):
                p.prefix_sync(value)
        for value in ([-1], [2**32], ['b'], [b'abc']):
            with self.assertRaises(ValueError, msg=repr(value)):
                p.prefix_sync(value)
        for value in ('b', [4], [99], ['a', Genlm.EOS, 'a']):
            with self.assertRaises(GLib.Error, msg=repr(value)):
                p.prefix_sync(value)
        for value in ('abc', b'abc', 3, None, Genlm.Context.new_for_tokens([0]), [0], {'a'}):
            with self.assertRaises(TypeError, msg=repr(value)):
                p.batch_prefix_sync(value)
        with self.assertRaises(GLib.Error):
            p.batch_prefix_sync([])

    def test_batches(self):
        p = Spy(VOCAB)
        batch = Genlm.Batch.new()
        batch.append(VOCAB.encode('bc'))
        for value in (batch, ['bc'], [[BC]], (text for text in ['bc']), [VOCAB.encode('bc')]):
            self.assertEqual(list(p.batch_prefix_sync(value)), [0.0])
            self.assertEqual(p.asked, [BC])


class TestSequences(unittest.TestCase):
    def check(self, sequence, expected):
        self.assertEqual(len(sequence), len(expected))
        self.assertEqual(list(sequence), expected)
        self.assertEqual(sequence[0], expected[0])
        self.assertEqual(sequence[-1], expected[-1])
        self.assertEqual(list(sequence[1:]), expected[1:])
        self.assertEqual(list(sequence[::-1]), expected[::-1])
        self.assertEqual(list(reversed(sequence)), expected[::-1])
        self.assertIn(expected[1], sequence)
        for index in (len(expected), -len(expected) - 1):
            with self.assertRaises(IndexError):
                sequence[index]

    def test_all(self):
        contexts = [Genlm.Context.new_for_tokens(tokens) for tokens in ([1], [2, 3], [])]
        batch, weights, masks, draws = Genlm.Batch.new(), Genlm.WeightsList.new(), Genlm.TokenSetList.new(), Genlm.Draws.new()
        for i, context in enumerate(contexts):
            batch.append(context)
            weights.append(Genlm.Weights.new([float(i), -INF]))
            masks.append(Genlm.TokenSet.new_for_tokens(4, [i]))
            draws.append(i, -1.0 * i)
        self.check(batch, contexts)
        self.check(contexts[1], [2, 3])
        self.check(Genlm.Scores.new([0.5, -INF, -2.0]), [0.5, -INF, -2.0])
        self.check(Genlm.Weights.new([0.5, -INF, -2.0]), [0.5, -INF, -2.0])
        self.assertEqual([list(w) for w in weights[1:]], [[1.0, -INF], [2.0, -INF]])
        self.check(masks, [Genlm.TokenSet.new_for_tokens(4, [i]) for i in range(3)])
        self.check(draws, [(0, 0.0), (1, -1.0), (2, -2.0)])
        self.check(VOCAB, [b'a', b'bc', b'\xff', b'a'])
        self.assertEqual((len(masks[1]), list(masks[1]), 1 in masks[1], 2 in masks[1]), (1, [1], True, False))

    def test_sequences_of_a_run(self):
        p = Genlm.element_make('regex', pattern='(ab)+')
        sequences = Genlm.Smc(sampler=Genlm.Direct(potential=p), particles=3, max_tokens=8, seed=2).run_sync()
        self.assertEqual(len(sequences), 3)
        self.assertEqual({particle.get_text()[:2] for particle in sequences}, {'ab'})


class TestWeights(unittest.TestCase):
    def test_buffer(self):
        weights = Genlm.Weights.new([0.0, -INF, -2.5])
        view = weights.view()
        self.assertEqual((view.format, view.shape, view.readonly), ('d', (3,), True))
        self.assertEqual(view.tolist(), [0.0, -INF, -2.5])
        with self.assertRaises(TypeError):
            view[0] = 1.0
        self.assertEqual(weights.tolist(), [0.0, -INF, -2.5])

    def test_the_buffer_keeps_its_memory(self):
        """It is the memory of the weights themselves, as long as there is a view of it."""
        weights = Genlm.Weights.new([float(i) for i in range(1000)])
        view, again = weights.view(), weights.view()
        self.assertEqual(memory_address(view), memory_address(again))
        part = view[10:20]
        del weights, view, again
        gc.collect()
        junk = [Genlm.Weights.new([-1.0] * 1000) for _ in range(100)]
        self.assertEqual(part.tolist(), [float(i) for i in range(10, 20)])
        del junk
        listed = Genlm.WeightsList.new()
        listed.append(Genlm.Weights.new([3.0, 4.0]))
        view = listed[0].view()
        del listed
        gc.collect()
        self.assertEqual(view.tolist(), [3.0, 4.0])

    @unittest.skipUnless(numpy, 'there is no numpy')
    def test_numpy(self):
        weights = Spy().logw_next_sync('')
        values = numpy.asarray(weights)
        self.assertEqual((values.dtype, values.shape, values.flags.writeable), (float, (257,), False))
        self.assertEqual(values.__array_interface__['data'][0], memory_address(weights.view()))
        self.assertTrue(numpy.array_equal(values, weights.tolist()))
        written = numpy.array(weights)
        written[0] = 5.0
        self.assertEqual((written[0], weights[0]), (5.0, 0.0))
        self.assertEqual(numpy.asarray(weights, dtype='f').dtype, numpy.float32)
        del weights
        gc.collect()
        self.assertEqual(values[3], -3.0)
        self.assertEqual(numpy.asarray(Spy().batch_logw_next_sync(['', 'a'])).shape, (2, 257))
        self.assertEqual(numpy.asarray(Genlm.Scores.new([1.0, 2.0])).tolist(), [1.0, 2.0])
        # What comes from numpy is taken as well.
        self.assertEqual(Genlm.Weights.new_from_bytes(GLib.Bytes.new(written.tobytes()))[0], 5.0)

    def test_by_token(self):
        weights = Spy(VOCAB).logw_next_sync('')
        self.assertEqual((weights['bc'], weights[b'bc'], weights[BC], weights[Genlm.EOS]), (-1.0, -1.0, -1.0, -4.0))
        self.assertEqual(weights[b'\xff'], -INF)
        self.assertAlmostEqual(weights['a'], Genlm.logaddexp(0.0, -3.0), msg='two tokens spell it')
        self.assertEqual(weights.as_dict(), {b'bc': -1.0, b'a': weights['a'], Genlm.EOS: -4.0})
        self.assertEqual(Spy(VOCAB).batch_logw_next_sync(['', 'a'])[1]['bc'], -1.0)
        self.assertEqual([w['bc'] for w in Spy(VOCAB).batch_logw_next_sync(['', 'a'])], [-1.0, -1.0])
        for token in ('b', b'', 'abc'):
            with self.assertRaises(KeyError):
                weights[token]
        for token in (None, 1.0, object()):
            with self.assertRaises(TypeError):
                weights[token]

    def test_by_token_of_a_vocabulary(self):
        weights = Genlm.Weights.new([0.0, -1.0, -INF, -INF, -2.0])
        self.assertEqual(weights.as_dict(VOCAB), {b'a': 0.0, b'bc': -1.0, Genlm.EOS: -2.0})
        with self.assertRaisesRegex(TypeError, 'do not know their vocabulary'):
            weights['a']
        with self.assertRaisesRegex(ValueError, '5 weights are not those of a vocabulary of 256 tokens'):
            weights.as_dict(Genlm.Vocab.bytes())
        with self.assertRaises(ValueError):
            Genlm.Weights.new([0.0]).as_dict(VOCAB)


class TestEquality(unittest.TestCase):
    def test_contexts(self):
        one, two = Genlm.Context.new_from_bytes('ab'), Genlm.Context.new_for_tokens([97]).append(98)
        self.assertEqual((one, hash(one)), (two, hash(two)))
        self.assertNotEqual(one, two.append(99))
        self.assertNotEqual(one, [97, 98])
        self.assertNotEqual(one, None)
        self.assertEqual({one: 1}[two], 1)

    def test_vocabularies(self):
        same = Genlm.Vocab.new_from_variant(VOCAB.to_variant())
        self.assertEqual((VOCAB, hash(VOCAB)), (same, hash(same)))
        self.assertNotEqual(VOCAB, Genlm.Vocab.bytes())
        self.assertNotEqual(VOCAB, None)

    def test_token_sets(self):
        one, two = Genlm.TokenSet.new_for_tokens(9, [3, 5]), Genlm.TokenSet.new_for_tokens(9, [5, 3])
        self.assertEqual((one, hash(one)), (two, hash(two)))
        self.assertNotEqual(one, Genlm.TokenSet.new_for_tokens(9, [3, 6]))
        self.assertNotEqual(one, Genlm.TokenSet.new_for_tokens(10, [3, 5]))
        self.assertNotEqual(one, {3, 5})


class TestRepr(unittest.TestCase):
    def test_values(self):
        batch = Genlm.Batch.new()
        batch.append(Genlm.Context.new_from_bytes('ab'))
        draws = Genlm.Draws.new()
        draws.append(3, -1.0)
        for value, text in (
                (Genlm.Context.new_from_bytes('ab'), 'Genlm.Context([97, 98])'),
                (Genlm.Context.new_for_tokens(range(9)), 'Genlm.Context(9 tokens: […, 3, 4, 5, 6, 7, 8])'),
                (batch, 'Genlm.Batch([Genlm.Context([97, 98])])'),
                (Genlm.Scores.new([0.0, -INF]), 'Genlm.Scores([0.0, -inf])'),
                (Genlm.Weights.new([1.0] * 7), 'Genlm.Weights([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, …])'),
                (Genlm.WeightsList.new(), 'Genlm.WeightsList([])'),
                (Genlm.TokenSet.new_for_tokens(9, [3, 5]), 'Genlm.TokenSet([3, 5] of 9)'),
                (draws, 'Genlm.Draws([(3, -1.0)])'),
                (Genlm.EOS, 'Genlm.EOS')):
            self.assertEqual(repr(value), text)
        self.assertRegex(repr(VOCAB), '<Genlm.Vocab .*4 tokens.*>')

    def test_potentials(self):
        regex = Genlm.element_make('regex', pattern='a', name='letters')
        for potential, pattern in (
                (regex, "<Genlm.Regex 'letters' over bytes>"), (Spy(VOCAB), '<Spy over 4 tokens.*>'),
                (regex.to_autobatched(), '<Genlm.Autobatch over bytes>'), (regex * regex, '<Genlm.Product over bytes>'),
                (Genlm.Autobatch(), '<Genlm.Autobatch without a vocabulary>')):
            self.assertRegex(repr(potential), f'^{pattern}$')


class TestCopies(unittest.TestCase):
    def test_pickling(self):
        for value in (Genlm.Context.new_from_bytes('ab'), VOCAB, Genlm.Batch.new(), Genlm.Scores.new([0.0]),
                      Genlm.Weights.new([0.0]), Genlm.TokenSet.new_for_tokens(3, [1]), Genlm.Random.new(1, 0, 0),
                      Genlm.element_make('regex', pattern='a'), Spy(), Genlm.Direct()):
            with self.assertRaisesRegex(TypeError, 'cannot be pickled; keep what it is made of'):
                pickle.dumps(value)
        self.assertIs(pickle.loads(pickle.dumps(Genlm.EOS)), Genlm.EOS)

    def test_copies(self):
        for value in (Genlm.Context.new_from_bytes('ab'), VOCAB, Genlm.Scores.new([0.0]), Genlm.Weights.new([0.0]),
                      Genlm.TokenSet.new_for_tokens(3, [1]), Genlm.EOS):
            self.assertIs(copy.copy(value), value)
            self.assertIs(copy.deepcopy([value])[0], value)
        for value in (Genlm.Batch.new(), Spy()):
            with self.assertRaises(TypeError):
                copy.copy(value)


if __name__ == '__main__':
    unittest.main()
