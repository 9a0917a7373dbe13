"""Asynchronous methods: without a callback they return what can be awaited."""

import inspect

from gi.module import get_introspection_module
from gi.overrides._genlm_interrupts import call, can_interrupt
from gi.overrides._genlm_values import to_batch, to_context

Genlm = get_introspection_module('Genlm')


def _start(*args):
    """That of _genlm_asyncio, as soon as it is needed: asyncio takes as long to load
    as everything else, and most worker processes never await."""
    global _start
    from gi.overrides._genlm_asyncio import start as _start
    return _start(*args)


def _may_wait(self):
    """Whether an answer may take long, and not in Python, which looks at signals by itself."""
    if not isinstance(self, Genlm.Potential):
        return True
    return (type(self).__module__ in ('__gi__', 'gi.repository.Genlm')
            and not self.get_traits() & Genlm.Traits.INLINE)


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
        return _start(name, begin, finish, (self, *own), args[n] if len(args) > n else None)

    def ask_sync(self, *args, **kwargs):
        if kwargs or len(args) < n:
            args = _bind(ask_sync.__signature__, self, args, kwargs)
        own = [converter(self, arg) for converter, arg in zip(convert, args)]
        if (len(args) <= n or args[n] is None) and _may_wait(self) and can_interrupt():
            return call(sync, self, *own)
        return sync(self, *own, *args[n:])

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
