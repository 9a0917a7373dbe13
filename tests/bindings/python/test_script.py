"""Potentials in Python files: made by name, told as recipes, and in worker
processes."""

import math
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

FOLDER = tempfile.TemporaryDirectory()
PLUGINS = os.path.join(FOLDER.name, 'plugins')
os.mkdir(PLUGINS)
os.environ['GENLM_PLUGIN_PATH'] = PLUGINS + os.pathsep + os.environ['GENLM_PLUGIN_PATH']
os.environ['GENLM_REGISTRY'] = os.path.join(FOLDER.name, 'registry')

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, GLib, GObject

INF = float('inf')


def write(name, text, folder=FOLDER.name):
    path = os.path.join(folder, name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(textwrap.dedent(text))
    return path


HEAD = '''
from gi.repository import Genlm, GLib, GObject

'''

write('test-limit.py', '''\
    # [genlm element]
    # name=test-limit
    # type=Limit
    # description=Text of at most some bytes
    #
    # [property limit]
    # type=u
    # default=3
    # description=How many bytes
    #
    # [property scale]
    # type=d
    # default=1.0
    # [property words]
    # type=as
    # [property list]
    # type=s
    # file=true
    # [property inner]
    # type=(sa{sv})

    """Text of at most some bytes."""
    import os
    from gi.repository import Genlm, GObject

    class Limit(Genlm.PotentialBase):
        limit = GObject.Property(type=GObject.TYPE_UINT, default=3)
        scale = GObject.Property(type=float, default=1.0)
        words = GObject.Property(type=GObject.TYPE_STRV)
        list = GObject.Property(type=str)
        inner = GObject.Property(type=Genlm.Potential)

        def do_weigh_prefix(self, context):
            if bytes(context) == b'exit':
                os._exit(7)
            if bytes(context) == b'raise':
                raise ValueError('no such text')
            if bytes(context).startswith(b'/'):
                return 0.0 if os.path.exists(bytes(context)) else float('-inf')
            return -self.scale * len(context) if len(context) <= self.limit else float('-inf')

        do_weigh_complete = do_weigh_prefix
    ''', PLUGINS)
write('test-mismatch.py', '''\
    # [genlm element]
    # name=test-mismatch
    # type=Mismatch
    # [property limit]
    # type=u
    # default=4

    from gi.repository import Genlm, GObject

    class Mismatch(Genlm.PotentialBase):
        limit = GObject.Property(type=GObject.TYPE_UINT, default=3)
    ''', PLUGINS)
write('test-broken.py', '''\
    # [genlm element]
    # name=test-broken
    # colour=red
    ''', PLUGINS)

# What wrong scripts do, by the name of a class.
WRONG = write('wrong.py', HEAD + '''
class Raises(Genlm.PotentialBase):
    def __init__(self):
        super().__init__()
        raise ValueError('no good')

class Needs(Genlm.PotentialBase):
    def __init__(self, what):
        super().__init__()
        self.what = what

number = 3

class Plain:
    pass
''')
RIGHT = write('right.py', HEAD + '''
VOCAB = Genlm.Vocab.new(GLib.Variant('aay', [b'a', b'bc']), '</s>')

class Right(Genlm.PotentialBase):
    factor = GObject.Property(type=int, default=1)

    def do_weigh_prefix(self, context):
        return -float(self.factor * len(context))

    do_weigh_complete = do_weigh_prefix

class Vocab(Genlm.PotentialBase):
    limit = GObject.Property(type=int, default=2)

    def __init__(self, limit=2):
        super().__init__(vocab=VOCAB, limit=limit)

    def do_weigh_prefix(self, context):
        return 0.0 if len(context) <= self.limit else float('-inf')

    do_weigh_complete = do_weigh_prefix

class Argument(Genlm.PotentialBase):
    def __init__(self, limit=2):
        super().__init__()
        self.limit = limit

class Many(Genlm.PotentialBase):
    limit = GObject.Property(type=int, default=2)

    def __init__(self, *words, **others):
        super().__init__(**{key: value for key, value in others.items() if key != 'extra'})
        self.words = words

class First(Genlm.PotentialBase):
    def __init__(self, words=(), /):
        super().__init__()
        self.words = words

class Outer:
    class Inner(Genlm.PotentialBase):
        pass

class Own(Genlm.PotentialBase):
    def do_dup_recipe(self):
        return GLib.Variant('(sa{sv})', ('test-limit', {'limit': GLib.Variant('u', 9)}))
''')
sys.path.insert(0, FOLDER.name)
import right


class Here(Genlm.PotentialBase):
    pass


def context(data):
    return Genlm.Context.new_from_bytes(data)


def properties(recipe):
    return recipe.unpack()[1]


class Failing(unittest.TestCase):
    def assert_fails(self, pattern, function, *args, **kwargs):
        with self.assertRaisesRegex(GLib.Error, pattern) as caught:
            function(*args, **kwargs)
        return caught.exception


class InProcess(Failing):
    def test_by_name(self):
        p = Genlm.element_make('test-limit', limit=2, scale=0.5, words=['a', 'b'])
        self.assertEqual(type(p).__name__, 'Limit')
        self.assertIsInstance(p, Genlm.PotentialBase)
        self.assertEqual((p.limit, p.scale, p.words), (2, 0.5, ['a', 'b']))
        self.assertEqual(p.prefix_sync(context(b'ab'), None), -1.0)
        self.assertEqual(p.prefix_sync(context(b'abc'), None), -INF)
        self.assertIs(type(Genlm.element_make('Limit')), type(p))

    def test_inside_another(self):
        p = Genlm.element_make('autobatch', potential=Genlm.element_make('test-limit'))
        self.assertEqual(p.complete_sync(context(b'abc'), None), -3.0)
        q = Genlm.element_make('test-limit', inner=p)
        self.assertIs(q.inner, p)

    def test_file(self):
        p = Genlm.element_make('test-limit', list='words.txt')
        self.assertEqual(p.list, os.path.abspath('words.txt'))

    def test_listed(self):
        factory = Genlm.ElementFactory.find('test-limit')
        self.assertEqual(factory.get_plugin().get_language(), 'python')
        self.assertEqual(factory.get_description(), 'Text of at most some bytes')
        plugin = Genlm.Registry.get_default().find_plugin('test-broken.py')
        self.assertIn('colour', plugin.get_error().message)

    def test_wrong_properties(self):
        self.assert_fails('no property "limt"; did you mean|no property "limt"', Genlm.element_make, 'test-limit', limt=3)
        self.assert_fails('cannot be "-1"', Genlm.element_make, 'test-limit', limit=-1)

    def test_off_the_path(self):
        p = Genlm.element_make(f'python:{RIGHT}:Right', factor=2)
        self.assertEqual(p.prefix_sync(context(b'ab'), None), -4.0)
        # One file is one module, however it is loaded.
        self.assertIs(type(p), right.Right)

    def test_wrong_scripts(self):
        def make(name, text=None):
            return self.assert_fails('.', Genlm.element_make, name).message
        def load(text):
            path = write('load.py', text)
            return make(f'python:{path}:X')

        self.assertRegex(load('def f(:\n'), r'SyntaxError: invalid syntax \(load.py:1\)')
        self.assertRegex(load('import nosuchmodule\n'), r"ModuleNotFoundError: No module named 'nosuchmodule' "
                                                        r'\(load.py:1 in <module>: import nosuchmodule\)')
        self.assertRegex(load('def f():\n    return 1 / 0\nf()\n'),
                         r'ZeroDivisionError: division by zero \(load.py:3 in <module>: f\(\) / load.py:2 in f: return 1 / 0\)')
        self.assertRegex(load('raise SystemExit(3)\n'), '__main__')
        self.assertRegex(load('raise KeyboardInterrupt\n'), 'KeyboardInterrupt')
        self.assertRegex(load('raise MemoryError\n'), 'MemoryError.*“memory-limit”')
        self.assertRegex(load('x = 1\n'), 'no class “X”')
        self.assertRegex(make(f'python:{FOLDER.name}/nosuchfile.py:X'), 'FileNotFoundError')
        self.assertRegex(make(f'python:{WRONG}:Plain'), '“Plain” is no potential')
        self.assertRegex(make(f'python:{WRONG}:number'), '“number” is no potential')
        self.assertRegex(make(f'python:{WRONG}:Raises'), r"Raises: ValueError: no good \(.*wrong.py:\d+ in __init__: raise ValueError\('no good'\)\)")
        self.assertRegex(make(f'python:{WRONG}:Needs'), "Needs: TypeError: .*'what'")

    def test_promises(self):
        error = self.assert_fails('“limit” is 4 by default, and the class “Mismatch” says otherwise',
                                  Genlm.element_make, 'test-mismatch')
        self.assertTrue(error.matches(Genlm.plugin_error_quark(), Genlm.PluginError.INVALID_METADATA))


class Recipes(Failing):
    def test_on_the_path(self):
        p = Genlm.element_make('test-limit', limit=2, words=['x'])
        recipe = p.to_recipe()
        self.assertEqual(recipe.unpack(), ('test-limit', {'limit': 2, 'words': ['x']}))
        again = Genlm.element_from_recipe(recipe)
        self.assertEqual((again.limit, again.words), (2, ['x']))

    def test_nested(self):
        p = Genlm.element_make('test-limit', inner=right.Right(factor=3))
        self.assertEqual(p.to_recipe().unpack()[1]['inner'], (f'python:{RIGHT}:Right', {'factor': 3}))
        self.assertEqual(Genlm.element_from_recipe(p.to_recipe()).inner.factor, 3)

    def test_off_the_path(self):
        recipe = right.Right(factor=5, name='five').to_recipe()
        self.assertEqual(recipe.unpack(), (f'python:{RIGHT}:Right', {'factor': 5, 'name': 'five'}))
        again = Genlm.element_from_recipe(recipe)
        self.assertEqual((again.factor, again.props.name), (5, 'five'))

    def test_own_vocab(self):
        p = right.Vocab(limit=1)
        recipe = p.to_recipe()
        self.assertEqual(recipe.unpack()[0], f'python:{RIGHT}:Vocab')
        self.assertEqual(set(properties(recipe)), {'limit', 'vocab'})
        again = Genlm.element_from_recipe(recipe)
        self.assertEqual(again.limit, 1)
        self.assertTrue(again.get_vocab().equal(p.get_vocab()))

    def test_main(self):
        self.assertEqual(Here().to_recipe().unpack(), (f'python:{os.path.realpath(__file__)}:Here', {}))

    def test_own_recipe(self):
        self.assertEqual(right.Own().to_recipe().unpack(), ('test-limit', {'limit': 9}))

    def test_none(self):
        class Local(Genlm.PotentialBase):
            pass

        self.assert_fails('Local.*not at the top of its file', Local().to_recipe)
        self.assert_fails('Inner.*not at the top of its file', right.Outer.Inner().to_recipe)
        error = self.assert_fails('Argument.*__init__ takes “limit”, which is no property', right.Argument().to_recipe)
        self.assertTrue(error.matches(Genlm.potential_error_quark(), Genlm.PotentialError.NOT_SUPPORTED))

    def test_arguments(self):
        self.assertEqual(right.Many(limit=3).to_recipe().unpack(), (f'python:{RIGHT}:Many', {'limit': 3}))
        self.assert_fails('Many has no recipe.*2 arguments by position', right.Many('a', 'b').to_recipe)
        self.assert_fails('Many has no recipe.*takes “extra”, which is no property', right.Many(extra=1).to_recipe)
        self.assert_fails('First has no recipe.*by position only', right.First(['a']).to_recipe)

    def test_no_file(self):
        text = subprocess.run([sys.executable, '-c', HEAD.replace('from', 'import gi; gi.require_version("Genlm", "1.0")\nfrom', 1) + '''
class A(Genlm.PotentialBase):
    pass
try:
    A().to_recipe()
except Exception as error:
    print(error.message)
'''], capture_output=True, text=True, check=True).stdout
        self.assertRegex(text, 'A has no recipe.*not in a file; write it into one')


PROGRAM = HEAD.replace('from', 'import gi\ngi.require_version("Genlm", "1.0")\nfrom', 1) + '''
class Count(Genlm.PotentialBase):
    factor = GObject.Property(type=int, default=1)

    def do_weigh_prefix(self, context):
        print('in a worker')
        return -float(self.factor * len(context))

    do_weigh_complete = do_weigh_prefix

def main():
    pool = Count(factor=3).to_multiprocess(2)
    print(pool.prefix_sync(Genlm.Context.new_from_bytes(b'ab'), None))

'''


class Workers(Failing):
    def run_program(self, text):
        path = write('program.py', PROGRAM + text)
        return subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=60, check=False)

    def test_on_the_path(self):
        pool = Genlm.element_make('test-limit', limit=2, scale=0.5).to_multiprocess(2)
        self.assertEqual(pool.prefix_sync(context(b'ab'), None), -1.0)
        self.assertEqual(pool.complete_sync(context(b'abc'), None), -INF)
        weights = pool.logw_next_sync(context(b'a'), None)
        self.assertEqual(weights.get(0), -0.5)
        pool.close()

    def test_off_the_path(self):
        pool = right.Vocab(limit=1).to_multiprocess(1)
        self.assertTrue(pool.get_vocab().equal(right.VOCAB))
        self.assertEqual(pool.prefix_sync(Genlm.Context.new_for_tokens([1, 1]), None), -INF)

    def test_wrapped(self):
        p = (right.Right(factor=2) * Genlm.element_make('test-limit')).to_multiprocess(2).to_autobatched()
        self.assertEqual(p.complete_sync(context(b'ab'), None), -6.0)

    def test_errors(self):
        pool = Genlm.element_make('test-limit').to_multiprocess(1)
        error = self.assert_fails(r'ValueError: no such text.*test-limit.py:\d+', pool.prefix_sync, context(b'raise'), None)
        self.assertTrue(error.matches(Genlm.potential_error_quark(), Genlm.PotentialError.FAILED))
        error = self.assert_fails('7', pool.prefix_sync, context(b'exit'), None)
        self.assertTrue(error.matches(Genlm.potential_error_quark(), Genlm.PotentialError.WORKER_FAILED))
        self.assertEqual(pool.prefix_sync(context(b'a'), None), -1.0)

    def test_sandbox(self):
        words, other = write('words.txt', 'words'), write('other.txt', 'other')
        p = Genlm.element_make('test-limit', list=words) * right.Right(factor=0)
        works = subprocess.run(['bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true'], check=False).returncode == 0 \
            if shutil.which('bwrap') else False
        if not works:
            self.assert_fails('.', Genlm.element_make, 'multiprocess', potential=p, workers=1, sandbox=True)
            return
        pool = Genlm.element_make('multiprocess', potential=p, workers=1, sandbox=True)
        self.assertEqual(pool.prefix_sync(context(words.encode()), None), 0.0)
        self.assertEqual(pool.prefix_sync(context(other.encode()), None), -INF)
        self.assertEqual(p.prefix_sync(context(other.encode()), None), 0.0)

    def test_not_built(self):
        path = write('only_here.py', HEAD + '''
class OnlyHere(Genlm.PotentialBase):
    def __init__(self):
        super().__init__()
        if __name__ != 'only_here':
            raise RuntimeError('not in a worker')
''')
        import only_here
        self.assert_fails(r'RuntimeError: not in a worker \(.*only_here.py:\d+ in __init__', only_here.OnlyHere().to_multiprocess, 1)

        class Local(Genlm.PotentialBase):
            pass
        self.assert_fails('not at the top of its file', Local().to_multiprocess, 1)

    def test_program(self):
        done = self.run_program('if __name__ == "__main__":\n    main()\n')
        self.assertEqual((done.returncode, done.stdout), (0, '-6.0\n'), done.stderr)

    def test_no_main_guard(self):
        done = self.run_program('main()\n')
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, 'program.py is being loaded.*if __name__ == "__main__":')


if __name__ == '__main__':
    unittest.main()
