#!/usr/bin/env python3
"""The whole way through the command line: networks in, programs out, run and checked; bad input refused.

usage: end_to_end.py TILEWRIGHT ORACLE_FOLDER TRAINED_MODEL

ORACLE_FOLDER holds node_modules/onnxruntime-node, TRAINED_MODEL is an ONNX file from an npm package
(tools/setup.sh). What needs one that is missing is skipped, and said to be. TILEWRIGHT_EXTRA_MODELS
may name a folder with mnist_cntk.onnx.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import documents

TOOL, ORACLE, TRAINED = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
HERE = pathlib.Path(__file__).parent
FAILED = []
INPUTS = 10


def run(*args, status=0):
    done = subprocess.run([TOOL, *map(str, args)], capture_output=True, text=True)
    if done.returncode != status:
        FAILED.append(f"{' '.join(map(str, args))}: exit {done.returncode}, not {status}\n{done.stderr}")
    return done


def check(what, holds):
    if not holds:
        FAILED.append(what)


def compile_and_verify(model, folder, system, precision):
    out = folder / f"{model.stem}-{system}-{precision}"
    run("compile", model, "--system", system, "--precision", precision, "-o", out)
    for name in ("program.pb", "plan.yaml", "result.json"):
        check(f"{out}: no {name}", (out / name).exists())
    FAILED.extend(documents.check_mapped(out.name, json.loads((out / "result.json").read_text())))
    doc = json.loads(run("verify", model, "--program", out, "--json", "-").stdout or "{}")
    for layer in doc.get("layers", []):
        check(f"{out.name}: {layer['name']}: {layer}", layer["model_cycles"] == layer["simulated_cycles"])
    check(f"{out.name}: outputs", doc.get("outputs") and all(o["pass"] for o in doc["outputs"]))
    return out


def arg_max(values):
    return max(range(len(values)), key=values.__getitem__)


def against_onnxruntime(model, program, precision):
    """Every output for INPUTS seeded inputs: in FP32 within 1e-4 of the largest element; scores with the same arg-max.

    Vectors (boxes, [1, anchors, 16]; hidden states, [1, tokens, features]) are not ranked: their largest elements lie
    closer together than FP16 resolves. They have to be within 1e-2 of the largest.
    """
    if not (ORACLE / "node_modules" / "onnxruntime-node").exists():
        print(f"{program.name}: ONNX Runtime is not there: comparison skipped")
        return
    folder = program.parent
    worst, worst_vector, agree, scores, vectors = 0.0, 0.0, 0, 0, 0
    for seed in range(INPUTS):
        oracle = subprocess.run(["node", HERE / "ort_oracle.cjs", ORACLE, model, str(seed), folder / "in.json"],
                                capture_output=True, text=True)
        if oracle.returncode != 0:
            FAILED.append(f"{model.name}: the oracle failed: {oracle.stderr}")
            return
        inputs = []
        for k, (name, tensor) in enumerate(json.loads((folder / "in.json").read_text()).items()):
            path = folder / f"input{k}.pb"
            write_tensor(path, name, tensor["dims"], tensor["data"])
            inputs += ["--input", f"{name}={path}"]
        ran = run("run", program, *inputs, "--numbers-only", "--output", folder / "outputs", "--json", "-")
        files = {tensor["tensor"]: tensor["file"] for tensor in json.loads(ran.stdout)["tensors"]}
        for name, tensor in json.loads(oracle.stdout).items():
            got, want = read_floats(folder / "outputs" / files[name]), tensor["data"]
            largest = max(abs(x) for x in want)
            error = max(abs(a - b) for a, b in zip(got, want, strict=True)) / largest
            worst = max(worst, error)
            if len(tensor["dims"]) > 2 and tensor["dims"][-1] > 1:
                vectors += 1
                worst_vector = max(worst_vector, error)
            else:
                scores += 1
                agree += arg_max(got) == arg_max(want)
    print(f"{program.name}: {INPUTS} inputs against ONNX Runtime: largest error {worst:.2e} of the largest output"
          + (f", arg-max equal on {agree} of {scores}" if scores else "")
          + (f", vectors within {worst_vector:.2e}" if vectors else ""))
    if precision == "fp32":
        check(f"{program.name}: error {worst}", worst <= 1e-4)
    check(f"{program.name}: error {worst_vector} of vectors", worst_vector <= 1e-2)
    check(f"{program.name}: arg-max equal on {agree} of {scores}", agree == scores)
    check(f"{program.name}: no outputs compared", scores + vectors > 0)


def varint(n):
    out = bytearray()
    while True:
        out.append((n & 127) | (128 if n > 127 else 0))
        n >>= 7
        if not n:
            return bytes(out)


def write_tensor(path, name, dims, data):
    """An ONNX TensorProto of floats: dims = 1, data_type = 2, name = 8, raw_data = 9."""
    import struct
    raw = struct.pack(f"<{len(data)}f", *data)
    message = b"".join(b"\x08" + varint(d) for d in dims) + b"\x10\x01"
    message += b"\x42" + varint(len(name)) + name.encode() + b"\x4a" + varint(len(raw)) + raw
    path.write_bytes(message)


def read_floats(path):
    """The floats of a TensorProto's raw_data or float_data."""
    import struct
    data, at, floats = path.read_bytes(), 0, b""

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = number()
        if tag & 7 == 0:
            number()
        elif tag & 7 == 2:
            size = number()
            if tag >> 3 in (4, 9):
                floats = data[at:at + size]
            at += size
    return struct.unpack(f"<{len(floats) // 4}f", floats)


