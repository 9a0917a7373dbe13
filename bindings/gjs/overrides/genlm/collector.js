/* Collects garbage before it comes to harm.
 *
 * gjs refuses to call JavaScript from C while its collector sweeps, and in the middle of that an
 * incremental collection may rest for as long as little is allocated (seen with 1.74): functions
 * of potentials would not be called and promises never settle. Values from C are slow to sweep, so
 * this happens where there are many of them. A collection in one piece does not rest: there is one
 * whenever so many values have come that an incremental one could not sweep them at once. */

const System = imports.system;

const MAX_VALUES = 8192;

let nValues = 0;

/* To be called where n values come from C. */
function count(n) {
    nValues += n;
    if (nValues < MAX_VALUES)
        return;
    nValues = 0;
    System.gc();
}

/* Counts what functions give that programs call by themselves, often many times in a function. */
function countResults(object, names) {
    for (const name of names) {
        const original = object[name];

        object[name] = function (...args) {
            count(1);
            return original.apply(this, args);
        };
    }
}
