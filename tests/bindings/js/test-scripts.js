/* Potentials and samplers in JavaScript: every virtual function, seen from C,
 * and every way in which one can return nonsense. */

const {Genlm, Gio, GLib, GObject} = imports.gi;
const System = imports.system;

const VOCAB = Genlm.Vocab.new(new GLib.Variant('aay', [[97], [98]]), '</s>');
const [A, B, EOS] = [0, 1, 2];
const Code = Genlm.PotentialError;

/* -- a small harness ------------------------------------------------------- */

const tests = [];

function test(name, func) {
    tests.push([name, func]);
}

function show(value) {
    return JSON.stringify(value, (_key, x) => typeof x === 'number' && !Number.isFinite(x) ? `${x}` : x) ?? `${value}`;
}

function assertEqual(actual, expected, what = '') {
    if (show(actual) !== show(expected))
        throw new Error(`${what} expected ${show(expected)}, got ${show(actual)}`);
}

function assertMatch(text, pattern) {
    if (!pattern.test(text))
        throw new Error(`${show(text)} does not match ${pattern}`);
}

/* That a call, or a promise, ends in this error of potentials. */
async function refuse(code, ask, what) {
    let value;
    try {
        value = await ask();
    } catch (error) {
        if (!(error instanceof GLib.Error) || (code !== null && !error.matches(Genlm.potential_error_quark(), code)))
            throw new Error(`${show(what)}: expected code ${code}, got ${error} ${error.code}\n${error.stack}`);
        return error.message;
    }
    throw new Error(`${show(what)}: expected code ${code}, got the value ${show(value)}`);
}

async function runTests() {
    print(`1..${tests.length}`);
    let failed = 0;
    for (const [i, [name, func]] of tests.entries()) {
        try {
            await func();
            print(`ok ${i + 1} ${name}`);
        } catch (error) {
            failed++;
            print(`not ok ${i + 1} ${name}`);
            `${error}\n${error.stack}`.split('\n').forEach(line => print(`# ${line}`));
        }
    }
    return failed;
}

/* -- what is tested -------------------------------------------------------- */

function context(...tokens) {
    return Genlm.Context.new_for_tokens(tokens);
}

function batch(...contexts) {
    const result = Genlm.Batch.new();
    contexts.forEach(c => result.append(c));
    return result;
}

/* At most three tokens, the last of them b. */

function mayGrow(tokens) {
    return tokens.length < 3 || tokens[tokens.length - 1] === B ? 0 : -Infinity;
}

function isFinished(tokens) {
    return tokens.length > 0 && tokens.length <= 3 && tokens[tokens.length - 1] === B ? 0 : -Infinity;
}

function mayFollow(tokens) {
    return [...[A, B].map(t => tokens.length < 3 ? mayGrow([...tokens, t]) : -Infinity), isFinished(tokens)];
}

function possible(tokens) {
    return [A, B, EOS].filter(t => mayFollow(tokens)[t] === 0);
}

/* Implements every virtual function, and notes which were asked. */
const Everything = GObject.registerClass(
class Everything extends Genlm.PotentialBase {
    _init() {
        super._init({name: 'everything'});
        this.asked = [];
    }

    vfunc_get_vocab() {
        this.asked.push('get_vocab');
        return Genlm.Vocab.new(new GLib.Variant('aay', [[97], [98]]), '</s>');
    }

    vfunc_get_traits() {
        return Genlm.Traits.INLINE | Genlm.Traits.BOOLEAN | Genlm.Traits.MASKS | Genlm.Traits.THREAD_SAFE;
    }

    vfunc_weigh_prefix(c) {
        this.asked.push('weigh_prefix');
        return [true, mayGrow([...c])];
    }

    vfunc_weigh_complete(c) {
        this.asked.push('weigh_complete');
        return isFinished([...c]);
    }

    vfunc_weigh_next(c) {
        this.asked.push('weigh_next');
        return Genlm.Weights.new(mayFollow([...c]));
    }

    vfunc_weigh_mask(c) {
        this.asked.push('weigh_mask');
        return new Set(possible([...c]));
    }

    vfunc_weigh_prefix_batch(contexts) {
        this.asked.push('weigh_prefix_batch');
        return Genlm.Scores.new([...contexts].map(c => mayGrow([...c])));
    }

    vfunc_weigh_complete_batch(contexts) {
        this.asked.push('weigh_complete_batch');
        return [...contexts].map(c => isFinished([...c]));
    }

    vfunc_weigh_next_batch(contexts) {
        this.asked.push('weigh_next_batch');
        return [...contexts].map(c => Float64Array.from(mayFollow([...c])));
    }

    vfunc_weigh_mask_batch(contexts) {
        this.asked.push('weigh_mask_batch');
        const list = Genlm.TokenSetList.new();
        for (const c of contexts)
            list.append(Genlm.TokenSet.new_for_tokens(3, possible([...c])));
        return list;
    }

    async vfunc_evaluate(request) {
        this.asked.push('evaluate');
        const contexts = [...request.get_batch()].map(c => [...c]);
        const method = request.get_method();
        await Promise.resolve();
        switch (method) {
        case Genlm.Method.PREFIX:
            request.return_scores(contexts.map(mayGrow));
            break;
        case Genlm.Method.COMPLETE:
            request.return_scores(Genlm.Scores.new(contexts.map(isFinished)));
            break;
        case Genlm.Method.NEXT:
            request.return_weights(contexts.map(mayFollow));
            break;
        default:
            request.return_masks(contexts.map(possible));
        }
    }

    vfunc_make_spawn() {
        this.asked.push('make_spawn');
        return new Everything();
    }

    vfunc_make_coerced(target) {
        this.asked.push('make_coerced');
        return new Least({vocab: target});
    }

    vfunc_dup_recipe() {
        this.asked.push('dup_recipe');
        return new GLib.Variant('(sa{sv})', ['everything', {answer: new GLib.Variant('i', 42)}]);
    }
});

/* The same weights from the two functions that must be there. */
const Least = GObject.registerClass(
class Least extends Genlm.PotentialBase {
    _init(properties = {vocab: VOCAB}) {
        super._init(properties);
    }

    vfunc_weigh_prefix(c) {
        return mayGrow([...c]);
    }

    vfunc_weigh_complete(c) {
        return isFinished([...c]);
    }
});

function checkAsked(potential, name) {
    if (!potential.asked.includes(name))
        throw new Error(`${name} was not asked`);
}

test('identity', () => {
    const p = new Everything();
    assertEqual(p.get_vocab().get_size(), 2);
    System.gc();
    assertEqual(p.get_vocab().equal(VOCAB), true);
    assertEqual(p.asked, ['get_vocab'], 'C borrows it: it is asked once');
    assertEqual(p.get_traits(), Genlm.Traits.INLINE | Genlm.Traits.BOOLEAN | Genlm.Traits.MASKS,
        'JavaScript is never thread-safe');
});

