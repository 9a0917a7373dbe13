#!/usr/bin/env -S gjs -m
// What a question to a potential in JavaScript costs, asked one by one and as a batch, beside the bare function.
import Genlm from 'gi://Genlm?version=1.0';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

const VERSION = [Genlm.MAJOR_VERSION, Genlm.MINOR_VERSION, Genlm.MICRO_VERSION].join('.');
const REPETITIONS = ARGV.includes('--full') ? 200 : 20;
const LETTER = 'e'.charCodeAt(0);

function weigh(text) {
    return text.includes(LETTER) ? -Infinity : 0;
}

const OneByOne = GObject.registerClass(class OneByOne extends Genlm.PotentialBase {
    vfunc_weigh_prefix(context) {
        return weigh([...context]);
    }
});

const Together = GObject.registerClass(class Together extends Genlm.PotentialBase {
    vfunc_weigh_prefix_batch(batch) {
        return [...batch].map(context => weigh([...context]));
    }
});

// Does not look at the contexts: only the crossing is left.
const Constant = GObject.registerClass(class Constant extends Genlm.PotentialBase {
    vfunc_weigh_prefix_batch(batch) {
        return new Array(batch.get_size()).fill(0);
    }
});

// Microseconds for each context, of many rounds, since the clock is coarse: median and spread.
function measure(ask, size) {
    const rounds = Math.max(1, Math.ceil(100 / size));
    const times = [];
    for (let i = 0; i <= REPETITIONS; i++) {
        const start = GLib.get_monotonic_time();
        for (let j = 0; j < rounds; j++)
            ask();
        times.push((GLib.get_monotonic_time() - start) / (size * rounds));
    }
    times.shift();
    times.sort((a, b) => a - b);
    return [times[times.length >> 1], times[times.length - 1] - times[0]];
}

function round(value) {
    return Number(value.toFixed(3));
}

for (const size of [1, 10, 100, 1000]) {
    const batch = Genlm.Batch.new();
    const words = [];
    for (let i = 0; i < size; i++) {
        batch.append(Genlm.Context.new_from_bytes(`word${i}`));
        words.push([...new TextEncoder().encode(`word${i}`)]);
    }
    const [floor] = measure(() => words.map(weigh), size);
    for (const potential of [new OneByOne(), new Together(), new Constant()]) {
        const [median, spread] = measure(() => potential.batch_prefix_sync(batch, null), size);
        print(JSON.stringify({
            name: 'script', language: 'js', potential: potential.constructor.name, batch: size, unit: 'us/context',
            median: round(median), spread: round(spread), repetitions: REPETITIONS,
            baseline: 'the bare function', baseline_median: round(floor), ratio: round(median / floor),
            version: VERSION,
        }));
    }
}
