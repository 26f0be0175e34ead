"""Cycles with their six classes and with what they are charged to."""

CLASSES = ("mac_compute", "array_underuse", "auxiliary", "overlapped_visible", "non_overlapped",
           "pipe_bubble")
RESOURCES = ("array", "sfu", "array_in", "array_out", "external", "ring", "sync")


class Cost:
    def __init__(self):
        self.cycles = 0
        self.classes = dict.fromkeys(CLASSES, 0)
        self.charged = dict.fromkeys(RESOURCES, 0)

    def add(self, cycles, of_class, resource):
        self.cycles += cycles
        self.classes[of_class] += cycles
        self.charged[resource] += cycles

    def raise_to(self, cycles, of_class, resource):
        self.add(max(0, cycles - self.cycles), of_class, resource)

    def add_all(self, other):
        self.cycles += other.cycles
        for key, cycles in other.classes.items():
            self.classes[key] += cycles
        for key, cycles in other.charged.items():
            self.charged[key] += cycles
