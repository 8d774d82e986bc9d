#!/usr/bin/env bash
# Measures Kilonet, PyTorch and DJL on the same nets, in turn, on the same cores.
# Usage: environment/peers/compare.sh [THREADS] [ROUNDS] [NET...]
# PyTorch takes part where /usr/bin/python3, or $PYTHON, has torch (Debian: python3-torch); DJL and its libtorch (110 MB)
# come from Maven Central. Leave the machine alone meanwhile: other work spoils the figures.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=environment/setup.sh
. "$here/../setup.sh"

[[ ${1:-} != -* ]] || usage "${BASH_SOURCE[0]}" "$1"
need java build
threads=${1:-2}
rounds=${2:-5}
nets=("${@:3}")
[ "${#nets[@]}" -gt 0 ] || nets=(002/step3 model_3 003/step1 001/step1)

python=${PYTHON:-/usr/bin/python3}
pinned=()
if command -v taskset >/dev/null; then
  pinned=(taskset -c "0-$((threads - 1))")
fi
maven environment/peers/djl/pom.xml -q process-classes >&2
for net in "${nets[@]}"; do
  say "$net"
  printf 'Kilonet  '
  "${pinned[@]}" "$here/../kilonet" bench --recipe "$net" --rounds "$rounds" --batch 128 | tail -n 1
  if "$python" -c 'import torch' 2>/dev/null; then
    printf 'PyTorch  '
    "${pinned[@]}" "$python" "$here/pytorch.py" "$threads" "$rounds" "$net"
  fi
  # Of coloured pictures DJL has no net here.
  [[ $net != next/* ]] || continue
  printf 'DJL      '
  DJL_CACHE_DIR="$here/djl/target/cache" "${pinned[@]}" "$JAVA_HOME/bin/java" \
    -cp "$here/djl/target/classes:$here/djl/target/dependency/*" Djl "$threads" "$rounds" "$net"
done
