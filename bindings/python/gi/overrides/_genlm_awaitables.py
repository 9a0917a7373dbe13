"""Asynchronous methods: without a callback they return what can be awaited."""

import asyncio
import inspect
from asyncio import _get_running_loop as get_loop
from threading import get_ident

from gi.module import get_introspection_module
from gi.overrides._genlm_asyncio import get_driver
from gi.overrides._genlm_values import to_batch, to_context
from gi.repository import Gio, GObject

Genlm = get_introspection_module('Genlm')


class Answer(asyncio.Future):
    """The answer to a call that is under way. To cancel it is to cancel the call."""

    __slots__ = ('finish', 'thread', 'cancellable')

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
    if answer.thread == get_ident():
        answer.settle(value, error)
    else:
        answer.get_loop().call_soon_threadsafe(answer.settle, value, error)


def _follow(answer, cancellable):
    """Lets a cancellable of the caller cancel the call, too."""
    handler = GObject.Object.connect(cancellable, 'cancelled', lambda *_: answer.cancellable.cancel())
    answer.add_done_callback(lambda _: GObject.Object.disconnect(cancellable, handler))
    if cancellable.is_cancelled():
        answer.cancellable.cancel()


def _refuse(name, loop, cancellable):
    if loop is None:
        raise RuntimeError(f'{name}() without a callback is for asyncio, which does not run here; '
                           f'await it in a coroutine, give a callback, or call {name}_sync()')
    raise TypeError(f'{name}(): a Gio.Cancellable was expected, not {type(cancellable).__name__}')


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

        loop = get_loop()
        cancellable = args[n] if len(args) > n else None
        if loop is None or not (cancellable is None or isinstance(cancellable, Gio.Cancellable)):
            _refuse(name, loop, cancellable)
        driver = get_driver(loop)
        answer = Answer(loop=loop)
        answer.finish = finish
        answer.thread = driver.thread
        answer.cancellable = Gio.Cancellable()
        if cancellable is not None:
            _follow(answer, cancellable)
        driver.begin(begin, self, *own, answer.cancellable, _deliver, answer)
        return answer

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


def _keep(_, value):
    return value


make_awaitable(Genlm.Smc, 'run')
make_awaitable(Genlm.Sampler, 'sample',
               context=lambda sampler, context: to_context(sampler.get_target(), context), random=_keep)
make_awaitable(Genlm.Sampler, 'sample_batch',
               batch=lambda sampler, batch: to_batch(sampler.get_target(), batch), randoms=_keep)
for _name in ('prefix', 'complete', 'score', 'logw_next', 'mask_next'):
    make_awaitable(Genlm.Potential, _name, context=to_context)
    make_awaitable(Genlm.Potential, 'batch_' + _name, batch=to_batch)
