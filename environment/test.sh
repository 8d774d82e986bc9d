#!/usr/bin/env bash
# Sets up a machine and runs all tests: style, unit tests, a project that uses the installed jar,
# and the scripts.
set -euo pipefail
# shellcheck source=environment/setup.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"

if ! command -v shellcheck >/dev/null && command -v apt-get >/dev/null; then
  install_debian shellcheck
fi
if command -v shellcheck >/dev/null; then
  (cd "$ROOT" && shellcheck -x environment/kilonet environment/*.sh .ci/run)
else
  say "shellcheck is not here: the scripts were not checked"
fi

maven pom.xml install
maven lib/src/test/consumer/pom.xml test
