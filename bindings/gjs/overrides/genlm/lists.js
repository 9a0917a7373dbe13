/* What is a list in C is one in JavaScript: it has a length, items by their place, and can be
 * iterated over. Weights are numbers in a typed array. */

const {Genlm} = imports.gi;
const {count, countResults} = imports.overrides.genlm.collector;

/* As Array.prototype.at(): from the end for negative places, undefined where nothing is. */
function at(index) {
    const {length} = this;
    index = Math.trunc(index) || 0;
    if (index < 0)
        index += length;
    return index >= 0 && index < length ? this._itemAt(index) : undefined;
}

function makeList(type, getLength, getItem) {
    Object.defineProperties(type.prototype, {
        length: {get: getLength, configurable: true},
        _itemAt: {value: getItem, configurable: true},
        at: {value: at, configurable: true, writable: true},
    });
    type.prototype[Symbol.iterator] = function* () {
        for (let i = 0; i < this.length; i++)
            yield this._itemAt(i);
    };
}

function getSize() {
    return this.get_size();
}

function getItem(i) {
    return this.get(i);
}

/* Items are values themselves: they are counted, and all at once where all are looked at. */
function makeListOfValues(type) {
    const {get} = type.prototype;

    countResults(type.prototype, ['get']);
    makeList(type, getSize, getItem);
    type.prototype[Symbol.iterator] = function* () {
        const n = this.get_size();
        count(n);
        for (let i = 0; i < n; i++)
            yield get.call(this, i);
    };
}

/* Contexts and sets cross as a whole. */
function iterateTokens() {
    return this.dup_tokens()[Symbol.iterator]();
}

/* The memory of the weights itself, without a copy. Others see it, too: it is only for reading. */
function peek() {
    const bytes = this.get_bytes().toArray();
    return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / Float64Array.BYTES_PER_ELEMENT);
}

function makeLists() {
    const {Batch, RandomList, Scores, TokenSetList, Weights, WeightsList} = Genlm;
    countResults(Genlm.Context, ['new', 'new_for_tokens', 'new_from_bytes']);
    countResults(Genlm.Context.prototype, ['append', 'append_tokens', 'append_bytes', 'get_parent']);
    for (const type of [Batch, RandomList, TokenSetList, WeightsList])
        makeListOfValues(type);
    makeList(Scores, getSize, getItem);
    makeList(Weights, getSize, getItem);
    makeList(Genlm.Draws, getSize, function (i) {
        return {token: this.get_token(i), log_weight: this.get_log_weight(i), cause: this.get_cause(i)};
    });
    makeList(Genlm.Sequences, getSize, function (i) {
        return this.get_particle(i);
    });

    makeList(Genlm.Context, function () {
        return this.get_length();
    }, function (i) {
        return i === this.get_length() - 1 ? this.get_last() : this.dup_tokens()[i];
    });
    Genlm.Context.prototype[Symbol.iterator] = iterateTokens;

    makeList(Genlm.TokenSet, function () {
        return this.get_count();
    }, function (i) {
        return this.dup_tokens()[i];
    });
    Genlm.TokenSet.prototype[Symbol.iterator] = iterateTokens;
    Genlm.TokenSet.prototype.has = function (token) {
        return Number.isInteger(token) && token >= 0 && token < this.get_size() && this.contains(token);
    };

    Genlm.Weights.prototype.peek = peek;
    Genlm.Weights.prototype.toArray = function () {
        return this.peek().slice();
    };
    Genlm.Weights.prototype[Symbol.iterator] = function () {
        return this.toArray()[Symbol.iterator]();
    };
    Genlm.Scores.prototype.toArray = function () {
        return Float64Array.from(this);
    };
}
