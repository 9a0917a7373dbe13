#!/usr/bin/env python3
# Draws from a language model the texts that a regular expression allows.
import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm

model = Genlm.element_make('ngram', prompt='The capital of')
pattern = Genlm.element_make('regex', pattern=r' [A-Z][a-z]+ is [A-Z][a-z]+\.')
sampler = Genlm.Awrs(potential=model, condition=pattern)
smc = Genlm.Smc(sampler=sampler, particles=16, max_tokens=12, seed=7)

sequences = smc.run_sync()
for text, probability in sequences.get_posterior():
    print(f'{probability:.3f} {text}')
print(f'log evidence {sequences.get_log_evidence():.3f}, effective sample size {sequences.get_ess():.1f}')
