#!/usr/bin/env python3
"""Runs an example and checks what it prints: run-example.py PATTERN COMMAND..."""

import os
import re
import subprocess
import sys

environment = dict(os.environ, G_DEBUG='fatal-criticals')
output = subprocess.run(sys.argv[2:], check=True, stdout=subprocess.PIPE, encoding='utf-8', env=environment).stdout
print(output, end='')
sys.exit(0 if re.fullmatch(sys.argv[1], output) else f'this does not match {sys.argv[1]}')
