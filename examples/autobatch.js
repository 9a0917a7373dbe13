#!/usr/bin/env -S gjs -m
// Single calls that are made at the same time become one call of the batch
// function, which is asked about equal contexts once.
import Genlm from 'gi://Genlm?version=1.0';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

const Palindromes = GObject.registerClass(class Palindromes extends Genlm.PotentialBase {
    vfunc_weigh_complete_batch(batch) {
        print(`a batch of ${batch.get_size()}`);
        return [...batch].map(context => {
            const text = [...context];
            return text.join() === [...text].reverse().join() ? 0 : -Infinity;
        });
    }
});

const potential = new Palindromes().to_autobatched();
const words = ['level', 'batch', 'radar', 'token', 'level'];
const loop = new GLib.MainLoop(null, false);

Promise.all(words.map(async word => {
    const weight = await potential.complete(word);
    print(`${word}: ${weight}`);
})).catch(logError).finally(() => loop.quit());
loop.run();
