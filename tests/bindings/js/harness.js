/* What the tests in modules are written with. */
import GLib from 'gi://GLib';
import System from 'system';

const tests = [];

export function test(name, func) {
    tests.push([name, func]);
}

export function show(value) {
    return JSON.stringify(value, (_key, x) => typeof x === 'number' && !Number.isFinite(x) ? `${x}` : x) ?? `${value}`;
}

export function assertEqual(actual, expected, what = '') {
    if (show(actual) !== show(expected))
        throw new Error(`${what} expected ${show(expected)}, got ${show(actual)}`);
}

export function assertMatch(text, pattern) {
    if (!pattern.test(text))
        throw new Error(`${show(text)} does not match ${pattern}`);
}

/* That a call, or a promise, ends in this error; its message. */
export async function refuse(domain, code, ask, what) {
    let value;
    try {
        value = await ask();
    } catch (error) {
        if (!(error instanceof GLib.Error) || !error.matches(domain, code))
            throw new Error(`${show(what)}: expected code ${code}, got ${error} ${error.code}\n${error.stack}`);
        return error.message;
    }
    throw new Error(`${show(what)}: expected code ${code}, got the value ${show(value)}`);
}

/* What a function returns that the main loop calls, and not a promise. */
export function fromLoop(func) {
    return new Promise((resolve, reject) => GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
        try {
            resolve(func());
        } catch (error) {
            reject(error);
        }
        return GLib.SOURCE_REMOVE;
    }));
}

async function runTests() {
    print(`1..${tests.length}`);
    let failed = 0;
    for (const [i, [name, func]] of tests.entries()) {
        try {
            await func();
            print(`ok ${i + 1} ${name}`);
        } catch (error) {
            failed++;
            print(`not ok ${i + 1} ${name}`);
            `${error}\n${error.stack}`.split('\n').forEach(line => print(`# ${line}`));
        }
    }
    return failed;
}

export function run() {
    const loop = new GLib.MainLoop(null, false);
    let failed = 1;
    runTests().then(n => (failed = n), logError).finally(() => loop.quit());
    loop.run();
    System.exit(failed === 0 ? 0 : 1);
}
