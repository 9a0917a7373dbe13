// Classes that can be made, and such that cannot.
import Genlm from 'gi://Genlm?version=1.0';
import GObject from 'gi://GObject';

function describeLevel() {
    return {level: GObject.ParamSpec.int('level', null, null, GObject.ParamFlags.READWRITE, 0, 9, 1)};
}

// There is one of this name in even.js.
export const Even = GObject.registerClass(class Even extends Genlm.PotentialBase {
    vfunc_weigh_prefix() {
        return -7;
    }
});

// Does not hand on what it is given.
export const Deaf = GObject.registerClass({Properties: describeLevel()}, class Deaf extends Genlm.PotentialBase {
    _init() {
        super._init();
    }

    vfunc_weigh_prefix() {
        return -this.level;
    }
});

export const Stubborn = GObject.registerClass({
    Properties: describeLevel(),
}, class Stubborn extends Genlm.PotentialBase {
    get level() {
        return 1;
    }

    set level(value) {
        // It stays as it is.
    }
});

export const Throws = GObject.registerClass(class Throws extends Genlm.PotentialBase {
    constructor(properties) {
        super(properties);
        throw new RangeError('no such day');
    }
});

export const Refuses = GObject.registerClass(class Refuses extends Genlm.PotentialBase {
    constructor(properties) {
        super(properties);
        throw new Genlm.PotentialError({code: Genlm.PotentialError.LIMIT, message: 'no room'});
    }
});

// It need not be exported.
GObject.registerClass(class Hidden extends Genlm.PotentialBase {
    vfunc_weigh_prefix() {
        return -9;
    }
});

export const Unregistered = class Unregistered extends Genlm.PotentialBase {};
export const NoPotential = GObject.registerClass(class NoPotential extends GObject.Object {});
export const number = 5;
