/* The constraint elements from JavaScript: schemas and the documents they refer to, grammars,
 * weights. */
import Genlm from 'gi://Genlm?version=1.0';
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';

import {assertEqual, assertMatch, refuse, run, test} from './harness.js';

const {PotentialError} = Genlm;

const URI = 'http://example.org/count.json';
const COUNT = '{"type": "integer", "minimum": 0}';
const REFERRING = JSON.stringify({items: {$ref: URI}});

function assertNear(actual, expected) {
    assertEqual(Math.abs(actual - expected) < 1e-9, true, `${actual} is near ${expected}`);
}

async function assertCounts(schema) {
    assertEqual(await schema.complete('[1, 20]'), 0);
    assertEqual(await schema.complete('["a"]'), -Infinity);
    assertEqual(await schema.prefix('["a'), -Infinity);
}

test('references', async () => {
    const schema = Genlm.element_make('json-schema', {schema: REFERRING, references: {[URI]: COUNT}});
    await assertCounts(schema);
    await assertCounts(Genlm.element_from_recipe(schema.to_recipe()));
});

test('a resolver', async () => {
    const type = Genlm.ElementFactory.find('json-schema').load_type();
    const schema = GObject.Object.new(type, {schema: REFERRING});
    schema.connect('resolve-reference', (_, uri) => uri === URI ? COUNT : null);
    Gio.Initable.prototype.init.call(schema, null);
    await assertCounts(schema);
});

test('nothing is fetched', async () => {
    const message = await refuse(PotentialError, PotentialError.INVALID_PROPERTY,
        () => Genlm.element_make('json-schema', {schema: REFERRING}));
    assertMatch(message, /#\/items\/\$ref/);
});

test('grammars', async () => {
    const grammar = Genlm.element_make('cfg', {grammar: 'start: A B\nA: /a+/\nB: "ab"\n'});
    assertEqual(await grammar.complete('aab'), 0);
    assertEqual(await grammar.complete('ab'), -Infinity);
});

test('weighted grammars', async () => {
    const grammar = Genlm.element_make('wcfg', {grammar: 'start: 0.25: "a" start | 0.75: "b"\n'});
    assertNear(await grammar.complete('ab'), Math.log(0.25 * 0.75));
    assertNear(await grammar.prefix('aa'), Math.log(0.25 ** 2));
    assertEqual(await grammar.complete('a'), -Infinity);
    await refuse(PotentialError, PotentialError.INVALID_WEIGHT,
        () => Genlm.element_make('wcfg', {grammar: 'start: 1: "a" start | 1: "b"\n'}));
});

test('weighted automata', async () => {
    const automaton = Genlm.element_make('wfsa', {text: '0 0 a 0.25\n0 1 b 0.5\n1\n'});
    assertNear(await automaton.complete('ab'), Math.log(0.125));
    assertNear(await automaton.prefix('a'), Math.log(0.25 * 0.5 / 0.75));
    assertEqual(await automaton.prefix('ba'), -Infinity);
});

run();
