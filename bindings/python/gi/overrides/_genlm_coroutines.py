"""Virtual functions that are written with `async def`. A request starts a task,
in the running loop of asyncio or in one that GLib runs, and what the task
returns or raises is its answer."""

import asyncio
import functools

from gi.module import get_introspection_module
from gi.overrides._genlm_asyncio import call_in_context, spawn
from gi.overrides._genlm_classes import has_function, is_async
from gi.overrides._genlm_results import (
    check_mask, check_mask_batch, check_next, check_next_batch, check_scores, check_weight, invalid, Refused,
    to_gerror)
from gi.repository import GObject

Genlm = get_introspection_module('Genlm')

_INF = float('inf')
_MAX_TOGETHER = 256
# Seconds after which a request whose time is up is looked at again.
_GRACE = 0.01
_Method = Genlm.Method

# For each method the functions for one context and for several, with the checks
# of their results, and how a request is answered.
_FUNCTIONS = {
    _Method.PREFIX: ('do_weigh_prefix', lambda *args: check_weight(*args)[1],
                     'do_weigh_prefix_batch', check_scores, 'return_scores'),
    _Method.COMPLETE: ('do_weigh_complete', lambda *args: check_weight(*args)[1],
                       'do_weigh_complete_batch', check_scores, 'return_scores'),
    _Method.NEXT: ('do_weigh_next', check_next,
                   'do_weigh_next_batch', check_next_batch, 'return_weights'),
    _Method.MASK: ('do_weigh_mask', check_mask,
                   'do_weigh_mask_batch', check_mask_batch, 'return_masks'),
}


# -- tasks --------------------------------------------------------------------

async def _answer(self, name, request, coroutine):
    """Whatever happens, the request is answered."""
    try:
        await coroutine
    except BaseException as error:
        if not request.is_answered():
            if isinstance(error, (asyncio.CancelledError, GeneratorExit)):
                error_ = Refused(Genlm.PotentialError.FAILED, 'its task was cancelled before it had an answer')
            else:
                error_ = error
            request.return_error(to_gerror(self, name, error_))
        if not isinstance(error, Exception):
            raise


def _stop_expired(loop, task, request):
    """Ends the task of a request as soon as that has answered itself."""
    if task.done():
        return
    if request.is_answered():
        task.cancel()
    else:
        loop.call_later(_GRACE, _stop_expired, loop, task, request)


def _start(self, name, request, coroutine):
    call_in_context(lambda: _start_here(self, name, request, coroutine))


def _start_here(self, name, request, coroutine):
    """Starts the task of a request, which ends with it."""
    if request.is_answered():
        coroutine.close()
        return
    answer = _answer(self, name, request, coroutine)
    try:
        task = spawn(answer)
    except Exception as error:
        answer.close()
        coroutine.close()
        request.return_error(to_gerror(self, name, error))
        return
    loop = task.get_loop()
    timeout = self.get_property('timeout') if isinstance(self, Genlm.PotentialBase) else 0
    if timeout > 0:
        expiry = loop.call_later(timeout / 1000, _stop_expired, loop, task, request)
        task.add_done_callback(lambda _: expiry.cancel())
    cancellable = request.get_cancellable()
    if cancellable is not None:
        handler = GObject.Object.connect(
            cancellable, 'cancelled', lambda *_: loop.call_soon_threadsafe(task.cancel))
        task.add_done_callback(lambda _: GObject.Object.disconnect(cancellable, handler))


def guard_coroutine(name, function):
    """A function that gets a request and answers it."""
    async def work(self, request):
        value = await function(self, request)
        if value is not None:
            raise invalid('it must answer the request with request.return_…() and return None', value)

    @functools.wraps(function)
    def guarded(self, request):
        _start(self, name, request, work(self, request))
    return guarded


# -- weighing -----------------------------------------------------------------

async def _gather(function, items):
    """The results for all items, a limited number at a time, or the first failure,
    which ends the others."""
    if len(items) == 1:
        return [await function(items[0])]
    results = [None] * len(items)
    left = iter(enumerate(items))

    async def work():
        for i, item in left:
            results[i] = await function(item)
    tasks = [asyncio.ensure_future(work()) for _ in range(min(len(items), _MAX_TOGETHER))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    return results


async def _call(self, name, check, argument):
    function = getattr(self, name)
    try:
        value = function(argument)
        if is_async(function):
            value = await value
        return check(self, value, argument)
    except Exception as error:
        raise to_gerror(self, name, error) from error


def _make_batch(contexts):
    batch = Genlm.Batch.new()
    for context in contexts:
        batch.append(context)
    return batch


async def _weigh(self, method, batch):
    """The results for a batch, from what the class has."""
    single, check_single, together, check_together, _ = _FUNCTIONS[method]
    if has_function(type(self), single) and (len(batch) == 1 or not has_function(type(self), together)):
        return await _gather(lambda context: _call(self, single, check_single, context), batch)
    if has_function(type(self), together):
        return await _call(self, together, check_together, batch)
    if method == _Method.NEXT:
        return [await _weigh_next(self, context) for context in batch]
    if method == _Method.MASK:
        return [await _weigh_mask(self, context) for context in batch]
    raise Refused(Genlm.PotentialError.NOT_SUPPORTED, f'there is no {single}(); implement it')


async def _weigh_next(self, context):
    """The definition, as the default of the library has it."""
    prefix, = await _weigh(self, _Method.PREFIX, _make_batch([context]))
    if prefix == -_INF:
        text = self.get_vocab().escape_context(context)
        raise Refused(Genlm.PotentialError.ZERO_PREFIX,
                      f'it was asked what may follow the context {text}, whose prefix weight is zero')
    complete, = await _weigh(self, _Method.COMPLETE, _make_batch([context]))
    n_tokens = self.get_vocab().get_size()
    prefixes = await _weigh(self, _Method.PREFIX, _make_batch(context.append(token) for token in range(n_tokens)))
    return [weight - prefix for weight in prefixes] + [complete - prefix]


async def _weigh_mask(self, context):
    if not self.get_traits() & Genlm.Traits.BOOLEAN:
        raise Refused(Genlm.PotentialError.NOT_SUPPORTED, 'it is not Boolean, so it has no mask; ask for logw_next')
    weights, = await _weigh(self, _Method.NEXT, _make_batch([context]))
    return {token for token, weight in enumerate(weights) if weight > -_INF}


async def _evaluate(self, request):
    method = request.get_method()
    results = await _weigh(self, method, request.get_batch())
    if not request.is_answered():
        getattr(request, _FUNCTIONS[method][-1])(results)


def evaluate(self, request):
    """The do_evaluate() of classes that have async functions."""
    _start(self, 'do_evaluate', request, _evaluate(self, request))
