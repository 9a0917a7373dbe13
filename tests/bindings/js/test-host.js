/* Potentials in files of their own: made by name, told as recipes, and what can be wrong with them. */
import Genlm from 'gi://Genlm?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import {assertEqual, assertMatch, fromLoop, refuse, run, test} from './harness.js';
import {Even} from './plugins/classes.js';
import * as Constructors from './plugins/constructors.js';

const FOLDER = Gio.File.new_for_uri(import.meta.url).get_parent().get_child('plugins').get_path();
const {PluginError, PotentialError} = Genlm;

function make(file, klass, properties = null) {
    return Genlm.element_make(`js:${FOLDER}/${file}:${klass}`, properties);
}

/* That it cannot be made, not because this is asked in a promise. */
function refuseToMake(file, klass) {
    return refuse(PluginError, PluginError.SCRIPT, () => fromLoop(() => make(file, klass)));
}

/* Outside of any promise, where files can be loaded. */
const even = Genlm.element_make('even-js', {price: 2});
const later = Genlm.element_make('later-js');
const twice = Genlm.Pipeline.parse('even-js ! twice-js').get_last();

test('by name', () => {
    assertEqual([even.price, even.prefix_sync('abc'), even.complete_sync('abc')], [2, -6, -Infinity]);
    assertEqual(Genlm.element_make('even-js').price, 0.5);
    assertEqual(even instanceof Genlm.PotentialBase && even.constructor.name, 'Even');
    assertEqual(Genlm.element_make('even-js', {vocab: Genlm.vocab_bytes(), name: 'mine'}).name, 'mine');
});

test('async', async () => {
    for (const text of ['', 'a', 'ab']) {
        assertEqual(await later.prefix(text), -0.5 * text.length);
        assertEqual(await later.complete(text), text.length % 2 === 0 ? -0.5 * text.length : -Infinity);
    }
    await refuse(PotentialError, PotentialError.NOT_SUPPORTED, () => later.prefix_sync(''));
});

test('of a description', () => {
    const pipeline = Genlm.Pipeline.parse('even-js price=1.5 ! autobatch');
    assertEqual(pipeline.get_last().prefix_sync('ab'), -3);
    assertEqual([twice.inner.constructor.name, twice.complete_sync('ab')], ['Even', -2]);
    assertEqual(twice.to_recipe().recursiveUnpack(), ['twice-js', {inner: ['even-js', {}]}]);
});

test('two classes of one name', () => {
    assertEqual(make('classes.js', 'Even').prefix_sync('abc'), -7);
    assertEqual(new Even().prefix_sync('abc'), -7);
    assertEqual(make('even.js', 'Even').prefix_sync('abc'), -1.5);
    assertEqual(make('classes.js', 'Hidden').prefix_sync('abc'), -9);
});

test('properties that the constructor does not hand on', async () => {
    assertEqual(make('classes.js', 'Deaf', {level: 3}).prefix_sync(''), -3);
    assertEqual(make('classes.js', 'Stubborn', {level: 1}).level, 1);
    assertMatch(await refuse(PluginError, PluginError.SCRIPT, () => make('classes.js', 'Stubborn', {level: 3})),
        /its property “level” is not what was given/);
});

test('constructors that throw', async () => {
    assertMatch(await refuse(PluginError, PluginError.SCRIPT, () => make('classes.js', 'Throws')),
        /Throws: RangeError: no such day \(classes\.js:\d+\)/);
    assertMatch(await refuse(PotentialError, PotentialError.LIMIT, () => make('classes.js', 'Refuses')), /no room/);
});

test('classes that are none', async () => {
    for (const [name, pattern] of [
        ['NoSuchThing', /exports no class “NoSuchThing”/], ['makeHidden', /exports no class/],
        ['Unregistered', /is not registered; write GObject\.registerClass/], ['NoPotential', /is no potential/],
        ['number', /“number” is no class, but number 5/]])
        assertMatch(await refuseToMake('classes.js', name), pattern);
});

