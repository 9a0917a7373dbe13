"""Classes in Python: whatever a virtual function returns or raises becomes a proper
result or a GLib.Error, and nothing else.

Classes declare the interface by themselves: PyGObject writes the functions of
a class that only inherits an interface into the table of its parent, so that
all its siblings would change with it.
"""

import functools
import inspect

from gi.module import get_introspection_module
from gi.overrides._genlm_results import (
    check_mask, check_mask_batch, check_next, check_next_batch, check_potential, check_recipe, check_scores,
    check_traits, check_weight, describe, invalid, Refused, to_gerror, to_list, to_mask, to_scores, to_weights)
from gi.overrides._genlm_script import dup_recipe, note_arguments
from gi.repository import GObject

Genlm = get_introspection_module('Genlm')

_ABSENT = object()


def is_async(function):
    return inspect.iscoroutinefunction(function)


def has_function(cls, name):
    """Whether a class has, or inherits, a function in Python."""
    owner = next((parent for parent in cls.__mro__ if name in parent.__dict__), None)
    return owner is not None and not owner.__module__.startswith('gi.repository.')


# -- guards -------------------------------------------------------------------

def _refuse_sync(function):
    """Nothing waits for an async function in a synchronous call."""
    @functools.wraps(function)
    def refusing(self, *args):
        raise to_gerror(self, function.__name__, Refused(
            Genlm.PotentialError.NOT_SUPPORTED, 'it is async, so it answers no synchronous call; await the answer'))
    return refusing


def _guard_result(name, function, check):
    if is_async(function):
        return _refuse_sync(function)

    @functools.wraps(function)
    def guarded(self, *args):
        try:
            return check(self, function(self, *args), *args)
        except SystemExit:
            raise
        except BaseException as error:
            # C is told the reason of whatever else it is.
            gerror = to_gerror(self, name, error)
            if gerror is error:
                raise
            raise gerror from error
    return guarded


def _guard_traits(name, function):
    @functools.wraps(function)
    def guarded(self):
        return check_traits(self, function(self))
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
                                f'but it returned {describe(value)}')
            self.__dict__[key] = value
        return value
    return guarded


def _guard_request(name, function):
    """Such a function answers its request, now or later; if it fails, the error is the answer."""
    if is_async(function):
        from gi.overrides._genlm_coroutines import guard_coroutine
        return guard_coroutine(name, function)

    @functools.wraps(function)
    def guarded(self, request):
        try:
            value = function(self, request)
            if value is not None:
                raise invalid('it must answer the request with request.return_…() and return None', value)
        except BaseException as error:
            # First the answer: the traceback of what is raised keeps the
            # request, which would be pending for ever.
            answered = request.is_answered()
            if not answered:
                request.return_error(to_gerror(self, name, error))
            if answered or not isinstance(error, Exception):
                raise
    return guarded


def _evaluate(self, request):
    """The do_evaluate() of classes that have async functions."""
    from gi.overrides._genlm_coroutines import evaluate
    evaluate(self, request)


def _results(check):
    return functools.partial(_guard_result, check=check)


_GUARDS = {
    Genlm.Potential: {
        'do_get_vocab': functools.partial(_guard_borrowed, expected=Genlm.Vocab),
        'do_get_traits': _guard_traits,
        'do_weigh_prefix': _results(check_weight),
        'do_weigh_complete': _results(check_weight),
        'do_weigh_next': _results(check_next),
        'do_weigh_mask': _results(check_mask),
        'do_weigh_prefix_batch': _results(check_scores),
        'do_weigh_complete_batch': _results(check_scores),
        'do_weigh_next_batch': _results(check_next_batch),
        'do_weigh_mask_batch': _results(check_mask_batch),
        'do_evaluate': _guard_request,
        'do_make_spawn': _results(check_potential),
        'do_make_coerced': _results(check_potential),
        'do_dup_recipe': _results(check_recipe),
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

    def __call__(cls, *args, **kwargs):
        object_ = super().__call__(*args, **kwargs)
        if args or kwargs:
            note_arguments(object_, args, kwargs)
        return object_

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
        has_async = False
        for name, guard in guards.items():
            function = _find_function(cls, name)
            if function is _ABSENT and name == 'do_dup_recipe':
                function = dup_recipe
            if function is _ABSENT:
                continue
            if not callable(function):
                raise TypeError(f'{cls.__name__}.{name} must be a function, and is {describe(function)}')
            plain[name] = cls.__dict__.get(name, _ABSENT)
            setattr(cls, name, guard(name, function))
            has_async = has_async or (name.startswith('do_weigh') and is_async(function))
        if has_async and not has_function(cls, 'do_evaluate'):
            plain['do_evaluate'] = _ABSENT
            cls.do_evaluate = _evaluate
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
            self.return_error(to_gerror(self, name, error))
        else:
            answer(self, value)
    setattr(Genlm.Request, name, guarded)


def _accept_exceptions():
    return_error = Genlm.Request.return_error

    @functools.wraps(return_error)
    def accepting(self, error):
        return_error(self, to_gerror(self, 'return_error', error) if isinstance(error, Exception) else error)
    Genlm.Request.return_error = accepting


def _check_draws(request, value):
    if not isinstance(value, Genlm.Draws):
        raise Refused(Genlm.PotentialError.INVALID_RESULT, f'wanted are Genlm.Draws, not {describe(value)}')
    return value


_accept_exceptions()
_guard_answer('return_scores', lambda self, value: to_scores(value, self.get_size()))
_guard_answer('return_weights', lambda self, value: to_list(
    value, self.get_size(), Genlm.WeightsList, lambda item: to_weights(item, self.get_n_weights())))
_guard_answer('return_masks', lambda self, value: to_list(
    value, self.get_size(), Genlm.TokenSetList, lambda item: to_mask(item, self.get_n_weights())))
_guard_answer('return_draws', _check_draws)
