"""asyncio and GLib in one thread.

Answers arrive in a GLib main context, and asyncio has a loop of its own. Where
a program runs asyncio, its loop iterates the main context in place of its wait
(Driver). Where it runs GLib, a loop that GLib runs pass by pass drives what is
written with `async def` (GuestLoop). Nothing polls, and no thread is added.
"""

import asyncio
import selectors
import threading
import time
import weakref

from gi.repository import Gio, GLib, GObject

# How long GLib waits for a busy asyncio, in seconds. Until then whatever the
# other tasks ask for is in the same batch.
_PATIENCE = 0.001
_FOREVER = 2**31 - 1
_MAX_TURNS = 64

_local = threading.local()


def get_thread_context():
    return GLib.MainContext.get_thread_default() or GLib.MainContext.default()


# -- asyncio runs GLib --------------------------------------------------------

def _choose_context():
    """A main context that is this thread's own, acquired, and whether it must be
    made the thread-default one for every call."""
    context = GLib.MainContext.get_thread_default()
    if context is None and threading.current_thread() is threading.main_thread():
        context = GLib.MainContext.default()
    if context is not None and context.acquire():
        return context, False
    # Another thread may run the default context, now or later.
    context = GLib.MainContext.new()
    context.acquire()
    return context, True


def _detach(context, poll, alarm):
    context.remove_poll(poll)
    alarm.destroy()
    context.release()


class Driver:
    """Iterates a main context wherever an asyncio loop would wait."""

    def __init__(self, selector):
        self.thread = threading.get_ident()
        self.context, self.is_private = _choose_context()
        self._iterate = super(type(self.context), self.context).iteration
        self._select = selector.select
        self._last = 0.0
        self._has_alarm = False

        # What asyncio waits for, as one descriptor, and its next timer.
        poll = GLib.PollFD(selector.fileno(), GLib.IOCondition.IN)
        self._alarm = GLib.Timeout(_FOREVER)
        self._alarm.set_callback(lambda *_: True)
        self._alarm.set_ready_time(-1)
        self._alarm.attach(self.context)
        self.context.add_poll(poll, GLib.PRIORITY_DEFAULT)
        self._detach = weakref.finalize(selector, _detach, self.context, poll, self._alarm)
        self._detach.atexit = False
        self._close = selector.close
        selector.select = self.select
        selector.close = self.close

    def select(self, timeout=None):
        if timeout is None or timeout > 0:
            if timeout is not None:
                self._alarm.set_ready_time(GLib.get_monotonic_time() + int(timeout * 1e6) + 1)
            elif self._has_alarm:
                self._alarm.set_ready_time(-1)
            self._has_alarm = timeout is not None
            self._iterate(True)
            self._last = time.monotonic()
        elif time.monotonic() - self._last >= _PATIENCE:
            self._iterate(False)
            self._last = time.monotonic()
        return self._select(0)

    def close(self):
        self._detach()
        self._close()

    def begin(self, function, *args):
        """Makes a call whose answer arrives in the context of this loop."""
        if not self.is_private:
            function(*args)
            return
        self.context.push_thread_default()
        try:
            function(*args)
        finally:
            self.context.pop_thread_default()


class _Guest:
    """In place of a driver where GLib runs the loop."""

    def __init__(self):
        self.thread = threading.get_ident()

    @staticmethod
    def begin(function, *args):
        function(*args)


def _attach(loop):
    selector = getattr(loop, '_selector', None)
    if isinstance(selector, selectors.BaseSelector) and type(selector).__module__ == 'selectors' \
            and hasattr(selector, 'fileno'):
        driver = Driver(selector)
    elif get_thread_context().is_owner():
        driver = _Guest()
    else:
        raise RuntimeError(f'{type(loop).__module__}.{type(loop).__qualname__} can be run neither by GLib nor with it; '
                           'use the loop that asyncio.run() makes by itself, or one that GLib runs')
    loop._genlm_driver = driver
    return driver


def get_driver(loop):
    """What makes calls for a running loop; from the first one on, the loop runs GLib, too."""
    driver = getattr(loop, '_genlm_driver', None) or _attach(loop)
    if driver.thread != threading.get_ident():
        raise RuntimeError('an asyncio loop that awaited answers of Genlm must stay in its thread')
    return driver


# -- GLib runs asyncio --------------------------------------------------------

class GuestLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that whoever iterates its main context runs, a pass at a time."""

    def __init__(self, context):
        selector = selectors.DefaultSelector()
        self.context = context
        self.tasks = set()
        self._genlm_driver = _Guest()
        self._descriptor = selector.fileno()
        self._select = selector.select
        selector.select = self._select_now
        self._source = None
        self._ready_time = -1
        self._is_due = False
        self._next = None
        self._turns = 0
        super().__init__(selector)
        self._attach()

    def _attach(self):
        """A source that is ready when there is something to do. GLib sets the time of
        one that it dispatches, so there is a new one for each pass."""
        this = weakref.ref(self)
        self._source = GLib.Timeout(_FOREVER)
        self._source.add_unix_fd(self._descriptor, GLib.IOCondition.IN)
        self._source.set_callback(lambda *_: this() and this()._run_pass())
        self._source.set_ready_time(self._ready_time)
        self._source.attach(self.context)

    def _set_ready_time(self, microseconds):
        self._ready_time = microseconds
        if self._source is not None:
            self._source.set_ready_time(microseconds)

    def _set_due(self):
        if not self._is_due:
            self._is_due = True
            self._set_ready_time(0)

    def _set_next(self, when):
        self._next = when
        self._set_ready_time(-1 if when is None else int(when * 1e6) + 1)

    def call_soon(self, *args, **kwargs):
        self._set_due()
        return super().call_soon(*args, **kwargs)

    def call_at(self, when, *args, **kwargs):
        if not self._is_due and (self._next is None or when < self._next):
            self._set_next(when)
        return super().call_at(when, *args, **kwargs)

    def _select_now(self, timeout=None):
        """Where a loop would wait, this one returns to GLib."""
        self._turns += 1
        if timeout is None or timeout > 0 or self._turns >= _MAX_TURNS:
            self._is_due = False
            self._set_next(None if timeout is None else self.time() + timeout)
            if timeout is not None and timeout <= 0:
                self._set_due()
            self.stop()
        return self._select(0)

    def _run_pass(self):
        self._source = None
        self._turns = 0
        # GLib may itself be run by another loop of asyncio.
        running = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            self.run_forever()
        finally:
            asyncio._set_running_loop(running)
            self._attach()
        return False

    def close(self):
        if self._source is not None:
            self._source.destroy()
        super().close()

    def __del__(self):
        self.close()


def _get_guest_loop():
    context = get_thread_context()
    loops = getattr(_local, 'loops', [])
    for loop in loops:
        if loop.context == context:
            return loop
    for loop in loops:
        if not loop.tasks:
            loop.close()
    _local.loops = [loop for loop in loops if loop.tasks] + [GuestLoop(context)]
    return _local.loops[-1]


# -- tasks --------------------------------------------------------------------

_tasks = set()


def call_in_context(function):
    """Calls a function where tasks can be started: now in a running loop or in the thread
    that iterates the main context, else as soon as a thread does."""
    context = get_thread_context()
    if asyncio._get_running_loop() is not None or context.is_owner():
        function()
        return
    source = GLib.Idle(GLib.PRIORITY_DEFAULT)
    # Returns None, so that it is called once.
    source.set_callback(lambda *_: function())
    source.attach(context)


def spawn(coroutine):
    """Starts a task in the running loop of this thread, or in one that GLib runs."""
    loop = asyncio._get_running_loop()
    if loop is None:
        loop = _get_guest_loop()
    else:
        get_driver(loop)
    tasks = loop.tasks if isinstance(loop, GuestLoop) else _tasks
    task = loop.create_task(coroutine)
    # A loop alone does not keep its tasks.
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


# -- answers ------------------------------------------------------------------

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


def _refuse(name, loop, cancellable):
    if loop is None:
        raise RuntimeError(f'{name}() without a callback is for asyncio, which does not run here; '
                           f'await it in a coroutine, give a callback, or call {name}_sync()')
    raise TypeError(f'{name}(): a Gio.Cancellable was expected, not {type(cancellable).__name__}')


def start(name, begin, finish, args, cancellable):
    """Makes a call, and returns what can be awaited."""
    loop = asyncio._get_running_loop()
    if loop is None or not (cancellable is None or isinstance(cancellable, Gio.Cancellable)):
        _refuse(name, loop, cancellable)
    driver = get_driver(loop)
    answer = Answer(loop=loop)
    answer.finish = finish
    answer.thread = driver.thread
    answer.cancellable = Gio.Cancellable()
    if cancellable is not None:
        _follow(answer, cancellable)
    driver.begin(begin, *args, answer.cancellable, _deliver, answer)
    return answer