test('sync', () => {
    const p = new Everything();
    assertEqual(p.prefix_sync(context(A, B), null), 0);
    assertEqual(p.prefix_sync(context(A, B, A), null), -Infinity);
    checkAsked(p, 'weigh_prefix');
    assertEqual(p.complete_sync(context(A), null), -Infinity);
    checkAsked(p, 'weigh_complete');
    assertEqual([...p.logw_next_sync(context(A, A), null)], [-Infinity, 0, -Infinity]);
    checkAsked(p, 'weigh_next');
    assertEqual([...p.mask_next_sync(context(A, B), null)], [B, EOS]);
    checkAsked(p, 'weigh_mask');
    assertEqual(p.score_sync(context(A, B, EOS), null), 0);
});

test('batch', () => {
    const p = new Everything();
    const contexts = batch(context(), context(B), context(A, A));
    assertEqual([...p.batch_prefix_sync(contexts, null)], [0, 0, 0]);
    checkAsked(p, 'weigh_prefix_batch');
    assertEqual([...p.batch_complete_sync(contexts, null)], [-Infinity, 0, -Infinity]);
    checkAsked(p, 'weigh_complete_batch');
    assertEqual([...p.batch_logw_next_sync(contexts, null)].map(w => [...w]),
        [[0, 0, -Infinity], [0, 0, 0], [-Infinity, 0, -Infinity]]);
    checkAsked(p, 'weigh_next_batch');
    assertEqual([...p.batch_mask_next_sync(contexts, null)].map(m => [...m]), [[A, B], [A, B, EOS], [B]]);
    checkAsked(p, 'weigh_mask_batch');
});

test('async', async () => {
    const p = new Everything();
    const contexts = batch(context(), context(B));
    assertEqual(await p.prefix(context(A), null), 0);
    checkAsked(p, 'evaluate');
    assertEqual(await p.complete(context(A), null), -Infinity);
    assertEqual(await p.score(context(B, EOS), null), 0);
    assertEqual([...await p.logw_next(context(A, A), null)], [-Infinity, 0, -Infinity]);
    assertEqual([...await p.mask_next(context(A, B), null)], [B, EOS]);
    assertEqual([...await p.batch_prefix(contexts, null)], [0, 0]);
    assertEqual([...await p.batch_complete(contexts, null)], [-Infinity, 0]);
    assertEqual([...await p.batch_score(contexts, null)], [0, 0]);
    assertEqual([...await p.batch_logw_next(contexts, null)].map(w => [...w]), [[0, 0, -Infinity], [0, 0, 0]]);
    assertEqual([...await p.batch_mask_next(contexts, null)].map(m => [...m]), [[A, B], [A, B, EOS]]);
});

test('copies', () => {
    const p = new Everything();
    const spawn = p.spawn();
    System.gc();
    checkAsked(p, 'make_spawn');
    assertEqual(spawn === p, false);
    assertEqual(spawn.prefix_sync(context(B), null), 0);

    const target = Genlm.Vocab.new(new GLib.Variant('aay', [[97, 98], [98], [99]]), '</s>');
    const coerced = p.coerce(target);
    System.gc();
    checkAsked(p, 'make_coerced');
    assertEqual(coerced.get_vocab().equal(target), true);
    assertEqual(coerced.prefix_sync(context(2), null), 0);

    const recipe = p.to_recipe();
    checkAsked(p, 'dup_recipe');
    System.gc();
    assertEqual(recipe.recursiveUnpack(), ['everything', {answer: 42}]);
});

test('many copies', () => {
    const p = new Everything();
    for (let i = 0; i < 200; i++) {
        p.spawn().to_recipe();
        p.logw_next_sync(context(), null);
        p.mask_next_sync(context(), null);
        if (i % 50 === 0)
            System.gc();
    }
});

test('defaults agree', async () => {
    const [least, everything] = [new Least(), new Everything()];
    for (const tokens of [[], [A], [B], [A, A], [A, B]]) {
        assertEqual([...least.logw_next_sync(context(...tokens), null)],
            [...everything.logw_next_sync(context(...tokens), null)]);
    }
    assertEqual(await least.prefix(context(A), null), 0);
    assertEqual([...await least.batch_complete(batch(context(A), context(B)), null)], [-Infinity, 0]);
});

test('arguments outlive the call', async () => {
    const kept = [], batches = [], targets = [];
    const Keeps = GObject.registerClass(class Keeps extends Least {
        vfunc_weigh_prefix(c) {
            kept.push(c);
            return 0;
        }

        vfunc_weigh_complete_batch(contexts) {
            kept.push(...contexts);
            batches.push(contexts);
            return [...contexts].map(() => 0);
        }

        vfunc_make_coerced(target) {
            targets.push(target);
            return new Least({vocab: target});
        }
    });
    const keeps = new Keeps();
    keeps.batch_prefix_sync(batch(context(A), context(B, A)), null);
    keeps.batch_complete_sync(batch(context(), context(B)), null);
    await keeps.batch_complete(batch(context(A, A)), null);
    keeps.coerce(Genlm.Vocab.new(new GLib.Variant('aay', [[97]]), '</s>'));
    System.gc();
    batch(...[1, 2, 3, 4, 5, 6].map(i => context(i, i, i)));
    assertEqual(kept.map(c => [...c]), [[A], [B, A], [], [B], [A, A]]);
    assertEqual(batches.map(b => [...b].map(c => [...c])), [[[], [B]], [[A, A]]]);
    assertEqual(targets[0].get_size(), 1);
});

/* -- composition ----------------------------------------------------------- */

test('autobatch', async () => {
    const p = new Everything();
    const autobatch = p.to_autobatched();
    const answers = await Promise.all([[A], [B], [A, B], [A]].map(t => autobatch.complete(context(...t), null)));
    assertEqual(answers, [-Infinity, 0, 0, -Infinity]);
    assertEqual(p.asked.filter(name => name === 'evaluate').length, 1);
});

test('product', async () => {
    const Cheap = GObject.registerClass(class Cheap extends Least {
        vfunc_weigh_prefix() {
            return -1.5;
        }
    });
    const product = new Least().multiply(new Cheap());
    System.gc();
    assertEqual(product.prefix_sync(context(A), null), -1.5);
    assertEqual(await product.prefix(context(A), null), -1.5);
});

