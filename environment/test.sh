#!/usr/bin/env bash
# Sets up a machine and runs all tests: style, unit tests, a project that uses the installed jar,
# the scripts, the notebooks in quick mode, and whether all that is told of the results is true.
set -euo pipefail
# shellcheck source=environment/setup.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"

if command -v apt-get >/dev/null; then
  missing=()
  command -v shellcheck >/dev/null || missing+=(shellcheck)
  /usr/bin/python3 -c 'import jupyter_kernel_test' 2>/dev/null || missing+=(python3-jupyter-kernel-test)
  [ "${#missing[@]}" -eq 0 ] || install_debian "${missing[@]}"
fi
if command -v shellcheck >/dev/null; then
  (cd "$ROOT" && shellcheck -x environment/kilonet environment/*.sh environment/peers/*.sh kernel/*.sh .ci/run)
else
  say "shellcheck is not here: the scripts were not checked"
fi

maven pom.xml install
maven lib/src/test/consumer/pom.xml test
if /usr/bin/python3 -c 'import jupyter_kernel_test' 2>/dev/null; then
  "$ROOT/kernel/conformance.sh" "$JAVA"
else
  say "Jupyter's conformance suite is not here: the kernel was not checked by it"
fi

"$ROOT/environment/run.sh" --quick
(cd "$ROOT" && environment/kilonet report --check notebooks)
