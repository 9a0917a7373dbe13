/* Classes of potentials and samplers that are written in JavaScript.
 *
 * What their functions return is checked here, before it crosses into C: C sees null, [], ""
 * and false as 0.0, which is the weight of certainty. So whatever a virtual function returns
 * or throws becomes a proper result or a GLib.Error, and nothing else.
 *
 * Classes declare the interface by themselves: gjs writes the functions of a class that only
 * inherits an interface into the table of its parent, so that all its siblings would change
 * with it. */

const {Genlm, GLib, GObject} = imports.gi;
const {count} = imports.overrides.genlm.collector;
const {dupRecipe, note} = imports.overrides.genlm.host;
const {answer, isAsync} = imports.overrides.genlm.promises;
const Values = imports.overrides.genlm.values;
const {Refused, invalid, toGError} = Values;

const RECIPE_TYPE = '(sa{sv})';

/* -- arguments ------------------------------------------------------------- */

/* A value type that gjs hands to a virtual function is borrowed, and dangles
 * when the function keeps it. */
function own(value) {
    const isBorrowed = [Genlm.Context, Genlm.Batch, Genlm.Vocab].some(type => value instanceof type);
    return isBorrowed ? value.ref() : value;
}

/* -- results --------------------------------------------------------------- */

function countWeights(potential) {
    return potential.get_vocab().get_size() + 1;
}

function checkWeight(value) {
    return [true, Values.toWeight(value)];
}

function checkNext(value) {
    return value instanceof Genlm.Weights ? value : Values.toWeights(value, countWeights(this));
}

function checkMask(value) {
    return value instanceof Genlm.TokenSet ? value : Values.toMask(value, countWeights(this));
}

function checkScores(value, batch) {
    return Values.toScores(value, batch.get_size());
}

function checkNextBatch(value, batch) {
    return Values.toWeightsList(value, batch.get_size(), countWeights(this));
}

function checkMaskBatch(value, batch) {
    return Values.toMaskList(value, batch.get_size(), countWeights(this));
}

function checkPotential(value) {
    return Values.toPotential(value);
}

function checkRecipe(value) {
    if (!(value instanceof GLib.Variant) || value.get_type_string() !== RECIPE_TYPE)
        throw invalid(`it must return a GLib.Variant of type ${RECIPE_TYPE}`, value);
    return value;
}

function checkVocab(value) {
    if (value !== null && !(value instanceof Genlm.Vocab))
        throw invalid(`${this.constructor.name}.vfunc_get_vocab: it must return a vocabulary`, value);
    return value;
}

function checkTarget(value) {
    return value === null ? null : Values.toPotential(value);
}

/* -- guards ---------------------------------------------------------------- */

function guardResult(check) {
    return (name, func) => function (...borrowed) {
        const args = borrowed.map(own);
        count(2);
        try {
            return check.call(this, func.apply(this, args), ...args);
        } catch (error) {
            throw toGError(this, name, error);
        }
    };
}

/* An async function has no place in a synchronous call, so it is not even begun. */
function guardWeigh(check) {
    const guard = guardResult(check);

    return (name, func) => {
        if (!isAsync(func))
            return guard(name, func);
        return function () {
            throw toGError(this, name, new Refused(Genlm.PotentialError.NOT_SUPPORTED,
                'it is async, so it cannot answer a synchronous call; use the call without “_sync”, ' +
                'or worker processes'));
        };
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

const GUARDS = {
    Potential: {
        vfunc_get_vocab: guardBorrowed(checkVocab),
        vfunc_get_traits: guardTraits,
        vfunc_weigh_prefix: guardWeigh(checkWeight),
        vfunc_weigh_complete: guardWeigh(checkWeight),
        vfunc_weigh_next: guardWeigh(checkNext),
        vfunc_weigh_mask: guardWeigh(checkMask),
        vfunc_weigh_prefix_batch: guardWeigh(checkScores),
        vfunc_weigh_complete_batch: guardWeigh(checkScores),
        vfunc_weigh_next_batch: guardWeigh(checkNextBatch),
        vfunc_weigh_mask_batch: guardWeigh(checkMaskBatch),
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

/* A class with async functions is asked through evaluate(), unless it has its own. */
function needsAnswer(klass, guards) {
    return klass.prototype.vfunc_evaluate === undefined &&
        Object.keys(guards).some(name => name.startsWith('vfunc_weigh_') && isAsync(findFunction(klass, name)));
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
    const put = (name, func) => {
        plain.set(name, Object.getOwnPropertyDescriptor(klass.prototype, name));
        Object.defineProperty(klass.prototype, name, {value: func, configurable: true, writable: true});
    };
    const hasAnswer = needsAnswer(klass, guards);
    for (const [name, guard] of Object.entries(guards)) {
        const func = findFunction(klass, name);
        if (func === undefined)
            continue;
        if (typeof func !== 'function')
            throw new TypeError(`${klass.name}.${name} must be a function`);
        put(name, guard(name, func));
    }
    if (hasAnswer) {
        put('vfunc_evaluate', function (request) {
            answer(this, request);
        });
    }
    if ('vfunc_dup_recipe' in guards && klass.prototype.vfunc_dup_recipe === undefined) {
        put('vfunc_dup_recipe', function () {
            return dupRecipe(this);
        });
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
        note(klass);
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
        return_scores: (request, value) => Values.toScores(value, request.get_size()),
        return_weights: (request, value) => Values.toWeightsList(value, request.get_size(), request.get_n_weights()),
        return_masks: (request, value) => Values.toMaskList(value, request.get_size(), request.get_n_weights()),
        return_draws: (_request, value) => {
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
        const returnResult = Genlm.Request.prototype[name];

        Genlm.Request.prototype[name] = function (value) {
            let result;
            try {
                result = convert[name](this, value);
            } catch (error) {
                this.return_error(toGError(this, name, error));
                return;
            }
            returnResult.call(this, result);
        };
    }
}
