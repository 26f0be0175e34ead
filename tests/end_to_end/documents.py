#!/usr/bin/env python3
"""The documents of --json: the fields of schema tilewright/result/v1, breakdowns that sum to their cycles, and that
`map`, `evaluate`, `compile`, `compare` and `verify` say the same of one network.

usage: documents.py TILEWRIGHT

DOCUMENT_NETWORKS names networks ("resnet50 vgg16"), and adds ":N" where searches are to end after N evaluations with
layers unproven, ":energy" or ":edp" for another objective than latency. As a module: check_mapped(), check_compared(), check_verified() return the findings of one document.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SYSTEM, CLOCK_HZ = "rapid-chip", 2_000_000_000
DEFAULT_NETWORKS = "mnist tiny-resnet mnist:1 mnist:energy tiny-resnet:edp"
NUMBER = (int, float)
CLASSES = dict.fromkeys(("mac_compute", "array_underuse", "overlapped_visible", "non_overlapped", "auxiliary",
                         "pipe_bubble"), int)
HEADER = {"schema": str, "tool": dict, "model": str, "system": str}
PARTS = dict.fromkeys(("mac", "sfu", "lrf", "l0", "accumulator", "lx", "external", "ring", "leakage"), float)
ENERGY = {"energy_pj": float, "edp_js": float, "energy_breakdown_pj": dict}
TOTALS = {"cycles": int, "seconds": float, "macs": int, "utilization": NUMBER, "breakdown": dict} | ENERGY
LAYER = {"name": str, "op": str, "primitive": str, "phase": str, "cycles": int, "lower_bound_cycles": int,
         "proven_optimal": bool, "bottleneck": str, "parallelism": type(None), "macs": int, "link_bytes": dict,
         "breakdown": dict, "rapid_dsc": dict, "search": dict} | ENERGY
SEARCH = {"space": str, "evaluated": int, "pruned": dict, "from_outside": bool, "within_constraints": bool, "gap": NUMBER}
OTHER = {"rank": int, "cycles": int, "energy_pj": float, "link_bytes": dict, "rapid_dsc": dict}
FRONT = {"name": str, "op": str, "primitive": str, "complete": bool, "certain_below_cycles": int, "points": list,
         "search": dict}
POINT = {"cycles": int, "energy_pj": float, "scratchpad_bytes": int, "rapid_dsc": dict}
BASELINE = {"name": str, "cycles": int, "speedup": NUMBER, "energy_pj": float, "gain": NUMBER}
LINKS = dict.fromkeys(("external", "array_in", "array_out"), int)
COMPARED_LAYER = {"name": str, "op": str, "primitive": str, "cycles": int, "energy_pj": float, "proven_optimal": bool,
                  "breakdown": dict, "baselines": list}
OUTPUT = {"name": str, "max_abs_error": NUMBER, "max_rel_error": NUMBER, "argmax": dict, "pass": bool}
VERIFIED_LAYER = {"name": str, "model_cycles": int, "simulated_cycles": int, "relative_error": NUMBER,
                  "link_bytes": dict}
PRIMITIVES = {"Conv", "MatMul", "Pool", "Pointwise", "Reduce", "Move"}
RESOURCES = {"array", "sfu", "array_in", "array_out", "external", "ring", "sync"}


def near(a, b, slack=1e-9):
    return abs(a - b) <= slack * abs(b)


def value(objective, record):
    """What the objective minimises."""
    cycles, energy = record["cycles"], record["energy_pj"]
    return {"latency": cycles, "energy": energy, "edp": cycles * energy}[objective]


class Findings(list):
    """What is wrong, as text; check() adds to it."""

    def check(self, what, holds):
        if not holds:
            self.append(what)

    def fields(self, where, record, wanted, only=False):
        """Whether all wanted fields are there, each of its type (a bool is no number)."""
        wrong = [name for name, kind in wanted.items()
                 if name not in record or not isinstance(record[name], kind)
                 or (isinstance(record[name], bool) and kind is not bool)]
        wrong += [name for name in record if only and name not in wanted]
        self.check(f"{where}: missing, of another type or unknown: {', '.join(wrong)}", not wrong)
        return not wrong

    def all_fields(self, where, records, wanted):
        """The same for a list of records, which must not be empty."""
        self.check(f"{where}: none", records)
        return bool(records) and all([self.fields(f"{where} {k}", record, wanted) for k, record in enumerate(records)])

    def breakdown(self, where, record):
        if self.fields(f"{where}: breakdown", record["breakdown"], CLASSES, only=True):
            parts = record["breakdown"].values()
            self.check(f"{where}: breakdown {sum(parts)}, cycles {record['cycles']}", sum(parts) == record["cycles"])
            self.check(f"{where}: a class below 0", min(parts) >= 0)

    def energy(self, where, record):
        if self.fields(f"{where}: energy_breakdown_pj", record["energy_breakdown_pj"], PARTS, only=True):
            parts = record["energy_breakdown_pj"].values()
            self.check(f"{where}: parts {sum(parts)}, energy {record['energy_pj']}",
                       near(sum(parts), record["energy_pj"]) and min(parts) >= 0)
        self.check(f"{where}: edp_js", near(record["edp_js"],
                                            record["energy_pj"] * 1e-12 * record["cycles"] / CLOCK_HZ))


def check_header(found, name, doc, more):
    if not found.fields(name, doc, HEADER | more):
        return False
    found.check(f"{name}: schema {doc['schema']}", doc["schema"] == "tilewright/result/v1")
    return found.fields(f"{name}: tool", doc["tool"], {"name": str, "version": str, "command": str})


def check_totals(found, name, doc):
    totals, layers = doc["totals"], doc["layers"]
    found.breakdown(f"{name}: totals", totals)
    found.energy(f"{name}: totals", totals)
    found.check(f"{name}: totals.energy_pj",
                near(sum(layer["energy_pj"] for layer in layers), totals["energy_pj"]))
    found.check(f"{name}: totals.cycles", totals["cycles"] == sum(layer["cycles"] for layer in layers))
    for c in CLASSES:
        found.check(f"{name}: totals.breakdown.{c}",
                    totals["breakdown"].get(c) == sum(layer["breakdown"].get(c, 0) for layer in layers))
    found.check(f"{name}: utilization {totals['utilization']}", 0 <= totals["utilization"] <= 1)


def check_search(found, where, layer):
    search = layer["search"]
    if not found.fields(f"{where}: search", search, SEARCH):
        return
    found.check(f"{where}: space '{search['space']}'", search["space"].isdecimal() and int(search["space"]) >= 1)
    found.check(f"{where}: evaluated {search['evaluated']}", search["evaluated"] >= 0)
    found.check(f"{where}: pruned", all(isinstance(n, int) and n >= 0 for n in search["pruned"].values()))
    bound = search.get("bound_cycles", "missing")
    found.check(f"{where}: bound_cycles {bound}",
                bound is None or isinstance(bound, int) and 0 <= bound <= layer["cycles"]
                and (bound == layer["cycles"] or not layer["proven_optimal"] or search["from_outside"]))
    found.check(f"{where}: gap {search['gap']}, proven_optimal {layer['proven_optimal']}",
                0 <= search["gap"] < 1 and (search["gap"] == 0 or not layer["proven_optimal"]))


def check_others(found, where, layer):
    """Of several mappings those after the best one."""
    others = layer.get("others", [])
    if "others" not in layer or not found.all_fields(f"{where}: other", others, OTHER):
        return
    found.check(f"{where}: ranks", [other["rank"] for other in others] == list(range(2, len(others) + 2)))
    cycles = [layer["cycles"]] + [other["cycles"] for other in others]
    found.check(f"{where}: cycles by rank {cycles}", cycles == sorted(cycles))
    places = [json.dumps([m["rapid_dsc"]["core_d"], m["rapid_dsc"]["t"]]) for m in [layer] + others]
    found.check(f"{where}: two of one division and tile", len(set(places)) == len(places))
    for other in others:
        found.fields(f"{where}: link_bytes", other["link_bytes"], LINKS)


def check_mapped(name, doc):
    """A document of compile, map or evaluate."""
    found = Findings()
    if not check_header(found, name, doc, {"objective": str, "priced_only": bool, "totals": dict, "layers": list}):
        return found
    found.check(f"{name}: objective", doc["objective"] in ("latency", "energy", "edp"))
    if not (found.fields(f"{name}: totals", doc["totals"], TOTALS) and
            found.all_fields(f"{name}: layer", doc["layers"], LAYER)):
        return found
    for layer in doc["layers"]:
        where = f"{name}: {layer['name']}"
        found.breakdown(where, layer)
        found.energy(where, layer)
        found.check(f"{where}: bound", 0 <= layer["lower_bound_cycles"] <= layer["cycles"])
        found.check(f"{where}: phase, primitive or bottleneck", layer["phase"] == "fwd" and
                    layer["primitive"] in PRIMITIVES and layer["bottleneck"] in RESOURCES)
        found.fields(f"{where}: link_bytes", layer["link_bytes"], LINKS)
        check_search(found, where, layer)
        check_others(found, where, layer)
    check_totals(found, name, doc)
    found.check(f"{name}: totals.macs", doc["totals"]["macs"] == sum(layer["macs"] for layer in doc["layers"]))
    return found


def check_baselines(found, where, record, rows, objective, one_layer):
    for row in rows:
        ours, theirs = value(objective, record), value(objective, row)
        # The product of sums may be less where no layer's product is.
        if one_layer or objective != "edp":
            found.check(f"{where}: {row['name']} beats the best", theirs >= ours * (1 - 1e-12))
        found.check(f"{where}: {row['name']}: speedup {row['speedup']}",
                    near(row["speedup"] * record["cycles"], row["cycles"]))
        found.check(f"{where}: {row['name']}: gain {row['gain']}", near(row["gain"] * ours, theirs))


def check_compared(name, doc):
    """A document of compare."""
    found = Findings()
    parts = {"objective": str, "totals": dict, "baselines": list, "ablation": list, "layers": list}
    if not check_header(found, name, doc, parts):
        return found
    if not (found.fields(f"{name}: totals", doc["totals"], TOTALS) and
            found.all_fields(f"{name}: baseline", doc["baselines"], BASELINE) and
            found.all_fields(f"{name}: layer", doc["layers"], COMPARED_LAYER) and
            all([found.all_fields(f"{name}: {layer['name']}: baseline", layer["baselines"],
                                  BASELINE | {"breakdown": dict}) for layer in doc["layers"]])):
        return found
    check_totals(found, name, doc)
    check_baselines(found, name, doc["totals"], doc["baselines"], doc["objective"], False)
    for layer in doc["layers"]:
        where = f"{name}: {layer['name']}"
        found.breakdown(where, layer)
        check_baselines(found, where, layer, layer["baselines"], doc["objective"], True)
        for row in layer["baselines"]:
            found.breakdown(f"{where}: {row['name']}", row)
    for k, baseline in enumerate(doc["baselines"]):
        of_layers = [layer["baselines"][k] for layer in doc["layers"]]
        found.check(f"{name}: {baseline['name']}: cycles or name", all(
            row["name"] == baseline["name"] for row in of_layers) and
            baseline["cycles"] == sum(row["cycles"] for row in of_layers))
    return found


def check_verified(name, doc):
    """A document of verify, of a program that must pass: outputs, cycles within 1 %, equal bytes."""
    found = Findings()
    if not check_header(found, name, doc, {"pass": bool, "outputs": list, "layers": list}):
        return found
    found.check(f"{name}: failed", doc["pass"])
    if not (found.all_fields(f"{name}: output", doc["outputs"], OUTPUT) and
            found.all_fields(f"{name}: layer", doc["layers"], VERIFIED_LAYER)):
        return found
    for output in doc["outputs"]:
        found.check(f"{name}: {output}", output["pass"])
        found.fields(f"{name}: argmax", output["argmax"], {"expected": int, "actual": int})
    for layer in doc["layers"]:
        where, model, simulated = f"{name}: {layer['name']}", layer["model_cycles"], layer["simulated_cycles"]
        found.check(f"{where}: {model} cycles modelled, {simulated} simulated", abs(simulated - model) <= 0.01 * model)
        found.check(f"{where}: relative_error",
                    abs(layer["relative_error"] - (simulated - model) / max(model, 1)) < 1e-9)
        links = layer["link_bytes"]
        if found.fields(f"{where}: link_bytes", links, {"model": dict, "simulated": dict, "equal": bool}):
            found.fields(f"{where}: link_bytes", links["simulated"], LINKS)
            found.check(f"{where}: bytes", links["equal"] and links["model"] == links["simulated"])
    return found


def check_together(name, mapped, evaluated, compiled, compared, verified):
    """What the commands say of one network is one and the same."""
    found = Findings()
    found.check(f"{name}: compile maps as map does", compiled["layers"] == mapped["layers"])
    found.check(f"{name}: evaluate prices as map does", evaluated["totals"] == mapped["totals"])
    found.check(f"{name}: totals of compare", compared["totals"] == mapped["totals"])
    found.check(f"{name}: the mapping as a baseline", compared["baselines"][1]["speedup"] == 1)
    found.check(f"{name}: seconds", mapped["totals"]["seconds"] == mapped["totals"]["cycles"] / CLOCK_HZ)
    for key in ("cycles", "breakdown", "rapid_dsc", "link_bytes", "bottleneck", "lower_bound_cycles"):
        found.check(f"{name}: {key} of evaluate",
                    [layer[key] for layer in evaluated["layers"]] == [layer[key] for layer in mapped["layers"]])
    names_and_cycles = [(layer["name"], layer["cycles"]) for layer in mapped["layers"]]
    found.check(f"{name}: layers of compare",
                names_and_cycles == [(layer["name"], layer["cycles"]) for layer in compared["layers"]])
    found.check(f"{name}: layers of verify",
                names_and_cycles == [(layer["name"], layer["model_cycles"]) for layer in verified["layers"]])
    return found


def check_network(tool, network, limit, folder):
    found = Findings()
    objective, evaluations = ("latency", limit) if limit.isdecimal() or not limit else (limit, "")
    model, plan, out = folder / f"{network}.onnx", folder / f"{network}.yaml", folder / network

    def document(*args, status=0):
        words = [tool, *map(str, args), "--json", "-"]
        done = subprocess.run(words, capture_output=True, text=True)
        found.check(f"{' '.join(words)}: exit {done.returncode}, not {status}\n{done.stderr}",
                    done.returncode == status)
        return json.loads(done.stdout or "{}")

    subprocess.run([tool, "model", network, "-o", model], check=True, capture_output=True)
    on, best = ("--system", SYSTEM), ("--system", SYSTEM, "--objective", objective)
    limit, end = (("--max-evals", evaluations), 4) if evaluations else ((), 0)
    documents = (document("map", model, *best, *limit, "-o", plan, status=end),
                 document("evaluate", model, *on, "--mapping", plan),
                 document("compile", model, *best, *limit, "-o", out, status=end),
                 document("compare", model, *best, *limit, "--baseline", "planner-rule", "--baseline", plan, status=end),
                 document("verify", model, "--program", out))
    checks = (check_mapped, check_mapped, check_mapped, check_compared, check_verified)
    for of_command, doc in zip(checks, documents):
        found += of_command(f"{network}: {doc.get('tool', {}).get('command')}", doc)
    if not found:
        found += check_together(network, *documents)
        found.check(f"{network}: objective", all(documents[k]["objective"] == objective for k in (0, 2, 3)))
        unproven = sum(not layer["proven_optimal"] for layer in documents[0]["layers"])
        found.check(f"{network}: {unproven} layers unproven", (unproven > 0) == bool(evaluations))
    return found


def check_several(tool, folder):
    """The several best mappings of each layer: the first are those of map without --top."""
    model = folder / "several.onnx"
    subprocess.run([tool, "model", "mnist", "-o", model], check=True, capture_output=True)

    def document(*args):
        words = [tool, *map(str, args), "--system", SYSTEM, "--json", "-"]
        return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)

    best, several = document("map", model), document("map", model, "--top", 3, "-o", folder / "several.yaml")
    found = check_mapped("--top", several)
    found.check("--top: the best cycles", best["totals"]["cycles"] == several["totals"]["cycles"])
    found.check("--top: three of each layer", all(len(layer["others"]) == 2 for layer in several["layers"]))
    third = document("evaluate", model, "--mapping", folder / "several.yaml", "--rank", 3)
    found.check("--top: the third of each in the plan", [layer["cycles"] for layer in third["layers"]] ==
                [layer["others"][1]["cycles"] for layer in several["layers"]])
    return found


def check_front(tool, folder):
    """Fronts of cycles and energy: their ends are the best of either alone."""
    model = folder / "front.onnx"
    subprocess.run([tool, "model", "mnist", "-o", model], check=True, capture_output=True)

    def document(*args):
        words = [tool, "map", model, *map(str, args), "--system", SYSTEM, "--json", "-"]
        return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)

    found = Findings()
    front, fastest = document("--pareto", "latency,energy"), document("--space", "balanced")
    if not check_header(found, "--pareto", front, {"criteria": list, "pareto": list}):
        return found
    if not found.all_fields("--pareto: layer", front["pareto"], FRONT):
        return found
    for layer, best in zip(front["pareto"], fastest["layers"], strict=True):
        where = f"--pareto: {layer['name']}"
        found.check(f"{where}: incomplete", layer["complete"])
        if found.all_fields(f"{where}: point", layer["points"], POINT):
            points = [(point["cycles"], -point["energy_pj"]) for point in layer["points"]]
            found.check(f"{where}: {points}", points == sorted(set(points)) and
                        len({energy for _, energy in points}) == len(points))
            found.check(f"{where}: fewest cycles", points[0][0] == best["cycles"])
    return found


def main():
    found = Findings()
    with tempfile.TemporaryDirectory() as temporary:
        for word in os.environ.get("DOCUMENT_NETWORKS", DEFAULT_NETWORKS).split():
            network, _, limit = word.partition(":")
            found += check_network(sys.argv[1], network, limit, pathlib.Path(temporary))
        found += check_several(sys.argv[1], pathlib.Path(temporary))
        found += check_front(sys.argv[1], pathlib.Path(temporary))
    print("\n".join(found) or "documents: all as expected")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
