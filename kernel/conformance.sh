#!/bin/sh
# Runs Jupyter's conformance suite against the kernel of kernel/target/kilonet-kernel.jar.
# Usage: kernel/conformance.sh [JAVA]    (default: java)
# Needs: python3-jupyter-kernel-test (Debian), and the jar: mvn -pl kernel -am package
set -eu
case "${1:-}" in
  -*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
    [ "$1" = --help ] || [ "$1" = -h ] || exit 2
    exit 0
    ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
java=${1:-java}
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
"$java" -jar "$here/target/kilonet-kernel.jar" install --prefix "$prefix" --name kilonet
JUPYTER_PATH="$prefix/share/jupyter" KILONET_HOME="$prefix/home" \
  "${PYTHON:-/usr/bin/python3}" "$here/src/test/python/conformance.py" kilonet
