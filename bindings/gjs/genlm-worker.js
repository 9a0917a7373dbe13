#!/usr/bin/env -S gjs -m
// A worker process for potentials in JavaScript. The library starts it, with a
// socket and shared memory as descriptors 3 and 4; it is not run by hand.
import Genlm from 'gi://Genlm?version=1.0';
import GLib from 'gi://GLib';
import System from 'system';

// What scripts print must not go where the program that started this expects its own output.
globalThis.print = printerr;
GLib.log_writer_default_set_use_stderr(true);

// Within a promise gjs would only exit after the main loop, which has no end here; in a callback it does so at once.
const {exit} = System;
System.exit = code => {
    GLib.idle_add(2 * GLib.PRIORITY_HIGH, () => exit(code));
    for (;;)
        GLib.MainContext.default().iteration(true);
};

try {
    Genlm.worker_run(3, 4);
} catch (error) {
    printerr(`genlm-worker: ${error.message}`);
    System.exit(3);
}
