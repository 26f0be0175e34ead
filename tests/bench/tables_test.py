#!/usr/bin/env python3
"""The tables of tables.py, of results made up here; with a path to `bench`, of a small network, too.

usage: tables_test.py [BENCH]
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
CONTEXT = {"num_cpus": 2, "compiler": "GNU 12.2.0", "flags": " -O2 -DNDEBUG", "load_avg": [0.25, 0, 0]}
MACHINE = "2 cores, GNU 12.2.0, flags -O2 -DNDEBUG; load before the run 0.2\n\n"
SEARCH = {"cpu_s": 1.5, "wall_s": 0.75, "peak_kib": 10240, "effort": 4000, "evaluated": 600, "cycles": 1000,
          "femtojoules": 2e9, "edp_uj_us": 4.5, "lower_bound": 1000, "proven": 1, "gap": 0, "layers": 1}
BENCH = sys.argv[1] if len(sys.argv) > 1 else None


def run(name, label="", **counters):
    return {"run_name": name + "/iterations:1/manual_time", "run_type": "iteration", "label": label,
            **SEARCH, **counters}


def tables(benchmarks, *flags):
    """Exit status and text of tables.py."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "result.json"
        file.write_text(json.dumps({"context": CONTEXT, "benchmarks": benchmarks}))
        done = subprocess.run([sys.executable, "-B", HERE / "tables.py", *flags, file], capture_output=True, text=True)
    return done.returncode, done.stdout


NETWORK = [
    run("networks/net/000/best", "conv1", cpu_s=3, wall_s=2, layers=2, lower_bound=990, proven=0, gap=0.01),
    run("networks/net/000/bound", "conv1", cpu_s=0.25, wall_s=0.25, layers=2, lower_bound=900, proven=0, gap=0.1),
    run("networks/net/001/best", "fc", cycles=123),
    run("networks/net/001/bound", "fc", lower_bound=100, cpu_s=0.5, proven=0),
]
NETWORK_TABLES = """### Networks: time to the proven optimum, by distinct layer

| network | layers | distinct | CPU-s | wall s | median | worst | worst layer | proven | largest gap | peak MiB |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| net | 3 | 2 | 4.50 | 2.75 | 2.25 | 3.00 | conv1 | 1 of 2 | 1.0 % | 10 |

Cycles of all layers, and CPU-seconds of the searches:

| network | best | CPU-s | bound | CPU-s |
|---|--:|--:|--:|--:|
| net | 2,123 | 4.50 | 1,900 | 0.750 |
"""
LAYER_TABLES = """
#### net

| layer | times | best | CPU-s | wall s | bound | CPU-s | wall s | gap | peak MiB |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| conv1 | 2 | 1,000 | 3.00 | 2.00 | 900 | 0.250 | 0.250 | 1.0 % | 10 |
| fc | 1 | 123 | 1.50 | 0.750 | 100 | 0.500 | 0.750 | proven | 10 |
"""


class Tables(unittest.TestCase):
    maxDiff = None

    def test_networks(self):
        self.assertEqual(tables(NETWORK), (0, MACHINE + NETWORK_TABLES + LAYER_TABLES))
        self.assertEqual(tables(NETWORK, "--brief"), (0, MACHINE + NETWORK_TABLES))

    def test_modes_get_columns_when_they_were_run(self):
        greedy = [run(f"networks/net/{k:03}/greedy", cycles=2000, cpu_s=0.125) for k in range(2)]
        text = tables(NETWORK + greedy)[1]
        self.assertIn("| network | greedy | CPU-s | best | CPU-s | bound | CPU-s |", text)
        self.assertIn("| net | 4,000 | 0.250 | 2,123 | 4.50 | 1,900 | 0.750 |", text)

    def test_rate_is_of_the_median(self):
        same = [run("rate/exhaustive/0/repeats:3", "conv", cpu_s=s) for s in (2, 100, 1)]
        same.append(run("rate/exhaustive/1/repeats:3", "fc"))
        self.assertIn("| exhaustive | conv | 4,000 | 600 | 2.00 | 2,000 | 300 |\n| exhaustive | fc |", tables(same)[1])

    def test_batches(self):
        text = tables([run("batches/net/1/000/best", "conv", cpu_s=100.4),
                       run("batches/net/8/000/best", "conv", cpu_s=12.34, proven=0, gap=0.5),
                       run("batches/net/8/001/best", "fc")])[1]
        self.assertIn("| layer | 1 | 8 |\n|---|--:|--:|\n| conv | 100 | 12.3 (50.0 %) |\n| fc | - | 1.50 |\n", text)
        self.assertIn("| net, 8 | 2 | 2 | 13.8 |", text)

    def test_threads(self):
        times = [{"wall_s_1": w, "wall_s_2": 1, "cpu_s_1": 1, "cpu_s_2": 2} for w in (1.5, 1.75, 9)]
        text = tables([run("threads/net/000", "conv", **t) for t in times])[1]
        self.assertIn("| net, all | 1.75 | 1.00 | 1.00 | 2.00 | 1.75 |\n| conv | 1.75 |", text)

    def test_seven(self):
        self.assertIn("| waveform | conv | 1,000 | 2.00 | 4.5 | 12.5 % | 1.50 | 0.750 | 10 |",
                      tables([run("seven/waveform/000", "conv", proven=0, gap=0.125)])[1])

    def test_others(self):
        self.assertIn("| price/body | 250.5 ns |", tables([run("price/body", cpu_time=250.5, time_unit="ns")])[1])

    def test_a_failure_is_said_and_its_layer_left_out(self):
        status, text = tables(NETWORK + [{"run_name": "networks/net/002/best", "run_type": "iteration",
                                          "label": "fc2", "error_occurred": True},
                                         run("networks/net/002/bound", "fc2")])
        self.assertEqual(status, 1)
        self.assertEqual(text, MACHINE + NETWORK_TABLES + LAYER_TABLES + "\nFAILED: networks/net/002/best (fc2)\n")

    @unittest.skipUnless(BENCH, "no benchmarks built")
    def test_small_network(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "networks.json"
            subprocess.run([BENCH, "networks", f"--benchmark_out={file}"], check=True, capture_output=True,
                           env={**os.environ, "BENCH_NETWORKS": "mnist"})
            result = json.loads(file.read_text())
        text = tables(result["benchmarks"])[1]
        for layer in ("conv1", "pool1", "conv2", "pool2", "fc1", "fc2"):
            self.assertRegex(text, rf"\| {layer} \| 1 \| [1-9].* \| proven \|")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