/* Over bytes: no letter e. */
const Lipogram = GObject.registerClass(class Lipogram extends Genlm.PotentialBase {
    _init() {
        super._init();
        this.nAsked = 0;
    }

    vfunc_get_traits() {
        return Genlm.Traits.BOOLEAN;
    }

    vfunc_weigh_prefix(c) {
        this.nAsked++;
        return [...c].includes(101) ? -Infinity : 0;
    }

    vfunc_weigh_complete(c) {
        return this.vfunc_weigh_prefix(c);
    }
});

test('with a regex', async () => {
    const product = Genlm.element_make('regex', {pattern: '[a-z]+!'}).multiply(new Lipogram());
    for (const [text, prefix, complete] of [['', 0, -Infinity], ['ab', 0, -Infinity], ['ab!', 0, 0],
        ['be', -Infinity, -Infinity], ['a1', -Infinity, -Infinity]]) {
        assertEqual(product.prefix_sync(Genlm.Context.new_from_bytes(text), null), prefix, text);
        assertEqual(await product.complete(Genlm.Context.new_from_bytes(text), null), complete, text);
    }
    const next = [...product.logw_next_sync(Genlm.Context.new_from_bytes('ab'), null)];
    assertEqual(next.map((w, t) => w > -Infinity ? String.fromCharCode(t) : '').join(''), '!abcdfghijklmnopqrstuvwxyz');
});

test('smc on ngram', async () => {
    const model = Genlm.element_make('ngram');
    const regex = Genlm.element_make('regex', {pattern: '[A-Za-z ]+\\.'});
    const lipogram = new Lipogram();
    for (const condition of [regex.multiply(lipogram), regex.multiply(lipogram.to_autobatched())]) {
        const sampler = new Genlm.Awrs({potential: model, condition});
        const smc = new Genlm.Smc({sampler, particles: 16, max_tokens: 30, seed: 3});
        const sequences = await smc.run(null);
        let finished = 0;
        for (let i = 0; i < 16; i++) {
            const particle = sequences.get_particle(i);
            if (particle.get_finish() === Genlm.Finish.COMPLETE) {
                finished++;
                assertMatch(particle.get_text(), /^[A-Za-df-z ]+\.$/);
            }
        }
        assertEqual(finished > 0, true);
        assertEqual(smc.run_sync(null).get_posterior().deepUnpack(), sequences.get_posterior().deepUnpack());
    }
    assertEqual(lipogram.nAsked > 0, true);
});

test('smc with nonsense', async () => {
    const model = Genlm.element_make('ngram');
    for (const value of [null, undefined, true, '', [], new RangeError('in the middle')]) {
        const Fails = GObject.registerClass({GTypeName: `Fails${GLib.uuid_string_random().replaceAll('-', '')}`},
            class Fails extends Lipogram {
                vfunc_weigh_prefix(c) {
                    if (c.get_length() < 3)
                        return 0;
                    if (value instanceof Error)
                        throw value;
                    return value;
                }
            });
        const smc = new Genlm.Smc({sampler: new Genlm.Awrs({potential: model, condition: new Fails()}),
            particles: 4, max_tokens: 9, seed: 1});
        assertMatch(await refuse(null, () => smc.run_sync(null), value), /Fails\.vfunc_weigh_prefix/);
        assertMatch(await refuse(null, () => smc.run(null), value), /Fails\.vfunc_weigh_prefix/);
    }
});

test('without the base class', async () => {
    const Bare = GObject.registerClass({Implements: [Genlm.Potential]}, class Bare extends GObject.Object {
        vfunc_get_vocab() {
            return VOCAB;
        }

        vfunc_weigh_prefix(c) {
            return c.get_length() === 0 ? -3 : null;
        }
    });
    assertEqual(new Bare().prefix_sync(context(), null), -3);
    await refuse(Code.INVALID_RESULT, () => new Bare().prefix_sync(context(A), null));
    await refuse(Code.INVALID_RESULT, () => new Bare().prefix(context(A), null));
});

/* -- siblings: gjs alone would write into the parent's table ---------------- */

test('siblings', () => {
    const Parent = GObject.registerClass(class Parent extends Genlm.PotentialBase {
        vfunc_weigh_prefix() {
            return -1;
        }

        vfunc_weigh_complete() {
            return -2;
        }
    });
    const Child = GObject.registerClass(class Child extends Parent {
        vfunc_weigh_prefix(c) {
            return super.vfunc_weigh_prefix(c) - 10;
        }
    });
    const Declares = GObject.registerClass({Implements: [Genlm.Potential]}, class Declares extends Parent {
        vfunc_weigh_prefix() {
            return -20;
        }
    });
    const Grandchild = GObject.registerClass(class Grandchild extends Child {
        vfunc_weigh_complete() {
            return -30;
        }
    });
    const Silent = GObject.registerClass(class Silent extends Parent {});
    const mixin = base => class extends base {
        vfunc_weigh_prefix() {
            return -40;
        }
    };
    const Mixed = GObject.registerClass(class Mixed extends mixin(Parent) {});

    const expected = [[Parent, -1, -2], [Child, -11, -2], [Declares, -20, -2], [Grandchild, -11, -30],
        [Silent, -1, -2], [Mixed, -40, -2]];
    for (const [klass, prefix, complete] of expected) {
        const p = new klass();
        assertEqual([p.prefix_sync(context(), null), p.complete_sync(context(), null)], [prefix, complete], klass.name);
    }
    assertEqual(new Least().multiply(new Least()).prefix_sync(context(A), null), 0);
});

test('mistakes in the class', () => {
    let message = '';
    try {
        GObject.registerClass(class Misspelt extends Genlm.PotentialBase {
            vfunc_weigh_prefx() {
                return 0;
            }
        });
    } catch (error) {
        message = error.message;
    }
    assertMatch(message, /vfunc_weigh_prefx: a potential has no such function/);

    message = '';
    try {
        new imports.lang.Class({
            Name: 'OfOld',
            Extends: Genlm.PotentialBase,
            vfunc_weigh_prefix() {
                return null;
            },
        });
    } catch (error) {
        message = error.message;
    }
    assertMatch(message, /OfOld: a potential is made with GObject.registerClass/);
});

test('identity that is none', async () => {
    let vocab, traits;
    const Broken = GObject.registerClass(class Broken extends Genlm.PotentialBase {
        vfunc_get_vocab() {
            return vocab;
        }

        vfunc_get_traits() {
            return traits;
        }

        vfunc_weigh_prefix() {
            return 0;
        }
    });
    print('# What gjs prints now is wanted.');
    [vocab, traits] = [VOCAB, Genlm.Traits.NONE];
    const p = new Broken();
    assertEqual(p.prefix_sync(context(A), null), 0);
    for (traits of [true, 'INLINE', null, undefined, 1.5, {}, []])
        assertEqual(p.get_traits(), Genlm.Traits.NONE);
    traits = Genlm.Traits.NONE;
    for (vocab of [true, 'ab', ['a', 'b'], null, undefined, 0])
        await refuse(Code.NOT_READY, () => new Broken().prefix_sync(context(A), null), vocab);
});

