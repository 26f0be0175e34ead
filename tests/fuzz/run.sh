#!/usr/bin/env bash
# run.sh TARGET SEEDS DIR: one fuzz target for FUZZ_SECONDS (30), from what the program SEEDS writes and from
# what earlier runs kept in DIR. An input that fails is left in DIR, with the line that replays it.
set -euo pipefail
target=$1 seeds=$2 dir=$3
mkdir -p "$dir/corpus"
"$seeds" "$(basename "$target")" "$dir/seeds"
options="-seed=1 -max_total_time=${FUZZ_SECONDS:-30} -timeout=20 -rss_limit_mb=1536 -max_len=12000 -len_control=0"
# shellcheck disable=SC2086
if "$target" $options -dict="$dir/seeds.words" -artifact_prefix="$dir/" -print_final_stats=1 "$dir/corpus" \
  "$dir/seeds" >"$dir/log" 2>&1; then
  grep -E '^(stat::number_of_executed_units|#[0-9]+.DONE)' "$dir/log"
  exit 0
fi
tail -n 60 "$dir/log"
input=$(sed -n 's/.*Test unit written to //p' "$dir/log" | tail -n 1)
echo "failing input: ${input:-none was written; see $dir/log}"
[ -z "$input" ] || echo "replay: $target $input"
exit 1