def same_for_any_jobs(model):
    one = run("map", model, "--system", "rapid-chip", "--jobs", 1, "--json", "-").stdout
    four = run("map", model, "--system", "rapid-chip", "--jobs", 4, "--json", "-").stdout
    check("map --json differs between --jobs 1 and 4", one == four)


def bad_input(model, folder):
    truncated = folder / "truncated.onnx"
    truncated.write_bytes(model.read_bytes()[:-50])
    text = folder / "text.onnx"
    text.write_text("not a model")
    broken = folder / "broken.yaml"
    broken.write_text("name: x\nclock_hz: [\n")
    out = folder / "nothing"
    cases = [
        (("compile", truncated, "--system", "rapid-chip", "-o", out), "truncated.onnx"),
        (("compile", text, "--system", "rapid-chip", "-o", out), "text.onnx"),
        (("compile", folder / "missing.onnx", "--system", "rapid-chip", "-o", out), "missing.onnx"),
        (("compile", model, "--system", broken, "-o", out), "broken.yaml:"),
        (("compile", model, "--system", "rapid-chop", "-o", out), "rapid-chip"),
        (("compile", model, "--system", "rapid-chip", "--precision", "fp7", "-o", out), "fp16"),
        (("compile", model, "--sistem", "rapid-chip", "-o", out), "--system"),
        (("evaluate", model, "--system", "rapid-chip", "--mapping", broken), "broken.yaml:"),
        (("frobnicate",), "subcommand"),
    ]
    for args, names in cases:
        done = run(*args, status=2)
        check(f"{args}: stderr does not name {names}: {done.stderr}", names in done.stderr)
    unknown = folder / "unknown.onnx"
    unknown.write_bytes(model.read_bytes().replace(b"\x22\x04Relu", b"\x22\x04Xelu"))
    done = run("compile", unknown, "--system", "rapid-chip", "-o", out, status=3)
    check(f"unknown operator: {done.stderr}", "Xelu" in done.stderr)
    tiny = folder / "tiny.yaml"
    shipped = run("systems", "--show", "rapid-core").stdout
    tiny.write_text(shipped.replace("lx_bytes: 1048576", "lx_bytes: 16"))
    done = run("compile", model, "--system", tiny, "-o", out, status=2)
    check(f"impossible mapping: {done.stderr}", "R18" in done.stderr and "available 16" in done.stderr)
    check("a failed compile left something behind", not out.exists() or not any(out.iterdir()))


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for network in ("tiny-resnet", "tiny-mobilenet", "tiny-bert", "mnist"):
            model = folder / f"{network}.onnx"
            run("model", network, "-o", model)
            for system in ("rapid-core", "rapid-chip"):
                for precision in ("fp32", "fp16"):
                    program = compile_and_verify(model, folder, system, precision)
                    if system == "rapid-chip":
                        against_onnxruntime(model, program, precision)
        extra = pathlib.Path(os.environ.get("TILEWRIGHT_EXTRA_MODELS", "/nonexistent")) / "mnist_cntk.onnx"
        for model in (TRAINED, extra):
            if not model.exists():
                print(f"{model.name}: not there: skipped")
                continue
            for precision in ("fp32", "fp16"):
                against_onnxruntime(model, compile_and_verify(model, folder, "rapid-chip", precision), precision)
        same_for_any_jobs(folder / "tiny-resnet.onnx")
        bad_input(folder / "tiny-resnet.onnx", folder)
    print("\n".join(FAILED) or "end to end: all as expected")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