/* -- guards ---------------------------------------------------------------- */

/* Every function returns the same thing, or throws it. */
function give() {
    if (this.value instanceof Error || this.value instanceof GLib.Error)
        throw this.value;
    return this.value;
}

class Returns extends Genlm.PotentialBase {
    _init(value) {
        super._init({vocab: VOCAB});
        this.value = value;
        this.set_traits(Genlm.Traits.BOOLEAN | Genlm.Traits.THREAD_SAFE);
    }
}
for (const name of ['weigh_prefix', 'weigh_complete', 'weigh_next', 'weigh_mask', 'weigh_prefix_batch',
    'weigh_complete_batch', 'weigh_next_batch', 'weigh_mask_batch', 'make_spawn', 'make_coerced', 'dup_recipe'])
    Returns.prototype[`vfunc_${name}`] = give;
GObject.registerClass(Returns);

const NEVER = [null, undefined, '', 'text', false, true, {}, 10n, Symbol('s'), () => 0, new Uint8Array(0)];

test('weights', async () => {
    assertEqual(new Returns(0).get_traits(), Genlm.Traits.BOOLEAN, 'JavaScript is never thread-safe');
    const nonsense = [...NEVER, [], [0], [true], [0, true], [true, null], [true, true], [true, ''], [false, 0],
        [true, 0, 1], [1, 0], [true, []], [true, undefined], Genlm.Scores.new([0]), Promise.resolve(0), new Number(0)];
    for (const value of nonsense) {
        const p = new Returns(value);
        assertMatch(await refuse(Code.INVALID_RESULT, () => p.prefix_sync(context(A), null), value),
            /Returns\.vfunc_weigh_prefix: it must return/);
        await refuse(Code.INVALID_RESULT, () => p.complete_sync(context(A), null), value);
        await refuse(Code.INVALID_RESULT, () => p.prefix(context(A), null), value);
        await refuse(Code.INVALID_RESULT, () => p.complete(context(A), null), value);
    }
    for (const value of [NaN, Infinity, [true, NaN], [true, Infinity]]) {
        await refuse(Code.INVALID_WEIGHT, () => new Returns(value).prefix_sync(context(A), null), value);
        await refuse(Code.INVALID_WEIGHT, () => new Returns(value).complete(context(A), null), value);
    }
    for (const [value, weight] of [[0, 0], [-1, -1], [-0.5, -0.5], [[true, -2.5], -2.5], [-Infinity, -Infinity]])
        assertEqual(new Returns(value).prefix_sync(context(A), null), weight);
});

test('next', async () => {
    const ask = value => new Returns(value).logw_next_sync(context(A), null);
    const nonsense = [...NEVER, [], [0, 0], [0, 0, 0, 0], [0, 0, null], [0, 0, true], [0, 0, '0'], [0, 0, undefined],
        new Array(3), 0, [true, 0], new Float64Array(2), new Set([0, 1, 2]), new GLib.Bytes(new Uint8Array(7)),
        Genlm.Weights.new([0, 0]), Genlm.Scores.new([0, 0, 0])];
    for (const value of nonsense)
        await refuse(Code.INVALID_RESULT, () => ask(value), value);
    for (const value of [[0, NaN, 0], [0, 0, Infinity], Float64Array.from([0, 0, NaN]), Genlm.Weights.new([NaN, 0, 0])])
        await refuse(Code.INVALID_WEIGHT, () => ask(value), value);
    const doubles = Float64Array.from([-1, -2, -Infinity]);
    for (const value of [[...doubles], doubles, Float32Array.from(doubles), Genlm.Weights.new([...doubles]),
        new GLib.Bytes(new Uint8Array(doubles.buffer)), new Float64Array([9, -1, -2, -Infinity]).subarray(1)])
        assertEqual([...ask(value)], [-1, -2, -Infinity], value);
});

test('mask', async () => {
    const ask = value => new Returns(value).mask_next_sync(context(A), null);
    const nonsense = [...NEVER, [], 0, [3], [-1], [true], ['a'], [0.5], [null], new Set([null]), 'ab',
        Genlm.TokenSet.new_full(2), Genlm.Weights.new([0, 0, 0])];
    for (const value of nonsense)
        await refuse(Code.INVALID_RESULT, () => ask(value), value);
    for (const value of [[0, 2], new Set([2, 0]), Uint32Array.from([0, 2]), Genlm.TokenSet.new_for_tokens(3, [0, 2])])
        assertEqual([...ask(value)], [0, 2]);
    assertEqual([...ask(new Set())], []);
});

test('batches', async () => {
    const two = batch(context(A), context(B));
    for (const name of ['batch_prefix_sync', 'batch_complete_sync']) {
        const ask = value => new Returns(value)[name](two, null);
        for (const value of [...NEVER, [], [0], [0, 0, 0], [0, null], [0, true], [0, ''], [0, []], 0,
            Genlm.Scores.new([0]), Genlm.Weights.new([0, 0])])
            await refuse(Code.INVALID_RESULT, () => ask(value), value);
        await refuse(Code.INVALID_WEIGHT, () => ask([0, NaN]));
        await refuse(Code.INVALID_WEIGHT, () => ask(Genlm.Scores.new([Infinity, 0])));
        for (const value of [[-1, -2], Float64Array.from([-1, -2]), Genlm.Scores.new([-1, -2])])
            assertEqual([...ask(value)], [-1, -2]);
    }

    let ask = value => new Returns(value).batch_logw_next_sync(two, null);
    const row = [0, 0, 0];
    for (const value of [...NEVER, [], [row], [row, null], [row, [0, 0]], [row, []], [0, 0], [row, row, row],
        Genlm.WeightsList.new(), Genlm.Weights.new(row)])
        await refuse(Code.INVALID_RESULT, () => ask(value), value);
    await refuse(Code.INVALID_WEIGHT, () => ask([row, [0, 0, NaN]]));
    assertEqual([...ask([[-1, -1, -1], Genlm.Weights.new([-2, -2, -2])])].map(w => [...w]),
        [[-1, -1, -1], [-2, -2, -2]]);

    ask = value => new Returns(value).batch_mask_next_sync(two, null);
    for (const value of [...NEVER, [], [[0]], [[0], null], [[0], []], [[0], [7]], [0, 1], Genlm.TokenSetList.new()])
        await refuse(Code.INVALID_RESULT, () => ask(value), value);
    assertEqual([...ask([new Set([0]), [1, 2]])].map(m => [...m]), [[0], [1, 2]]);
});

