#!/usr/bin/env -S gjs -m
// A potential of one's own: text without the letter "e", and the shorter the better.
import Genlm from 'gi://Genlm?version=1.0';
import GObject from 'gi://GObject';

const Lipogram = GObject.registerClass(class Lipogram extends Genlm.PotentialBase {
    vfunc_weigh_prefix(context) {
        return [...context].includes('e'.charCodeAt(0)) ? -Infinity : 0;
    }

    vfunc_weigh_complete(context) {
        return this.vfunc_weigh_prefix(context);
    }
});

const Short = GObject.registerClass(class Short extends Genlm.PotentialBase {
    vfunc_weigh_prefix(context) {
        return -0.2 * context.get_length();
    }

    vfunc_weigh_complete(context) {
        return this.vfunc_weigh_prefix(context);
    }
});

const condition = Genlm.element_make('regex', {pattern: '[A-Za-z ]+\\.'}).multiply(new Lipogram());
const sampler = new Genlm.Awrs({potential: Genlm.element_make('ngram'), condition});
const smc = new Genlm.Smc({sampler, critic: new Short(), particles: 32, max_tokens: 20, seed: 7});
for (const [text, probability] of smc.run_sync(null).get_posterior().deepUnpack())
    print(`${probability.toFixed(3)} ${text}`);
