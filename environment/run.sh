#!/usr/bin/env bash
# From a fresh machine to a net trained on MNIST. Options go to `kilonet train`.
set -euo pipefail
# shellcheck source=environment/setup.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"

say "building Kilonet"
maven pom.xml -q -pl lib -am -DskipTests -Dmaven.javadoc.skip package >&2
exec "$ROOT/environment/kilonet" train --recipe model_3 "$@"
