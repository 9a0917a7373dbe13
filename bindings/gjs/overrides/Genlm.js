/* What gjs adds to the Genlm namespace.
 *
 * A potential or sampler that is written in JavaScript is checked here, before
 * its results cross into C: C sees null, [], "" and false as 0.0, which is the
 * weight of certainty. So whatever a virtual function returns or throws becomes
 * a proper result or a GLib.Error, and nothing else.
 *
 * Classes declare the interface by themselves: gjs writes the functions of a
 * class that only inherits an interface into the table of its parent, so that
 * all its siblings would change with it. */

const {Gio, GLib, GObject} = imports.gi;

const RECIPE_TYPE = '(sa{sv})';

const ASYNC_METHODS = {
    Potential: ['prefix', 'complete', 'score', 'logw_next', 'mask_next', 'batch_prefix', 'batch_complete',
        'batch_score', 'batch_logw_next', 'batch_mask_next'],
    Sampler: ['sample', 'sample_batch'],
    Smc: ['run'],
};

let Genlm;

/* -- errors ---------------------------------------------------------------- */

class Refused extends Error {
    constructor(code, text) {
        super(text);
        this.code = code;
    }
}

function describe(value) {
    if (value === null || value === undefined)
        return `${value}`;
    if (value instanceof Promise)
        return 'a Promise; it must be an ordinary function';
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

function describeError(error) {
    try {
        if (!(error instanceof Error))
            return describe(error);
        const file = (error.fileName ?? '').split('/').pop();
        return `${error.name}: ${error.message} (${file}:${error.lineNumber})`;
    } catch {
        return 'it threw what cannot be shown';
    }
}

/* Names what went wrong in a virtual function. */
function toGError(object, name, error) {
    if (error instanceof GLib.Error)
        return error;
    const where = `${object.constructor.name}.${name}`;
    if (error instanceof Refused)
        return new Genlm.PotentialError({code: error.code, message: `${where}: ${error.message}`});
    return new Genlm.PotentialError({code: Genlm.PotentialError.FAILED, message: `${where}: ${describeError(error)}`});
}

/* -- numbers --------------------------------------------------------------- */

function checkNumber(value) {
    if (typeof value !== 'number')
        throw invalid('it must return a number', value);
    if (Number.isNaN(value) || value === Infinity)
        throw new Refused(Genlm.PotentialError.INVALID_WEIGHT, `a log weight of ${value} was returned`);
    return value;
}

/* The bytes of n doubles. */
function toDoubles(value, n, what) {
    const expected = `it must return ${n} numbers, ${what}`;
    let doubles = value;
    if (value instanceof GLib.Bytes) {
        const bytes = value.toArray();
        doubles = bytes.length % 8 === 0 ? new Float64Array(bytes.slice().buffer) : [];
    }
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

function toScores(value, n) {
    if (value instanceof Genlm.Scores)
        return value;
    return Genlm.Scores.new_from_bytes(toDoubles(value, n, 'one for each context'));
}

function toWeights(value, n) {
    if (value instanceof Genlm.Weights)
        return value;
    return Genlm.Weights.new_from_bytes(toDoubles(value, n, 'one for each token and EOS'));
}

function toMask(value, n) {
    if (value instanceof Genlm.TokenSet)
        return value;
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
        return value;
    if (!Array.isArray(value) || value.length !== n)
        throw invalid(`it must return an array of ${n} results, one for each context`, value);
    const list = listType.new();
    for (const item of value)
        list.append(convert(item));
    return list;
}

/* -- arguments of virtual functions ---------------------------------------- */

/* A value type that gjs hands to a virtual function is borrowed, and dangles
 * when the function keeps it. */
function own(value) {
    const isBorrowed = [Genlm.Context, Genlm.Batch, Genlm.Vocab].some(type => value instanceof type);
    return isBorrowed ? value.ref() : value;
}

/* -- results of virtual functions ------------------------------------------ */

function countWeights(potential) {
    return potential.get_vocab().get_size() + 1;
}

function checkWeight(value) {
    if (Array.isArray(value)) {
        if (value.length !== 2 || value[0] !== true)
            throw invalid('it must return a number, or true and a number', value);
        value = value[1];
    }
    return [true, checkNumber(value)];
}

function checkNext(value) {
    return value instanceof Genlm.Weights ? value : toWeights(value, countWeights(this));
}

function checkMask(value) {
    return value instanceof Genlm.TokenSet ? value : toMask(value, countWeights(this));
}

function checkScores(value, batch) {
    return toScores(value, batch.get_size());
}

function checkNextBatch(value, batch) {
    return toList(value, batch.get_size(), Genlm.WeightsList, item => toWeights(item, countWeights(this)));
}

function checkMaskBatch(value, batch) {
    return toList(value, batch.get_size(), Genlm.TokenSetList, item => toMask(item, countWeights(this)));
}

function checkPotential(value) {
    if (!(value instanceof GObject.Object) || !GObject.type_is_a(value, Genlm.Potential))
        throw invalid('it must return a potential', value);
    return value;
}

function checkRecipe(value) {
    if (!(value instanceof GLib.Variant) || value.get_type_string() !== RECIPE_TYPE)
        throw invalid(`it must return a GLib.Variant of type ${RECIPE_TYPE}`, value);
    return value;
}

function guardResult(check) {
    return (name, func) => function (...borrowed) {
        const args = borrowed.map(own);
        try {
            return check.call(this, func.apply(this, args), ...args);
        } catch (error) {
            throw toGError(this, name, error);
        }
    };
}

function guardTraits(name, func) {
    return function () {
        const value = func.call(this);
        if (!Number.isInteger(value))
            throw invalid(`${this.constructor.name}.${name}: it must return Genlm.Traits`, value);
        return value & ~Genlm.Traits.THREAD_SAFE;
    };
}

/* C borrows the result, so the object holds the first one for as long as it lives. */
function guardBorrowed(check) {
    return (name, func) => {
        const key = Symbol(name);

        return function () {
            this[key] ??= check.call(this, func.call(this));
            return this[key];
        };
    };
}

/* Such a function answers its request, now or later; if it fails, or is async
 * and ends without an answer, the error is the answer. */
function guardRequest(name, func) {
    return function (request) {
        const fail = error => {
            if (request.is_answered())
                logError(error);
            else
                request.return_error(toGError(this, name, error));
        };
        const check = value => {
            if (value !== undefined)
                throw invalid('it must answer the request with request.return_…() and return nothing', value);
        };
        try {
            const value = func.call(this, request);
            if (!(value instanceof Promise)) {
                check(value);
                return;
            }
            value.then(result => {
                check(result);
                if (!request.is_answered())
                    throw new Refused(Genlm.PotentialError.NO_ANSWER, 'it ended without answering the request');
            }).catch(fail);
        } catch (error) {
            fail(error);
        }
    };
}

function checkVocab(value) {
    if (value !== null && !(value instanceof Genlm.Vocab))
        throw invalid(`${this.constructor.name}.vfunc_get_vocab: it must return a vocabulary`, value);
    return value;
}

function checkTarget(value) {
    return value === null ? null : checkPotential(value);
}

const GUARDS = {
    Potential: {
        vfunc_get_vocab: guardBorrowed(checkVocab),
        vfunc_get_traits: guardTraits,
        vfunc_weigh_prefix: guardResult(checkWeight),
        vfunc_weigh_complete: guardResult(checkWeight),
        vfunc_weigh_next: guardResult(checkNext),
        vfunc_weigh_mask: guardResult(checkMask),
        vfunc_weigh_prefix_batch: guardResult(checkScores),
        vfunc_weigh_complete_batch: guardResult(checkScores),
        vfunc_weigh_next_batch: guardResult(checkNextBatch),
        vfunc_weigh_mask_batch: guardResult(checkMaskBatch),
        vfunc_evaluate: guardRequest,
        vfunc_make_spawn: guardResult(checkPotential),
        vfunc_make_coerced: guardResult(checkPotential),
        vfunc_dup_recipe: guardResult(checkRecipe),
    },
    Sampler: {
        vfunc_get_target: guardBorrowed(checkTarget),
        vfunc_draw: guardRequest,
        vfunc_draw_now: guardRequest,
    },
};

/* -- classes --------------------------------------------------------------- */

/* Declares every interface that a class only inherits, and tells which it has. */
function declareInterfaces(klass) {
    const parent = Object.getPrototypeOf(klass);
    const declared = Object.hasOwn(klass, GObject.interfaces) ? [...klass[GObject.interfaces]] : [];
    const names = Object.keys(GUARDS).filter(name => {
        const inherits = GObject.type_is_a(parent.$gtype, Genlm[name].$gtype) ||
            (name === 'Potential' && GObject.type_is_a(parent.$gtype, Genlm.PotentialBase.$gtype));
        if (inherits && !declared.includes(Genlm[name]))
            declared.push(Genlm[name]);
        return declared.includes(Genlm[name]);
    });
    if (names.length > 0)
        Object.defineProperty(klass, GObject.interfaces, {value: declared, configurable: true, writable: true});
    return names;
}

/* What a class, or a class between it and its registered parent, adds under a name. */
function findFunction(klass, name) {
    for (let k = klass; k === klass || !Object.hasOwn(k, '$gtype'); k = Object.getPrototypeOf(k)) {
        if (Object.hasOwn(k.prototype, name))
            return Object.getOwnPropertyDescriptor(k.prototype, name).value ?? null;
    }
    return undefined;
}

/* Puts guards where gjs looks for virtual functions; returns what stood there. */
function putGuards(klass, interfaceNames) {
    const guards = Object.assign({}, ...interfaceNames.map(name => GUARDS[name]));
    for (const name of Object.getOwnPropertyNames(klass.prototype)) {
        if (name.startsWith('vfunc_weigh') && !(name in guards)) {
            throw new TypeError(`${klass.name}.${name}: a potential has no such function; it has ${
                Object.keys(guards).filter(n => n.startsWith('vfunc_weigh')).join(', ')}`);
        }
    }
    const plain = new Map();
    for (const [name, guard] of Object.entries(guards)) {
        const func = findFunction(klass, name);
        if (func === undefined)
            continue;
        if (typeof func !== 'function')
            throw new TypeError(`${klass.name}.${name} must be a function`);
        plain.set(name, Object.getOwnPropertyDescriptor(klass.prototype, name));
        Object.defineProperty(klass.prototype, name, {value: guard(name, func), configurable: true, writable: true});
    }
    return plain;
}

/* Leaves the class the plain functions, so that super calls are as written. */
function removeGuards(klass, plain) {
    for (const [name, descriptor] of plain) {
        if (descriptor !== undefined)
            Object.defineProperty(klass.prototype, name, descriptor);
        else
            delete klass.prototype[name];
    }
}

function guardClasses() {
    const classInit = GObject.Object._classInit;

    GObject.Object._classInit = function (klass) {
        const interfaceNames = declareInterfaces(klass);
        if (interfaceNames.length === 0)
            return classInit.call(this, klass);
        const plain = putGuards(klass, interfaceNames);
        try {
            return classInit.call(this, klass);
        } finally {
            removeGuards(klass, plain);
        }
    };

    /* The classes of old, which do not come by here. */
    Genlm.PotentialBase.prototype.__metaclass__ = function (params) {
        throw new TypeError(`${params.Name}: a potential is made with GObject.registerClass(), not with Lang.Class`);
    };

    /* JavaScript runs in one thread, whatever it says. */
    const setTraits = Genlm.PotentialBase.prototype.set_traits;
    Genlm.PotentialBase.prototype.set_traits = function (traits) {
        setTraits.call(this, traits & ~Genlm.Traits.THREAD_SAFE);
    };
}

/* -- requests: what is returned later is checked as well ------------------- */

function guardAnswers() {
    const convert = {
        return_scores: (request, value) => toScores(value, request.get_size()),
        return_weights: (request, value) => toList(value, request.get_size(), Genlm.WeightsList,
            item => toWeights(item, request.get_n_weights())),
        return_masks: (request, value) => toList(value, request.get_size(), Genlm.TokenSetList,
            item => toMask(item, request.get_n_weights())),
        return_draws: (request, value) => {
            if (!(value instanceof Genlm.Draws))
                throw invalid('wanted are Genlm.Draws', value);
            return value;
        },
    };

    const returnError = Genlm.Request.prototype.return_error;
    Genlm.Request.prototype.return_error = function (error) {
        returnError.call(this, toGError(this, 'return_error', error));
    };

    for (const name in convert) {
        const answer = Genlm.Request.prototype[name];

        Genlm.Request.prototype[name] = function (value) {
            let result;
            try {
                result = convert[name](this, value);
            } catch (error) {
                this.return_error(toGError(this, name, error));
                return;
            }
            answer.call(this, result);
        };
    }
}

/* -- conveniences ---------------------------------------------------------- */

function toBytes(value) {
    if (typeof value === 'string')
        value = new TextEncoder().encode(value);
    return value instanceof Uint8Array ? new GLib.Bytes(value) : value;
}

/* Lets a function that takes GLib.Bytes take a Uint8Array, and a string, which is UTF-8. */
function acceptBytes(object, name) {
    const original = object[name];

    object[name] = function (value, ...rest) {
        return original.call(this, toBytes(value), ...rest);
    };
}

function toVariant(value) {
    if (value instanceof GLib.Variant)
        return value;
    if (value instanceof Genlm.Vocab)
        return value.to_variant();
    switch (typeof value) {
    case 'string':
        return GLib.Variant.new_string(value);
    case 'boolean':
        return GLib.Variant.new_boolean(value);
    case 'number':
        return Number.isInteger(value) ? GLib.Variant.new_int64(value) : GLib.Variant.new_double(value);
    }
    if (value instanceof Uint8Array)
        return new GLib.Variant('ay', value);
    if (Array.isArray(value))
        return new GLib.Variant('as', value);
    throw new TypeError(`${describe(value)} is no value of a property`);
}

/* Lets element_make('regex', {pattern: 'a+'}) be written without variants;
 * underscores in names stand for hyphens. */
function acceptProperties() {
    const elementMake = Genlm.element_make;

    Genlm.element_make = function (name, properties = null) {
        if (properties === null || properties instanceof GLib.Variant)
            return elementMake(name, properties);
        const values = Object.entries(properties).map(([key, value]) => [key.replaceAll('_', '-'), value]);
        const objects = values.filter(([, value]) => value instanceof GObject.Object);
        const others = values.filter(([, value]) => !(value instanceof GObject.Object));
        return Genlm.element_make_with_objects(name,
            new GLib.Variant('a{sv}', Object.fromEntries(others.map(([key, value]) => [key, toVariant(value)]))),
            objects.map(([key]) => key), objects.map(([, value]) => value));
    };
}

function makeIterable(type) {
    type.prototype[Symbol.iterator] = function* () {
        for (let i = 0; i < this.get_size(); i++)
            yield this.get(i);
    };
}

function _init() {
    Genlm = this;

    for (const [name, methods] of Object.entries(ASYNC_METHODS))
        methods.forEach(method => Gio._promisify(Genlm[name].prototype, method));

    guardClasses();
    guardAnswers();

    acceptBytes(Genlm.Context, 'new_from_bytes');
    acceptBytes(Genlm.Context.prototype, 'append_bytes');
    acceptBytes(Genlm.Vocab.prototype, 'encode');
    acceptBytes(Genlm.Vocab.prototype, 'find');
    acceptBytes(Genlm.Vocab.prototype, 'find_all');
    acceptProperties();

    [Genlm.Batch, Genlm.Scores, Genlm.Weights, Genlm.WeightsList, Genlm.TokenSetList].forEach(makeIterable);
    for (const type of [Genlm.Context, Genlm.TokenSet]) {
        type.prototype[Symbol.iterator] = function () {
            return this.dup_tokens()[Symbol.iterator]();
        };
    }
}
