#!/usr/bin/env bash
# Measures the record of the least time: for each seed a process of its own, timed from its start
# to its verdict. Results go where the reports look. Seeds 1 to 20, or those that are named.
set -euo pipefail
# shellcheck source=environment/setup.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"

for seed; do
  [[ $seed =~ ^[0-9]+$ ]] || usage "${BASH_SOURCE[0]}" "$seed"
done
[ "$#" -gt 0 ] || set -- {1..20}
need_room_here
results=$ROOT/notebooks/results/record/clock
times=$results/processes.csv
"$ROOT/environment/kilonet" data >&2
mkdir -p "$results"
[ -f "$times" ] || echo "seed,training,process" >"$times"
for seed in "$@"; do
  run=$ROOT/runs/clock/seed-$seed
  rm -rf "$run"
  begin=$(date +%s%N)
  "$ROOT/environment/kilonet" train --recipe record/clock --seed "$seed" --out "$run" | tail -n 1
  end=$(date +%s%N)
  cp "$run/result.json" "$results/seed-$seed.json.part"
  mv "$results/seed-$seed.json.part" "$results/seed-$seed.json"
  training=$(sed -n 's/^  "seconds" : \(.*\),$/\1/p' "$run/result.json")
  {
    head -n 1 "$times"
    {
      tail -n +2 "$times" | grep -v "^$seed," || true
      printf '%s,%s,%d.%03d\n' "$seed" "$training" $(((end - begin) / 1000000000)) $(((end - begin) / 1000000 % 1000))
    } | sort -n
  } >"$times.part"
  mv "$times.part" "$times"
done
