#!/usr/bin/env python3
"""Writes the chapter on elements from what the elements say about themselves.

usage: elements.py GENLM OUTPUT

GENLM is the command; the environment says where plugins are."""

import html
import json
import re
import subprocess
import sys

HEAD = """Title: Elements

This chapter is made from the elements themselves when the reference is built,
so it lists those of this build. `genlm inspect ELEMENT` prints the same.
Properties can be set in pipeline descriptions (`name=value`), by
[func@Genlm.element_make], and as GObject properties.
"""


def ask(*command):
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def code(text):
    """A name or value, as HTML: a table ends its cells also in Markdown's code."""
    return '<code>' + html.escape(text, quote=False).replace('|', '&#124;') + '</code>'


def escape(text):
    """Words that are no Markdown."""
    return re.sub(r'([\\`*_\[\]])', r'\\\1', html.escape(text, quote=False)).replace('|', '&#124;').replace('\n', ' ')


def write_table(properties):
    lines = ['', '| property | takes | default | what it is |', '| --- | --- | --- | --- |']
    for item in properties:
        default = code(item['default']) if item['default'] not in (None, '') else 'none'
        notes = '' if 'writable' in item['flags'] else ' (read-only)'
        lines.append(f'| {code(item["name"])} | {escape(item["range"])} | {default} '
                     f'| {escape(item["blurb"])}{notes} |')
    return lines


def write_element(genlm, name):
    element = ask(genlm, 'inspect', '--json', name)
    lines = ['', f'## {name}', '', escape(element['description'].rstrip('.')) + '.', '',
             f'Type {code(element["type"])}, class {element["klass"]}, plugin {code(element["plugin"])}.']
    if element['input']:
        inputs = [code(name) for name in element['input'].split(',')]
        lines.append(f'In a description `!` sets {inputs[0]}.' if len(inputs) == 1 else
                     f'In a description `!` sets the first of {", ".join(inputs)} that is not set.')
    return lines + write_table(element['properties'])


def main(genlm, output):
    lines = [HEAD]
    for plugin in ask(genlm, 'inspect', '--json')['plugins']:
        for element in plugin['elements']:
            lines += write_element(genlm, element['name'])
    with open(output, 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + '\n')


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
