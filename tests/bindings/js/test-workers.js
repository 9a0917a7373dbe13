/* Potentials in JavaScript in worker processes: the same answers, and faults that end nobody else. */
import Genlm from 'gi://Genlm?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import {assertEqual, assertMatch, refuse, run, test} from './harness.js';
import {HandsOn, TakesWords} from './plugins/constructors.js';
import {Even} from './plugins/even.js';
import {Faulty, LateFaulty, ThrowsAtConstruction} from './plugins/faulty.js';
import {Twice} from './plugins/twice.js';

const {PotentialError, PluginError} = Genlm;
/* Not imported: its file awaits something, and so would all of this, in a promise. */
const later = Genlm.element_make('later-js');
const TEXTS = ['', 'a', 'ab', 'abc', 'abcd'];

/* With properties other than those of to_multiprocess(). */
function makePool(klass, properties) {
    const pool = new Genlm.Multiprocess({potential: new klass(), workers: 1, ...properties});
    pool.init(null);
    return pool;
}

async function assertSame(pool, potential) {
    for (const text of TEXTS) {
        assertEqual(await pool.prefix(text), await potential.prefix(text));
        assertEqual(await pool.complete(text), await potential.complete(text));
        assertEqual([...await pool.logw_next(text)], [...await potential.logw_next(text)]);
        assertEqual(pool.prefix_sync(text), await potential.prefix(text));
    }
    assertEqual([...await pool.batch_prefix(TEXTS)], [...await potential.batch_prefix(TEXTS)]);
    assertEqual([...await pool.batch_complete(TEXTS)], [...await potential.batch_complete(TEXTS)]);
    assertEqual((await pool.batch_logw_next(TEXTS)).length, TEXTS.length);
    const asked = Array.from({length: 200}, (_, i) => TEXTS[i % TEXTS.length]);
    assertEqual(await Promise.all(asked.map(text => pool.complete(text))),
        await Promise.all(asked.map(text => potential.complete(text))));
}

test('the same answers', async () => {
    const even = new Even({price: 0.25});
    await assertSame(even.to_multiprocess(2), even);
    await assertSame(even.to_multiprocess(2).to_autobatched(), even);
});

test('the same answers later', async () => {
    await assertSame(later.to_multiprocess(2), later);
});

test('potentials in potentials', async () => {
    const twice = new Twice({inner: new Even({price: 3})});
    await assertSame(twice.to_multiprocess(1), twice);
    const product = twice.multiply(new Even());
    await assertSame(product.to_multiprocess(1), product);
});

test('no recipe', async () => {
    const Mine = GObject.registerClass(class Mine extends Genlm.PotentialBase {});
    assertMatch(await refuse(PotentialError, PotentialError.NOT_SUPPORTED, () => new Mine().to_multiprocess(1)),
        /test-workers\.js, which is the program itself.*file of its own/);
    const p = new TakesWords(['ab']);
    assertMatch(await refuse(PotentialError, PotentialError.NOT_SUPPORTED, () => p.to_multiprocess(2)),
        /the constructor of TakesWords takes arguments of its own/);
    assertEqual(new HandsOn({level: 2}).to_multiprocess(1).prefix_sync(''), -12);
});

test('it cannot be built', async () => {
    assertMatch(await refuse(PluginError, PluginError.SCRIPT, () => new ThrowsAtConstruction().to_multiprocess(2)),
        /RangeError: not in a worker \(faulty\.js:\d+\)/);
});

test('errors', async () => {
    for (const klass of [Faulty, LateFaulty]) {
        const pool = makePool(klass);
        assertMatch(await refuse(PotentialError, PotentialError.FAILED, () => pool.prefix('t')),
            /Faulty\.vfunc_weigh_prefix: RangeError: no such thing \(faulty\.js:\d+\)/);
        await refuse(PotentialError, PotentialError.INVALID_RESULT, () => pool.prefix('n'));
        await refuse(PotentialError, PotentialError.INVALID_RESULT, () => pool.prefix_sync('n'));
        await refuse(PotentialError, PotentialError.FAILED, () => pool.batch_prefix(['a', 't']));
        assertEqual(await pool.prefix('ab'), -2);
    }
    await refuse(PotentialError, PotentialError.INVALID_WEIGHT, () => makePool(Faulty).prefix('N'));
});

test('the end of a worker', async () => {
    for (const klass of [Faulty, LateFaulty]) {
        const pool = makePool(klass);
        const good = ['a', 'ab', 'abc'].map(text => pool.prefix(text));
        assertMatch(await refuse(PotentialError, PotentialError.WORKER_FAILED, () => pool.prefix('x')), /7/);
        assertEqual(await Promise.all(good), [-1, -2, -3]);
        assertEqual(await pool.prefix('ab'), -2);
    }
});

test('no end of a question', async () => {
    for (const klass of [Faulty, LateFaulty]) {
        const pool = makePool(klass, {timeout: 300, max_retries: 0});
        await refuse(PotentialError, PotentialError.WORKER_FAILED, () => pool.prefix('h'));
        const cancellable = new Gio.Cancellable();
        const pending = pool.prefix('h', cancellable);
        cancellable.cancel();
        await refuse(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED, () => pending);
        assertEqual(await pool.prefix('ab'), -2);
    }
});

test('no end of memory', async () => {
    /* The address sanitizer takes more than any limit. */
    if (GLib.getenv('LD_PRELOAD')?.includes('asan'))
        return;
    const small = makePool(Faulty, {memory_limit: 128 << 20});
    assertMatch(await refuse(PotentialError, PotentialError.LIMIT, () => small.prefix('m')),
        /Faulty\.vfunc_weigh_prefix: it ran out of memory/);
    assertEqual(await small.prefix('ab'), -2);
});

test('no end of work', async () => {
    const brief = makePool(Faulty, {cpu_limit: 1, max_retries: 0});
    assertMatch(await refuse(PotentialError, PotentialError.WORKER_FAILED, () => brief.prefix('h')), /processor time/);
    assertEqual(await brief.prefix('ab'), -2);
});

test('in a sandbox', async () => {
    for (const [klass, weight] of [[Even, -1], [Faulty, -2]]) {
        let pool;
        try {
            pool = makePool(klass, {sandbox: true});
        } catch (error) {
            assertMatch(error.message, /sandbox|bubblewrap/);
            return;
        }
        assertEqual(await pool.prefix('ab'), weight);
    }
});

run();
