"""C1 to C8, G1 to G3: what the units take."""

from itertools import product
from math import prod

from layer import DIMS, ceil_div, packed

SPECIAL = {"exp", "log", "sqrt", "reciprocal", "tanh", "sigmoid", "erf", "softplus", "sin", "cos",
           "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "div", "pow"}


def over(amount, rate):
    """The ceiling of amount / rate, rate = [numerator, denominator]."""
    return ceil_div(amount * rate[1], rate[0])


class UnitTimes:
    def __init__(self, layer):
        case = layer.case
        self.layer = layer
        self.chip, self.core, self.array = (case["system"][k] for k in ("chip", "core", "array"))
        self.s = self.core["semaphore_cycles"]
        self.mac_cycles = case["precision"]["mac_cycles"]
        peak, efficiency = self.chip["external"]["bytes_per_cycle"], self.chip["efficiency"]
        self.external_rate = [peak[0] * efficiency[0], peak[1] * efficiency[1]]
        sfu = self.core["sfu"]
        self.simple = sfu["simple_cycles"]
        self.steps = sum(sfu["special_cycles"] if f in SPECIAL else self.simple
                         for f in layer.functions)
        self.ways = {o.role: self.ring_pieces(o) for o in layer.operands}

    @staticmethod
    def link(of, count):  # C1
        return of["latency_cycles"] + over(count, of["bytes_per_cycle"]) if count > 0 else 0

    def shorter_way(self, a, b):
        """Links from place a to b of the ring, by the shorter way; upwards if both are as short."""
        cores = self.chip["cores"]
        up = (b - a) % cores
        if up <= cores - up:
            return [("up", (a + k) % cores) for k in range(up)]
        return [("down", (a - k) % cores) for k in range(cores - up)]

    def pieces(self, operand):
        return prod(self.layer.parts[d] for d in operand.dims)

    def piece_of(self, operand, core):
        return tuple(self.layer.slices[core][d] for d in DIMS if d in operand.dims)

    def ring_pieces(self, operand):
        """Distinct pieces over the fullest link, and hops to the farthest core."""
        over_link, hops = {}, 0
        if not self.chip["memory_stops"]:
            return 0, 0
        for core in self.layer.takers(operand):
            way = min((self.shorter_way(stop, core) for stop in self.chip["memory_stops"]), key=len)
            hops = max(hops, len(way))
            for link in way:
                over_link.setdefault(link, set()).add(self.piece_of(operand, core))
        return max([len(pieces) for pieces in over_link.values()], default=0), hops

    def external(self, operand, count, store):  # C2
        if count == 0:
            return 0
        on_ring, hops = self.ways[operand.role]
        ring = self.chip["ring"]
        return self.chip["external"]["latency_cycles"] + hops * ring["latency_cycles"] \
            + (self.chip["turnaround_cycles"] if store else 0) \
            + max(over(count * self.pieces(operand), self.external_rate),
                  over(count * on_ring, ring["bytes_per_cycle"]))

    def past_lx(self, count, store):  # C8
        if count == 0:
            return 0
        return self.chip["external"]["latency_cycles"] \
            + (self.chip["turnaround_cycles"] if store else 0) \
            + over(count * self.layer.cores, self.external_rate)

    def array_busy(self, extent):  # C3 without fill
        steps = prod(ceil_div(extent[d], self.layer.unroll[d]) for d in DIMS)
        return ceil_div(steps * self.mac_cycles[0], self.mac_cycles[1])

    def drain_sfu(self, outputs, adds, finished):  # C4
        c = self.simple * adds
        if finished:
            c += self.simple * self.layer.bias + self.steps
        return self.sfu(outputs, c)

    def sfu(self, count, c):
        sfu = self.core["sfu"]
        return sfu["latency_cycles"] + ceil_div(count, sfu["lanes"]) * c if c * count > 0 else 0

    def elementwise(self):  # c of C5
        c = self.steps + self.simple * self.layer.combines + self.simple * self.layer.scales
        return max(c, self.simple)

    def lrf_load(self, operand, extent):  # C6
        of_pe = {d: ceil_div(extent[d], self.layer.unroll_of_pes[d]) for d in DIMS}
        return self.array["lrf_load_cycles"] * operand.elements(of_pe, operand.steps(self.layer.b))

    def elements_in_steps(self, operand, extent):  # C7
        """Sum over the array's steps; equal for all values of dims that do not move it."""
        unroll = self.layer.unroll
        sizes = []
        for d in DIMS:
            whole, rest = divmod(extent[d], unroll[d])
            sizes.append([(unroll[d], whole)] + ([(rest, 1)] if rest else []))
        total = 0
        for choice in product(*sizes):
            box = {d: size for d, (size, _) in zip(DIMS, choice)}
            total += operand.elements(box, operand.steps(unroll)) * prod(count for _, count in choice)
        return total
