// [genlm element]
// name=later-js
// type=Later
// description=The same as even, answered later

import Genlm from 'gi://Genlm?version=1.0';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

function pause() {
    return new Promise(resolve => GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
        resolve();
        return GLib.SOURCE_REMOVE;
    }));
}

// Loading may take its time.
await pause();

export const Later = GObject.registerClass(class Later extends Genlm.PotentialBase {
    async vfunc_weigh_prefix(context) {
        await pause();
        return -0.5 * context.length;
    }

    async vfunc_weigh_complete(context) {
        await pause();
        return context.length % 2 === 0 ? -0.5 * context.length : -Infinity;
    }
});
