"""Asynchronous methods: without a callback they return what can be awaited."""

import asyncio
import functools
import inspect
import threading

from gi.module import get_introspection_module
from gi.overrides._genlm_asyncio import get_driver
from gi.overrides._genlm_values import to_batch, to_context
from gi.repository import Gio, GObject

Genlm = get_introspection_module('Genlm')


class Answer(asyncio.Future):
    """The answer to a call that is under way. To cancel it is to cancel the call."""

    def __init__(self, loop, finish):
        super().__init__(loop=loop)
        self.finish = finish
        self.thread = threading.get_ident()
        self.cancellable = Gio.Cancellable()

    def cancel(self, msg=None):
        is_cancelled = super().cancel(msg)
        if is_cancelled:
            self.cancellable.cancel()
        return is_cancelled

    def settle(self, value, error):
        if self.done():
            return
        if error is not None:
            # Without its traceback, which holds this answer.
            self.set_exception(error.with_traceback(None))
        else:
            self.set_result(value)


def _deliver(source, result, answer):
    if answer.done() or answer.get_loop().is_closed():
        return
    value = error = None
    try:
        value = answer.finish(source, result)
    except Exception as caught:
        error = caught
    if answer.thread == threading.get_ident():
        answer.settle(value, error)
    else:
        answer.get_loop().call_soon_threadsafe(answer.settle, value, error)


def _follow(answer, cancellable):
    """Lets a cancellable of the caller cancel the call, too."""
    handler = GObject.Object.connect(cancellable, 'cancelled', lambda *_: answer.cancellable.cancel())
    answer.add_done_callback(lambda _: GObject.Object.disconnect(cancellable, handler))
    if cancellable.is_cancelled():
        answer.cancellable.cancel()


def _ask(name, begin, finish, cancellable):
    loop = asyncio._get_running_loop()
    if loop is None:
        raise RuntimeError(f'{name}() without a callback is for asyncio, which does not run here; '
                           f'await it in a coroutine, give a callback, or call {name}_sync()')
    if cancellable is not None and not isinstance(cancellable, Gio.Cancellable):
        raise TypeError(f'{name}(): a Gio.Cancellable was expected, not {type(cancellable).__name__}')
    driver = get_driver(loop)
    answer = Answer(loop, finish)
    if cancellable is not None:
        _follow(answer, cancellable)
    driver.begin(begin, answer.cancellable, _deliver, answer)
    return answer


def _make_signature(names, optional):
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature(
        [inspect.Parameter(name, kind) for name in ('self',) + names]
        + [inspect.Parameter(name, kind, default=None) for name in optional]
        + [inspect.Parameter('user_data', inspect.Parameter.VAR_POSITIONAL)] * ('callback' in optional))


def _bind(signature, self, args, kwargs):
    bound = signature.bind(self, *args, **kwargs)
    bound.apply_defaults()
    return bound.args[1:]


def make_awaitable(cls, name, **converters):
    """Gives a trio of methods its awaitable form. Their own arguments have these
    names, and are converted by functions of the object and the argument."""
    begin, finish, sync = (getattr(cls, name + suffix) for suffix in ('', '_finish', '_sync'))
    n = len(converters)
    convert = tuple(converters.values())

    def ask(self, *args, **kwargs):
        if kwargs or len(args) < n:
            args = _bind(ask.__signature__, self, args, kwargs)
        own = [converter(self, arg) for converter, arg in zip(convert, args)]
        if len(args) > n + 1 and args[n + 1] is not None:
            return begin(self, *own, *args[n:])
        return _ask(name, functools.partial(begin, self, *own), finish,
                    args[n] if len(args) > n else None)

    def ask_sync(self, *args, **kwargs):
        if kwargs or len(args) < n:
            args = _bind(ask_sync.__signature__, self, args, kwargs)
        return sync(self, *[converter(self, arg) for converter, arg in zip(convert, args)], *args[n:])

    ask.__signature__ = _make_signature(tuple(converters), ('cancellable', 'callback'))
    ask_sync.__signature__ = _make_signature(tuple(converters), ('cancellable',))
    for function, original in ((ask, begin), (ask_sync, sync)):
        function.__name__ = original.__name__
        function.__qualname__ = f'{cls.__name__}.{original.__name__}'
        function.__doc__ = original.__doc__
        setattr(cls, original.__name__, function)


make_awaitable(Genlm.Smc, 'run')
make_awaitable(Genlm.Sampler, 'sample', context=to_context, random=lambda _, random: random)
make_awaitable(Genlm.Sampler, 'sample_batch', batch=to_batch, randoms=lambda _, randoms: randoms)
for _name in ('prefix', 'complete', 'score', 'logw_next', 'mask_next'):
    make_awaitable(Genlm.Potential, _name, context=to_context)
    make_awaitable(Genlm.Potential, 'batch_' + _name, batch=to_batch)