test('copies that are none', async () => {
    for (const value of [...NEVER, [], 0, Genlm.Context.new(), new Genlm.Direct()]) {
        await refuse(Code.INVALID_RESULT, () => new Returns(value).spawn(), value);
        await refuse(Code.INVALID_RESULT, () => new Returns(value).coerce(Genlm.vocab_bytes()), value);
        await refuse(Code.INVALID_RESULT, () => new Returns(value).to_recipe(), value);
    }
    await refuse(Code.INVALID_RESULT, () => new Returns(new GLib.Variant('s', 'name')).to_recipe());
});

test('exceptions', async () => {
    const one = batch(context(A));
    const asks = [p => p.prefix_sync(context(A), null), p => p.logw_next_sync(context(A), null),
        p => p.mask_next_sync(context(A), null), p => p.batch_prefix_sync(one, null),
        p => p.batch_logw_next_sync(one, null), p => p.batch_mask_next_sync(one, null), p => p.spawn(),
        p => p.to_recipe(), p => p.prefix(context(A), null)];
    for (const ask of asks) {
        assertMatch(await refuse(Code.FAILED, () => ask(new Returns(new RangeError('what a day')))),
            /Returns\.vfunc_\w+: RangeError: what a day \(test-scripts\.js:\d+\)/);
        const own = new Genlm.PotentialError({code: Code.LIMIT, message: 'no room'});
        assertEqual(await refuse(Code.LIMIT, () => ask(new Returns(own))), 'no room');
    }
    const evil = Object.defineProperty(new Error('x'), 'message', {
        get() {
            throw new Error('evil');
        },
    });
    for (const ask of asks)
        assertMatch(await refuse(Code.FAILED, () => ask(new Returns(evil))), /cannot be shown/);
    const ThrowsText = GObject.registerClass(class ThrowsText extends Least {
        vfunc_weigh_prefix() {
            throw 'text'; // eslint-disable-line no-throw-literal
        }
    });
    assertMatch(await refuse(Code.FAILED, () => new ThrowsText().prefix_sync(context(A), null)), /text/);
    const Nothing = GObject.registerClass(class Nothing extends Genlm.PotentialBase {});
    await refuse(Code.NOT_SUPPORTED, () => new Nothing().prefix_sync(context(), null));
});

/* -- requests -------------------------------------------------------------- */

let evaluate;
const Answers = GObject.registerClass(class Answers extends Least {
    vfunc_evaluate(request) {
        return evaluate(request);
    }
});

function asking(func, method = 'prefix') {
    evaluate = func;
    return new Answers()[method](context(A), null);
}

test('requests', async () => {
    assertEqual(await asking(request => {
        GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            request.return_scores([-4]);
            return GLib.SOURCE_REMOVE;
        });
    }), -4);
    const fail = () => {
        throw new RangeError('gone');
    };
    assertMatch(await refuse(Code.FAILED, () => asking(fail)), /RangeError: gone/);
    assertMatch(await refuse(Code.FAILED, () => asking(async () => {
        await Promise.resolve();
        fail();
    })), /RangeError: gone/);
    await refuse(Code.NO_ANSWER, () => asking(async () => {}));
    await refuse(Code.INVALID_RESULT, () => asking(() => 0));
    await refuse(Code.INVALID_RESULT, () => asking(() => Promise.resolve(0)));
    assertEqual(await refuse(Code.LIMIT, () => asking(request => {
        request.return_error(new Genlm.PotentialError({code: Code.LIMIT, message: 'full'}));
    })), 'full');
    assertMatch(await refuse(Code.FAILED, () => asking(request => {
        request.return_error(new RangeError('any'));
    })), /RangeError: any \(test-scripts\.js:/);
    for (const value of [...NEVER, [], [null], [true], [''], [0, 0], 0]) {
        await refuse(Code.INVALID_RESULT, () => asking(r => r.return_scores(value)), value);
        await refuse(Code.INVALID_RESULT, () => asking(r => r.return_weights(value), 'logw_next'), value);
        await refuse(Code.INVALID_RESULT, () => asking(r => r.return_masks(value), 'mask_next'), value);
    }
    await refuse(Code.INVALID_WEIGHT, () => asking(r => r.return_scores([NaN])));
    await refuse(Code.INVALID_RESULT, () => asking(r => r.return_scores([0]), 'logw_next'));
});

/* -- samplers -------------------------------------------------------------- */

/* Implements every virtual function: any token of two, or the end. */
const Uniform = GObject.registerClass({Implements: [Genlm.Sampler]}, class Uniform extends GObject.Object {
    _init() {
        super._init();
        this.asked = [];
    }

    vfunc_get_target() {
        this.asked.push('get_target');
        return new Least();
    }

    answer(request) {
        const draws = Genlm.Draws.new();
        const randoms = request.get_randoms();
        for (let i = 0; i < request.get_size(); i++)
            draws.append(Math.floor(randoms.get(i).uniform(0, 0) * 3), Math.log(3));
        request.return_draws(draws);
    }

    vfunc_draw(request) {
        this.asked.push('draw');
        this.answer(request);
    }

    vfunc_draw_now(request) {
        this.asked.push('draw_now');
        this.answer(request);
    }
});

test('sampler', async () => {
    const sampler = new Uniform();
    assertEqual(sampler.get_target().prefix_sync(context(A), null), 0);
    System.gc();
    assertEqual(sampler.get_target().prefix_sync(context(A), null), 0);
    const now = sampler.sample_sync(context(), Genlm.Random.new(7, 0, 0), null);
    const later = await sampler.sample(context(), Genlm.Random.new(7, 0, 0), null);
    assertEqual(sampler.asked, ['get_target', 'draw_now', 'draw']);
    assertEqual([now.get_size(), now.get_log_weight(0)], [1, Math.log(3)]);
    assertEqual(now.get_token(0), later.get_token(0));
});

test('smc', async () => {
    const smc = Genlm.Smc.new(new Uniform(), null);
    smc.particles = 16;
    smc.max_tokens = 5;
    for (const sequences of [smc.run_sync(null), await smc.run(null)])
        assertEqual(sequences.get_size(), 16);
});

test('sampler that fails', async () => {
    let value;
    const Fails = GObject.registerClass(class Fails extends Uniform {
        answer(request) {
            if (value instanceof Error)
                throw value;
            if (value !== 'forget')
                request.return_draws(value);
        }
    });
    const random = Genlm.Random.new(1, 0, 0);
    value = new RangeError('no');
    assertMatch(await refuse(null, () => new Fails().sample_sync(context(), random, null)), /RangeError: no/);
    for (value of [...NEVER, [], [0], Genlm.Draws.new()]) {
        await refuse(null, () => new Fails().sample_sync(context(), random, null), value);
        await refuse(null, () => new Fails().sample(context(), random, null), value);
    }
    const Aimless = GObject.registerClass(class Aimless extends Uniform {
        vfunc_get_target() {
            return 3;
        }
    });
    await refuse(null, () => Genlm.Smc.new(new Aimless(), null).run_sync(null));
    /* Asynchronously it would be pending until the garbage is collected. */
    value = 'forget';
    await refuse(null, () => new Fails().sample_sync(context(), random, null));
    new Uniform().sample_sync(context(), random, null);
});

