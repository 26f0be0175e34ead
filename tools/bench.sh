#!/usr/bin/env bash
# Sets everything up, runs the benchmarks of tests/bench and prints Markdown tables, nothing else on stdout.
# --brief leaves single layers of networks out.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/setup.sh

brief=
parts=
for word in "$@"; do
  case "$word" in
    --brief) brief=$word ;;
    rate | networks | batches | threads | seven) parts="$parts $word" ;;
    *) echo "usage: tools/bench.sh [--brief] [rate|networks|batches|threads|seven]..." >&2; exit 2 ;;
  esac
done
: "${parts:=rate networks batches threads seven}"

out=build/bench
mkdir -p "$out"
{
  # shellcheck disable=SC2086
  install $build_packages libbenchmark-dev
  target=bench build release -DTILEWRIGHT_BENCH=ON
  results=
  for part in $parts; do
    say "$part"
    build/release/tests/bench/bench "$part" --benchmark_out="$out/$part.json"
    results="$results $out/$part.json"
  done
} >&2
# shellcheck disable=SC2086
python3 -B tests/bench/tables.py $brief $results
