# [genlm element]
# name=probe-python
# type=Probe
# description=Does what a context says, and reports how it went as a weight
# class=Potential/Test

"""As tests/plugin/modules/probe, in Python."""
import os
import time

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm


def read(path):
    open(path).close()


def write(path):
    open(path, 'w').close()


def allocate(_):
    pieces = []
    while True:
        pieces.append(bytearray(16 << 20))


def block(_):
    while True:
        time.sleep(1000)


def work(_):
    while True:
        pass


def fork(_):
    """A child that has everything that its parent has, and stays."""
    if os.fork() == 0:
        while True:
            time.sleep(1000)
    os._exit(7)


def leave(status):
    os._exit(int(status))


ORDERS = {'read': read, 'write': write, 'allocate': allocate, 'block': block, 'work': work,
          'fork': fork, 'exit': leave}


class Probe(Genlm.PotentialBase):
    def do_weigh_prefix(self, context):
        verb, _, what = bytes(context).decode().partition(' ')
        if verb not in ORDERS:
            return -float(len(verb))
        try:
            ORDERS[verb](what)
        except OSError as error:
            return -float(error.errno)
        return 0.0

    do_weigh_complete = do_weigh_prefix
