"""Potentials in Python files: loads them for the library, which makes them by
name, and says how another process makes an equal one.

Errors of a script become GLib.Errors with the type, the message and the last
lines of the traceback, since whoever made the element need not be Python.
"""

import importlib.util
import inspect
import itertools
import os
import sys
import threading
import traceback

from gi.module import get_introspection_module
from gi.overrides._genlm_results import OUT_OF_MEMORY
from gi.repository import GLib, GObject

Genlm = get_introspection_module('Genlm')

_MAX_FRAMES = 3
_MAX_TEXT = 2000
_serials = itertools.count()
_locks = {}
_modules = {}
_names = {}


def _make_error(domain, code, text):
    text = text.replace('\0', '').encode(errors='backslashreplace')[:_MAX_TEXT].decode(errors='ignore')
    return GLib.Error.new_literal(domain, text, code)


def _script_error(text):
    return _make_error(Genlm.plugin_error_quark(), Genlm.PluginError.SCRIPT, text)


def _not_supported(text):
    return _make_error(Genlm.potential_error_quark(), Genlm.PotentialError.NOT_SUPPORTED, text)


def _describe_exception(error):
    """What went wrong in a script, and where in it."""
    if isinstance(error, GLib.Error):
        text = error.message
    elif isinstance(error, SyntaxError):
        where = f' ({os.path.basename(error.filename)}:{error.lineno})' if error.filename else ''
        return f'{type(error).__name__}: {error.msg}{where}'
    else:
        text = ''.join(traceback.format_exception_only(type(error), error)).strip()
        if isinstance(error, MemoryError):
            text += f': {OUT_OF_MEMORY}'
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if not frame.filename.startswith('<frozen') and frame.filename != __file__]
    if frames:
        places = [f'{os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}'
                  + (f': {frame.line}' if frame.line else '') for frame in frames[-_MAX_FRAMES:]]
        text += ' (' + ' / '.join(places) + ')'
    return text


# -- loading ------------------------------------------------------------------

def _find_module(file):
    """The module of a file that the program has run or imported by itself."""
    for module in list(sys.modules.values()):
        other = getattr(module, '__file__', None)
        # The name first, which costs nothing.
        if (isinstance(other, str) and os.path.basename(other) == os.path.basename(file)
                and os.path.realpath(other) == file):
            return module
    return None


def _run_file(file):
    """Runs a file as a module of its own name. Its folder is where it may import
    from, as for a program, but after everything else."""
    stem = os.path.splitext(os.path.basename(file))[0]
    name = f'_genlm_script_{next(_serials)}_' + ''.join(c if c.isalnum() else '_' for c in stem)
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    folder = os.path.dirname(file)
    sys.modules[name] = module
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _load_module(file):
    """The module of a file, which is run once."""
    file = os.path.realpath(file)
    with _locks.setdefault(file, threading.RLock()):
        if file not in _modules:
            _modules[file] = _find_module(file) or _run_file(file)
        return _modules[file]


def _load_class(file, class_name):
    try:
        module = _load_module(file)
    except SystemExit as error:
        raise _script_error(f'the script ended with SystemExit: {error}; put what it does as a program '
                            'below if __name__ == "__main__":') from error
    except BaseException as error:
        raise _script_error(_describe_exception(error)) from error

    cls = getattr(module, class_name, None)
    if cls is None:
        raise _script_error(f'there is no class “{class_name}” in the file')
    if not isinstance(cls, type) or not issubclass(cls, GObject.GObject) or not issubclass(cls, Genlm.Potential):
        raise _script_error(f'“{class_name}” is no potential; derive it from Genlm.PotentialBase')
    return cls


# -- making -------------------------------------------------------------------

def _init_parameters(cls):
    """The names of the arguments that the class's own __init__ takes by keyword,
    and whether it takes any other; None for a class without one of its own."""
    init = next((parent.__dict__['__init__'] for parent in cls.__mro__ if '__init__' in parent.__dict__), None)
    if not inspect.isfunction(init):
        return None, True
    parameters = list(inspect.signature(init).parameters.values())[1:]
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    return names, any(p.kind == p.VAR_KEYWORD for p in parameters)


