#!/usr/bin/env bash
# From a fresh machine to the verdict: executes the three notebooks on this machine, renders their
# reports, and says whether the assignment is met; the exit status says it too.
#   run.sh            all of MNIST, into runs/notebooks
#   run.sh --quick    a tenth of the images and two epochs, into runs/quick; nothing is judged
#   run.sh --keep     all of MNIST, into notebooks/ itself: these are the results to commit
#   run.sh lab [...]  opens Jupyter with the kernel for Java and copies of the notebooks, in
#                     runs/lab; options go to Jupyter
# KILONET_QUICK=1 makes notebooks quick, here and in lab; KILONET_DATA names a folder with MNIST.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=environment/setup.sh
. "$here/setup.sh"

# Whether KILONET_QUICK asks for quick mode, as the notebooks read it.
quick() {
  case "${KILONET_QUICK:-}" in
    "" | 0 | [Ff]alse | FALSE | [Nn]o | NO | [Oo]ff | OFF) return 1 ;;
  esac
}

# Before anything is installed or built: does the folder hold MNIST's files, as far as names tell?
check_data() {
  local file
  [ -n "${KILONET_DATA:-}" ] || return 0
  [ -d "$KILONET_DATA" ] || die "KILONET_DATA names $KILONET_DATA, but there is no such folder."
  for file in train-images train-labels t10k-images t10k-labels; do
    compgen -G "$KILONET_DATA/${file}[-.]idx?-ubyte*" >/dev/null ||
      die "KILONET_DATA names $KILONET_DATA, but MNIST's $file-idx$([ "${file#*-}" = images ] && echo 3 || echo 1)-ubyte (also with .gz) is not there."
  done
  KILONET_DATA=$(cd "$KILONET_DATA" && pwd)
  export KILONET_DATA
}

# Copies those of the notebooks, and of the texts beside them, that a folder lacks, without outputs and figures of other runs.
copy_notebooks() {
  local fresh=$1/.fresh step
  rm -rf "$fresh"
  mkdir -p "$fresh"
  for step in 1 2 3; do
    [ -e "$1/Step_$step.md" ] || cp "$ROOT/notebooks/Step_$step.md" "$1"
    [ -e "$1/Step_$step.ipynb" ] || cp "$ROOT/notebooks/Step_$step.ipynb" "$1/Step_$step.md" "$fresh"
  done
  if [ -n "$(ls "$fresh")" ]; then
    "$here/kilonet" report --blank "$fresh" >/dev/null
    mv "$fresh"/Step_*.ipynb "$1"
  fi
  rm -r "$fresh"
}

lab() {
  local jupyter options=() folder=$ROOT/runs/lab
  install_kernel
  copy_notebooks "$folder"
  jupyter=$(first_command jupyter-lab jupyter-notebook)
  if is_linux && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    options+=(--no-browser)
  fi
  # Jupyter refuses the superuser unless told; in containers there is no other user.
  [ "$(id -u)" -ne 0 ] || options+=(--allow-root)
  say "Copies of the three notebooks are in runs/lab: what you do there changes nothing else. Remove one for a fresh copy."
  say "After a run, 'environment/kilonet report --write runs/lab' writes what it came to into them."
  cd "$folder"
  exec "$jupyter" ${options[@]+"${options[@]}"} "$@" 2> >(without_incubator_line >&2)
}

story() {
  install_kernel
  cd "$ROOT"
  environment/kilonet data --else-digits >/dev/null
  if [ "$out" != notebooks ]; then
    rm -rf "$out"
    copy_notebooks "$out"
  fi
  environment/kilonet course run "$out"
  say "To read: $ROOT/$out/reports/Step_3.html and its neighbours, in a browser."
}

mode=${1:-}
out=runs/notebooks
case "$mode" in
  --quick) KILONET_QUICK=1 ;;
  --keep)
    ! quick || die "KILONET_QUICK is set, and only whole runs are kept: unset it, or leave --keep out."
    out=notebooks
    ;;
  "" | lab) ;;
  *) usage "${BASH_SOURCE[0]}" "$mode" ;;
esac
[ "$mode" = lab ] || [ "$#" -lt 2 ] || usage "${BASH_SOURCE[0]}" "$2"
if quick; then
  export KILONET_QUICK=1
  [ "$mode" = lab ] || out=runs/quick
fi

check_data
need_room_here
if [ "$mode" = lab ]; then
  need java build draw lab
  lab "${@:2}"
else
  need java build draw run
  story
fi
