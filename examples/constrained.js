#!/usr/bin/env -S gjs -m
// Draws from a language model the texts that a regular expression allows.
import Genlm from 'gi://Genlm?version=1.0';

const model = Genlm.element_make('ngram', {prompt: 'The capital of'});
const pattern = Genlm.element_make('regex', {pattern: ' [A-Z][a-z]+ is [A-Z][a-z]+\\.'});
const sampler = new Genlm.Awrs({potential: model, condition: pattern});
const smc = new Genlm.Smc({sampler, particles: 16, max_tokens: 12, seed: 7});

const sequences = smc.run_sync(null);
for (const [text, probability] of sequences.get_posterior().deepUnpack())
    print(`${probability.toFixed(3)} ${text}`);
print(`log evidence ${sequences.get_log_evidence().toFixed(3)}, ` +
    `effective sample size ${sequences.get_ess().toFixed(1)}`);
