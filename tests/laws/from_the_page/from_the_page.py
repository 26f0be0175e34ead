"""Prices random layers by costmodel/README.md alone, and compares with the model, number by number.

from_the_page.py CASES_EXECUTABLE [--cases N] [--seed S]: --seed replays one case.
"""

import argparse
import json
import subprocess
import sys

from energy import energy
from tile_nest import TileNest, bottleneck

FEATURES = 15  # three kinds of layer, and the twelve others of features()


def priced(case):
    nest = TileNest(case)
    cost = nest.price()
    return {"cycles": cost.cycles, "classes": cost.classes, "charged": cost.charged,
            "bottleneck": bottleneck(cost), "link_bytes": nest.bytes,
            "lower_bound_cycles": nest.lower_bound(), "energy_fj": energy(nest, cost.cycles)}


def features(case):
    """What a case makes use of; the draws must meet each of them."""
    chip, mapping, work = case["system"]["chip"], case["mapping"], case["work"]
    hops = [(s["role"], hop) for s in mapping["data_structures"] for hop in s["transfers"]]
    outer = [hop for _, hop in hops if "External" in (hop["src"], hop["dst"])]
    divided = any(mapping["parts"][d] > 1 for d in work["reduction"])
    links = case["model"]["link_bytes"]
    found = {
        work["kind"]: True,
        "a divided reduction": divided and "ring" in links,
        "sums that are finished": divided and work["kind"] == "array" and (
            bool(work["functions"]) or any(role == "BIAS" for role, _ in hops)),
        "memory stops": bool(chip["memory_stops"]) and chip["cores"] > 1,
        "granules": chip["granule_bytes"] > 1,
        "loads past Lx": any("Lx" not in (h["src"], h["dst"]) and r != "OUT" for r, h in hops),
        "sums past Lx": any("Lx" not in (h["src"], h["dst"]) and r == "OUT" for r, h in hops),
        "streams into PEs": any(hop["dst"] == "Pe" for _, hop in hops),
        "sums in the PEs": any(hop["src"] == "Lrf" for _, hop in hops),
        "tiles that slide": any(hop["slide"] for hop in outer),
        "spread transfers": any(hop["type"] == "stream" and hop["loop"] for hop in outer),
        "greedy shares": mapping["share"] == "greedy" and max(mapping["parts"].values()) > 1,
        "elements of odd bits": case["precision"]["bits"] % 8 != 0,
    }
    return [name for name, is_so in found.items() if is_so]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("executable")
    parser.add_argument("--cases", type=int, default=700)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    arguments = [str(options.cases)] if options.seed is None else ["1", str(options.seed)]
    printed = subprocess.run([options.executable, *arguments], check=True, capture_output=True,
                             text=True).stdout
    cases = [json.loads(line) for line in printed.splitlines()]
    wrong, met = {}, {}
    for case in cases:
        for feature in features(case):
            met[feature] = met.get(feature, 0) + 1
        answer, model = priced(case), case["model"]
        differ = [key for key in answer if answer[key] != model[key]]
        for key in differ:
            wrong[key] = wrong.get(key, 0) + 1
            print(f"--seed {case['seed']}: {key}: page {answer[key]}, model {model[key]}")
    print(f"{len(cases)} cases, differences: {wrong or 'none'}")
    if options.seed is None:
        print(", ".join(f"{feature}: {count}" for feature, count in sorted(met.items())))
        if len(cases) < 300 or len(met) < FEATURES:
            sys.exit("too few cases, or a feature that none of them has")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