def _set_later(object_, name, value):
    """A property that __init__ does not take. The vocabulary is set once, and
    may have been set to just this."""
    if name == 'vocab':
        vocab = object_.get_property(name)
        if vocab is not None and vocab.equal(value):
            return
    object_.set_property(name, value)


def _make_object(cls, values):
    arguments, later = {}, {}
    names, takes_any = _init_parameters(cls)
    for name, value in values.items():
        key = name.replace('-', '_')
        if takes_any or key in names:
            arguments[key] = value
        else:
            later[name] = value
    object_ = cls(**arguments)
    for name, value in later.items():
        _set_later(object_, name, value)
    return object_


class _Host(Genlm.ScriptHost):
    # PyGObject registers no type for classes of gi.overrides.
    __module__ = 'genlm'
    __gtype_name__ = 'GenlmPythonHost'

    def do_load_class(self, file, class_name):
        return _load_class(file, class_name).__gtype__

    def do_make_object(self, file, class_name, values):
        try:
            return _make_object(_load_class(file, class_name), {
                values.get_name(i): values.get_value(i) for i in range(values.get_size())})
        except (GLib.Error, SystemExit):
            raise
        except BaseException as error:
            raise _script_error(f'{class_name}: {_describe_exception(error)}') from error


# -- recipes ------------------------------------------------------------------

def _find_file(cls):
    module = sys.modules.get(cls.__module__)
    file = getattr(module, '__file__', None)
    what = f'the class {cls.__qualname__} has no recipe, so that no worker process can make it: '
    if not file or not os.path.isfile(file):
        raise _not_supported(what + 'it is not in a file; write it into one, and import it from there')
    if cls.__qualname__ != cls.__name__ or getattr(module, cls.__name__, None) is not cls:
        raise _not_supported(what + 'it is not at the top of its file; move it there, under its own name')
    return os.path.realpath(file)


def _find_name(cls):
    """The name by which another process makes objects of a class."""
    name = Genlm.element_type_get_factory_name(cls.__gtype__)
    if name is not None:
        return name
    if cls not in _names:
        file = _find_file(cls)
        name = f'python:{file}:{cls.__name__}'
        for factory in Genlm.Registry.get_default().get_factories():
            listed = factory.get_plugin().get_file()
            if listed and factory.get_type_name() == cls.__name__ and os.path.realpath(listed) == file:
                name = factory.get_name()
        _names[cls] = name
    return _names[cls]


def note_arguments(object_, args, kwargs):
    """Remembers what an object in Python was made from."""
    if not type(object_).__module__.startswith('gi.repository.'):
        object_._genlm_arguments = len(args), tuple(kwargs)


def _check_arguments(self):
    """What is only an argument of __init__ would be lost on the way."""
    cls = type(self)
    names, _ = _init_parameters(cls)
    if names is None:
        return
    n_given, given = self.__dict__.get('_genlm_arguments', (0, ()))
    kinds = [p.kind for p in inspect.signature(cls.__init__).parameters.values()][1:]
    if inspect.Parameter.POSITIONAL_ONLY in kinds:
        raise _not_supported(f'the class {cls.__name__} has no recipe: its __init__ takes arguments by position only; '
                             'let it take them by the names of properties, or implement do_dup_recipe()')
    if n_given > kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD):
        raise _not_supported(f'this {cls.__name__} has no recipe: its __init__ was given {n_given} arguments by '
                             'position, which are no properties; make them properties, or implement do_dup_recipe()')
    properties = {pspec.name.replace('-', '_') for pspec in cls.list_properties()}
    for name in (*names, *given):
        if name not in properties:
            raise _not_supported(f'the class {cls.__name__} has no recipe: its __init__ takes “{name}”, '
                                 'which is no property; make it a GObject.Property, or implement do_dup_recipe()')


def dup_recipe(self):
    """What a potential in Python is made from: do_dup_recipe() of every class
    that has no other."""
    cls = type(self)
    name = _find_name(cls)
    _check_arguments(self)
    return _host.make_recipe(self, name)


_host = _Host(language='python', program=sys.executable or None)
_host.install()
