"""N1 to N5: the layer, tile by tile; also its bytes, its lower bound and its bottleneck."""

from itertools import product
from math import prod

from cost import RESOURCES, Cost
from layer import DIMS, Operand, ceil_div, packed
from nests import Pricing
from unit_times import over


class TileNest(Pricing):
    def price(self):
        layer, times = self.layer, self.times
        cost = Cost()
        self.outer = [o for o in layer.operands if layer.transfer(o, True)]
        states = self.tile_states
        for o in self.of_type("double-buffer", "stream"):
            if o.role != "OUT":  # nothing of OUT is there before the first visit
                cost.add(self.fetch(o, states[0], 1), "non_overlapped", "external")
        for k, state in enumerate(states):
            before = states[k - 1] if k > 0 else None
            after = states[k + 1] if k + 1 < len(states) else None
            cost.add_all(self.step(before, state, after))
        if layer.out in self.of_type("double-buffer", "stream"):
            cost.add(self.store(states[-1], 1), "non_overlapped", "external")
        cost.add(times.chip["layer_cycles"], "pipe_bubble", "sync")
        self.split_busy(cost)
        if not self.bytes.get("ring", 1):
            del self.bytes["ring"]
        return cost

    def of_type(self, *kinds):
        return [o for o in self.outer if self.layer.transfer(o, True)["type"] in kinds]

    def depth(self, operand):
        return self.layer.depth(self.layer.t_loops, operand)

    # ---- external transfers

    def tile_bytes(self, operand, state, bits):
        """T3, T4: bytes of the slot, those of the largest count of any core."""
        boxes = [self.layer.tile(state.index, core) for core in range(self.layer.cores)]
        steps = self.layer.tile_steps[operand.role]
        sliding = self.sliding(operand, state)
        points = [max(of_cores) for of_cores in
                  zip(*[operand.inside(extent, steps, start, sliding) for extent, start in boxes])]
        return self.layer.box_bytes(operand, points, self.layer.t, bits, self.granule)

    def sliding(self, operand, state):
        """The dim whose step left some of the tile in Lx, or None."""
        depth = self.depth(operand)
        slides = self.layer.transfer(operand, True)["slide"]
        return self.layer.t_loops[depth] if slides and state.index[depth] > 0 else None

    def count_pieces(self, operand, state, bits, store):
        pieces = {self.times.piece_of(operand, core): self.layer.tile(state.index, core)
                  for core in range(self.layer.cores)}
        for box in pieces.values():
            points = operand.inside(box[0], self.layer.tile_steps[operand.role], box[1],
                                    self.sliding(operand, state))
            count = self.layer.box_bytes(operand, points, self.layer.t, bits, self.granule)
            self.bytes["external"] += count
            takers = 1 if store else self.layer.cores // self.times.pieces(operand)
            self.events["lx_outer"] += count * takers

    def moves(self, operand, state, bits, store, parts):
        """Cycles of one of `parts` equal parts of a tile; its bytes are counted by the first."""
        count = self.tile_bytes(operand, state, bits)
        return self.times.external(operand, ceil_div(count, parts), store)

    def out_visit(self, state):
        return self.visit(state, self.layer.t_loops, self.depth(self.layer.out))

    def fetch(self, operand, state, parts):
        """Of the tile that `state` enters; of OUT what comes back."""
        bits = self.layer.bits
        if operand.role == "OUT":
            if self.out_visit(state)[0]:
                return 0
            bits = 32
        return self.moves(operand, state, bits, False, parts)

    def store(self, state, parts):
        bits = self.layer.bits if self.out_visit(state)[1] else 32
        return self.moves(self.layer.out, state, bits, True, parts)

    def inside_trips(self, operand):
        return prod(self.layer.t_trips[self.depth(operand) + 1:])

    def successor(self, operand, state):
        """The state that enters the operand's next tile, or None."""
        k = self.tile_states.index(state)
        depth = self.depth(operand)
        return next((s for s in self.tile_states[k + 1:] if s.enters(depth)), None)

    def predecessor(self, operand, state):
        """The state that left the operand's last tile, or None."""
        k = self.tile_states.index(state)
        depth = self.depth(operand)
        return next((s for s in reversed(self.tile_states[:k]) if s.leaves(depth)), None)

    def beside(self, before, state, after):
        """N2, N4: external transfers beside a body."""
        total = 0
        for o in self.of_type("double-buffer"):
            depth = self.depth(o)
            if after and after.enters(depth):
                total += self.fetch(o, after, 1)
            if o.role == "OUT" and before and before.leaves(depth):
                total += self.store(before, 1)
        for o in self.of_type("stream"):
            coming = self.successor(o, state)
            if coming and o.role != "OUT":
                total += self.fetch(o, coming, self.inside_trips(o))
            left = self.predecessor(o, state) if o.role == "OUT" else None
            if left:
                total += self.store(left, self.inside_trips(o))
        return total

    # ---- steps

    def step(self, before, state, after):
        layer, times = self.layer, self.times
        step = Cost()
        for o in self.outer:
            bits = layer.bits
            if o.role == "OUT":
                if state.leaves(self.depth(o)):
                    self.count_pieces(o, state, bits if self.out_visit(state)[1] else 32, True)
                bits = 32
            if state.enters(self.depth(o)) and (o.role != "OUT" or not self.out_visit(state)[0]):
                self.count_pieces(o, state, bits, False)
        for o in self.of_type("block-load"):
            if state.enters(self.depth(o)):
                step.add(self.fetch(o, state, 1), "non_overlapped", "external")
        leaving = Cost()
        if layer.out in self.of_type("block-load") and state.leaves(self.depth(layer.out)):
            leaving.add(self.store(state, 1), "non_overlapped", "external")
        if layer.kind == "move":
            step.add_all(leaving)
            return step
        body = self.largest_body(state)
        body.add(2 * times.s, "pipe_bubble", "sync")
        body.raise_to(self.beside(before, state, after), "overlapped_visible", "external")
        step.add_all(body)
        if layer.divided:
            self.add_reduction(step, state)
        step.add_all(leaving)
        return step

    def largest_body(self, state):
        best = None
        for core in range(self.layer.cores):
            extent, _ = self.layer.tile(state.index, core)
            cost, moved = self.body(extent, state)
            self.count(moved)
            if best is None or cost.cycles > best.cycles:
                best = cost
        total = Cost()
        total.add_all(best)
        return total

    def count(self, moved):
        for key, count in moved.items():
            if key in self.bytes:
                self.bytes[key] += count
            elif key in self.events:
                self.events[key] += count
            else:
                self.events["into"][key] = self.events["into"].get(key, 0) + count

    # ---- sums over the ring

    def ring_cycles(self, count):  # G1
        ring, cycles = self.times.chip["ring"], 0
        groups = self.layer.groups()
        if count == 0:
            return 0
        for k in range(len(groups[0]) - 1):
            over_link, hops = {}, 0
            for members in groups:
                way = self.times.shorter_way(members[k], members[k + 1])
                hops = max(hops, len(way))
                for link in way:
                    over_link[link] = over_link.get(link, 0) + 1
            cycles += hops * ring["latency_cycles"] + over(count * max(over_link.values()),
                                                           ring["bytes_per_cycle"])
        return cycles

    def add_reduction(self, step, state):  # N5
        layer, times = self.layer, self.times
        finishes = layer.kind == "array" and (layer.bias or layer.functions)
        if finishes:
            step.add(2 * times.s, "pipe_bubble", "sync")
        if not state.leaves(self.depth(layer.out)):
            return
        groups = self.layer.groups()
        for members in groups:
            for a, b in zip(members, members[1:]):
                extent, _ = layer.tile(state.index, a)
                self.events["ring_hops"] += len(times.shorter_way(a, b)) * 4 \
                    * layer.out.elements(extent, layer.tile_steps["OUT"])
        outputs = [layer.out.elements(layer.tile(state.index, g[0])[0], layer.tile_steps["OUT"]) for g in groups]
        step.add(self.ring_cycles(4 * max(outputs)), "non_overlapped", "ring")
        self.bytes["ring"] = self.bytes.get("ring", 0) + 4 * sum(outputs) * (len(groups[0]) - 1)
        if finishes:
            finish = Cost()
            for group in groups:
                cost = self.finish(layer.tile(state.index, group[0])[0])
                if cost.cycles > finish.cycles:
                    finish = cost
            step.add_all(finish)

    def finish(self, extent):  # G2
        layer, times, cost = self.layer, self.times, Cost()
        outputs = layer.out.elements(extent, layer.tile_steps["OUT"])
        if outputs == 0:
            return cost
        c = max(times.simple, times.simple * layer.bias + times.steps)
        bias = next((o for o in layer.operands if o.role == "BIAS"), None)
        into = 4 * outputs + (packed(bias.elements(extent, layer.tile_steps["BIAS"]), layer.bits) if bias else 0)
        core = times.core
        cycles = core["sfu"]["latency_cycles"] + max(
            ceil_div(outputs, core["sfu"]["lanes"]) * c,
            over(into, core["array_in"]["bytes_per_cycle"]),
            over(4 * outputs, core["array_out"]["bytes_per_cycle"]))
        self.bytes["array_in"] += into
        self.bytes["array_out"] += 4 * outputs
        cost.add(cycles, "auxiliary", "sfu")
        return cost

    # ---- what follows from it all

    def split_busy(self, cost):  # A1
        layer, core, array = self.layer, self.times.core, self.times.array
        if layer.kind != "array":
            return
        peak = core["corelets"] * array["rows"] * array["columns"] * array["lanes"]
        macs = prod(layer.largest.values())
        useful = ceil_div(macs * self.times.mac_cycles[0], self.times.mac_cycles[1] * peak)
        busy = cost.classes["mac_compute"]
        cost.classes["mac_compute"] = min(busy, useful)
        cost.classes["array_underuse"] = busy - min(busy, useful)

    def lower_bound(self):  # L1
        layer, times, core, array = self.layer, self.times, self.times.core, self.times.array
        cores, lanes = times.chip["cores"], core["sfu"]["lanes"]
        peak = cores * core["corelets"] * array["rows"] * array["columns"] * array["lanes"]
        points = prod(layer.extent.values())
        into = sum(packed(touched(o, layer.extent), layer.bits) for o in layer.inputs)
        outputs = touched(layer.out, layer.extent)
        out = packed(outputs, layer.bits)
        bounds = [over(into + out, times.external_rate)]
        if layer.kind == "array":
            bounds.append(ceil_div(points * times.mac_cycles[0], times.mac_cycles[1] * peak))
            bounds.append(ceil_div(ceil_div(outputs, cores), lanes)
                          * (times.simple * layer.bias + times.steps))
        if layer.kind == "sfu":
            bounds.append(ceil_div(ceil_div(points, cores), lanes) * times.elementwise())
            bounds += [over(ceil_div(count, cores), core[link]["bytes_per_cycle"])
                       for link, count in (("array_in", into), ("array_out", out))]
        return max(bounds)


def touched(operand, extent):
    """Elements of the tensor that the layer really touches."""
    total = 1
    for axis in operand.axes:
        loops = [range(extent[d]) for d, _ in axis["terms"]]
        seen = set()
        for at in product(*loops):
            index = axis["offset"] + sum(c * x for (_, c), x in zip(axis["terms"], at))
            if 0 <= index < axis["extent"]:
                seen.add(index)
        total *= len(seen)
    return total


def bottleneck(cost):
    return max(RESOURCES, key=lambda r: (cost.charged[r], -RESOURCES.index(r)))
