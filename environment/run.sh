#!/usr/bin/env bash
# From a fresh machine to the verdict: executes the three notebooks on this machine, renders their
# reports, and says whether the assignment is met; the exit status says it too.
#   run.sh            all of MNIST, into runs/notebooks
#   run.sh --quick    a tenth of the images and two epochs, into runs/quick; nothing is judged
#   run.sh --keep     all of MNIST, into notebooks/ itself: these are the results to commit
#   run.sh lab [...]  opens Jupyter with the kernel for Java; options go to Jupyter
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
out=runs/notebooks
KILONET_QUICK=
case "${1:-}" in
  "" | lab) ;;
  --quick) out=runs/quick KILONET_QUICK=1 ;;
  --keep) out=notebooks ;;
  *)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}" >&2
    [ "$1" = --help ] && exit 0 || exit 2
    ;;
esac
export KILONET_QUICK
# shellcheck source=environment/setup.sh
. "$here/setup.sh"

# Builds all and installs the kernel below target/, so that the user's own Jupyter stays as it is.
install_kernel() {
  local prefix=$ROOT/kernel/target/lab
  say "building Kilonet and its kernel"
  maven pom.xml -q -pl kernel -am -DskipTests -Dmaven.javadoc.skip package >&2
  "$JAVA" -jar "$ROOT/kernel/target/kilonet-kernel.jar" install --prefix "$prefix" >&2
  export JUPYTER_PATH=$prefix/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}
}

# A command of Jupyter's, installed where that is possible:
# jupyter_command DEBIAN_PACKAGE HOMEBREW_FORMULA PIP_PACKAGE COMMAND...
jupyter_command() {
  if ! first_command "${@:4}" >/dev/null; then
    if command -v apt-get >/dev/null; then
      install_debian "$1"
    elif command -v brew >/dev/null; then
      die "Jupyter's ${*:4} is missing. Run: brew install $2"
    fi
  fi
  first_command "${@:4}" || die "Jupyter's ${*:4} is missing. Run: pip install $3"
}

# The first of these commands that is there.
first_command() {
  local command
  for command; do
    command -v "$command" && return
  done
  return 1
}

lab() {
  local jupyter options=()
  jupyter=$(jupyter_command jupyter-notebook jupyterlab jupyterlab jupyter-lab jupyter-notebook)
  install_kernel
  if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    options+=(--no-browser)
  fi
  # Jupyter refuses the superuser unless told; in containers there is no other user.
  [ "$(id -u)" -ne 0 ] || options+=(--allow-root)
  exec "$jupyter" ${options[@]+"${options[@]}"} "$@"
}

story() {
  local nbconvert step
  nbconvert=$(jupyter_command jupyter-nbconvert jupyterlab nbconvert jupyter-nbconvert)
  install_kernel
  cd "$ROOT"
  if [ "$out" != notebooks ]; then
    rm -rf "$out"
    mkdir -p "$out"
    cp notebooks/Step_[1-3].ipynb "$out"
  fi
  for step in 1 2 3; do
    say "executing $out/Step_$step.ipynb"
    "$nbconvert" --log-level=WARN --to notebook --execute --inplace \
      --ExecutePreprocessor.timeout=-1 --ExecutePreprocessor.record_timing=False \
      "$out/Step_$step.ipynb" >&2
  done
  say "rendering $out/reports"
  environment/kilonet report --write "$out"
  environment/kilonet report --check "$out"
}

if [ "${1:-}" = lab ]; then
  lab "${@:2}"
fi
story
