/* Values on their way between JavaScript and C: results of scripts, which are checked so that
 * nothing but numbers becomes a weight, and contexts, which may be written as text or arrays. */

const {Genlm, GLib, GObject} = imports.gi;

/* -- errors ---------------------------------------------------------------- */

var Refused = class Refused extends Error {
    constructor(code, text) {
        super(text);
        this.code = code;
    }
};

function describe(value) {
    if (value === null || value === undefined)
        return `${value}`;
    if (value instanceof Promise)
        return 'a Promise; only functions that are declared “async” may, and not all can be';
    let text;
    try {
        text = JSON.stringify(value);
    } catch {
        /* It may be circular, or a BigInt. */
    }
    const kind = typeof value === 'object' ? value.constructor?.name ?? 'object' : typeof value;
    return `${kind} ${text ?? String(value)}`.slice(0, 80);
}

function invalid(what, value) {
    return new Refused(Genlm.PotentialError.INVALID_RESULT, `${what}, but it returned ${describe(value)}`);
}

/* Whether a file is not that of whoever uses this. */
function isOurs(path) {
    return path.startsWith('resource:') || path.includes('/overrides/genlm/');
}

function describeError(error) {
    try {
        if (!(error instanceof Error))
            return describe(error);
        const path = error.fileName ?? '';
        const where = isOurs(path) ? '' : ` (${path.split('/').pop()}:${error.lineNumber})`;
        return `${error.name}: ${error.message}${where}`;
    } catch {
        return 'it threw what cannot be shown';
    }
}

/* Names what went wrong in a function of a script. */
function toGError(object, name, error) {
    if (error instanceof GLib.Error)
        return error;
    const where = `${object.constructor.name}.${name}`;
    if (error instanceof Refused)
        return new Genlm.PotentialError({code: error.code, message: `${where}: ${error.message}`});
    /* Which the engine throws as it is. */
    if (error === 'out of memory') {
        return new Genlm.PotentialError({
            code: Genlm.PotentialError.LIMIT,
            message: `${where}: it ran out of memory; in worker processes “memory-limit” says how much there is`,
        });
    }
    return new Genlm.PotentialError({code: Genlm.PotentialError.FAILED, message: `${where}: ${describeError(error)}`});
}

/* -- results --------------------------------------------------------------- */

function toNumber(value) {
    if (typeof value !== 'number')
        throw invalid('it must return a number', value);
    if (Number.isNaN(value) || value === Infinity)
        throw new Refused(Genlm.PotentialError.INVALID_WEIGHT, `a log weight of ${value} was returned`);
    return value;
}

/* The bytes of n doubles. */
function toDoubles(value, n, what) {
    const expected = `it must return ${n} numbers, ${what}`;
    if (value instanceof GLib.Bytes) {
        if (value.get_size() !== n * Float64Array.BYTES_PER_ELEMENT)
            throw new Refused(Genlm.PotentialError.INVALID_RESULT, `${expected}, not ${value.get_size()} bytes`);
        return value;
    }
    let doubles = value;
    if (!Array.isArray(doubles) && !(doubles instanceof Float64Array) && !(doubles instanceof Float32Array))
        throw invalid(expected, value);
    if (doubles.length !== n)
        throw new Refused(Genlm.PotentialError.INVALID_RESULT, `${expected}, but it returned ${doubles.length}`);
    if (Array.isArray(doubles)) {
        /* Not forEach(), which leaves out holes. C looks for NaN. */
        for (const x of doubles) {
            if (typeof x !== 'number')
                throw invalid('it must return a list of numbers', x);
        }
    }
    if (!(doubles instanceof Float64Array))
        doubles = Float64Array.from(doubles);
    return new GLib.Bytes(new Uint8Array(doubles.buffer, doubles.byteOffset, doubles.byteLength));
}

/* C would find it as well, but what is computed with it in between must be right. */
function checkSize(value, n) {
    if (n !== 0 && value.get_size() !== n) {
        throw new Refused(Genlm.PotentialError.INVALID_RESULT,
            `it must return ${n} results, but it returned ${value.get_size()}`);
    }
    return value;
}

