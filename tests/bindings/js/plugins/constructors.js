// Classes that can be made from their properties alone, and such that cannot.
import Genlm from 'gi://Genlm?version=1.0';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

class Level extends Genlm.PotentialBase {
    vfunc_weigh_prefix() {
        return -this.level - 10 * (this._words?.length ?? 0);
    }
}
GObject.registerClass({
    Properties: {'level': GObject.ParamSpec.int('level', null, null, GObject.ParamFlags.READWRITE, 0, 9, 1)},
}, Level);

/* -- of their properties --------------------------------------------------- */

export const HasNone = GObject.registerClass(class HasNone extends Level {
    // There is no constructor(words) here.
    _words = ['a'];
});

export const HandsOn = GObject.registerClass(class HandsOn extends Level {
    constructor(properties = {}) {
        super(properties);
        this._words = [properties.name];
    }
});

export const InitHandsOn = GObject.registerClass(class InitHandsOn extends Level {
    _init(params) {
        this.params = 0;
        super._init(params);
    }
});

export const HandsOnAll = GObject.registerClass(class HandsOnAll extends Level {
    constructor(...args) {
        super(...args);
    }

    _init(...args) {
        super._init(...args);
    }
});

export const HandsOnUnnamed = GObject.registerClass(class HandsOnUnnamed extends Level {
    constructor() {
        super(...arguments);
    }
});

export const HasPrivate = GObject.registerClass(class HasPrivate extends Level {
    static N_WORDS = 2;
    #words = ['a'];

    static constructor(words) {
        return new this(words);
    }

    _init(params) {
        super._init(params);
    }

    vfunc_weigh_prefix() {
        return -this.level - this.#words.length - HasPrivate.N_WORDS;
    }
});

export const OfHandsOn = GObject.registerClass(class OfHandsOn extends HandsOn {});

export const TakesNothing = GObject.registerClass(class TakesNothing extends Level {
    constructor() {
        super({});
        this._words = ['a', 'b'];
    }
});

/* -- of more --------------------------------------------------------------- */

export const TakesWords = GObject.registerClass(class TakesWords extends Level {
    constructor(words = []) {
        super({});
        this._words = words;
    }
});

export const InitTakesWords = GObject.registerClass(class InitTakesWords extends Level {
    _init(words) {
        super._init();
        this._words = words;
    }
});

export const TakesMore = GObject.registerClass(class TakesMore extends Level {
    constructor(properties = {}, words = []) {
        super(properties);
        this._words = words;
    }
});

export const TakesUnnamed = GObject.registerClass(class TakesUnnamed extends Level {
    constructor() {
        super({});
        this._words = arguments[0];
    }
});

export const TakesApart = GObject.registerClass(class TakesApart extends Level {
    constructor({words, ...properties} = {}) {
        super(properties);
        this._words = words;
    }
});

export const TakesAway = GObject.registerClass(class TakesAway extends Level {
    constructor(properties = {}) {
        const {words} = properties;
        delete properties.words;
        super(properties);
        this._words = words;
    }
});

export const TakesBesides = GObject.registerClass(class TakesBesides extends Level {
    _init(...args) {
        super._init(...args);
        this._words = args[1];
    }
});

export const HandsOnSometimes = GObject.registerClass(class HandsOnSometimes extends Level {
    constructor(words) {
        if (words === undefined)
            super(words);
        else
            super({});
        this._words = words;
    }
});

export const OfTakesWords = GObject.registerClass(class OfTakesWords extends TakesWords {});

export const HandsOnWords = GObject.registerClass(class HandsOnWords extends InitTakesWords {
    constructor(words) {
        super(words);
    }
});

class Later extends Level {}
Later.prototype._init = function (words) {
    Level.prototype._init.call(this, {});
    this._words = words;
};
export const GivenLater = GObject.registerClass(class GivenLater extends Later {});

/* -- of more, which is the same for all, or told --------------------------- */

export const GivesWords = GObject.registerClass(class GivesWords extends TakesWords {
    constructor() {
        super(['a', 'b', 'c']);
    }
});

export const InitGivesWords = GObject.registerClass(class InitGivesWords extends InitTakesWords {
    _init() {
        super._init(['a', 'b', 'c', 'd']);
    }
});

export const TellsWords = GObject.registerClass(class TellsWords extends TakesWords {
    vfunc_dup_recipe() {
        return new GLib.Variant('(sa{sv})', ['of-words', {}]);
    }
});
