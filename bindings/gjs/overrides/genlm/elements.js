/* Elements by name, with their properties as an object. */

const {Genlm, GLib, GObject} = imports.gi;
const {describe} = imports.overrides.genlm.values;

/* Whether it is a plain object of texts: documents by their URIs, for one. */
function isTexts(value) {
    if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
        return false;
    const texts = Object.values(value);
    return texts.length > 0 && texts.every(text => typeof text === 'string');
}

function toVariant(value) {
    if (value instanceof GLib.Variant)
        return value;
    if (value instanceof Genlm.Vocab)
        return value.to_variant();
    switch (typeof value) {
    case 'string':
        return GLib.Variant.new_string(value);
    case 'boolean':
        return GLib.Variant.new_boolean(value);
    case 'number':
        return Number.isInteger(value) ? GLib.Variant.new_int64(value) : GLib.Variant.new_double(value);
    }
    if (value instanceof Uint8Array)
        return new GLib.Variant('ay', value);
    if (Array.isArray(value))
        return new GLib.Variant('as', value);
    if (isTexts(value))
        return new GLib.Variant('a{ss}', value);
    throw new TypeError(`${describe(value)} is no value of a property`);
}

/* Lets element_make('regex', {pattern: 'a+'}) be written without variants;
 * underscores in names stand for hyphens. */
function acceptProperties() {
    const elementMake = Genlm.element_make;

    Genlm.element_make = function (name, properties = null) {
        if (properties === null || properties instanceof GLib.Variant)
            return elementMake(name, properties);
        const values = Object.entries(properties).map(([key, value]) => [key.replaceAll('_', '-'), value]);
        const objects = values.filter(([, value]) => value instanceof GObject.Object);
        const others = values.filter(([, value]) => !(value instanceof GObject.Object));
        return Genlm.element_make_with_objects(name,
            new GLib.Variant('a{sv}', Object.fromEntries(others.map(([key, value]) => [key, toVariant(value)]))),
            objects.map(([key]) => key), objects.map(([, value]) => value));
    };
}
