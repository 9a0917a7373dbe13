#!/usr/bin/env python3
# A pipeline from its description: a model, a constraint, a sampler, a run.
import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm

pipeline = Genlm.Pipeline.parse(r"""ngram prompt='The capital of France is' name=lm  regex pattern=' [A-Z][a-z]+\.' name=re
                                    awrs potential=lm. condition=re. ! smc particles=8 max-tokens=20 seed=7""")
print(pipeline.get_last().run_sync().get_posterior())
