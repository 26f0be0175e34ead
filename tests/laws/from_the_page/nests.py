"""B1 to B4 and N1 to N5, walked state by state."""

from itertools import product
from math import prod

from cost import Cost
from layer import DIMS, Layer, ceil_div, packed
from unit_times import UnitTimes, over


class State:
    """One state of a nest: indices, and the outermost loops that changed and will change."""

    def __init__(self, trips, index):
        self.index, self.trips = index, trips
        n = len(trips)
        self.first = all(k == 0 for k in index)
        self.last = all(k == t - 1 for k, t in zip(index, trips))
        self.entered = None if self.first else max(k for k in range(n) if index[k] > 0)
        self.left = None if self.last else max(k for k in range(n) if index[k] < trips[k] - 1)

    def enters(self, depth):
        return self.first or depth >= self.entered

    def leaves(self, depth):
        return self.last or depth >= self.left


def states(trips):
    return [State(trips, index) for index in product(*[range(t) for t in trips])]


class Pricing:
    def __init__(self, case):
        self.layer = Layer(case)
        self.times = UnitTimes(self.layer)
        self.granule = self.times.chip["granule_bytes"]
        self.tile_states = states(self.layer.t_trips)
        self.bytes = {"external": 0, "array_in": 0, "array_out": 0}
        # What energy counts besides: bytes of Lx, of drains and of messages, and additions.
        self.events = {"lx_outer": 0, "drained": 0, "ring_hops": 0, "added": 0, "into": {}}
        self.bodies = {}
        layer = self.layer
        # OUT is put away with each tile, so that all loops of T lie outside of it.
        outside = layer.t_loops + layer.b_loops[:max(layer.depth(layer.b_loops, layer.out), 0)]
        self.sums_in_lx = layer.divided or any(d in layer.reduction for d in outside)
        self.cell_bits = 32 if self.sums_in_lx else layer.bits

    # ---- visits of OUT

    def visit(self, state, loops, depth):
        """(first, last): whether reduction loops outside of `depth` are at their first, last."""
        outside = [k for k, d in enumerate(loops[:max(depth, 0)]) if d in self.layer.reduction]
        return (all(state.index[k] == 0 for k in outside),
                all(state.index[k] == state.trips[k] - 1 for k in outside))

    # ---- the body of a tile

    def body(self, extent, state):
        layer = self.layer
        flags = tuple(not layer.resident(o) or state.enters(layer.depth(layer.t_loops, o))
                      for o in layer.operands)
        key = (tuple(extent.values()), flags, self.visit(state, layer.t_loops, len(layer.t_loops)))
        if key not in self.bodies:
            make = self.array_body if layer.kind == "array" else self.sfu_body
            self.bodies[key] = make(extent, *key[1:])
        return self.bodies[key]

    def sfu_body(self, extent, flags, visit):
        """C5: the body of a layer off the array."""
        layer, times = self.layer, self.times
        cost, moved = Cost(), {"array_in": 0, "array_out": 0}
        points = prod(extent.values())
        if points == 0:
            return cost, moved
        latency = times.core["sfu"]["latency_cycles"]
        cost.add(times.sfu(points, times.elementwise()), "auxiliary", "sfu")
        moved["array_in"] = sum(packed(o.elements(extent, layer.tile_steps[o.role]), layer.bits) for o in layer.inputs)
        out = packed(layer.out.elements(extent, layer.tile_steps["OUT"]), self.cell_bits)
        moved["array_out"] = out * (1 if visit[0] else 2)
        for link in ("array_in", "array_out"):
            cost.raise_to(latency + over(moved[link], times.core[link]["bytes_per_cycle"]),
                          "auxiliary", link)
        return cost, moved

    def array_body(self, extent, flags, visit):
        if prod(extent.values()) == 0:
            return Cost(), {"array_in": 0, "array_out": 0}
        return BlockNest(self, extent, flags, visit).price()


