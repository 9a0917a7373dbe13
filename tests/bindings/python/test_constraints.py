"""The constraint elements from Python: schemas and the documents they refer to, grammars, weights."""

import math
import unittest

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, GLib, GObject

INF = float('inf')
URI = 'http://example.org/count.json'
COUNT = '{"type": "integer", "minimum": 0}'
REFERRING = '{"items": {"$ref": "%s"}}' % URI


class Schemas(unittest.TestCase):
    def assertCounts(self, schema):
        self.assertEqual(schema.complete_sync('[1, 20]'), 0.0)
        self.assertEqual(schema.prefix_sync('[1, 2'), 0.0)
        self.assertEqual(schema.complete_sync('["a"]'), -INF)
        self.assertEqual(schema.prefix_sync('["a'), -INF)

    def test_references(self):
        schema = Genlm.element_make('json-schema', schema=REFERRING, references={URI: COUNT})
        self.assertCounts(schema)
        self.assertCounts(Genlm.element_from_recipe(schema.to_recipe()))

    def test_references_are_texts(self):
        with self.assertRaises(TypeError):
            Genlm.element_make('json-schema', schema=REFERRING, references={URI: 1})

    def test_resolver(self):
        asked = []

        def resolve(element, uri):
            asked.append(uri)
            return COUNT if uri == URI else None

        schema = GObject.new(Genlm.ElementFactory.find('json-schema').load_type(), schema=REFERRING)
        schema.connect('resolve-reference', resolve)
        schema.init(None)
        self.assertEqual(asked, [URI])
        self.assertCounts(schema)

    def test_nothing_is_fetched(self):
        with self.assertRaises(GLib.Error) as caught:
            Genlm.element_make('json-schema', schema=REFERRING)
        self.assertTrue(caught.exception.matches(Genlm.PotentialError.quark(), Genlm.PotentialError.INVALID_PROPERTY)
                        or caught.exception.matches(Genlm.PotentialError.quark(), Genlm.PotentialError.NOT_SUPPORTED))
        self.assertIn('#/items/$ref', caught.exception.message)

    def test_what_has_no_effect(self):
        schema = Genlm.element_make('json-schema', schema='{"format": "colour", "x": 1}')
        self.assertEqual(len(schema.get_property('annotations')), 2)
        self.assertEqual(schema.get_property('dropped'), [])


class Grammars(unittest.TestCase):
    def test_cfg(self):
        grammar = Genlm.element_make('cfg', grammar='start: A B\nA: /a+/\nB: "ab"\n')
        self.assertEqual(grammar.complete_sync('aab'), 0.0)
        self.assertEqual(grammar.prefix_sync('aa'), 0.0)
        self.assertEqual(grammar.complete_sync('ab'), -INF)

    def test_wcfg(self):
        grammar = Genlm.element_make('wcfg', grammar='start: 0.25: "a" start | 0.75: "b"\n', syntax='lark')
        self.assertAlmostEqual(grammar.complete_sync('ab'), math.log(0.25 * 0.75))
        self.assertAlmostEqual(grammar.prefix_sync('aa'), math.log(0.25 ** 2))
        self.assertAlmostEqual(sum(math.exp(weight) for weight in grammar.logw_next_sync('a')), 1.0)

    def test_rules(self):
        grammar = Genlm.element_make('wcfg', grammar='0.3: S -> ( S ) S\n0.7: S ->\n')
        self.assertAlmostEqual(grammar.complete_sync('()'), math.log(0.3 * 0.7 ** 2))
        with self.assertRaises(GLib.Error) as caught:
            Genlm.element_make('wcfg', grammar='1: S -> a S\n1: S ->\n')
        self.assertTrue(caught.exception.matches(Genlm.PotentialError.quark(), Genlm.PotentialError.INVALID_WEIGHT))

    def test_place_of_a_mistake(self):
        with self.assertRaises(GLib.Error) as caught:
            Genlm.element_make('cfg', grammar='start: a\na: "x" (')
        self.assertIn('2', caught.exception.message)


class Automata(unittest.TestCase):
    def test_pattern(self):
        automaton = Genlm.element_make('wfsa', pattern='[ab]c')
        self.assertAlmostEqual(automaton.complete_sync('ac'), math.log(0.5))
        self.assertEqual(automaton.prefix_sync('c'), -INF)

    def test_text(self):
        automaton = Genlm.element_make('wfsa', text='0 0 a 0.25\n0 1 b 0.5\n1\n')
        self.assertAlmostEqual(automaton.complete_sync('ab'), math.log(0.125))
        self.assertAlmostEqual(automaton.prefix_sync('a'), math.log(0.25 * 0.5 / 0.75))
        self.assertAlmostEqual(sum(math.exp(weight) for weight in automaton.logw_next_sync('a')), 1.0)

    def test_sums_without_end(self):
        with self.assertRaises(GLib.Error) as caught:
            Genlm.element_make('wfsa', text='0 0 a 1\n0\n')
        self.assertIn('wfsa', caught.exception.message)


if __name__ == '__main__':
    unittest.main()
