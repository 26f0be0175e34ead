"""Prices random layers by costmodel/README.md alone, and compares with the model, number by number.

from_the_page.py CASES_EXECUTABLE [--cases N] [--seed S]: --seed replays one case.
"""

import argparse
import json
import subprocess
import sys

from energy import energy
from tile_nest import TileNest, bottleneck


def priced(case):
    nest = TileNest(case)
    cost = nest.price()
    return {"cycles": cost.cycles, "classes": cost.classes, "charged": cost.charged,
            "bottleneck": bottleneck(cost), "link_bytes": nest.bytes,
            "lower_bound_cycles": nest.lower_bound(), "energy_fj": energy(nest, cost.cycles)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("executable")
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    arguments = [str(options.cases)] if options.seed is None else ["1", str(options.seed)]
    printed = subprocess.run([options.executable, *arguments], check=True, capture_output=True,
                             text=True).stdout
    cases = [json.loads(line) for line in printed.splitlines()]
    wrong = {}
    for case in cases:
        answer, model = priced(case), case["model"]
        differ = [key for key in answer if answer[key] != model[key]]
        for key in differ:
            wrong[key] = wrong.get(key, 0) + 1
            print(f"--seed {case['seed']}: {key}: page {answer[key]}, model {model[key]}")
    print(f"{len(cases)} cases, differences: {wrong or 'none'}")
    if wrong or (options.seed is None and len(cases) < options.cases * 9 // 10):
        sys.exit(1)


if __name__ == "__main__":
    main()
