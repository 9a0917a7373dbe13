"""What a script returns, before it crosses into C: C sees a missing number as 0.0,
which is the weight of certainty, and a malformed tuple can crash."""

import array
import numbers
import os
import reprlib
import traceback

from gi.module import get_introspection_module
from gi.repository import GLib

Genlm = get_introspection_module('Genlm')

_INF = float('inf')
_RECIPE_TYPE = '(sa{sv})'
# A message goes wherever the error goes.
_MAX_TEXT = 4000
OUT_OF_MEMORY = 'it ran out of memory; in worker processes “memory-limit” says how much there is'


# -- errors -------------------------------------------------------------------

class Refused(Exception):
    """A result that must not cross, with the code of its error."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def invalid(what, value):
    return Refused(Genlm.PotentialError.INVALID_RESULT,
                    f'{what}, but it returned {describe(value)}')


def describe(value):
    if value is None:
        return 'None'
    if hasattr(value, 'cr_frame'):
        value.close()
        return 'a coroutine; write it with async def, or as an ordinary function'
    return f'{type(value).__name__} {reprlib.repr(value)}'


def _to_text(error):
    try:
        return str(error)
    except Exception:
        return '(it cannot be shown)'


def make_error(code, text):
    if len(text) > _MAX_TEXT:
        text = text[:_MAX_TEXT] + '…'
    text = text.encode(errors='backslashreplace').decode()
    return GLib.Error.new_literal(Genlm.potential_error_quark(), text, code)


def _is_well_formed(error):
    """Whether PyGObject can hand the error to C."""
    try:
        error.message.encode() + error.domain.encode()
        return error.domain != '' and -2**31 <= error.code < 2**31
    except (AttributeError, TypeError, UnicodeEncodeError):
        return False


def to_gerror(self, name, error):
    """Names what went wrong in a virtual function."""
    where = f'{type(self).__name__}.{name}'
    if isinstance(error, GLib.Error) and _is_well_formed(error):
        return error
    if isinstance(error, Refused):
        return make_error(error.code, f'{where}: {error}')
    is_memory = isinstance(error, MemoryError)
    text = OUT_OF_MEMORY if is_memory else _to_text(error)[:_MAX_TEXT // 2]
    text = f'{where}: {type(error).__name__}: {text}'
    for frame in traceback.extract_tb(error.__traceback__)[-1:]:
        text += f' ({os.path.basename(frame.filename)}:{frame.lineno})'
    return make_error(Genlm.PotentialError.LIMIT if is_memory else Genlm.PotentialError.FAILED, text)


# -- numbers ------------------------------------------------------------------

def number(value, what='it must return a number'):
    if type(value) is not float:
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise invalid(what, value)
        value = float(value)
    if value != value or value == _INF:
        raise Refused(Genlm.PotentialError.INVALID_WEIGHT,
                       f'a log weight of {"+infinity" if value == _INF else "NaN"} was returned')
    return value


def _doubles(value, n, what):
    """The bytes of n doubles, from a list or anything with the buffer protocol."""
    expected = f'it must return {n} numbers, {what}'
    if isinstance(value, GLib.Bytes):
        value = value.get_data()
    is_raw = isinstance(value, (bytes, bytearray))
    if isinstance(value, (list, tuple)):
        numbers_ = value
    else:
        try:
            view = memoryview(value)
        except TypeError:
            raise invalid(expected, value) from None
        if view.ndim != 1:
            # Scalars of numpy have buffers, too.
            raise invalid(expected, value)
        if view.format == ('B' if is_raw else 'd'):
            numbers_ = array.array('d')
            numbers_.frombytes(view.tobytes() if view.nbytes % 8 == 0 else b'')
        else:
            numbers_ = view.tolist()
    if len(numbers_) != n:
        raise Refused(Genlm.PotentialError.INVALID_RESULT,
                       f'{expected}, but it returned {len(numbers_)} ({describe(value)})')
    if not isinstance(numbers_, array.array):
        if set(map(type, numbers_)) - {float, int}:
            numbers_ = [number(x, 'it must return a list of numbers') for x in numbers_]
        numbers_ = array.array('d', numbers_)
    return GLib.Bytes.new(numbers_.tobytes())


def _items(value, n, convert):
    """n results, each converted."""
    if not isinstance(value, (list, tuple)) or len(value) != n:
        raise invalid(f'it must return a list of {n} results, one for each context', value)
    return [convert(item) for item in value]


def to_scores(value, n):
    if isinstance(value, Genlm.Scores):
        return value
    return Genlm.Scores.new_from_bytes(_doubles(value, n, 'one for each context'))


def to_weights(value, n):
    if isinstance(value, Genlm.Weights):
        return value
    return Genlm.Weights.new_from_bytes(_doubles(value, n, 'one for each token and EOS'))


def to_mask(value, n):
    if isinstance(value, Genlm.TokenSet):
        return value
    if not isinstance(value, (set, frozenset)) and not (isinstance(value, (list, tuple, range)) and value):
        raise invalid('it must return a set of tokens', value)
    for token in value:
        if isinstance(token, bool) or not isinstance(token, numbers.Integral) or not 0 <= token < n:
            raise invalid(f'it must return a set of tokens, each from 0 to {n - 1}', token)
    return Genlm.TokenSet.new_for_tokens(n, [int(token) for token in value])


def to_list(value, n, list_type, convert):
    if isinstance(value, list_type):
        return value
    result = list_type.new()
    for item in _items(value, n, convert):
        result.append(item)
    return result


# -- results of virtual functions ---------------------------------------------

def _n_weights(potential):
    return potential.get_vocab().get_size() + 1


def check_weight(self, value, context):
    if isinstance(value, tuple):
        if len(value) != 2 or value[0] is not True:
            raise invalid('it must return a number, or True and a number', value)
        value = value[1]
    return True, number(value)


def check_next(self, value, context):
    if isinstance(value, Genlm.Weights):
        return value
    return to_weights(value, _n_weights(self))


def check_mask(self, value, context):
    if isinstance(value, Genlm.TokenSet):
        return value
    return to_mask(value, _n_weights(self))


def check_scores(self, value, batch):
    return to_scores(value, batch.get_size())


def check_next_batch(self, value, batch):
    return to_list(value, batch.get_size(), Genlm.WeightsList,
                    lambda item: to_weights(item, _n_weights(self)))


def check_mask_batch(self, value, batch):
    return to_list(value, batch.get_size(), Genlm.TokenSetList,
                    lambda item: to_mask(item, _n_weights(self)))


def check_potential(self, value, *args):
    if not isinstance(value, Genlm.Potential):
        raise invalid('it must return a potential', value)
    return value


def check_recipe(self, value):
    if not isinstance(value, GLib.Variant) or value.get_type_string() != _RECIPE_TYPE:
        raise invalid(f'it must return a GLib.Variant of type {_RECIPE_TYPE}', value)
    return value


def check_traits(self, value):
    if isinstance(value, bool) or not isinstance(value, (int, Genlm.Traits)):
        raise TypeError(f'{type(self).__name__}.do_get_traits: it must return Genlm.Traits, '
                        f'but it returned {describe(value)}')
    return value
