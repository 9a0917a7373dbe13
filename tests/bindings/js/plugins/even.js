// [genlm element]
// name=even-js
// type=Even
// description=Texts of an even length, at a price for each byte
//
// [property price]
// type=d
// default=0.5
// description=What a byte costs

import Genlm from 'gi://Genlm?version=1.0';
import GObject from 'gi://GObject';

export const Even = GObject.registerClass({
    Properties: {
        'price': GObject.ParamSpec.double('price', null, 'What a byte costs',
            GObject.ParamFlags.READWRITE, 0, 1000, 0.5),
    },
}, class Even extends Genlm.PotentialBase {
    vfunc_weigh_prefix(context) {
        return -this.price * context.length;
    }

    vfunc_weigh_complete(context) {
        return context.length % 2 === 0 ? -this.price * context.length : -Infinity;
    }
});