/* -- async functions ------------------------------------------------------- */

function pause() {
    return new Promise(resolve => GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
        resolve();
        return GLib.SOURCE_REMOVE;
    }));
}

/* The two functions that must be there, answered later. */
const Later = GObject.registerClass(class Later extends Genlm.PotentialBase {
    _init(properties = {vocab: VOCAB}) {
        super._init(properties);
        this.asked = [];
        this.set_traits(Genlm.Traits.BOOLEAN);
    }

    async vfunc_weigh_prefix(c) {
        this.asked.push([...c]);
        await pause();
        return mayGrow([...c]);
    }

    async vfunc_weigh_complete(c) {
        await pause();
        return isFinished([...c]);
    }
});

/* Functions of every kind, some async. */
const Varied = GObject.registerClass(class Varied extends Later {
    vfunc_weigh_complete(c) {
        return isFinished([...c]);
    }

    async vfunc_weigh_prefix_batch(contexts) {
        this.asked.push(contexts.length);
        await pause();
        return [...contexts].map(c => mayGrow([...c]));
    }

    async vfunc_weigh_next(c) {
        await pause();
        return Float64Array.from(mayFollow([...c]));
    }

    async vfunc_weigh_mask_batch(contexts) {
        await pause();
        return [...contexts].map(c => new Set(possible([...c])));
    }
});

test('async functions', async () => {
    const everything = new Everything();
    for (const p of [new Later(), new Varied()]) {
        for (const tokens of [[], [A], [B], [A, A], [A, B]]) {
            for (const name of ['prefix', 'complete', 'score'])
                assertEqual(await p[name](tokens), everything[`${name}_sync`](tokens), name);
            for (const name of ['logw_next', 'mask_next'])
                assertEqual([...await p[name](tokens)], [...everything[`${name}_sync`](tokens)], name);
        }
        const contexts = [[], [B], [A, A]];
        for (const name of ['batch_prefix', 'batch_complete', 'batch_score'])
            assertEqual([...await p[name](contexts)], [...everything[`${name}_sync`](contexts)], name);
        for (const name of ['batch_logw_next', 'batch_mask_next']) {
            assertEqual([...await p[name](contexts)].map(x => [...x]),
                [...everything[`${name}_sync`](contexts)].map(x => [...x]), name);
        }
        assertEqual(await p.to_autobatched().prefix([A, B, A]), -Infinity);
        assertEqual(await p.multiply(new Least()).prefix([A]), 0);
    }
});

test('async functions are asked together', async () => {
    const later = new Later();
    const pending = later.batch_prefix([[], [A], [B]]);
    await pause();
    assertEqual(later.asked, [[], [A], [B]], 'before the first has answered');
    await pending;
    const varied = new Varied();
    await varied.batch_prefix([[], [A], [B]]);
    assertEqual(varied.asked, [3]);
    await varied.prefix([A]);
    assertEqual(varied.asked, [3, [A]]);
    const wide = new Later({vocab: Genlm.vocab_bytes()});
    await wide.logw_next([]);
    assertEqual(wide.asked.length, 257);
    const target = Genlm.Vocab.new(new GLib.Variant('aay', [[B, A], [B, B]]), 'e');
    assertEqual([...await wide.coerce(target).logw_next([])], [0, 0, -Infinity]);
    assertEqual(await wide.coerce(target).prefix([1, 0]), -Infinity);
});

test('async functions and synchronous calls', async () => {
    assertMatch(await refuse(Code.NOT_SUPPORTED, () => new Later().prefix_sync([A])),
        /Later\.vfunc_weigh_prefix: it is async, so it cannot answer a synchronous call/);
    await refuse(Code.NOT_SUPPORTED, () => new Later().logw_next_sync([A]));
    await refuse(Code.NOT_SUPPORTED, () => new Later().batch_complete_sync([[A]]));
    assertEqual(new Later().asked, []);
    assertEqual(new Varied().complete_sync([B]), 0);
    await refuse(Code.NOT_SUPPORTED, () => new Varied().mask_next_sync([A]));
});

/* Every function returns the same thing later, or throws it, or never returns. */
async function giveLater() {
    if (this.value === 'never')
        await new Promise(() => {});
    await pause();
    return give.call(this);
}

class ReturnsLater extends Genlm.PotentialBase {
    _init(value, properties = {}) {
        super._init({vocab: VOCAB, ...properties});
        this.value = value;
    }
}
for (const name of ['prefix', 'complete', 'next', 'mask'])
    ReturnsLater.prototype[`vfunc_weigh_${name}`] = ReturnsLater.prototype[`vfunc_weigh_${name}_batch`] = giveLater;
GObject.registerClass(ReturnsLater);

test('nonsense from async functions', async () => {
    for (const value of [...NEVER, [], new Set([null]), [null, null], [true, true], ['', ''], [false, 0]]) {
        const p = new ReturnsLater(value);
        for (const method of ['prefix', 'complete', 'logw_next', 'mask_next']) {
            assertMatch(await refuse(Code.INVALID_RESULT, () => p[method]([A]), value),
                /ReturnsLater\.vfunc_weigh_\w+: it must return/);
            await refuse(Code.INVALID_RESULT, () => p[`batch_${method}`]([[A], [B]]), value);
        }
    }
    for (const value of [[0], [0, 0, 0], Genlm.Scores.new([0]), Genlm.WeightsList.new(), Genlm.Weights.new([0])]) {
        for (const method of ['batch_prefix', 'batch_complete', 'batch_logw_next', 'batch_mask_next'])
            await refuse(Code.INVALID_RESULT, () => new ReturnsLater(value)[method]([[A], [B]]), value);
    }
    for (const value of [NaN, Infinity])
        await refuse(Code.INVALID_WEIGHT, () => new ReturnsLater(value).prefix([A]), value);
    for (const value of [[NaN, 0], [0, Infinity]])
        await refuse(Code.INVALID_WEIGHT, () => new ReturnsLater(value).batch_prefix([[A], [B]]), value);
    await refuse(Code.INVALID_WEIGHT, () => new ReturnsLater([0, 0, NaN]).logw_next([A]));
    for (const value of [new RangeError('what a day'), new Genlm.PotentialError({code: Code.FAILED, message: 'a day'})])
        assertMatch(await refuse(Code.FAILED, () => new ReturnsLater(value).prefix([A])), /a day/);
    assertMatch(await refuse(Code.FAILED, () => new ReturnsLater(new RangeError('any')).batch_prefix([[A], [B]])),
        /ReturnsLater\.vfunc_weigh_prefix_batch: RangeError: any \(test-scripts\.js:\d+\)/);

    /* What is computed of nonsense in between is no result either. */
    let value;
    const Half = GObject.registerClass(class Half extends Least {
        async vfunc_weigh_prefix_batch() {
            await pause();
            return value;
        }
    });
    for (value of [null, [0], [0, 0, 0], [0, true], Genlm.Scores.new([0, 0, 0])])
        await refuse(Code.INVALID_RESULT, () => new Half().logw_next([A]), value);
    value = [0, NaN];
    await refuse(Code.INVALID_WEIGHT, () => new Half().logw_next([A]));
    await refuse(Code.ZERO_PREFIX, () => new Half().logw_next([A, A, A]));
    await refuse(Code.NOT_SUPPORTED, () => new Half().mask_next([A]));
    const Unfinished = GObject.registerClass(class Unfinished extends Genlm.PotentialBase {
        async vfunc_weigh_complete() {
            return 0;
        }
    });
    await refuse(Code.NOT_SUPPORTED, () => new Unfinished().prefix([A]));
    assertMatch(await refuse(Code.INVALID_RESULT, () => new Returns(Promise.resolve(0)).prefix([A])), /“async”/);
});

