#!/usr/bin/env -S gjs -m
// A potential whose answers come from elsewhere: here from another program.
import Genlm from 'gi://Genlm?version=1.0';
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';

Gio._promisify(Gio.Subprocess.prototype, 'communicate_utf8_async');

const PIPES = Gio.SubprocessFlags.STDIN_PIPE | Gio.SubprocessFlags.STDOUT_PIPE;

const Sorted = GObject.registerClass(class Sorted extends Genlm.PotentialBase {
    async vfunc_weigh_prefix(context) {
        const letters = [...context].map(byte => `${byte}\n`).join('');
        const program = Gio.Subprocess.new(['sort', '-n'], PIPES);
        const [sorted] = await program.communicate_utf8_async(letters, Gio.Cancellable.get_current());
        return sorted === letters ? 0 : -Infinity;
    }

    async vfunc_weigh_complete(context) {
        return this.vfunc_weigh_prefix(context);
    }
});

const potential = new Sorted();
const words = ['almost', 'batch', 'chintz', 'token'];
const weights = await Promise.all(words.map(word => potential.complete(word)));
words.forEach((word, i) => print(`${word}: ${weights[i]}`));
