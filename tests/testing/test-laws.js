/* Potentials in JavaScript are held to the same laws as those in C. */

const {Genlm, GenlmTesting, GLib, GObject} = imports.gi;
const System = imports.system;

const VOCAB = Genlm.Vocab.new(new GLib.Variant('aay', [[97], [98], [99]]), null);
const STEPS = [Math.log(0.5), Math.log(0.25), -Infinity];

function weigh(context) {
    return [...context].reduce((sum, token) => sum + STEPS[token], 0);
}

/* No more than a potential needs. */
const Coin = GObject.registerClass(
class Coin extends Genlm.PotentialBase {
    _init() {
        super._init({name: 'coin', vocab: VOCAB});
    }

    vfunc_weigh_prefix(context) {
        return weigh(context);
    }

    vfunc_weigh_complete(context) {
        return weigh(context) + Math.log(0.25);
    }
});

const Reversed = GObject.registerClass(
class Reversed extends Coin {
    vfunc_weigh_prefix_batch(contexts) {
        return [...contexts].map(weigh).reverse();
    }
});

function makeContexts() {
    const batch = Genlm.Batch.new();
    for (const tokens of [[], [0], [0, 1], [0, 2], [1, 1, 0]])
        batch.append(Genlm.Context.new_for_tokens(tokens));
    return batch;
}

const tests = {
    'kept'() {
        const coin = new Coin();

        for (const potential of [coin, coin.to_autobatched(), coin.multiply(coin)]) {
            if (!GenlmTesting.Harness.new(potential).check_all(makeContexts()))
                throw new Error('a law is broken, and nobody said which');
        }
    },

    'broken'() {
        const harness = GenlmTesting.Harness.new(new Reversed());

        try {
            harness.check_batch(makeContexts());
        } catch (error) {
            if (error.matches(GenlmTesting.Harness.error_quark(), GenlmTesting.HarnessError.BATCH))
                return;
            throw error;
        }
        throw new Error('the broken law was not found');
    },
};

let nFailed = 0;
print(`1..${Object.keys(tests).length}`);
Object.entries(tests).forEach(([name, func], i) => {
    try {
        func();
        print(`ok ${i + 1} ${name}`);
    } catch (error) {
        nFailed++;
        print(`not ok ${i + 1} ${name}`);
        `${error}\n${error.stack}`.split('\n').forEach(line => print(`# ${line}`));
    }
});
System.exit(nFailed > 0 ? 1 : 0);
