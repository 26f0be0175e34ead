#!/usr/bin/env bash
# Sets everything up, then takes ResNet-50 and a small network the whole way: ONNX in, the best mapping
# per layer, programs out, run on the simulator and checked against the reference evaluator.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup.sh

# shellcheck disable=SC2086
install $build_packages
build release
tool=build/release/tools/tilewright
out=build/demo
mkdir -p "$out"

whole_way() { # NETWORK PRECISION
  say "$1 ($2): ONNX in, mappings and programs out"
  "$tool" model "$1" -o "$out/$1.onnx"
  "$tool" compile "$out/$1.onnx" --system rapid-chip --precision "$2" -o "$out/$1-$2"
  say "$1 ($2): the programs run; outputs and cycles are checked"
  "$tool" verify "$out/$1.onnx" --program "$out/$1-$2"
  say "$1 ($2): against the hand-tuned baseline"
  "$tool" compare "$out/$1.onnx" --system rapid-chip --precision "$2"
}

whole_way mnist fp16
if [ -n "${TILEWRIGHT_TRAINED_MODEL:-}" ]; then
  say "$TILEWRIGHT_TRAINED_MODEL: a trained model of yours"
  "$tool" compile "$TILEWRIGHT_TRAINED_MODEL" --system rapid-chip -o "$out/trained"
  "$tool" verify "$TILEWRIGHT_TRAINED_MODEL" --program "$out/trained"
fi
whole_way resnet50 fp16
