#!/usr/bin/env python3
# A worker process for potentials in Python. The library starts it, with a
# socket and shared memory as descriptors 3 and 4; it is not run by hand.
import os
import sys

# What scripts print must not go where the program that started this expects its own output.
os.dup2(2, 1)

import gi
gi.require_version('Genlm', '1.0')
from gi.repository import Genlm, GLib

try:
    Genlm.worker_run(3, 4)
except GLib.Error as error:
    print(f'genlm-worker: {error.message}', file=sys.stderr)
    sys.exit(3)
