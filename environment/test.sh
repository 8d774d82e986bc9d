#!/usr/bin/env bash
# Sets up a machine and runs all tests: style, unit tests, a project that uses the installed jar,
# the scripts, our notebooks and new ones in quick mode, and whether all that is told of the results
# is true.
# Takes no options. The libraries go to Maven's local repository, as "mvn install" does it.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=environment/setup.sh
. "$here/setup.sh"

[ "$#" -eq 0 ] || usage "${BASH_SOURCE[0]}" "$1"
need_room_here
if command -v apt-get >/dev/null; then
  need java build draw run test
else
  need java build draw run
fi
if is_there shellcheck; then
  (cd "$ROOT" && shellcheck -x environment/kilonet environment/*.sh environment/test/*.sh environment/peers/*.sh environment/export/*.sh environment/cluster/*.sh environment/cluster/spark kernel/*.sh .ci/run)
else
  say "shellcheck is not here: the scripts were not checked"
fi

maven pom.xml -Pstrict,cluster install
for module in environment environment/cluster kernel; do
  sources "$module" >"$ROOT/$module/target/built-from"
done
maven lib/src/test/consumer/pom.xml test
if is_there python3-jupyter-kernel-test; then
  "$ROOT/kernel/conformance.sh" "$JAVA_HOME/bin/java"
else
  say "Jupyter's conformance suite is not here: the kernel was not checked by it"
fi

"$here/test/scripts.sh"
"$here/run.sh" --quick
rm -rf "$ROOT/runs/new-course"
"$here/kilonet" course new "$ROOT/runs/new-course"
KILONET_QUICK=1 "$here/kilonet" course run "$ROOT/runs/new-course"
(cd "$ROOT" && environment/kilonet report --check notebooks)
