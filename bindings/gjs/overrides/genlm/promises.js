/* Answers the requests to a potential whose functions are async.
 *
 * It does what C does for ordinary ones: a batch goes to the batch function, or one by one to the
 * other; what a potential does not implement is made of prefix and complete. Whatever becomes
 * of the promises, the request gets one answer: a result, or the error of the first that
 * failed. One that never settles is ended by the request, when it is cancelled or expires. */

const {Genlm} = imports.gi;
const {count} = imports.overrides.genlm.collector;
const Values = imports.overrides.genlm.values;
const {Refused, toGError} = Values;

/* So many calls of one function are on their way for a request. */
const MAX_PENDING = 256;

const AsyncFunction = (async () => {}).constructor;

function isAsync(func) {
    return func instanceof AsyncFunction;
}

/* Nobody waits for the request any more. */
class GivenUp extends Error {}

/* Calls a function for each of the items, and does not begin what is of no use any more. */
async function mapConcurrently(items, func, maxPending = MAX_PENDING) {
    const results = new Array(items.length);
    let next = 0;
    const run = async () => {
        while (next < items.length) {
            const i = next++;
            try {
                results[i] = await func(items[i]);
            } catch (error) {
                next = items.length;
                throw error;
            }
        }
    };
    if (items.length === 1)
        await run();
    else
        await Promise.all(Array.from({length: Math.min(items.length, maxPending)}, run));
    return results;
}

class Answer {
    constructor(potential, request) {
        this.potential = potential;
        this.request = request;
    }

    get nWeights() {
        return this.request.get_n_weights() || this.potential.get_vocab().get_size() + 1;
    }

    has(name) {
        return typeof this.potential[`vfunc_${name}`] === 'function';
    }

    /* One function, whose cancellable is the current one while it begins. */
    async call(name, argument, convert) {
        count(2);
        if (this.request.is_answered())
            throw new GivenUp();
        const cancellable = this.request.get_cancellable();
        try {
            let value;
            cancellable?.push_current();
            try {
                value = this.potential[`vfunc_${name}`](argument);
            } finally {
                cancellable?.pop_current();
            }
            return convert(await value);
        } catch (error) {
            throw toGError(this.potential, `vfunc_${name}`, error);
        }
    }

    /* An array or a list of results, one for each context. */
    weigh(name, contexts, convert, convertBatch, otherwise) {
        const hasSingle = this.has(name);
        const batchName = `${name}_batch`;
        if (this.has(batchName) && (contexts.length > 1 || !hasSingle)) {
            return this.call(batchName, Values.toBatch(contexts), value => convertBatch(value, contexts.length));
        }
        if (hasSingle)
            return mapConcurrently(contexts, c => this.call(name, c, convert));
        return mapConcurrently(contexts, otherwise, 1);
    }

    scores(name, contexts) {
        return this.weigh(name, contexts, Values.toWeight, Values.toScores, () => {
            throw new Refused(Genlm.PotentialError.NOT_SUPPORTED, 'it is not implemented');
        }).catch(error => {
            throw error instanceof GivenUp ? error : toGError(this.potential, `vfunc_${name}`, error);
        });
    }

    next(contexts) {
        return this.weigh('weigh_next', contexts, value => Values.toWeights(value, this.nWeights),
            (value, n) => Values.toWeightsList(value, n, this.nWeights), c => this.makeNext(c));
    }

    masks(contexts) {
        return this.weigh('weigh_mask', contexts, value => Values.toMask(value, this.nWeights),
            (value, n) => Values.toMaskList(value, n, this.nWeights), c => this.makeMask(c));
    }

    async makeNext(context) {
        const [prefix] = await this.scores('weigh_prefix', [context]);
        if (prefix === -Infinity) {
            const text = this.potential.get_vocab().escape_context(context);
            throw new Genlm.PotentialError({
                code: Genlm.PotentialError.ZERO_PREFIX,
                message: `${this.potential.dup_label()} was asked what may follow the context ${text}, ` +
                    'whose prefix weight is zero',
            });
        }
        const extensions = Array.from({length: this.nWeights - 1}, (_, token) => context.append(token));
        const [complete] = await this.scores('weigh_complete', [context]);
        const scores = await this.scores('weigh_prefix', extensions);
        return Values.toWeights(Float64Array.from([...scores, complete], score => score - prefix), this.nWeights);
    }

    async makeMask(context) {
        if (!(this.potential.get_traits() & Genlm.Traits.BOOLEAN)) {
            throw new Genlm.PotentialError({
                code: Genlm.PotentialError.NOT_SUPPORTED,
                message: `${this.potential.dup_label()} is not Boolean, so it has no mask; ask for logw_next`,
            });
        }
        const [weights] = await this.next([context]);
        const tokens = [...weights].flatMap((weight, token) => weight > -Infinity ? [token] : []);
        return Genlm.TokenSet.new_for_tokens(this.nWeights, tokens);
    }

    async give() {
        const contexts = [...this.request.get_batch()];
        const {request} = this;
        switch (request.get_method()) {
        case Genlm.Method.PREFIX:
            return request.return_scores(await this.scores('weigh_prefix', contexts));
        case Genlm.Method.COMPLETE:
            return request.return_scores(await this.scores('weigh_complete', contexts));
        case Genlm.Method.NEXT:
            return request.return_weights(await this.next(contexts));
        case Genlm.Method.MASK:
            return request.return_masks(await this.masks(contexts));
        default:
            throw new Refused(Genlm.PotentialError.NOT_SUPPORTED, 'a potential has no such method');
        }
    }
}

async function answer(potential, request) {
    try {
        await new Answer(potential, request).give();
    } catch (error) {
        if (!request.is_answered())
            request.return_error(toGError(potential, 'vfunc_evaluate', error));
    }
}
