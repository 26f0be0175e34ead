#!/usr/bin/env bash
# Sets everything up and runs the tests. --full adds the long ones: more random cases everywhere, every network,
# and coverage-guided fuzzing of everything that comes from outside.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup.sh

case "${1:-}" in
  "") ;;
  --full)
    export DIFFERENTIAL_CASES=20000 DSE_CASES=6000 EMIT_SEEDS=10000 ERRORS_LAYERS=60
    export SAMPLER_NETWORKS="resnet18 mobilenetv2 vgg16 bert-base" SAMPLER_SAMPLES=20000 SAMPLER_LAYERS=3
    export NETWORKS=all DOCUMENT_NETWORKS="mnist:1 resnet18 resnet50" ;;
  *) echo "usage: tools/test.sh [--full]" >&2; exit 2 ;;
esac

# shellcheck disable=SC2086
install $build_packages clang-format-14 libonnx-testdata
install_npm
if [ ! -d build/ort/node_modules/onnxruntime-node ]; then
  say "onnxruntime-node, the oracle of the end-to-end tests, into build/ort"
  mkdir -p build/ort
  (cd build/ort && npm init -y >/dev/null && npm install --ignore-scripts --no-audit --no-fund onnxruntime-node) ||
    say "npm could not fetch onnxruntime-node: tests that need it are skipped"
fi
fetch_trained_model
build dev
say "tests"
ctest --test-dir build/dev --output-on-failure -j "$(nproc)"
if [ "${1:-}" = --full ]; then
  install clang-14 libclang-rt-14-dev
  build fuzz
  say "coverage-guided fuzzing, 30 seconds for each kind of input"
  ctest --preset fuzz -j "$(nproc)"
fi