test('files that cannot be loaded', async () => {
    for (const [file, pattern] of [['syntax-error.js', /SyntaxError: .* \(syntax-error\.js:2\)/],
        ['throws.js', /TypeError: null has no properties \(throws\.js:2\)/],
        ['no-import.js', /no-such-file\.js/], ['no-such-script.js', /no-such-script\.js/]]) {
        for (let i = 0; i < 2; i++)
            assertMatch(await refuseToMake(file, 'A'), pattern);
    }
});

test('recipes', async () => {
    const recipe = even.to_recipe();
    assertEqual(recipe.recursiveUnpack(), ['even-js', {price: 2}]);
    assertEqual(Genlm.element_from_recipe(recipe).prefix_sync('ab'), -4);
    assertEqual(later.to_recipe().recursiveUnpack(), ['later-js', {}]);
    assertEqual(new Even().to_recipe().recursiveUnpack(), [`js:${FOLDER}/classes.js:Even`, {}]);
    assertEqual(even.multiply(new Even()).to_recipe().get_child_value(0).unpack(), 'product');
    const nested = Genlm.element_make('twice-js', {inner: later});
    assertEqual(Genlm.element_from_recipe(nested.to_recipe()).inner.constructor.name, 'Later');
});

test('recipes that there are not', async () => {
    const Mine = GObject.registerClass(class Mine extends Genlm.PotentialBase {});
    assertMatch(await refuse(PotentialError, PotentialError.NOT_SUPPORTED, () => new Mine().to_recipe()),
        /the class Mine has no recipe.*it is in test-host\.js, which is the program itself.*file of its own/);
});

test('constructors that take what a worker does not know', async () => {
    for (const [name, where] of [
        ['TakesWords', 'the constructor of TakesWords takes'], ['InitTakesWords', '_init of InitTakesWords takes'],
        ['TakesMore', 'the constructor of TakesMore takes'], ['TakesUnnamed', 'the constructor of TakesUnnamed takes'],
        ['TakesApart', 'the constructor of TakesApart takes'], ['TakesAway', 'the constructor of TakesAway takes'],
        ['TakesBesides', '_init of TakesBesides takes'],
        ['HandsOnSometimes', 'the constructor of HandsOnSometimes takes'],
        ['OfTakesWords', 'the constructor of TakesWords takes'], ['HandsOnWords', '_init of InitTakesWords takes'],
        ['GivenLater', '_init of Later cannot be read']]) {
        const p = new Constructors[name]();
        const message = await refuse(PotentialError, PotentialError.NOT_SUPPORTED, () => p.to_recipe(), name);
        assertMatch(message, new RegExp(`the class ${name} has no recipe.*: ${where}.*a worker would make it without`));
        assertMatch(message, /GObject properties, or implement vfunc_dup_recipe/);
    }
});

test('constructors that take properties', () => {
    for (const name of ['HandsOn', 'InitHandsOn', 'HandsOnAll', 'HandsOnUnnamed', 'HasPrivate', 'HasNone', 'OfHandsOn',
        'TakesNothing', 'GivesWords', 'InitGivesWords']) {
        const p = new Constructors[name]({level: 3});
        p.level = 3;
        const copy = Genlm.element_from_recipe(p.to_recipe());
        assertEqual([copy.constructor.name, copy.prefix_sync('')], [name, p.prefix_sync('')], name);
    }
    assertEqual(new Constructors.TellsWords(['ab']).to_recipe().recursiveUnpack(), ['of-words', {}]);
});

test('the example', async () => {
    const p = await fromLoop(() => make('../../../../examples/plugin/word-length.js', 'WordLength', {max_length: 3}));
    assertEqual(['', 'abc', 'äöü abc', 'abcd', 'abc abcd ab'].map(text => p.prefix_sync(text)),
        [0, 0, 0, -Infinity, -Infinity]);
    assertEqual(p.complete_sync('ab\ncde'), 0);
});

test('within a promise', async () => {
    let error;
    await Promise.resolve().then(() => {
        try {
            make('unloaded.js', 'A');
        } catch (e) {
            error = e;
        }
    });
    assertEqual(error.matches(PluginError, PluginError.SCRIPT), true);
    assertMatch(error.message, /cannot be loaded within a promise.*await import\('file:.*unloaded\.js'\)/);
});

run();
