// Potentials that do to a worker process what should not be done.
import Genlm from 'gi://Genlm?version=1.0';
import GObject from 'gi://GObject';
import System from 'system';

function first(context) {
    return String.fromCharCode(...context).slice(0, 1);
}

export const Faulty = GObject.registerClass(class Faulty extends Genlm.PotentialBase {
    vfunc_weigh_prefix(context) {
        print('this goes to standard error');
        switch (first(context)) {
        case 'x':
            System.exit(7);
            break;
        case 't':
            throw new RangeError('no such thing');
        case 'n':
            return null;
        case 'N':
            return NaN;
        case 'm':
            for (const arrays = []; ;)
                arrays.push(new Uint8Array(1 << 20).fill(1));
        case 'h':
            for (;;)
                ;
        }
        return -context.length;
    }

    vfunc_weigh_complete() {
        return 0;
    }
});

export const LateFaulty = GObject.registerClass(class LateFaulty extends Genlm.PotentialBase {
    async vfunc_weigh_prefix(context) {
        await null;
        switch (first(context)) {
        case 'x':
            System.exit(7);
            break;
        case 't':
            throw new RangeError('no such thing');
        case 'n':
            return null;
        case 'h':
            await new Promise(() => {});
        }
        return -context.length;
    }

    async vfunc_weigh_complete() {
        return 0;
    }
});

export const ThrowsAtConstruction = GObject.registerClass(class ThrowsAtConstruction extends Genlm.PotentialBase {
    constructor(properties) {
        super(properties);
        if (System.programPath.endsWith('genlm-worker.js'))
            throw new RangeError('not in a worker');
    }
});