test('one of many async functions fails', async () => {
    let nAsked = 0;
    const Picky = GObject.registerClass(class Picky extends Later {
        async vfunc_weigh_prefix(c) {
            nAsked++;
            await pause();
            if (c.length === 3)
                throw new RangeError('three');
            return 0;
        }
    });
    const contexts = Array.from({length: 1000}, (_, i) => new Array(i).fill(A));
    assertMatch(await refuse(Code.FAILED, () => new Picky().batch_prefix(contexts)), /three/);
    await pause();
    assertEqual(nAsked < 600, true, 'the rest is not begun');
});

test('promises that never settle', async () => {
    const cancellable = new Gio.Cancellable();
    let seen;
    const Never = GObject.registerClass(class Never extends Least {
        async vfunc_weigh_prefix() {
            seen = Gio.Cancellable.get_current();
            await new Promise(() => {});
        }
    });
    const never = new Never();
    const pending = never.prefix([A], cancellable);
    const others = never.to_autobatched().prefix([A], cancellable);
    await pause();
    assertEqual(seen instanceof Gio.Cancellable, true);
    assertEqual(Gio.Cancellable.get_current(), null);
    cancellable.cancel();
    for (const promise of [pending, others]) {
        let error;
        await promise.catch(e => (error = e));
        assertEqual(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), true);
    }
    never.timeout = 5;
    assertMatch(await refuse(Code.TIMED_OUT, () => never.prefix([A])), /5 ms/);
    await refuse(Code.TIMED_OUT, () => new ReturnsLater('never', {timeout: 5}).batch_logw_next([[A]]));
    assertEqual(await new ReturnsLater(-1, {timeout: 60000}).prefix([A]), -1);
});

test('an answer that is too late', async () => {
    let finish;
    const Slow = GObject.registerClass(class Slow extends Least {
        async vfunc_weigh_prefix() {
            const value = await new Promise(resolve => (finish = resolve));
            if (value === null)
                throw new RangeError('late');
            return value;
        }
    });
    for (const value of [0, null]) {
        const cancellable = new Gio.Cancellable();
        const pending = new Slow().prefix([A], cancellable);
        await pause();
        cancellable.cancel();
        await refuse(null, () => pending);
        finish(value);
        await pause();
    }
});

test('async functions of a child', async () => {
    const LateChild = GObject.registerClass(class LateChild extends Least {
        async vfunc_weigh_complete(c) {
            await pause();
            return super.vfunc_weigh_complete(c) - 1;
        }
    });
    const LateGrandchild = GObject.registerClass(class LateGrandchild extends LateChild {
        vfunc_weigh_complete() {
            return -7;
        }
    });
    assertEqual(await new LateChild().complete([B]), -1);
    assertEqual(new LateChild().prefix_sync([B]), 0);
    assertEqual([await new LateGrandchild().complete([B]), new LateGrandchild().complete_sync([B])], [-7, -7]);
    assertEqual(new Least().complete_sync([B]), 0, 'the parent is as it was');
    const Own = GObject.registerClass(class Own extends Least {
        async vfunc_weigh_prefix() {
            return 0;
        }

        vfunc_evaluate(request) {
            request.return_scores([-3]);
        }
    });
    assertEqual(await new Own().prefix([A]), -3);
});

/* -- calls ----------------------------------------------------------------- */

test('callbacks', async () => {
    const p = new Least();
    const ask = (...args) => new Promise((resolve, reject) => {
        p.prefix([A], ...args, (source, result) => {
            try {
                resolve(source.prefix_finish(result));
            } catch (error) {
                reject(error);
            }
        });
    });
    assertEqual(await ask(null), 0);
    assertEqual(await ask(), 0, 'the cancellable may be left out');
    const cancellable = new Gio.Cancellable();
    cancellable.cancel();
    await refuse(null, () => ask(cancellable));
    p.prefix([A], null, null);
    let message = '';
    try {
        p.prefix('c', () => {});
    } catch (error) {
        message = error.message;
    }
    assertMatch(message, /no token begins with byte 0x63/);
});

/* gjs does not call back while an incremental collection rests in its sweep. */
test('so many calls that garbage is collected', async () => {
    const p = new Least();
    const c = context(A);
    for (let i = 0; i < 10; i++) {
        const weights = await Promise.all(Array.from({length: 5000}, () => p.prefix(c)));
        assertEqual(weights.every(weight => weight === 0), true);
    }
});

test('so much garbage in a function', () => {
    const Wasteful = GObject.registerClass(class Wasteful extends Least {
        vfunc_weigh_prefix(c) {
            for (let i = 0; i < 1000; i++)
                c.append(A);
            return 0;
        }
    });
    const p = new Wasteful();
    for (let i = 0; i < 1000; i++)
        assertEqual(p.prefix_sync([A]), 0);
});

test('every asynchronous call is a promise', () => {
    const missing = [];
    for (const name of Object.getOwnPropertyNames(Genlm)) {
        const prototype = Genlm[name]?.prototype;
        if (typeof Genlm[name] !== 'function' || !Object.hasOwn(Genlm[name], '$gtype'))
            continue;
        for (const finish of Object.getOwnPropertyNames(prototype).filter(n => n.endsWith('_finish'))) {
            const start = finish.replace(/_finish$/, '');
            if (prototype[start] && prototype[`${start}_sync`] && !prototype[start].isAsync)
                missing.push(`${name}.${start}`);
        }
    }
    assertEqual(missing, []);
});

