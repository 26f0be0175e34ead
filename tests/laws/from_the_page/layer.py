"""A layer under a mapping on a system: shares of the cores, loops, boxes and their elements."""

from functools import lru_cache
from itertools import product
from math import gcd, prod

DIMS = ("mb", "grp", "out", "in", "i", "j", "ki", "kj")


def ceil_div(a, b):
    return -(-a // b)


def packed(elements, bits):
    """R10: a run, a load and a copy begin at a byte."""
    return ceil_div(elements * bits, 8)


def shares(extent, parts, rule):
    """(start, length) of each slice."""
    most = ceil_div(extent, parts)
    if rule == "greedy":
        starts = [min(p * most, extent) for p in range(parts)] + [extent]
    else:
        starts = [p * (extent // parts) + min(p, extent % parts) for p in range(parts + 1)]
    return [(a, b - a) for a, b in zip(starts, starts[1:])]


class Operand:
    def __init__(self, document):
        self.role = document["role"]
        self.axes = document["axes"]
        self.dims = {d for axis in self.axes for d, _ in axis["terms"]}

    def steps(self, extents):
        """The same, said of all boxes that have these extents at most: B4's steps."""
        return [gcd(*[c for d, c in axis["terms"] if extents[d] > 1]) or 1 for axis in self.axes]

    def lattice(self, extent, steps, start=None):
        """B4: first point, step and number of points of each axis of a box."""
        for axis, step in zip(self.axes, steps):
            terms = axis["terms"]
            first = axis["offset"] + sum(c * start[d] for d, c in terms) if start else 0
            span = sum(c * (extent[d] - 1) for d, c in terms)
            yield first, step, 0 if any(extent[d] == 0 for d, _ in terms) else span // step + 1

    def elements(self, extent, steps):
        """B4: points of a box, padding included."""
        return prod(points for _, _, points in self.lattice(extent, steps))

    def inside(self, extent, steps, start, sliding=None):
        """T3: points of each axis of a box that lie in the tensor; T5: the fresh ones, along the
        axis that the dim `sliding` moves."""
        counts = []
        for axis, (first, step, points) in zip(self.axes, self.lattice(extent, steps, start)):
            fresh = sum(c // step * extent[d] for d, c in axis["terms"] if d == sliding) or points
            counts.append(sum(0 <= first + k * step < axis["extent"]
                              for k in range(max(0, points - fresh), points)))
        return counts


class Layer:
    def __init__(self, case):
        self.case = case
        work, mapping = case["work"], case["mapping"]
        self.kind = work["kind"]
        self.extent = work["extent"]
        self.reduction = set(work["reduction"])
        self.functions = work["functions"]
        self.combines, self.scales = work["combines"], work["scales"]
        self.operands = [Operand(o) for o in work["operands"]]
        self.out = next(o for o in self.operands if o.role == "OUT")
        self.inputs = [o for o in self.operands if o.role != "OUT"]
        self.bias = any(o.role == "BIAS" for o in self.operands)
        self.bits = case["precision"]["bits"]
        self.t, self.b, self.parts = mapping["t"], mapping["b"], mapping["parts"]
        self.ring_order = mapping["ring_order"]
        self.hops = {s["role"]: s["transfers"] for s in mapping["data_structures"]}
        self.shares = {d: shares(self.extent[d], self.parts[d], mapping["share"]) for d in DIMS}
        self.largest = {d: max(n for _, n in self.shares[d]) for d in DIMS}
        order = [(stage, d) for stage, d in mapping["loop_order"]]
        self.t_loops = [d for stage, d in order if stage == "T"]
        self.b_loops = [d for stage, d in order if stage == "B"]
        self.t_trips = [ceil_div(self.largest[d], self.t[d]) for d in self.t_loops]
        self.unroll = {d: 1 for d in DIMS}
        self.unroll_of_pes = {d: 1 for d in DIMS}  # without lanes
        self.unroll_on = {}
        for axis, dims in mapping["p"].items():
            self.unroll_on[axis] = {d: 1 for d in DIMS}
            for d, factor in dims:
                self.unroll[d] *= factor
                self.unroll_on[axis][d] *= factor
                if axis != "lanes":
                    self.unroll_of_pes[d] *= factor
        self.divided = prod(self.parts[d] for d in self.reduction) > 1
        self.cores = prod(self.parts.values())
        self.slices = self.slices_of_cores()
        self.block_steps = {o.role: o.steps(self.b) for o in self.operands}
        self.tile_steps = {o.role: o.steps(self.t) for o in self.operands}

    def slices_of_cores(self):
        """Which slice of each dim the core at each place of the ring works on."""
        found = []
        for numbers in product(*[range(self.parts[d]) for d in self.ring_order]):
            slices = {d: 0 for d in DIMS}
            slices.update(zip(self.ring_order, numbers))
            found.append(slices)
        return found

    def takes(self, core, operand):
        """Whether the core has some of the operand: greedy shares may be empty."""
        return all(self.shares[d][self.slices[core][d]][1] > 0 for d in operand.dims)

    def groups(self):
        """R11: the cores that differ in reduced dims alone, in the order of their places."""
        found = {}
        for core, slices in enumerate(self.slices):
            if self.takes(core, self.out):
                key = tuple(slices[d] for d in DIMS if d not in self.reduction)
                found.setdefault(key, []).append(core)
        return list(found.values())

    def takers(self, operand):
        """The cores that move the operand."""
        if operand is self.out:
            return [members[-1] for members in self.groups()]
        return [core for core in range(self.cores) if self.takes(core, operand)]

    def transfer(self, operand, outer):
        """The hop at External or the one at the array, or None."""
        for hop in self.hops[operand.role]:
            ends = (hop["src"], hop["dst"])
            if outer and set(ends) == {"External", "Lx"} or not outer and ends != ("External", "Lx") \
                    and ends != ("Lx", "External"):
                return hop
        return None

    def past_lx(self, operand):
        return all("Lx" not in (hop["src"], hop["dst"]) for hop in self.hops[operand.role])

    @staticmethod
    def depth(loops, operand):
        """Of the innermost loop that the operand moves with; -1 without one."""
        return max([k for k, d in enumerate(loops) if d in operand.dims], default=-1)

    def resident(self, operand):
        """R8: no block loop moves it."""
        return self.depth(self.b_loops, operand) < 0

    def tile(self, index, core):
        """T1: (extent, start) of the tile of one core at an index of the T loops."""
        at = dict(zip(self.t_loops, index))
        extent, start = {}, {}
        for d in DIMS:
            first, share = self.shares[d][self.slices[core][d]]
            begin = at.get(d, 0) * self.t[d]
            extent[d] = max(0, min(self.t[d], share - begin))
            start[d] = first + begin
        return extent, start

    def held_whole(self, k, operand, extents, steps):
        """Whether every box of these extents holds all of the operand's axis k."""
        axis = operand.axes[k]
        if any(extents[d] < self.extent[d] for d, _ in axis["terms"]):
            return False
        first, step, points = list(operand.lattice(self.extent, steps, dict.fromkeys(DIMS, 0)))[k]
        return step == 1 and first <= 0 and first + points >= axis["extent"]

    def run_axes(self, operand, extents):
        """T4: the axes that a run spans, innermost first; extents: those of a box at most."""
        run, expected, steps = [], 1, operand.steps(extents)
        for k, axis in sorted(enumerate(operand.axes), key=lambda a: a[1]["stride"]):
            if axis["extent"] == 1:
                run.append(k)
                continue
            if axis["stride"] != expected or steps[k] != 1:
                break
            run.append(k)
            if not self.held_whole(k, operand, extents, steps):
                break
            expected = axis["stride"] * axis["extent"]
        return run

    def box_bytes(self, operand, points, extents, bits, granule):
        """T4: bytes of a box in external memory; points of each of the operand's axes."""
        run = self.run_axes(operand, extents)
        in_run = prod(n for k, n in enumerate(points) if k in run)
        runs = prod(n for k, n in enumerate(points) if k not in run)
        return runs * ceil_div(packed(in_run, bits), granule) * granule
