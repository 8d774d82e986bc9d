#!/usr/bin/env bash
# From a fresh machine to a net trained on MNIST. Options go to `kilonet train`.
# `run.sh lab` instead opens Jupyter with the kernel for Java; options go to Jupyter.
set -euo pipefail
# shellcheck source=environment/setup.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"

# The Jupyter that is there, JupyterLab before the classic notebook.
jupyter_command() {
  command -v jupyter-lab || command -v jupyter-notebook
}

# Installs the kernel below target/, so that the user's own Jupyter stays as it is.
lab() {
  local jupyter prefix=$ROOT/kernel/target/lab options=()
  if ! jupyter_command >/dev/null; then
    if command -v apt-get >/dev/null; then
      install_debian jupyter-notebook
    elif command -v brew >/dev/null; then
      die "Jupyter is missing. Run: brew install jupyterlab"
    fi
  fi
  jupyter=$(jupyter_command) || die "Jupyter is missing. Run: pip install jupyterlab"

  say "building the kernel"
  maven pom.xml -q -pl kernel -am -DskipTests -Dmaven.javadoc.skip package >&2
  "$JAVA" -jar "$ROOT/kernel/target/kilonet-kernel.jar" install --prefix "$prefix" >&2

  if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    options+=(--no-browser)
  fi
  # Jupyter refuses the superuser unless told; in containers there is no other user.
  [ "$(id -u)" -ne 0 ] || options+=(--allow-root)
  export JUPYTER_PATH=$prefix/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}
  exec "$jupyter" ${options[@]+"${options[@]}"} "$@"
}

if [ "${1:-}" = lab ]; then
  lab "${@:2}"
fi
say "building Kilonet"
maven pom.xml -q -pl lib -am -DskipTests -Dmaven.javadoc.skip package >&2
exec "$ROOT/environment/kilonet" train --recipe model_3 "$@"
