#!/usr/bin/env bash
# Takes nets out of the house in every form and tries each where it is to run: C under two compilers
# and their sanitizers, its size for Cortex-M0+ and M4, a digit's instructions on an emulated
# Cortex-M3, ONNX in its own runtime, the page in headless Chromium. Needs MNIST (KILONET_DATA) and
# what it misses it names: on Debian gcc clang gcc-arm-none-eabi libnewlib-arm-none-eabi
# qemu-system-arm chromium nodejs npm. What it writes lies in RUN_FOLDER/export.
# Usage: environment/export/check.sh RUN_FOLDER...
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(cd "$here/../.." && pwd)
kilonet=$root/environment/kilonet
if [ "$#" -eq 0 ] || [ "${1#-}" != "$1" ]; then
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
  exit 2
fi
for program in gcc clang arm-none-eabi-gcc qemu-system-arm node npm; do
  command -v "$program" >/dev/null || { echo "check.sh: $program is missing." >&2; exit 1; }
done
: "${KILONET_DATA:?names the folder of the four files of MNIST}"

warnings=(-std=c99 -Wall -Wextra -Wconversion -pedantic -Werror)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
images=$scratch/images
labels=$scratch/labels
gunzip -cf "$KILONET_DATA"/t10k-images[-.]idx3-ubyte* >"$images"
gunzip -cf "$KILONET_DATA"/t10k-labels[-.]idx1-ubyte* >"$labels"
# The classes as lines.
tail -c +9 "$labels" | od -An -v -tu1 -w1 | tr -d ' ' >"$scratch/classes"

# The first N pictures of the test set, without the file's header.
first() { head -c "$((16 + $1 * 784))" "$images" | tail -c +17; }

# How many of the answers in a file are right.
right() { cut -d' ' -f1 "$1" | paste -d' ' - "$scratch/classes" | awk '$1 == $2' | wc -l; }

# Compiles and runs a source on all test images, with one compiler and then with the other.
c_answers() {
  local name=$1 compiler
  for compiler in gcc clang; do
    "$compiler" "${warnings[@]}" -O2 -DNET_MAIN -DNET_PROBABILITIES "$name/net.c" -o "$scratch/net" -lm
    "$scratch/net" <"$images" >"$scratch/$compiler.txt"
    "$compiler" "${warnings[@]}" -O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all \
      -DNET_MAIN "$name/net.c" -o "$scratch/net"
    first 500 | "$scratch/net" >"$scratch/sanitized.txt"
    head -n 500 "$scratch/$compiler.txt" | cmp - "$scratch/sanitized.txt"
  done
  cmp "$scratch/gcc.txt" "$scratch/clang.txt"
  echo "$name: gcc and clang agree without a warning, UBSan and ASan say nothing; $(right "$scratch/gcc.txt") of 10000 right"
}

# Flash and RAM of what is linked into a program that classifies, the C library's part of it included.
arm_sizes() {
  local name=$1 cpu
  for cpu in cortex-m0plus cortex-m4; do
    arm-none-eabi-gcc "${warnings[@]}" -mcpu="$cpu" -mthumb -Os -ffunction-sections -fdata-sections \
      -nostartfiles -Wl,--gc-sections -Wl,-e,net_classify "$name/net.c" -o "$scratch/$cpu.elf" --specs=nosys.specs 2>/dev/null
    arm-none-eabi-size "$scratch/$cpu.elf" |
      awk -v cpu="$cpu" -v name="$name" 'NR == 2 { print name ": " cpu ": flash " $1 + $2 " bytes, RAM " $2 + $3 " bytes" }'
  done
}

# One hundred digits on an emulated board with a Cortex-M3, and the instructions of one digit.
cortex_m3() {
  local name=$1 one eleven
  arm-none-eabi-gcc -std=c99 -mcpu=cortex-m3 -mthumb -Os -DNET_MAIN "$name/net.c" "$here/startup.c" \
    -T "$here/lm3s6965.ld" -nostartfiles --specs=rdimon.specs -o "$scratch/board.elf"
  board() {
    qemu-system-arm -M lm3s6965evb -icount shift=0 -nographic -monitor none -serial none \
      -semihosting-config enable=on,target=native -kernel "$scratch/board.elf"
  }
  counted() { board 2>&1 >/dev/null | sed -n 's/^instructions //p'; }
  first 100 | board >"$scratch/board.txt" 2>/dev/null
  head -n 100 "$scratch/gcc.txt" | cmp - "$scratch/board.txt"
  one=$(first 1 | counted)
  eleven=$(first 11 | counted)
  echo "$name: Cortex-M3: the same 100 answers; $(((eleven - one) / 10)) instructions a digit, printing included"
}

for run in "$@"; do
  out=$(cd "$run" && pwd)/export
  mkdir -p "$out"
  cd "$out"
  echo "== $run"
  for form in "onnx float32.onnx" "onnx int8.onnx --int8" "c float32/net.c" "c int8/net.c --int8" "page page.html"; do
    read -r to file int8 <<<"$form"
    "$kilonet" export "$run/model.zip" --to "$to" ${int8:+"$int8"} --out "$out/$file" | grep -v '^{'
  done
  for form in float32 int8; do
    c_answers "$form"
    arm_sizes "$form"
  done
  cortex_m3 int8
  (cd "$root" && mvn -o -q -pl lib test -Dtest=ExportMeasurementTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Dkilonet.export="$(dirname "$out")" -DtrimStackTrace=true)
  # The browser's driver comes from npm and stays outside the project.
  (cd "$scratch" && { [ -d node_modules ] || npm install --silent --no-save playwright-core; } && cp "$here/browser.mjs" . &&
    node browser.mjs "$out/page.html" "$out/../expected.json" "$out")
  "$kilonet" predict "$run/model.zip" "$out"/stroke-*.png >"$out/predicted.jsonl"
  node -e '
    const fs = require("fs"), [drawn, predicted] = process.argv.slice(1).map(f => fs.readFileSync(f, "utf8"));
    const of = Object.fromEntries(predicted.trim().split("\n").map(JSON.parse).map(p => [p.image.match(/stroke-(.)/)[1], p.probabilities]));
    let most = 0;
    for (const d of JSON.parse(drawn)) d.probabilities.forEach((p, c) => { most = Math.max(most, Math.abs(p - of[d.digit][c])); });
    console.log("strokes: page and predict differ by " + most.toExponential(1));
    process.exit(most < 1e-2 ? 0 : 1);' "$out/drawn.json" "$out/predicted.jsonl"
done
