// [genlm element]
// name=twice-js
// type=Twice
// description=The weights of another potential, squared
// input=inner
//
// [property inner]
// type=(sa{sv})
// description=The other potential

import Genlm from 'gi://Genlm?version=1.0';
import GObject from 'gi://GObject';

export const Twice = GObject.registerClass({
    Properties: {
        'inner': GObject.ParamSpec.object('inner', null, 'The other potential',
            GObject.ParamFlags.READWRITE, Genlm.PotentialBase.$gtype),
    },
}, class Twice extends Genlm.PotentialBase {
    vfunc_weigh_prefix(context) {
        return 2 * this.inner.prefix_sync(context);
    }

    vfunc_weigh_complete(context) {
        return 2 * this.inner.complete_sync(context);
    }
});
