/* The public calls: promises where C has callbacks, and contexts in any form. */

const {Genlm} = imports.gi;
const {count} = imports.overrides.genlm.collector;
const {toBatch, toBytes, toContext} = imports.overrides.genlm.values;

/* Adds what the last parameters of C are by default, and converts the first. */
function complete(object, args, nArgs, convert) {
    count(4);
    const result = [...args];
    if (convert !== null)
        result[0] = convert.call(object, args[0]);
    while (result.length < nArgs)
        result.push(null);
    return result;
}

function convertArgument(prototype, name, convert) {
    const original = prototype[name];

    prototype[name] = function (...args) {
        return original.apply(this, complete(this, args, original.length, convert));
    };
}

/* A call returns a promise unless its last argument is a callback. Gio._promisify() would look for
 * the original on the object, where it is not if the class is one that is known to C alone. */
function makeAsync(prototype, name, convert = null) {
    const start = prototype[name];
    const finish = prototype[`${name}_finish`];
    const nArgs = start.length - 1;

    prototype[name] = function (...args) {
        if (args.length > nArgs || typeof args[args.length - 1] === 'function') {
            const callback = args.pop();
            return start.call(this, ...complete(this, args, nArgs, convert), callback);
        }
        return new Promise((resolve, reject) => {
            start.call(this, ...complete(this, args, nArgs, convert), (source, result) => {
                try {
                    resolve(finish.call(source, result));
                } catch (error) {
                    reject(error);
                }
            });
        });
    };
    prototype[name].isAsync = true;
}

function makeTriad(prototype, name, convert = null) {
    makeAsync(prototype, name, convert);
    convertArgument(prototype, `${name}_sync`, convert);
}

function toContextOf(value) {
    return toContext(value, () => this.get_vocab());
}

function toBatchOf(value) {
    return toBatch(value, () => this.get_vocab());
}

function toContextOfTarget(value) {
    return toContext(value, () => this.get_target()?.get_vocab() ?? null);
}

function toBatchOfTarget(value) {
    return toBatch(value, () => this.get_target()?.get_vocab() ?? null);
}

function makeCalls() {
    for (const name of ['prefix', 'complete', 'score', 'logw_next', 'mask_next']) {
        makeTriad(Genlm.Potential.prototype, name, toContextOf);
        makeTriad(Genlm.Potential.prototype, `batch_${name}`, toBatchOf);
    }
    makeTriad(Genlm.Sampler.prototype, 'sample', toContextOfTarget);
    makeTriad(Genlm.Sampler.prototype, 'sample_batch', toBatchOfTarget);
    makeTriad(Genlm.Smc.prototype, 'run');

    convertArgument(Genlm.Batch.prototype, 'append', value => toContext(value));
    convertArgument(Genlm.Vocab.prototype, 'decode', toContextOfVocab);
    convertArgument(Genlm.Vocab.prototype, 'escape_context', toContextOfVocab);

    convertArgument(Genlm.Context, 'new_from_bytes', toBytes);
    convertArgument(Genlm.Context.prototype, 'append_bytes', toBytes);
    convertArgument(Genlm.Vocab.prototype, 'encode', toBytes);
    convertArgument(Genlm.Vocab.prototype, 'find', toBytes);
    convertArgument(Genlm.Vocab.prototype, 'find_all', toBytes);
}

function toContextOfVocab(value) {
    return toContext(value, () => this);
}