class BlockNest:
    """B1 to B3: one tile of one core."""

    def __init__(self, pricing, extent, flags, visit):
        self.layer, self.times, self.pricing = pricing.layer, pricing.times, pricing
        self.extent, self.tile_visit = extent, visit
        trips = {d: ceil_div(extent[d], self.layer.b[d]) for d in DIMS}
        self.loops = [d for d in self.layer.b_loops if trips[d] > 1]
        self.states = states([trips[d] for d in self.loops])
        self.moved = {"array_in": 0, "array_out": 0, "external": 0, "drained": 0, "added": 0}
        self.new = {o.role: flag for o, flag in zip(self.layer.operands, flags)}
        self.hops = {o.role: self.layer.transfer(o, False) for o in self.layer.operands}
        self.loaded = [o for o in self.layer.inputs if self.hops[o.role]]

    def block(self, state):
        at = dict(zip(self.loops, state.index))
        return {d: min(self.layer.b[d], self.extent[d] - at.get(d, 0) * self.layer.b[d])
                for d in DIMS}

    def entering(self, operand, state):
        if self.hops[operand.role]["dst"] == "Pe":  # R9: nothing stays there
            return True
        if state.first:
            return self.new[operand.role]
        return state.enters(self.layer.depth(self.loops, operand))

    def fetch(self, operand, state):
        """B4, C6 to C8: cycles; counts the bytes."""
        layer, times, block = self.layer, self.times, self.block(state)
        place = self.hops[operand.role]["dst"]
        if layer.past_lx(operand):
            count = self.box_bytes(operand, block, layer.bits)
            self.count("external", count)
            cycles = times.past_lx(count, False)
        else:
            elements = times.elements_in_steps(operand, block) if place == "Pe" \
                else operand.elements(block, layer.block_steps[operand.role])
            count = packed(elements, layer.bits)
            self.count("array_in", count)
            cycles = times.link(times.core["array_in"], count)
        self.count(place, count)
        return max(cycles, times.lrf_load(operand, block)) if place == "Lrf" else cycles

    def count(self, key, count):
        self.moved[key] = self.moved.get(key, 0) + count

    def box_bytes(self, operand, block, bits):
        layer = self.layer
        points = [n for _, _, n in operand.lattice(block, layer.block_steps[operand.role])]
        return layer.box_bytes(operand, points, layer.b, bits, self.pricing.granule)

    def drain(self, state):
        """C4: (SFU, link) of the block that is left; counts the bytes."""
        layer, times, block = self.layer, self.times, self.block(state)
        first, last = self.pricing.visit(state, self.loops, layer.depth(self.loops, layer.out))
        adds = not (first and self.tile_visit[0])
        finished = last and self.tile_visit[1] and not layer.divided
        self.count("added", layer.out.elements(block, layer.block_steps["OUT"]) if adds else 0)
        outputs = layer.out.elements(block, layer.block_steps["OUT"])
        sfu = times.drain_sfu(outputs, adds, finished)
        if layer.past_lx(layer.out):
            return sfu, self.out_past_lx(block, adds, last and self.tile_visit[1])
        count = packed(outputs, self.pricing.cell_bits) * (2 if adds else 1)
        self.count("array_out", count)
        self.count("drained", count)
        return sfu, times.link(times.core["array_out"], count)

    def out_past_lx(self, block, adds, finished):
        out = self.layer.out
        count = self.box_bytes(out, block, self.layer.bits if finished else 32)
        count += self.box_bytes(out, block, 32) if adds else 0
        self.count("external", count)
        self.count("drained", count)
        return self.times.past_lx(count, True)

    def leaves_out(self, state):
        return state.leaves(self.layer.depth(self.loops, self.layer.out))

    def of_type(self, kind):
        return [o for o in self.loaded if self.hops[o.role]["type"] == kind]

    def resource(self, operand, link):
        return "external" if self.layer.past_lx(operand) else link

    def price(self):
        layer, s, cost = self.layer, self.times.s, Cost()
        doubled = self.hops["OUT"]["type"] == "double-buffer"
        out_link = self.resource(layer.out, "array_out")
        drained = None  # the block that a double-buffered OUT left in the state before
        for o in self.of_type("double-buffer"):
            if self.entering(o, self.states[0]):
                cost.add(self.fetch(o, self.states[0]), "non_overlapped",
                         self.resource(o, "array_in"))
        for state, following in zip(self.states, self.states[1:] + [None]):
            for o in self.of_type("block-load"):
                if self.entering(o, state):
                    cost.add(self.fetch(o, state), "non_overlapped", self.resource(o, "array_in"))
            drain = (0, 0)
            if doubled and drained:
                drain = self.drain(drained)
            elif not doubled and self.leaves_out(state):
                drain = self.drain(state)
            drained = state if doubled and self.leaves_out(state) else None
            cost.add_all(self.step(state, following, drain, out_link))
        if drained:
            cost.add(2 * s, "pipe_bubble", "sync")
            sfu, link = self.drain(drained)
            last = Cost()
            last.add(sfu, "auxiliary", "sfu")
            last.raise_to(link, "non_overlapped", out_link)
            cost.add_all(last)
        return cost, self.moved

    def step(self, state, following, drain, out_link):
        """B2."""
        times, s, step = self.times, self.times.s, Cost()
        step.add(times.array_busy(self.block(state)), "mac_compute", "array")
        step.add(times.array["fill_cycles"], "pipe_bubble", "array")
        step.add(2 * s, "pipe_bubble", "sync")
        step.raise_to(3 * s, "pipe_bubble", "sync")
        if max(drain) > 0:
            step.raise_to(3 * s + drain[0], "auxiliary", "sfu")
            step.raise_to(3 * s + drain[1], "overlapped_visible", out_link)
        coming = [(o, self.fetch(o, state)) for o in self.of_type("stream")
                  if self.entering(o, state)]
        if following:
            coming += [(o, self.fetch(o, following)) for o in self.of_type("double-buffer")
                       if self.entering(o, following)]
        by_link = {"array_in": 0, "external": 0}
        for o, cycles in coming:
            by_link[self.resource(o, "array_in")] += cycles
        first = self.resource(self.loaded[0], "array_in")
        longer = max(by_link, key=lambda link: (by_link[link], link == first))
        step.raise_to(sum(by_link.values()), "overlapped_visible", longer)
        return step
