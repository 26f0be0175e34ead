#!/usr/bin/env python3
"""Markdown tables of what the benchmarks measured.

usage: tables.py [--brief] RESULT.json...

RESULT.json is what `bench --benchmark_out=RESULT.json` wrote. --brief leaves single layers of networks out.
"""
import collections
import json
import statistics
import sys

# What the search was asked for, in the order of columns; those that were not run are left out.
MODES = ["greedy", "best", "bound"]


class Run:
    """One repetition of one benchmark."""

    def __init__(self, entry):
        words = entry["run_name"].split("/")
        self.path = [w for w in words if ":" not in w and w != "manual_time"]
        self.label = entry.get("label", "")
        self.failed = entry.get("error_occurred", False)
        self.entry = entry

    def __getitem__(self, counter):
        return self.entry[counter]


def table(titles, rows, left=1):
    """`left` columns are words, the others numbers."""
    yield "| " + " | ".join(titles) + " |"
    yield "|" + "|".join("---" if k < left else "--:" for k in range(len(titles))) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def count(value):
    return f"{round(value):,}"


def seconds(value):
    """Three digits that count, at most three behind the point."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else \
        f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def mib(kib):
    return f"{kib / 1024:.0f}"


def gap(run):
    return "proven" if run["proven"] else f"{100 * run['gap']:.1f} %"


def grouped(runs, depth):
    groups = collections.OrderedDict()
    for run in runs:
        groups.setdefault(tuple(run.path[:depth]), []).append(run)
    return groups


def median(runs, counter):
    return statistics.median(run[counter] for run in runs)


def rates(runs):
    rows = []
    for path, same in grouped(runs, 3).items():
        cpu = median(same, "cpu_s")
        rows.append([path[1].replace("-", " "), same[0].label, count(same[0]["effort"]),
                     count(same[0]["evaluated"]), seconds(cpu), count(same[0]["effort"] / cpu),
                     count(same[0]["evaluated"] / cpu)])
    yield "### Configurations per CPU-second, on one thread"
    yield ""
    yield from table(["search", "layer", "effort", "priced", "CPU-s", "effort / CPU-s", "priced / CPU-s"], rows, 2)


def by_layer(runs, depth):
    """[{mode: run}] for the layers below a path of such a depth."""
    return [{run.path[depth + 1]: run for run in same} for same in grouped(runs, depth + 1).values()]


def summary_row(name, layers):
    best = [layer["best"] for layer in layers]
    worst = max(best, key=lambda run: run["cpu_s"])
    cpu = [run["cpu_s"] for run in best]
    gaps = [run["gap"] for run in best if not run["proven"]]
    return [name, count(sum(run["layers"] for run in best)), count(len(best)), seconds(sum(cpu)),
            seconds(sum(run["wall_s"] for run in best)), seconds(statistics.median(cpu)), seconds(max(cpu)),
            worst.label, f"{len(best) - len(gaps)} of {len(best)}", f"{100 * max(gaps):.1f} %" if gaps else "-",
            mib(max(run["peak_kib"] for run in best))]


SUMMARY = ["layers", "distinct", "CPU-s", "wall s", "median", "worst", "worst layer", "proven", "largest gap",
           "peak MiB"]


def value_of(run, mode):
    """Cycles; of a bound those that nothing is below."""
    return run["lower_bound"] if mode == "bound" else run["cycles"]


def all_layers(layers, mode):
    """Cycles of the whole network, and CPU-seconds of the searches."""
    return [count(sum(value_of(layer[mode], mode) * layer[mode]["layers"] for layer in layers)),
            seconds(sum(layer[mode]["cpu_s"] for layer in layers))]


def one_layer(layer, modes):
    best = layer["best"]
    cells = [[count(value_of(layer[mode], mode)), seconds(layer[mode]["cpu_s"]), seconds(layer[mode]["wall_s"])]
             for mode in modes]
    return [best.label, count(best["layers"])] + sum(cells, []) + [gap(best), mib(best["peak_kib"])]


def networks(runs, brief):
    found = {path[1]: by_layer(same, 2) for path, same in grouped(runs, 2).items()}
    modes = [mode for mode in MODES if any(mode in layers[0] for layers in found.values())]
    yield "### Networks: time to the proven optimum, by distinct layer"
    yield ""
    yield from table(["network"] + SUMMARY, [summary_row(name, layers) for name, layers in found.items()])
    yield "Cycles of all layers, and CPU-seconds of the searches:"
    yield ""
    yield from table(["network"] + [title for mode in modes for title in (mode, "CPU-s")],
                     [[name] + sum((all_layers(layers, mode) for mode in modes), [])
                      for name, layers in found.items()])
    if brief:
        return
    for name, layers in found.items():
        yield f"#### {name}"
        yield ""
        titles = [title for mode in modes for title in (mode, "CPU-s", "wall s")]
        yield from table(["layer", "times"] + titles + ["gap", "peak MiB"],
                         [one_layer(layer, modes) for layer in layers])


def batches(runs, brief):
    yield "### Batches"
    yield ""
    found = {(path[1], path[2]): by_layer(same, 3) for path, same in grouped(runs, 3).items()}
    yield from table(["network, batch"] + SUMMARY,
                     [summary_row(f"{name}, {batch}", layers) for (name, batch), layers in found.items()])
    if brief:
        return
    for network in dict.fromkeys(name for name, _ in found):
        sizes = [batch for name, batch in found if name == network]
        yield f"#### {network}: CPU-seconds by batch (and gap, where not proven)"
        yield ""
        cells = collections.OrderedDict()
        for batch in sizes:
            for layer in found[network, batch]:
                best = layer["best"]
                text = seconds(best["cpu_s"]) + ("" if best["proven"] else f" ({gap(best)})")
                cells.setdefault(best.label, {})[batch] = text
        yield from table(["layer"] + sizes,
                         [[label] + [row.get(batch, "-") for batch in sizes] for label, row in cells.items()])


def threads(runs, brief):
    yield "### One thread against two, in turns; medians of the repetitions"
    yield ""
    columns = ["wall_s_1", "wall_s_2", "cpu_s_1", "cpu_s_2"]

    def row(name, values):
        return [name] + [seconds(v) for v in values] + [f"{values[0] / values[1]:.2f}"]

    rows = []
    for path, same in grouped(runs, 2).items():
        layers = [[median(layer, c) for c in columns] for layer in grouped(same, 3).values()]
        names = [layer[0].label for layer in grouped(same, 3).values()]
        rows.append(row(path[1] + ", all", [sum(values) for values in zip(*layers)]))
        if not brief:
            rows += [row(name, values) for name, values in zip(names, layers)]
    yield from table(["layer", "wall s, 1", "wall s, 2", "CPU-s, 1", "CPU-s, 2", "wall 1 / 2"], rows)


def seven(runs):
    yield "### Seven layers on generic-256, objective edp"
    yield ""
    rows = [[run.path[1], run.label, count(run["cycles"]), f"{run['femtojoules'] * 1e-9:,.2f}", f"{run['edp_uj_us']:.4g}",
             gap(run), seconds(run["cpu_s"]), seconds(run["wall_s"]), mib(run["peak_kib"])] for run in runs]
    yield from table(["timing model", "layer", "cycles", "energy uJ", "edp uJ us", "gap", "CPU-s", "wall s",
                      "peak MiB"], rows, 2)


def others(runs):
    rows = [["/".join(path), f"{median(same, 'cpu_time'):,.1f} {same[0]['time_unit']}"]
            for path, same in grouped(runs, None).items()]
    yield "### Others: CPU time of one call"
    yield ""
    yield from table(["benchmark", "time"], rows)


def machine(context):
    yield (f"{context['num_cpus']} cores, {context['compiler']}, flags {context['flags'].strip()}; load before the "
           f"run {context['load_avg'][0]:.1f}")
    yield ""


def document(results, brief):
    runs = [Run(entry) for result in results for entry in result["benchmarks"] if entry["run_type"] == "iteration"]
    yield from machine(results[0]["context"])
    failed = [run for run in runs if run.failed]
    broken = {tuple(run.path[:-1]) for run in failed}
    runs = [run for run in runs if not run.failed and tuple(run.path[:-1]) not in broken]
    parts = {path[0]: same for path, same in grouped(runs, 1).items()}
    sections = {"rate": rates, "networks": lambda r: networks(r, brief), "batches": lambda r: batches(r, brief),
                "threads": lambda r: threads(r, brief), "seven": seven}
    for name, section in sections.items():
        if name in parts:
            yield from section(parts.pop(name))
    rest = [run for same in parts.values() for run in same]
    if rest:
        yield from others(rest)
    for run in failed:
        yield f"FAILED: {'/'.join(run.path)} ({run.label})"


def main(arguments):
    files = [a for a in arguments if not a.startswith("-")]
    flags = [a for a in arguments if a.startswith("-")]
    if not files or any(flag != "--brief" for flag in flags):
        sys.exit(__doc__)
    results = []
    for name in files:
        with open(name, encoding="utf-8") as file:
            results.append(json.load(file))
    lines = list(document(results, bool(flags)))
    print("\n".join(lines).rstrip())
    return 1 if any(line.startswith("FAILED") for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
