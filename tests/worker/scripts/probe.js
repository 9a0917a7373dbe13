// [genlm element]
// name=probe-js
// type=Probe
// description=Does what a context says, and reports how it went as a weight
// class=Potential/Test

// As tests/plugin/modules/probe, in JavaScript.
import Genlm from 'gi://Genlm?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import System from 'system';

const ERRNO = new Map([
    [Gio.IOErrorEnum.NOT_FOUND, 2],
    [Gio.IOErrorEnum.READ_ONLY, 30],
]);

const ORDERS = {
    read: path => Gio.File.new_for_path(path).load_contents(null),
    write: path => Gio.File.new_for_path(path).append_to(Gio.FileCreateFlags.NONE, null).close(null),
    allocate: () => {
        const pieces = [];
        for (;;)
            pieces.push(new Uint8Array(16 << 20).fill(1));
    },
    block: () => {
        for (;;)
            GLib.usleep(1000000000);
    },
    work: () => {
        for (;;)
            ;
    },
    exit: status => System.exit(Number(status)),
};

export const Probe = GObject.registerClass(class Probe extends Genlm.PotentialBase {
    vfunc_weigh_prefix(context) {
        const text = new TextDecoder().decode(Uint8Array.from(context));
        const [verb, what] = text.split(' ', 2);
        if (!(verb in ORDERS))
            return -verb.length;
        try {
            ORDERS[verb](what);
        } catch (error) {
            if (error instanceof GLib.Error && ERRNO.has(error.code))
                return -ERRNO.get(error.code);
            throw error;
        }
        return 0;
    }

    vfunc_weigh_complete(context) {
        return this.vfunc_weigh_prefix(context);
    }
});
