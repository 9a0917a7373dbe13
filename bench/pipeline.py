#!/usr/bin/env python3
"""The whole command `genlm launch` on the pipeline of the README: seconds from its start to its result, and which share
of them is the model's. The floor beside it is the same command on the ngram model, which is all overhead."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

PIPELINE = r"""{model} prompt="The capital of France is" name=lm
  regex pattern=" [A-Z][a-z]+(, [A-Z][a-z]+)*\." ! multiprocess workers=2 name=re
  awrs potential=lm. condition=re. ! smc particles=8 max-tokens=40 seed={seed}"""


def launch(genlm, model, seed):
    start = time.monotonic()
    done = subprocess.run([genlm, "launch", "--json", PIPELINE.format(model=model, seed=seed)],
                          check=True, stdout=subprocess.PIPE)
    return time.monotonic() - start, json.loads(done.stdout)


def measure(genlm, model, seeds):
    launch(genlm, model, 7)  # the page cache is warm from here on
    walls, times = [], []
    tokens = 0
    for seed in seeds:
        wall, result = launch(genlm, model, seed)
        walls.append(wall)
        times.append(result["times"])
        tokens += sum(len(particle["tokens"]) + (particle["finish"] != "dead") for particle in result["particles"])
    return walls, times, tokens


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genlm", default="genlm")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    path = os.environ.get("GENLM_TEST_MODEL", "")
    if not os.path.exists(path):
        print("skipped: GENLM_TEST_MODEL names no model", file=sys.stderr)
        return 77

    seeds = range(7, 27 if options.full else 12)
    floor, _, _ = measure(options.genlm, "ngram", seeds)
    walls, times, tokens = measure(options.genlm, f'llama model="{path}"', seeds)
    wall = statistics.median(walls)
    model = statistics.median(t["model_s"] for t in times)
    print(json.dumps({
        "name": "pipeline", "particles": 8, "unit": "s", "repetitions": len(walls),
        "median": round(wall, 4), "spread": round(max(walls) - min(walls), 4),
        "floor_ngram": round(statistics.median(floor), 4),
        "ratio_to_floor": round(wall / statistics.median(floor), 2),
        "model_share": round(model / wall, 3),
        "constraint_s": round(statistics.median(t["constraint_s"] for t in times), 5),
        "tokens_per_s": round(tokens / sum(t["total_s"] for t in times), 1),
        "tokens_per_s_of_command": round(tokens / sum(walls), 1),
    }))
    return 0


if __name__ == "__main__":
    sys.exit(main())
