#!/usr/bin/env python3
"""Compares `genlm check` with the Python package jsonschema on random schemas and instances.

usage: schema-oracle.py --genlm PROGRAM --folder FOLDER [--seed N] [--cases N]

Schemas are small and collide on purpose: few names, few values, every keyword inside every other. Instances are made
to nearly fit. Skipped (77) where the package is missing.
"""

import argparse
import base64
import json
import pathlib
import random
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print('jsonschema is not here')
    sys.exit(77)

NAMES = ['a', 'b', 'ab', 'é']
STRINGS = ['', 'a', 'b', 'ab', 'ba', 'aab', 'é', '"', '\\', 'a\nb', '😀']
NUMBERS = [0, 1, -1, 2, 3, 10, 1.5, -0.5, 100, 1.0, 1e2, 0.1]
PATTERNS = ['a', '^a', 'b$', '^[ab]*$', '^.{2}$', 'é|b', '^(?:a|ab)$']
TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Maker:
    def __init__(self, rng, draft):
        self.rng = rng
        self.draft = draft
        self.has_definitions = False

    def value(self, depth=2):
        kind = self.rng.randrange(6 if depth > 0 else 4)
        if kind == 0:
            return self.rng.choice([None, True, False])
        if kind in (1, 2):
            return self.rng.choice(NUMBERS)
        if kind == 3:
            return self.rng.choice(STRINGS)
        if kind == 4:
            return [self.value(depth - 1) for _ in range(self.rng.randrange(4))]
        names = self.rng.sample(NAMES, self.rng.randrange(4))
        return {name: self.value(depth - 1) for name in names}

    def small(self):
        return self.rng.randrange(4)

    def schemas(self, depth, low=1, high=3):
        return [self.schema(depth) for _ in range(self.rng.randint(low, high))]

    def members(self, names, depth):
        return {name: self.schema(depth) for name in self.rng.sample(names, self.rng.randint(1, 2))}

    def keywords(self):
        new = self.draft == '2020-12'
        rng = self.rng
        table = {
            'type': lambda d: rng.choice([rng.choice(TYPES), rng.sample(TYPES, 2)]),
            'enum': lambda d: [self.value(1) for _ in range(rng.randint(1, 3))],
            'const': lambda d: self.value(1),
            'minimum': lambda d: rng.choice(NUMBERS),
            'maximum': lambda d: rng.choice(NUMBERS),
            'exclusiveMinimum': lambda d: rng.choice(NUMBERS),
            'exclusiveMaximum': lambda d: rng.choice(NUMBERS),
            'multipleOf': lambda d: rng.choice([1, 2, 0.5, 3]),
            'minLength': lambda d: self.small(),
            'maxLength': lambda d: self.small(),
            'pattern': lambda d: rng.choice(PATTERNS),
            'minItems': lambda d: self.small(),
            'maxItems': lambda d: self.small(),
            'uniqueItems': lambda d: rng.random() < 0.9,
            'contains': self.schema,
            'items': self.schema,
            'minProperties': lambda d: self.small(),
            'maxProperties': lambda d: self.small(),
            'required': lambda d: rng.sample(NAMES, rng.randint(1, 2)),
            'properties': lambda d: self.members(NAMES, d),
            'patternProperties': lambda d: self.members(PATTERNS, d),
            'additionalProperties': self.schema,
            'propertyNames': self.schema,
            'allOf': lambda d: self.schemas(d),
            'anyOf': lambda d: self.schemas(d),
            'oneOf': lambda d: self.schemas(d),
            'not': self.schema,
            'if': self.schema,
            'then': self.schema,
            'else': self.schema,
            '$ref': lambda d: '#/definitions/' + rng.choice('xy'),
        }
        if new:
            table.update({
                'prefixItems': lambda d: self.schemas(d),
                'minContains': lambda d: self.small(),
                'maxContains': lambda d: self.small(),
                'dependentRequired': lambda d: {rng.choice(NAMES): rng.sample(NAMES, rng.randint(0, 2))},
                'dependentSchemas': lambda d: self.members(NAMES, d),
                'unevaluatedItems': self.schema,
                'unevaluatedProperties': self.schema,
            })
        else:
            table['items'] = lambda d: rng.choice([self.schema, self.schemas])(d)
            table['additionalItems'] = self.schema
            table['dependencies'] = lambda d: {rng.choice(NAMES): rng.choice([self.schema(d), rng.sample(NAMES, 1)])}
        return table

    def schema(self, depth):
        if depth < 0 or self.rng.random() < 0.08:
            return self.rng.choice([True, False, {}, {'type': self.rng.choice(TYPES)}])
        table = self.keywords()
        chosen = self.rng.sample(sorted(table), self.rng.choice([1, 1, 2, 2, 3, 4]))
        return {name: table[name](depth - 1) for name in chosen}

    def root(self):
        schema = self.schema(3)
        if not isinstance(schema, dict):
            schema = {'allOf': [schema]}
        schema['definitions'] = {'x': self.schema(1), 'y': self.schema(1)}
        if 'x' not in json.dumps(schema):
            del schema['definitions']
        return schema


