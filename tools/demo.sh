#!/usr/bin/env bash
# Sets everything up, then takes a trained face detector and ResNet-50 the whole way: ONNX in, the best mapping
# per layer, programs out, run on the simulator and checked against the reference evaluator.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup.sh

# shellcheck disable=SC2086
install $build_packages
fetch_trained_model
target=tilewright build release
tool=build/release/tools/tilewright
out=build/demo
mkdir -p "$out"

whole_way() { # MODEL.onnx PRECISION
  name=$(basename "$1" .onnx)
  say "$name ($2): ONNX in, mappings and programs out"
  "$tool" compile "$1" --system rapid-chip --precision "$2" -o "$out/$name-$2"
  say "$name ($2): the programs run; outputs and cycles are checked"
  "$tool" verify "$1" --program "$out/$name-$2"
  say "$name ($2): against the hand-tuned baseline"
  "$tool" compare "$1" --system rapid-chip --precision "$2"
}

[ -z "$trained_model" ] || whole_way "$trained_model" fp16
"$tool" model resnet50 -o "$out/resnet50.onnx"
whole_way "$out/resnet50.onnx" fp16
