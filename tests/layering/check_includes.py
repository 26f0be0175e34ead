#!/usr/bin/env python3
"""Fails when an include breaks the one-way layers, or a third-party header spreads.

usage: check_includes.py REPOSITORY
"""
import pathlib
import re
import sys

# folder -> folders it may include (itself is always allowed)
COMPILER = ["compiler/support", "compiler/ir", "compiler/arch", "compiler/mapping", "compiler/import",
            "compiler/transform"]
ALLOWED = {
    "compiler/support": [],
    "compiler/ir": ["compiler/support"],
    "compiler/arch": ["compiler/support"],
    "compiler/mapping": ["compiler/support", "compiler/ir", "compiler/arch"],
    "compiler/import": ["compiler/support", "compiler/ir"],
    "compiler/transform": ["compiler/support", "compiler/ir"],
    "costmodel": COMPILER,
    "dse": COMPILER + ["costmodel"],
    "dse/audit": COMPILER + ["costmodel"],
    "dse/proof": COMPILER + ["costmodel", "dse", "dse/audit"],
    "backend": COMPILER,
    "models": COMPILER,
    "tools": COMPILER + ["costmodel", "dse", "dse/proof", "dse/audit", "backend", "models"],
    "tests": COMPILER + ["costmodel", "dse", "dse/proof", "dse/audit", "backend", "models", "tools", "tests"],
}
# third-party header prefix -> where it may be included
THIRD_PARTY = {
    "onnx/": ["compiler/import", "models", "tests"],
    "Eigen/": ["compiler/ir", "backend/sim", "tests"],
    "tbb/": ["dse", "backend/sim", "tools", "tests"],
    "oneapi/": ["dse", "backend/sim", "tools", "tests"],
    "CLI/": ["tools"],
    "nlohmann/": ["tools", "tests"],
    "yaml-cpp/": ["compiler/support", "tests"],
    "google/protobuf": ["compiler/import", "models", "backend", "tests"],
    "gmpxx.h": ["dse", "tests"],
    "catch2/": ["tests"],
    "benchmark/": ["tests/bench"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def folder_of(path):
    """The longest known layer that holds `path`, or None."""
    return max((f for f in ALLOWED if path == f or path.startswith(f + "/")), key=len, default=None)


def findings(root):
    files = [p for top in sorted({f.split("/")[0] for f in ALLOWED})
             for p in sorted((root / top).rglob("*")) if p.suffix in (".h", ".cpp", ".inc", ".def")]
    for file in files:
        name = file.relative_to(root).as_posix()
        layer = folder_of(name)
        for quote, target in INCLUDE.findall(file.read_text(encoding="utf-8")):
            if quote == '"':
                to = folder_of(target)
                if to is None:
                    if not target.endswith(".pb.h"):
                        yield f'{name}: "{target}" does not start at a folder of the repository'
                elif to != layer and to not in ALLOWED[layer]:
                    yield f'{name}: {layer} must not include "{target}" ({to})'
            else:
                for prefix, places in THIRD_PARTY.items():
                    if target.startswith(prefix) and not any(name.startswith(p + "/") for p in places):
                        yield f"{name}: <{target}> may be included from {', '.join(places)} only"
    if not files:
        yield "no source files found"


if __name__ == "__main__":
    found = list(findings(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "layering: every include goes one way")
    sys.exit(1 if found else 0)