test('contexts', async () => {
    const p = new Least();
    for (const value of ['ab', new TextEncoder().encode('ab'), new GLib.Bytes(new TextEncoder().encode('ab')), [A, B],
        Uint32Array.from([A, B]), context(A, B)]) {
        assertEqual(p.complete_sync(value), 0, value);
        assertEqual(await p.complete(value), 0, value);
        assertEqual([...await p.batch_complete([value, [A]])], [0, -Infinity], value);
        assertEqual([...p.batch_complete_sync([[], value])], [-Infinity, 0], value);
    }
    assertEqual(p.prefix_sync(''), 0);
    assertEqual(VOCAB.escape_context([A, B]), VOCAB.escape_context('ab'));
    assertEqual(new TextDecoder().decode(VOCAB.decode([B, A]).toArray()), 'ba');
    const list = Genlm.Batch.new();
    list.append([A, B]);
    assertEqual([...list.get(0)], [A, B]);
    const wide = new Least({vocab: Genlm.Vocab.new(new GLib.Variant('aay', [[97], [97, 98]]), 'e')});
    const sampler = new Genlm.Direct({potential: wide});
    const draws = await sampler.sample('', Genlm.Random.new(1, 0, 0));
    assertEqual(draws.length, 1);
    assertEqual(sampler.sample_sync([], Genlm.Random.new(1, 0, 0)).at(0), draws.at(0));
});

test('contexts that are none', async () => {
    const p = new Least();
    for (const value of [null, undefined, 0, true, {}, [-1], [0.5], [null], ['a'], [2 ** 32], [true],
        new Float64Array(1), new Array(2), '\ud800', Symbol('s'), batch()]) {
        for (const ask of [p.prefix_sync, p.prefix, p.logw_next]) {
            let error;
            try {
                await ask.call(p, value);
            } catch (e) {
                error = e;
            }
            assertEqual(error instanceof TypeError, true, value);
        }
        let error;
        await p.batch_prefix([value]).catch(e => (error = e));
        assertEqual(error instanceof TypeError, true, value);
    }
    for (const value of ['ab', [A, B], null, context(A), new Set([[A]])]) {
        let error;
        await p.batch_prefix(value).catch(e => (error = e));
        assertEqual(error instanceof TypeError, true, value);
    }
    await refuse(null, () => p.prefix('c'));
    await refuse(Code.INVALID_TOKEN, () => p.prefix([2]));
    await refuse(null, () => p.batch_prefix([]));
    let error;
    try {
        Genlm.Batch.new().append('ab');
    } catch (e) {
        error = e;
    }
    assertMatch(error.message, /is text, and no vocabulary is known here/);
});

/* -- lists ----------------------------------------------------------------- */

test('lists', () => {
    const weights = Genlm.Weights.new([-1, -2, -Infinity]);
    assertEqual([weights.length, weights.at(0), weights.at(-1), weights.at(3), weights.at(-4)],
        [3, -1, -Infinity, undefined, undefined]);
    const scores = Genlm.Scores.new([-1, -2]);
    assertEqual([scores.length, scores.at(1), [...scores.toArray()]], [2, -2, [-1, -2]]);
    const contexts = batch(context(A), context(B, A));
    assertEqual([contexts.length, [...contexts.at(-1)], contexts.at(2)], [2, [B, A], undefined]);
    assertEqual([context(B, A).length, context(B, A).at(0), context(B, A).at(-1), context().at(-1)],
        [2, B, A, undefined]);
    const set = Genlm.TokenSet.new_for_tokens(3, [0, 2]);
    assertEqual([set.length, set.at(1), [-1, 0, 1, 2, 3, true].filter(token => set.has(token))], [2, 2, [0, 2]]);
    const draws = Genlm.Draws.new();
    draws.append(B, -0.5);
    draws.append_dead(EOS, 'why');
    assertEqual([...draws],
        [{token: B, log_weight: -0.5, cause: null}, {token: EOS, log_weight: -Infinity, cause: 'why'}]);
    const masks = new Everything().batch_mask_next_sync([[], [B]]);
    assertEqual([masks.length, [...masks.at(0)]], [2, [A, B]]);
    const smc = Genlm.Smc.new(new Uniform(), null);
    smc.particles = 3;
    smc.max_tokens = 2;
    const sequences = smc.run_sync();
    assertEqual([sequences.length, [...sequences].length, sequences.at(0) instanceof Genlm.Particle], [3, 3, true]);
});

test('typed arrays', () => {
    const weights = Genlm.Weights.new([-1, -2, -Infinity]);
    const copy = weights.toArray();
    copy[0] = 7;
    assertEqual([copy instanceof Float64Array, weights.at(0)], [true, -1]);
    let view = weights.peek();
    assertEqual([view instanceof Float64Array, [...view]], [true, [-1, -2, -Infinity]]);
    view = Genlm.Weights.new([-3, -4]).peek();
    System.gc();
    assertEqual([...view], [-3, -4], 'the memory lives as long as the array');
    assertEqual([...Genlm.Weights.new_from_bytes(new GLib.Bytes(new Uint8Array(copy.buffer)))], [...copy]);
});

/* -- conveniences ---------------------------------------------------------- */

test('bytes', () => {
    const bytes = new TextEncoder().encode('é');
    for (const value of ['é', bytes, new GLib.Bytes(bytes)])
        assertEqual([...Genlm.Context.new_from_bytes(value)], [0xc3, 0xa9]);
    assertEqual([...Genlm.Context.new_from_bytes('a').append_bytes('b')], [97, 98]);
    assertEqual([...VOCAB.encode('aba')], [A, B, A]);
});

test('element_make', async () => {
    const ngram = Genlm.element_make('ngram', {order: 2, discount: 0.5, unit: 'bytes', name: 'small'});
    assertEqual([ngram.order, ngram.discount, ngram.get_name()], [2, 0.5, 'small']);
    const pattern = new GLib.Variant('a{sv}', {pattern: GLib.Variant.new_string('a')});
    assertEqual(Genlm.element_make('regex', pattern).pattern, 'a');
    await refuse(null, () => Genlm.element_make('ngram', {no_such_thing: 3}));
    for (const value of [new Least(), null, {}]) {
        let message = '';
        try {
            Genlm.element_make('ngram', {file: value});
        } catch (error) {
            message = error.message;
        }
        assertMatch(message, /is no value of a property|takes a gchararray, and no object/);
    }
});

const loop = new GLib.MainLoop(null, false);
let failed = 1;
runTests().then(n => (failed = n), logError).finally(() => loop.quit());
loop.run();
System.exit(failed === 0 ? 0 : 1);
