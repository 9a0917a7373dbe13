/* Potentials in JavaScript files: loads them for the library, which makes them by name, and says
 * how another process makes an equal one.
 *
 * A file is an ES module. Modules are loaded by promises, so the main context is iterated until
 * one is there. In a promise that does not help, since gjs runs others only when it has ended:
 * there a file must have been imported before. */

const {Genlm, Gio, GLib, GObject} = imports.gi;
const System = imports.system;
const {findObstacle} = imports.overrides.genlm.constructors;
const {describe, describeError, isOurs} = imports.overrides.genlm.values;

/* Seconds that a file may take. */
const MAX_LOADING = 60;

/* Where each class was registered. */
const files = new WeakMap();
const classes = new Map();
let nLoading = 0;

function scriptError(message) {
    return new Genlm.PluginError({code: Genlm.PluginError.SCRIPT, message});
}

function toScriptError(error, what = '') {
    return scriptError(`${what}${error instanceof GLib.Error ? error.message : describeError(error)}`);
}

/* -- classes --------------------------------------------------------------- */

function toPath(location) {
    if (location.startsWith('file://'))
        return Gio.File.new_for_uri(location).get_path();
    return location.startsWith('/') ? GLib.canonicalize_filename(location, null) : null;
}

/* The file whose code registers a class, from a line of the stack such as name@file:12:3. */
function findCaller() {
    const locations = new Error().stack.split('\n').map(line => line.replace(/^.*?@|(:\d+)*$/g, ''));
    const location = locations.find(l => l !== '' && !isOurs(l));
    return location === undefined ? null : toPath(location);
}

/* Remembers a class that is being registered. Two files may call theirs alike. */
function note(klass) {
    const file = findCaller();
    if (file !== null) {
        files.set(klass, file);
        classes.set(`${file}:${klass.name}`, klass);
    }
    if (nLoading === 0 || Object.hasOwn(klass, GObject.GTypeName))
        return;
    const name = `Gjs_${klass.name}`.replace(/[^a-z0-9+_-]/gi, '_');
    for (let i = 2; GObject.type_from_name(klass[GObject.GTypeName] ?? name) !== null; i++)
        klass[GObject.GTypeName] = `${name}_${i}`;
}

/* -- loading --------------------------------------------------------------- */

function runsPromises() {
    let ran = false;
    Promise.resolve().then(() => (ran = true));
    GLib.MainContext.default().iteration(false);
    return ran;
}

/* What a promise settles to, which is thrown if it is an error. */
function wait(promise) {
    let settled = null;
    promise.then(value => (settled = {value}), error => (settled = {error}));
    let expired = false;
    const timer = GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, MAX_LOADING, () => {
        expired = true;
        return GLib.SOURCE_REMOVE;
    });
    while (settled === null && !expired)
        GLib.MainContext.default().iteration(true);
    if (settled === null)
        throw scriptError(`the file was not loaded within ${MAX_LOADING} seconds; it awaits what does not come`);
    if (!expired)
        GLib.source_remove(timer);
    if ('error' in settled)
        throw toScriptError(settled.error);
    return settled.value;
}

function loadModule(file) {
    const uri = Gio.File.new_for_path(file).get_uri();
    if (!runsPromises()) {
        throw scriptError('it cannot be loaded within a promise, as after an “await”; ' +
            `let the program import it before: await import('${uri}')`);
    }
    nLoading++;
    try {
        return wait(import(uri));
    } finally {
        nLoading--;
    }
}

function findClass(file, name) {
    const key = `${file}:${name}`;
    if (classes.has(key))
        return classes.get(key);
    const klass = loadModule(file)[name] ?? classes.get(key);
    if (klass === undefined)
        throw scriptError(`the file exports no class “${name}”`);
    if (typeof klass !== 'function' || klass.prototype === undefined)
        throw scriptError(`“${name}” is no class, but ${describe(klass)}`);
    if (!Object.hasOwn(klass, '$gtype'))
        throw scriptError(`the class “${name}” is not registered; write GObject.registerClass(class ${name} …)`);
    if (!GObject.type_is_a(klass.$gtype, Genlm.Potential.$gtype))
        throw scriptError(`“${name}” is no potential; derive it from Genlm.PotentialBase`);
    return klass;
}

/* -- making ---------------------------------------------------------------- */

function isSame(a, b) {
    if (a instanceof Genlm.Vocab && b instanceof Genlm.Vocab)
        return a.equal(b);
    return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/* A constructor of its own need not hand on what it is given. */
function makeObject(klass, values) {
    const object = values.size > 0 ? new klass(Object.fromEntries(values)) : new klass();
    for (const [name, value] of values) {
        if (!isSame(object[name], value))
            object[name] = value;
        if (!isSame(object[name], value))
            throw scriptError(`its property “${name}” is not what was given; hand it on in the constructor`);
    }
    return object;
}

const Host = GObject.registerClass({GTypeName: 'GenlmGjsHost'}, class Host extends Genlm.ScriptHost {
    vfunc_load_class(file, className) {
        try {
            return findClass(file, className).$gtype;
        } catch (error) {
            throw error instanceof GLib.Error ? error : toScriptError(error);
        }
    }

    vfunc_make_object(file, className, list) {
        const values = new Map();
        for (let i = 0; i < list.get_size(); i++)
            values.set(list.get_name(i).replaceAll('-', '_'), list.get_value(i));
        try {
            return makeObject(findClass(file, className), values);
        } catch (error) {
            throw error instanceof GLib.Error ? error : toScriptError(error, `${className}: `);
        }
    }
});

/* -- recipes --------------------------------------------------------------- */

function refuseRecipe(klass, why) {
    return new Genlm.PotentialError({
        code: Genlm.PotentialError.NOT_SUPPORTED,
        message: `the class ${klass.name} has no recipe, so that no worker process can make it: ${why}`,
    });
}

/* The name by which another process makes objects of a class. */
function findName(klass) {
    const registered = Genlm.element_type_get_factory_name(klass.$gtype);
    if (registered !== null)
        return registered;
    const file = files.get(klass);
    if (file === undefined)
        throw refuseRecipe(klass, 'it is not in a file; write it into one, and import it from there');
    if (file === toPath(System.programPath ?? '')) {
        throw refuseRecipe(klass, `it is in ${GLib.path_get_basename(file)}, which is the program itself, ` +
            'and would run in the worker process; move it into a file of its own, export it there, and import it');
    }
    const factory = [...Genlm.Registry.get_default().get_factories()].find(f =>
        f.get_type_name() === klass.name && f.get_plugin()?.get_file() === file);
    return factory?.get_name() ?? `js:${file}:${klass.name}`;
}

/* What is only an argument of a constructor would be lost on the way. */
function checkConstructors(klass) {
    const obstacle = findObstacle(klass);
    if (obstacle !== null) {
        throw refuseRecipe(klass, `${obstacle}; a worker would make it without them. ` +
            'Make them GObject properties, or implement vfunc_dup_recipe()');
    }
}

/* What a potential in JavaScript is made from, unless its class says otherwise. */
function dupRecipe(object) {
    const name = findName(object.constructor);
    checkConstructors(object.constructor);
    return host.make_recipe(object, name);
}

let host = null;

function install() {
    host = new Host({language: 'js'});
    host.install();
}