def has_loop(schema):
    """References of the definitions may go around in a circle, which is an error of the schema."""
    return '$ref' in json.dumps(schema.get('definitions', {}))


def is_beyond_oracle(schema):
    """What jsonschema 4.10 gets wrong, so that it is no witness: unevaluated* beside what fails or refers."""
    text = json.dumps(schema)
    return '"unevaluated' in text


def scalars_within(value, depth=0):
    """What stands within lists and objects."""
    if isinstance(value, (list, dict)):
        return [scalar for item in (value.values() if isinstance(value, dict) else value)
                for scalar in scalars_within(item, depth + 1)]
    return [value] if depth > 0 else []


def is_confusing(values):
    """In Python [1.0] equals [True], and so for jsonschema."""
    scalars = [scalar for value in values for scalar in scalars_within(value)]
    return any(any(isinstance(x, bool) and is_number(y) and x == y for y in scalars) for x in scalars)


def is_valid(validator, value):
    """None where jsonschema fails itself, as it does when it sorts items of several types."""
    try:
        return validator.is_valid(value)
    except TypeError:
        return None


def seeds_of(schema, found):
    """Values that the schema names, so that instances are near to it."""
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == 'enum':
                found += value
            elif name == 'const':
                found.append(value)
            else:
                seeds_of(value, found)
    elif isinstance(schema, list):
        for value in schema:
            seeds_of(value, found)
    return found


def dump(value):
    return json.dumps(value, ensure_ascii=False)


def make_case(number, seed, draft):
    rng = random.Random(f'{seed}-{number}')
    maker = Maker(rng, draft)
    schema = maker.root()
    while has_loop(schema) or is_beyond_oracle(schema):
        schema = maker.root()
    validator = (jsonschema.Draft202012Validator if draft == '2020-12' else jsonschema.Draft7Validator)(schema)
    values = [maker.value(3) for _ in range(20)] + seeds_of(schema, [])
    tests = [{'valid': is_valid(validator, value), 'text': dump(value), 'data': value} for value in values
             if not is_confusing(seeds_of(schema, [value]))]
    tests = [test for test in tests if test['valid'] is not None]
    # A few others of each verdict are enough.
    tests = [test for valid in (True, False) for test in [t for t in tests if t['valid'] == valid][:8]]
    for test in tests:
        del test['data']
        if rng.random() < 0.3:
            test['text'] = json.dumps(json.loads(test['text']), indent=rng.choice([None, 1]))
    return {'id': f'{draft} {seed} {number}', 'schema': schema, 'tests': tests}


def write_vocab(folder):
    """All bytes, and what spans the ends of values."""
    words = ['", "', '": ', '"}', '"]', '], [', '}, {', '1, 2', '1]', '1}', '{"', '["', 'ab', 'aa', '"a', 'a"', '"a": ',
             ' "', '\n ', ',\n', '{}', '[]', 'true', 'null', '0,', '.5', '\\u00', '\\ud83d', 'e9"', '1, "', '""', '"",']
    lines = [bytes([i]) for i in range(256)] + [word.encode() for word in words]
    path = folder / 'vocab.b64'
    path.write_text(''.join(base64.b64encode(line).decode() + '\n' for line in lines))
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--genlm', required=True)
    parser.add_argument('--folder', type=pathlib.Path, required=True, help='where files may be written')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--cases', type=int, default=300, help='of each draft')
    options = parser.parse_args()

    options.folder.mkdir(parents=True, exist_ok=True)
    vocab = write_vocab(options.folder)
    n_wrong = 0
    for draft in ('2020-12', '7'):
        cases = [make_case(number, options.seed, draft) for number in range(options.cases)]
        output = subprocess.run([options.genlm, 'check', 'json-schema', '--suite', '-', '--format', 'annotate', '--draft', draft,
                                 '--vocab', vocab],
                                input=''.join(json.dumps(case) + '\n' for case in cases), stdout=subprocess.PIPE, check=True,
                                encoding='utf-8').stdout
        for case, line in zip(cases, output.splitlines()):
            result = json.loads(line)
            if result['verdict'] != 'right':
                n_wrong += 1
                print(f'{result["verdict"]}: {result["id"]}: {result["reason"]}\n  {json.dumps(case["schema"])}')
                print('  ' + '\n  '.join(f'{test["valid"]}: {test["text"]!r}' for test in case['tests']))
        n_tests = sum(len(case['tests']) for case in cases)
        n_valid = sum(test['valid'] for case in cases for test in case['tests'])
        print(f'draft {draft}: {len(cases)} schemas, {n_tests} instances, {n_valid} of them valid')
    return 1 if n_wrong > 0 else 0


if __name__ == '__main__':
    sys.exit(main())
