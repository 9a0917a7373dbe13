"""What Python adds to the Genlm namespace.

A potential or sampler that is written in Python is checked here, before its
results cross into C: C sees a missing number as 0.0, which is the weight of
certainty, and a malformed tuple can crash. So whatever a virtual function
returns or raises becomes a proper result or a GLib.Error, and nothing else.

Classes declare the interface by themselves: PyGObject writes the functions of
a class that only inherits an interface into the table of its parent, so that
all its siblings would change with it.
"""

import array
import functools
import numbers
import os
import reprlib
import traceback

from gi.module import get_introspection_module
from gi.overrides import _genlm_script
from gi.repository import GLib, GObject

Genlm = get_introspection_module('Genlm')

__all__ = ['element_make']

_INF = float('inf')
_RECIPE_TYPE = '(sa{sv})'
_ABSENT = object()


# -- errors -------------------------------------------------------------------

class _Refused(Exception):
    """A result that must not cross, with the code of its error."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def _invalid(what, value):
    return _Refused(Genlm.PotentialError.INVALID_RESULT,
                    f'{what}, but it returned {_describe(value)}')


def _describe(value):
    if value is None:
        return 'None'
    if hasattr(value, 'cr_frame'):
        value.close()
        return 'a coroutine; it must be an ordinary function'
    return f'{type(value).__name__} {reprlib.repr(value)}'


def _to_text(error):
    try:
        return str(error)
    except Exception:
        return '(it cannot be shown)'


def _make_error(code, text):
    text = text.encode(errors='backslashreplace').decode()
    return GLib.Error.new_literal(Genlm.potential_error_quark(), text, code)


def _is_well_formed(error):
    """Whether PyGObject can hand the error to C."""
    try:
        error.message.encode() + error.domain.encode()
        return error.domain != '' and -2**31 <= error.code < 2**31
    except (AttributeError, TypeError, UnicodeEncodeError):
        return False


def _to_gerror(self, name, error):
    """Names what went wrong in a virtual function."""
    where = f'{type(self).__name__}.{name}'
    if isinstance(error, GLib.Error) and _is_well_formed(error):
        return error
    if isinstance(error, _Refused):
        return _make_error(error.code, f'{where}: {error}')
    text = f'{where}: {type(error).__name__}: {_to_text(error)}'
    for frame in traceback.extract_tb(error.__traceback__)[-1:]:
        text += f' ({os.path.basename(frame.filename)}:{frame.lineno})'
    return _make_error(Genlm.PotentialError.FAILED, text)


# -- numbers ------------------------------------------------------------------

def _number(value, what='it must return a number'):
    if type(value) is not float:
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise _invalid(what, value)
        value = float(value)
    if value != value or value == _INF:
        raise _Refused(Genlm.PotentialError.INVALID_WEIGHT,
                       f'a log weight of {"+infinity" if value == _INF else "NaN"} was returned')
    return value


def _doubles(value, n, what):
    """The bytes of n doubles, from a list or anything with the buffer protocol."""
    expected = f'it must return {n} numbers, {what}'
    if isinstance(value, GLib.Bytes):
        value = value.get_data()
    if isinstance(value, (list, tuple)):
        numbers_ = value
    else:
        try:
            view = memoryview(value)
        except TypeError:
            raise _invalid(expected, value) from None
        if view.format in ('B', 'd') and view.ndim == 1:
            numbers_ = array.array('d')
            numbers_.frombytes(view.tobytes() if view.nbytes % 8 == 0 else b'')
        else:
            numbers_ = view.tolist()
    if len(numbers_) != n:
        raise _Refused(Genlm.PotentialError.INVALID_RESULT,
                       f'{expected}, but it returned {len(numbers_)} ({_describe(value)})')
    if not isinstance(numbers_, array.array):
        if set(map(type, numbers_)) - {float, int}:
            numbers_ = [_number(x, 'it must return a list of numbers') for x in numbers_]
        numbers_ = array.array('d', numbers_)
    return GLib.Bytes.new(numbers_.tobytes())


def _items(value, n, convert):
    """n results, each converted."""
    if not isinstance(value, (list, tuple)) or len(value) != n:
        raise _invalid(f'it must return a list of {n} results, one for each context', value)
    return [convert(item) for item in value]


def _to_scores(value, n):
    if isinstance(value, Genlm.Scores):
        return value
    return Genlm.Scores.new_from_bytes(_doubles(value, n, 'one for each context'))


def _to_weights(value, n):
    if isinstance(value, Genlm.Weights):
        return value
    return Genlm.Weights.new_from_bytes(_doubles(value, n, 'one for each token and EOS'))


def _to_mask(value, n):
    if isinstance(value, Genlm.TokenSet):
        return value
    if not isinstance(value, (set, frozenset)) and not (isinstance(value, (list, tuple, range)) and value):
        raise _invalid('it must return a set of tokens', value)
    for token in value:
        if isinstance(token, bool) or not isinstance(token, numbers.Integral) or not 0 <= token < n:
            raise _invalid(f'it must return a set of tokens, each from 0 to {n - 1}', token)
    return Genlm.TokenSet.new_for_tokens(n, [int(token) for token in value])


def _to_list(value, n, list_type, convert):
    if isinstance(value, list_type):
        return value
    result = list_type.new()
    for item in _items(value, n, convert):
        result.append(item)
    return result


# -- results of virtual functions ---------------------------------------------

def _n_weights(potential):
    return potential.get_vocab().get_size() + 1


def _check_weight(self, value, context):
    if isinstance(value, tuple):
        if len(value) != 2 or value[0] is not True:
            raise _invalid('it must return a number, or True and a number', value)
        value = value[1]
    return True, _number(value)


def _check_next(self, value, context):
    if isinstance(value, Genlm.Weights):
        return value
    return _to_weights(value, _n_weights(self))


def _check_mask(self, value, context):
    if isinstance(value, Genlm.TokenSet):
        return value
    return _to_mask(value, _n_weights(self))


def _check_scores(self, value, batch):
    return _to_scores(value, batch.get_size())


def _check_next_batch(self, value, batch):
    return _to_list(value, batch.get_size(), Genlm.WeightsList,
                    lambda item: _to_weights(item, _n_weights(self)))


def _check_mask_batch(self, value, batch):
    return _to_list(value, batch.get_size(), Genlm.TokenSetList,
                    lambda item: _to_mask(item, _n_weights(self)))


def _check_potential(self, value, *args):
    if not isinstance(value, Genlm.Potential):
        raise _invalid('it must return a potential', value)
    return value


def _check_recipe(self, value):
    if not isinstance(value, GLib.Variant) or value.get_type_string() != _RECIPE_TYPE:
        raise _invalid(f'it must return a GLib.Variant of type {_RECIPE_TYPE}', value)
    return value


def _check_traits(self, value):
    if isinstance(value, bool) or not isinstance(value, (int, Genlm.Traits)):
        raise TypeError(f'{type(self).__name__}.do_get_traits: it must return Genlm.Traits, '
                        f'but it returned {_describe(value)}')
    return value


def _guard_result(name, function, check):
    @functools.wraps(function)
    def guarded(self, *args):
        try:
            return check(self, function(self, *args), *args)
        except Exception as error:
            gerror = _to_gerror(self, name, error)
            if gerror is error:
                raise
            raise gerror from error
    return guarded


def _guard_traits(name, function):
    @functools.wraps(function)
    def guarded(self):
        return _check_traits(self, function(self))
    return guarded


def _guard_borrowed(name, function, expected):
    """C borrows the result, so the object holds the first one for as long as it lives."""
    key = f'_genlm_{name}'

    @functools.wraps(function)
    def guarded(self):
        value = self.__dict__.get(key)
        if value is None:
            value = function(self)
            if value is not None and not isinstance(value, expected):
                raise TypeError(f'{type(self).__name__}.{name}: it must return {expected.__name__}, '
                                f'but it returned {_describe(value)}')
            self.__dict__[key] = value
        return value
    return guarded


def _guard_request(name, function):
    """Such a function answers its request, now or later; if it fails, the error is the answer."""
    @functools.wraps(function)
    def guarded(self, request):
        try:
            value = function(self, request)
            if value is not None:
                raise _invalid('it must answer the request with request.return_…() and return None', value)
        except BaseException as error:
            # First the answer: the traceback of what is raised keeps the
            # request, which would be pending for ever.
            answered = request.is_answered()
            if not answered:
                request.return_error(_to_gerror(self, name, error))
            if answered or not isinstance(error, Exception):
                raise
    return guarded


def _results(check):
    return functools.partial(_guard_result, check=check)


_GUARDS = {
    Genlm.Potential: {
        'do_get_vocab': functools.partial(_guard_borrowed, expected=Genlm.Vocab),
        'do_get_traits': _guard_traits,
        'do_weigh_prefix': _results(_check_weight),
        'do_weigh_complete': _results(_check_weight),
        'do_weigh_next': _results(_check_next),
        'do_weigh_mask': _results(_check_mask),
        'do_weigh_prefix_batch': _results(_check_scores),
        'do_weigh_complete_batch': _results(_check_scores),
        'do_weigh_next_batch': _results(_check_next_batch),
        'do_weigh_mask_batch': _results(_check_mask_batch),
        'do_evaluate': _guard_request,
        'do_make_spawn': _results(_check_potential),
        'do_make_coerced': _results(_check_potential),
        'do_dup_recipe': _results(_check_recipe),
    },
    Genlm.Sampler: {
        'do_get_target': functools.partial(_guard_borrowed, expected=Genlm.Potential),
        'do_draw': _guard_request,
        'do_draw_now': _guard_request,
    },
}


# -- classes ------------------------------------------------------------------

def _declare(bases):
    """The bases, with every interface that they only inherit declared again."""
    for interface in _GUARDS:
        inherits = any(issubclass(base, interface) for base in bases)
        if interface is Genlm.Potential:
            inherits = inherits or any(issubclass(base, Genlm.PotentialBase) for base in bases)
        if inherits and interface not in bases:
            bases += (interface,)
    return bases


def _find_function(cls, name):
    """The function that a class, or a plain class that is mixed in, adds under a name."""
    for parent in cls.__mro__:
        if name not in parent.__dict__:
            continue
        if parent is cls or not issubclass(parent, (GObject.GObject, GObject.GInterface)):
            return parent.__dict__[name]
        break
    return _ABSENT


class _GuardingMeta(type(Genlm.Potential)):
    """The metaclass of potentials and samplers: hands C the guarded functions,
    and leaves the class the plain ones, so that super() calls are as written."""

    def __new__(meta, name, bases, namespace, **kwargs):
        if not namespace.get('__module__', '').startswith('gi.repository.'):
            bases = _declare(bases)
        return super().__new__(meta, name, bases, namespace, **kwargs)

    def __init__(cls, name, bases, namespace, **kwargs):
        plain = {}
        if not cls.__module__.startswith('gi.repository.'):
            plain = cls._guard()
        try:
            super().__init__(name, bases, namespace)
        finally:
            for function_name, function in plain.items():
                if function is _ABSENT:
                    delattr(cls, function_name)
                else:
                    setattr(cls, function_name, function)

    def _guard(cls):
        guards = {}
        for interface in _GUARDS:
            if issubclass(cls, interface):
                guards.update(_GUARDS[interface])
        for name in cls.__dict__:
            if name.startswith('do_weigh') and name not in guards:
                raise TypeError(f'{cls.__name__}.{name}: a potential has no such function; it has '
                                + ', '.join(n for n in guards if n.startswith('do_weigh')))

        plain = {}
        for name, guard in guards.items():
            function = _find_function(cls, name)
            if function is _ABSENT and name == 'do_dup_recipe':
                function = _genlm_script.dup_recipe
            if function is _ABSENT:
                continue
            if not callable(function):
                raise TypeError(f'{cls.__name__}.{name} must be a function, and is {_describe(function)}')
            plain[name] = cls.__dict__.get(name, _ABSENT)
            setattr(cls, name, guard(name, function))
        return plain


for _type in (Genlm.Potential, Genlm.PotentialBase, Genlm.Sampler):
    _type.__class__ = _GuardingMeta


# -- requests: what is returned later is checked as well ----------------------

def _guard_answer(name, convert):
    answer = getattr(Genlm.Request, name)

    @functools.wraps(answer)
    def guarded(self, value):
        try:
            value = convert(self, value)
        except Exception as error:
            self.return_error(_to_gerror(self, name, error))
        else:
            answer(self, value)
    setattr(Genlm.Request, name, guarded)


def _accept_exceptions():
    return_error = Genlm.Request.return_error

    @functools.wraps(return_error)
    def accepting(self, error):
        return_error(self, _to_gerror(self, 'return_error', error) if isinstance(error, Exception) else error)
    Genlm.Request.return_error = accepting


def _check_draws(request, value):
    if not isinstance(value, Genlm.Draws):
        raise _Refused(Genlm.PotentialError.INVALID_RESULT, f'wanted are Genlm.Draws, not {_describe(value)}')
    return value


_accept_exceptions()
_guard_answer('return_scores', lambda self, value: _to_scores(value, self.get_size()))
_guard_answer('return_weights', lambda self, value: _to_list(
    value, self.get_size(), Genlm.WeightsList, lambda item: _to_weights(item, self.get_n_weights())))
_guard_answer('return_masks', lambda self, value: _to_list(
    value, self.get_size(), Genlm.TokenSetList, lambda item: _to_mask(item, self.get_n_weights())))
_guard_answer('return_draws', _check_draws)


# -- conveniences -------------------------------------------------------------

def _to_bytes(value):
    if isinstance(value, str):
        value = value.encode()
    return GLib.Bytes.new(value) if isinstance(value, bytes) else value


def _accept_bytes(cls, name, index):
    """Lets a method that takes GLib.Bytes take bytes and str, which is UTF-8."""
    method = getattr(cls, name)

    @functools.wraps(method)
    def accepting(*args):
        return method(*args[:index], *map(_to_bytes, args[index:]))
    setattr(cls, name, accepting if index else staticmethod(accepting))


def _make_sequence(cls):
    def get_item(self, index):
        n = self.get_size()
        if not -n <= index < n:
            raise IndexError(f'{cls.__name__} index {index} out of range, there are {n}')
        return self.get(index % n)
    cls.__len__ = cls.get_size
    cls.__getitem__ = get_item


_accept_bytes(Genlm.Context, 'new_from_bytes', 0)
_accept_bytes(Genlm.Context, 'append_bytes', 1)
_accept_bytes(Genlm.Vocab, 'encode', 1)
_accept_bytes(Genlm.Vocab, 'find', 1)
_accept_bytes(Genlm.Vocab, 'find_all', 1)

for _type in (Genlm.Batch, Genlm.Scores, Genlm.Weights, Genlm.WeightsList, Genlm.TokenSetList):
    _make_sequence(_type)

Genlm.Context.__len__ = Genlm.Context.get_length
Genlm.Context.__iter__ = lambda self: iter(self.dup_tokens())
Genlm.TokenSet.__len__ = Genlm.TokenSet.get_count
Genlm.TokenSet.__contains__ = Genlm.TokenSet.contains
Genlm.TokenSet.__iter__ = lambda self: iter(self.dup_tokens())
Genlm.Potential.__mul__ = lambda self, other: (
    self.multiply(other) if isinstance(other, Genlm.Potential) else NotImplemented)


def _to_variant(value):
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, Genlm.Vocab):
        return value.to_variant()
    for python_type, format_string in ((bool, 'b'), (int, 'x'), (float, 'd'), (str, 's'), (bytes, 'ay'), (list, 'as')):
        if isinstance(value, python_type):
            return GLib.Variant(format_string, value)
    raise TypeError(f'{_describe(value)} is no value of a property')


def element_make(name, properties=None, /, **values):
    """Makes an element by name: element_make('regex', pattern='a+'), element_make('autobatch', potential=p).

    Underscores in names stand for hyphens.
    """
    if not values:
        return Genlm.element_make(name, properties)
    if properties is not None:
        raise TypeError('properties are given as one variant or by name, not both')
    values = {key.replace('_', '-'): value for key, value in values.items()}
    objects = {key: value for key, value in values.items() if isinstance(value, GObject.Object)}
    properties = GLib.Variant('a{sv}', {
        key: _to_variant(value) for key, value in values.items() if key not in objects})
    return Genlm.element_make_with_objects(name, properties, list(objects), list(objects.values()))