function toScores(value, n) {
    if (value instanceof Genlm.Scores)
        return checkSize(value, n);
    return Genlm.Scores.new_from_bytes(toDoubles(value, n, 'one for each context'));
}

function toWeights(value, n) {
    if (value instanceof Genlm.Weights)
        return checkSize(value, n);
    return Genlm.Weights.new_from_bytes(toDoubles(value, n, 'one for each token and EOS'));
}

function toMask(value, n) {
    if (value instanceof Genlm.TokenSet)
        return checkSize(value, n);
    const isList = Array.isArray(value) || value instanceof Uint32Array;
    if (!(value instanceof Set) && !(isList && value.length > 0))
        throw invalid('it must return a set of tokens', value);
    const tokens = [...value];
    for (const token of tokens) {
        if (!Number.isInteger(token) || token < 0 || token >= n)
            throw invalid(`it must return a set of tokens, each from 0 to ${n - 1}`, token);
    }
    return Genlm.TokenSet.new_for_tokens(n, tokens);
}

function toList(value, n, listType, convert) {
    if (value instanceof listType)
        return checkSize(value, n);
    if (!Array.isArray(value) || value.length !== n)
        throw invalid(`it must return an array of ${n} results, one for each context`, value);
    const list = listType.new();
    for (const item of value)
        list.append(convert(item));
    return list;
}

/* The result of weigh_prefix() may be written as in C. */
function toWeight(value) {
    if (Array.isArray(value)) {
        if (value.length !== 2 || value[0] !== true)
            throw invalid('it must return a number, or true and a number', value);
        value = value[1];
    }
    return toNumber(value);
}

function toWeightsList(value, n, nWeights) {
    return toList(value, n, Genlm.WeightsList, item => toWeights(item, nWeights));
}

function toMaskList(value, n, nWeights) {
    return toList(value, n, Genlm.TokenSetList, item => toMask(item, nWeights));
}

function toPotential(value) {
    if (!(value instanceof GObject.Object) || !GObject.type_is_a(value, Genlm.Potential))
        throw invalid('it must return a potential', value);
    return value;
}

/* -- contexts -------------------------------------------------------------- */

function isIds(value) {
    return Array.isArray(value) || value instanceof Uint32Array || value instanceof Int32Array ||
        value instanceof Uint16Array;
}

/* GLib.Bytes of a string, which is UTF-8, and of a Uint8Array; other values as they are. */
function toBytes(value) {
    if (typeof value === 'string') {
        if (/\p{Surrogate}/u.test(value))
            throw new TypeError(`${describe(value)} has half a surrogate pair, which is no text`);
        value = new TextEncoder().encode(value);
    }
    return value instanceof Uint8Array ? new GLib.Bytes(value) : value;
}

/* Text is spelled with the vocabulary; without one it is refused. */
function toContext(value, getVocab = () => null) {
    if (value instanceof Genlm.Context)
        return value;
    if (isIds(value)) {
        for (const token of value) {
            if (!Number.isInteger(token) || token < 0 || token > 0xffffffff)
                throw new TypeError(`a context is made of ids of tokens, and ${describe(token)} is none`);
        }
        return Genlm.Context.new_for_tokens([...value]);
    }
    const bytes = toBytes(value);
    if (!(bytes instanceof GLib.Bytes)) {
        throw new TypeError(`${describe(value)} is no context; wanted is a Genlm.Context, an array of ids, or ` +
            'text as a string, a Uint8Array, or GLib.Bytes');
    }
    const vocab = getVocab();
    if (vocab === null)
        throw new TypeError(`${describe(value)} is text, and no vocabulary is known here; use vocab.encode()`);
    return vocab.encode(bytes);
}

function toBatch(value, getVocab) {
    if (value instanceof Genlm.Batch)
        return value;
    if (!Array.isArray(value))
        throw new TypeError(`${describe(value)} is no batch; wanted is a Genlm.Batch or an array of contexts`);
    const batch = Genlm.Batch.new_sized(value.length);
    for (const item of value)
        batch.append(toContext(item, getVocab));
    return batch;
}
