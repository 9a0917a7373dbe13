"""The type stubs: they have every public name, and none that is not there; a type
checker finds in a program what is wrong with it, and nothing else.

usage: test_stubs.py STUBS GIR"""

import ast
import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, GObject

CORE = '{http://www.gtk.org/introspection/core/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'
PROGRAM = pathlib.Path(__file__).with_name('typed_program.py')

# As much of the stubs of others as ours need.
OTHERS = {
    '__init__': 'def require_version(namespace: str, version: str) -> None: ...',
    'repository/__init__': '',
    'repository/GLib': '''
class Bytes: ...
class Variant: ...
class Error(Exception): ...
''',
    'repository/GObject': '''
from typing import Any
class GType: ...
class ParamSpec: ...
class Value: ...
class GBoxed: ...
class GEnum(int): ...
class GFlags(int): ...
class GInterface: ...
class Object:
    class Props: ...
    @property
    def props(self) -> Any: ...
''',
    'repository/Gio': '''
from gi.repository import GObject
class Cancellable(GObject.Object): ...
class AsyncResult(GObject.GInterface): ...
class Initable(GObject.GInterface): ...
class ListModel(GObject.GInterface): ...
''',
}


def name_of(node):
    if isinstance(node, ast.AnnAssign):
        return node.target.id
    return getattr(node, 'name', None)


def names_in(body):
    return {name_of(node) for node in body} - {None}


class TestStubs(unittest.TestCase):
    def setUp(self):
        self.module = ast.parse(STUBS.read_text())
        self.classes = {node.name: node for node in self.module.body if isinstance(node, ast.ClassDef)}
        self.namespace = ET.parse(GIR).getroot().find(CORE + 'namespace')

    def test_every_name_of_the_library(self):
        for element in self.namespace:
            name = element.get('name')
            if element.get('introspectable') == '0' or element.get(GLIB + 'is-gtype-struct-for') \
                    or element.tag.endswith(('callback', 'macro')):
                continue
            self.assertIn(name, names_in(self.module.body))
            if name not in self.classes:
                continue
            names = names_in(self.classes[name].body)
            for kind in ('method', 'constructor', 'function'):
                for item in element.findall(CORE + kind):
                    if item.get('introspectable') != '0':
                        self.assertIn(item.get('name'), names, name)
            for item in element.findall(CORE + 'virtual-method'):
                if item.get('introspectable') != '0' and issubclass(getattr(Genlm, name), GObject.GInterface):
                    self.assertIn('do_' + item.get('name'), names, name)
            for item in element.findall(CORE + 'member'):
                self.assertIn(item.get('name').upper(), names, name)

    def test_every_name_of_the_override(self):
        for name in importlib.import_module('gi.overrides.Genlm').__all__:
            self.assertIn(name, names_in(self.module.body))
        for name, node in self.classes.items():
            cls = getattr(Genlm, name, None)
            if cls is None:
                continue
            added = {key for key, value in vars(cls).items()
                     if getattr(value, '__module__', '').startswith('gi.overrides.')
                     and not key.startswith('__')}
            self.assertLessEqual(added, names_in(node.body) | {'vocab'}, name)

    def test_no_other_names(self):
        for name in names_in(self.module.body):
            if not name.startswith('_') and name != 'ContextLike':
                self.assertTrue(hasattr(Genlm, name), name)
        for name, node in self.classes.items():
            for member in names_in(node.body):
                if not name.startswith('_') and not member.startswith(('do_', '__')) and member not in ('Props', 'props'):
                    self.assertTrue(hasattr(getattr(Genlm, name), member), f'{name}.{member}')

    @unittest.skipUnless(shutil.which('mypy'), 'there is no mypy')
    def test_program(self):
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder, 'gi')
            (package / 'repository').mkdir(parents=True)
            for name, text in OTHERS.items():
                (package / f'{name}.pyi').write_text(text)
            shutil.copy(STUBS, package / 'repository')
            output = subprocess.run(
                ['mypy', '--strict', '--cache-dir', f'{folder}/cache', '--python-executable', sys.executable,
                 '--no-site-packages', '--no-error-summary', PROGRAM, package / 'repository' / 'Genlm.pyi'],
                env={'MYPYPATH': folder, 'PATH': '/usr/bin:/bin'}, cwd=folder, stdout=subprocess.PIPE, text=True,
                timeout=100, check=False).stdout
        found = [line.split(':') for line in output.splitlines() if ': error:' in line]
        wrong = {i for i, line in enumerate(PROGRAM.read_text().splitlines(), 1) if line.endswith('# wrong')}
        self.assertEqual([line for line in found if not line[0].endswith(PROGRAM.name)], [], output)
        self.assertEqual({int(line[1]) for line in found}, wrong, output)


if __name__ == '__main__':
    STUBS, GIR = map(pathlib.Path, sys.argv[1:3])
    unittest.main(argv=sys.argv[:1])
