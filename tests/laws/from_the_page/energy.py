"""E1 to E7: femtojoules from events and the system's table."""

from math import prod

from layer import DIMS, ceil_div


class Events:
    """S_d(f): f summed over the extents of a dim in all blocks of all tiles of all cores."""

    def __init__(self, layer):
        self.layer = layer
        self.extents = {d: list(self.of_dim(d)) for d in DIMS}

    def of_dim(self, d):
        layer = self.layer
        for _, share in layer.shares[d]:
            for tile in range(0, share, layer.t[d]):
                end = min(tile + layer.t[d], share)
                for block in range(tile, end, layer.b[d]):
                    yield min(layer.b[d], end - block)

    def sum_over(self, d, unroll=1):
        return sum(ceil_div(e, unroll) for e in self.extents[d])

    def product(self, whole, unroll):
        return prod(self.sum_over(d, 1 if d in whole else unroll[d]) for d in DIMS)


def energy(nest, cycles):
    layer, times, table = nest.layer, nest.times, nest.layer.case["system"]["energy_fj"]
    events, out, counts = Events(layer), layer.out, nest.events
    joules = dict.fromkeys(("mac", "sfu", "lrf", "l0", "accumulator", "lx", "external", "ring"), 0)
    beside = {"L0": "l0", "Lrf": "lrf", "Acc": "accumulator"}
    points = prod(layer.extent.values())
    outputs = prod(layer.extent[d] for d in out.dims)
    if layer.kind == "array":
        joules["mac"] = points * layer.case["precision"]["mac_fj"]  # E1
        for o in layer.operands[:2]:  # E2
            place = layer.transfer(o, False)["dst"]
            if place == "Pe":
                continue
            axes = ("lanes",) if place == "Lrf" else ("rows", "columns", "lanes", "corelets")
            unroll = {d: prod(layer.unroll_on[a][d] for a in axes) for d in DIMS}
            reads = events.product(o.dims, unroll)
            joules[beside[place]] += ceil_div(reads * layer.bits, 8) * table[beside[place]]
        place = layer.transfer(out, False)["src"]  # E3
        axes = ("rows", "corelets") if place == "Acc" else ()
        unroll = {d: prod(layer.unroll_on[a][d] for a in axes) for d in DIMS}
        joules[beside[place]] += 8 * events.product(out.dims, unroll) * table[beside[place]]
        functions = layer.functions
        sfu = outputs * (len(functions) + layer.bias) + counts["added"]  # E5
    else:
        sfu = points * (len(layer.functions) + layer.combines + layer.scales)
    for place, count in counts["into"].items():  # E4
        if place != "Pe":
            joules[beside[place]] += count * table[beside[place]]
    if layer.kind != "move":
        joules["lx"] += (nest.bytes["array_in"] + nest.bytes["array_out"]) * table["lx"]
    if layer.kind == "array":
        place = beside[layer.transfer(out, False)["src"]]
        joules[place] += counts["drained"] * table[place]
    joules["lx"] += counts["lx_outer"] * table["lx"]
    joules["external"] += nest.bytes["external"] * table["external"]
    if "ring" in nest.bytes:  # E7
        joules["ring"] += counts["ring_hops"] * table["ring"]
        joules["lx"] += 3 * nest.bytes["ring"] * table["lx"]
        sfu += nest.bytes["ring"] // 4
    joules["sfu"] = sfu * table["sfu"] if layer.kind != "move" else 0
    joules["leakage"] = cycles * table["leakage"]  # E6
    return joules
