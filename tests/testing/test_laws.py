"""Potentials in Python are held to the same laws as those in C."""

import math
import unittest

import gi
gi.require_version('Genlm', '1.0')
gi.require_version('GenlmTesting', '1.0')
from gi.repository import Genlm, GenlmTesting, GLib

VOCAB = Genlm.Vocab.new(GLib.Variant('aay', [b'a', b'b', b'c']), None)
STEPS = {0: math.log(0.5), 1: math.log(0.25), 2: -math.inf}


def weigh(context):
    return sum(STEPS[token] for token in context.dup_tokens())


class Coin(Genlm.PotentialBase):
    """No more than a potential needs."""

    def __init__(self):
        super().__init__(name='coin', vocab=VOCAB)

    def do_weigh_prefix(self, context):
        return weigh(context)

    def do_weigh_complete(self, context):
        return weigh(context) + math.log(0.25)


class Batched(Coin):
    def do_weigh_prefix_batch(self, batch):
        return [weigh(context) for context in batch]


class Reversed(Coin):
    def do_weigh_prefix_batch(self, batch):
        return [weigh(context) for context in batch][::-1]


def contexts():
    batch = Genlm.Batch.new()
    for tokens in ([], [0], [0, 1], [0, 2], [1, 1, 0]):
        batch.append(Genlm.Context.new_for_tokens(tokens))
    return batch


class Laws(unittest.TestCase):
    def test_kept(self):
        for potential in (Coin(), Batched()):
            for wrapped in (potential, potential.to_autobatched(), potential.multiply(potential)):
                self.assertTrue(GenlmTesting.Harness.new(wrapped).check_all(contexts()))

    def test_broken(self):
        harness = GenlmTesting.Harness.new(Reversed())
        with self.assertRaises(GLib.Error) as caught:
            harness.check_batch(contexts())
        self.assertTrue(caught.exception.matches(GenlmTesting.Harness.error_quark(),
                                                 GenlmTesting.HarnessError.BATCH))
        self.assertIn('coin', caught.exception.message)


if __name__ == '__main__':
    unittest.main()
