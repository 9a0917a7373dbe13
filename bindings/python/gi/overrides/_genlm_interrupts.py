"""Ctrl-C in synchronous calls. Python looks at signals between two instructions, and
a call that waits in C is one. So while it waits, a thread that is told of signals
cancels it, and KeyboardInterrupt is raised when it has returned."""

import os
import signal
import threading

from gi.repository import Gio, GLib

_watch = None


class _Watch:
    def __init__(self):
        self.cancellable = None
        self.previous = -1
        self.is_interrupted = False
        self._read, self.write = os.pipe()
        os.set_blocking(self.write, False)
        threading.Thread(target=self._run, name='genlm-interrupts', daemon=True).start()

    def _run(self):
        while True:
            signals = os.read(self._read, 64)
            cancellable, previous = self.cancellable, self.previous
            if signal.SIGINT in signals and cancellable is not None:
                cancellable.cancel()
            # Others may want to know of them.
            if previous >= 0:
                try:
                    os.write(previous, signals)
                except OSError:
                    pass


def _forget():
    global _watch
    _watch = None


# The thread stays where it is.
os.register_at_fork(after_in_child=_forget)


def _note(number, frame):
    """In place of Python's handler, which would raise while PyGObject makes an answer."""
    _watch.is_interrupted = True


def can_interrupt():
    """Whether Ctrl-C raises KeyboardInterrupt in this thread."""
    return (threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) in (signal.default_int_handler, _note))


def _ask(function, args):
    cancellable = Gio.Cancellable()
    # A function that is asked may itself ask so.
    outer = _watch.cancellable
    handler = signal.signal(signal.SIGINT, _note)
    previous = signal.set_wakeup_fd(_watch.write, warn_on_full_buffer=False)
    if previous != _watch.write:
        _watch.previous = previous
    _watch.cancellable = cancellable
    try:
        return function(*args, cancellable)
    except GLib.Error as error:
        if not cancellable.is_cancelled() or not error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
            raise
        return None
    finally:
        _watch.cancellable = outer
        signal.set_wakeup_fd(previous)
        signal.signal(signal.SIGINT, handler)


def call(function, *args):
    """Calls a function whose last argument is a cancellable, and ends it at Ctrl-C."""
    global _watch
    if _watch is None:
        _watch = _Watch()
    answer = None
    # An interrupt of before may have been noticed late.
    while answer is None and not _watch.is_interrupted:
        answer = _ask(function, args)
    if _watch.is_interrupted:
        _watch.is_interrupted = False
        raise KeyboardInterrupt
    return answer
