/* The constraint elements from JavaScript: schemas and the documents they refer to, grammars. */
import Genlm from 'gi://Genlm?version=1.0';
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';

import {assertEqual, assertMatch, refuse, run, test} from './harness.js';

const {PotentialError} = Genlm;

const URI = 'http://example.org/count.json';
const COUNT = '{"type": "integer", "minimum": 0}';
const REFERRING = JSON.stringify({items: {$ref: URI}});

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

run();
