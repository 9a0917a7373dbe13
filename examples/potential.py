#!/usr/bin/env python3
# A potential of one's own: text without the letter "e", and the shorter the better.
import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm


class Lipogram(Genlm.PotentialBase):
    def do_weigh_prefix(self, context):
        return float('-inf') if ord('e') in context else 0.0

    do_weigh_complete = do_weigh_prefix


class Short(Genlm.PotentialBase):
    def do_weigh_prefix(self, context):
        return -0.2 * len(context)

    do_weigh_complete = do_weigh_prefix


model = Genlm.element_make('ngram')
condition = Genlm.element_make('regex', pattern=r'[A-Za-z ]+\.') * Lipogram()
sampler = Genlm.Awrs(potential=model, condition=condition)
smc = Genlm.Smc(sampler=sampler, critic=Short(), particles=32, max_tokens=20, seed=7)
for text, probability in smc.run_sync().get_posterior():
    print(f'{probability:.3f} {text}')
