#!/usr/bin/env bash
# For maintainers: tries the set-up as a newcomer meets it. Each trial unpacks a bare Debian into a
# folder, copies what is committed here into it, keeps MNIST's servers out of reach, runs one command
# on a terminal of its own, and keeps what that showed. Needs root and debootstrap; packages come
# from where this machine's apt takes its own.
#   fresh.sh                                          environment/run.sh --quick and environment/test.sh
#                                                     on Debian 12 and 13, as root and as a user
#                                                     without sudo, who asks root to run what it is told
#   fresh.sh SUITE root|user COMMAND...               one of these, or another command, or another
#                                                     suite: bullseye is as old as Ubuntu 22.04
# Records, and what a Java that breaks down leaves, go to runs/fresh/, systems below KILONET_FRESH
# (default: /var/tmp/kilonet-fresh).
set -euo pipefail
# shellcheck source=environment/setup.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/setup.sh"
systems=${KILONET_FRESH:-/var/tmp/kilonet-fresh}
records=$ROOT/runs/fresh
checkout=/srv/kilonet

# The first Debian mirror that apt on this machine uses.
mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
    sed -n 's/^Debian //p' | grep -v security | head -n 1
}

# A bare system, unpacked once for each suite.
base() {
  local suite=$1 folder=$systems/$1.base from
  if [ ! -e "$folder/complete" ]; then
    from=$(mirror)
    rm -rf --one-file-system "$folder"
    say "unpacking Debian $suite"
    mkdir -p "$systems"
    debootstrap --variant=minbase "$suite" "$folder" "${from:-http://deb.debian.org/debian}" \
      >"$folder.log" 2>&1 || die "debootstrap failed; $folder.log says why"
    # What this machine needs to reach the network, the new one needs, too.
    apt-config dump Acquire | grep -i '::proxy' >"$folder/etc/apt/apt.conf.d/90proxy" || true
    mkdir -p "$folder/usr/local/share/ca-certificates"
    cp /usr/local/share/ca-certificates/*.crt "$folder/usr/local/share/ca-certificates/" 2>/dev/null || true
    cp -L /etc/resolv.conf "$folder/etc/resolv.conf"
    printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d" # packages start no services
    chmod +x "$folder/usr/sbin/policy-rc.d"
    {
      printf '127.0.0.1 localhost %s\n' "$(hostname)"
      sed -n 's|.*URI.create("https://\([^/]*\)/.*|0.0.0.0 \1|p' "$ROOT/lib/src/main/java/kilonet/data/Mnist.java"
    } >"$folder/etc/hosts"
    touch "$folder/complete"
  fi
}

# Runs a command in a system as somebody, on a terminal, with mounts and processes that end with it:
# inside SYSTEM WHO RECORD COMMAND... Nobody sits there, so no package may ask.
inside() {
  local system=$1 who=$2 record=$3
  shift 3
  # shellcheck disable=SC2016
  unshare --mount --pid --fork --kill-child --propagation private bash -euc '
    system=$1 who=$2 checkout=$3 command=$4
    mount -t proc proc "$system/proc"
    mount --rbind /dev "$system/dev"
    mount --rbind /sys "$system/sys"
    cd /
    exec env -i TERM=xterm LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      chroot "$system" su - "$who" -c "cd $checkout && export DEBIAN_FRONTEND=noninteractive && script -qefc \"stty cols 100 rows 40; $command\" /tmp/record"
  ' inside "$system" "$who" "$checkout" "$*" </dev/null >>"$record" 2>&1
}

# trial SUITE WHO COMMAND...
trial() {
  local suite=$1 who=$2 system=$systems/$1-$2 record name status=0 advice
  shift 2
  base "$suite"
  name=$(printf '%s' "$*" | tr -cs 'A-Za-z0-9._-' '-')
  record=$records/$suite-$who-${name#environment-}.txt
  mkdir -p "$records"
  rm -rf --one-file-system "$system"
  cp -a "$systems/$suite.base" "$system"
  mkdir -p "$system$checkout"
  git -C "$ROOT" archive HEAD | tar -x -C "$system$checkout"
  if [ "$who" = user ]; then
    chroot "$system" useradd -m -s /bin/bash user
    chroot "$system" chown -R user "$checkout"
  fi
  printf '$ %s    (%s on Debian %s)\n' "$*" "$who" "$suite" >"$record"
  inside "$system" "$who" "$record" "$@" || status=$?
  advice=$(tr -d '\r' <"$record" | sed -n 's/.*runs: \(sudo apt-get .*\)/\1/p' | sed 's/sudo //g')
  if [ "$status" -ne 0 ] && [ "$who" = user ] && [ -n "$advice" ]; then
    printf '# %s    (root)\n' "$advice" >>"$record"
    inside "$system" root /dev/null "$advice </dev/null 2>&1 | cat" || die "root could not run '$advice' on $suite"
    printf '$ %s    (again)\n' "$*" >>"$record"
    status=0
    inside "$system" "$who" "$record" "$@" || status=$?
  fi
  printf '%-8s  %-4s  %-28s  status %d  %s\n' "$suite" "$who" "$*" "$status" "${record#"$ROOT/"}"
  find "$system$checkout" -name 'hs_err_*.log' -exec cp {} "$records" \;
  rm -rf --one-file-system "$system"
  return "$status"
}

case "${1:-}" in
  "") ;;
  [a-z]*)
    if [ "$#" -lt 3 ] || [[ $2 != root && $2 != user ]]; then
      usage "${BASH_SOURCE[0]}" "$*"
    fi
    ;;
  *) usage "${BASH_SOURCE[0]}" "$1" ;;
esac
[ "$(id -u)" -eq 0 ] || die "only root can unpack a system: run it as root"
for tool in debootstrap unshare git; do
  command -v "$tool" >/dev/null || die "$tool is missing: install it (apt-get install debootstrap util-linux git)"
done

if [ "$#" -gt 0 ]; then
  trial "$@"
  exit
fi
failed=0
for suite in bookworm trixie; do
  for who in root user; do
    for command in "environment/run.sh --quick" environment/test.sh; do
      # shellcheck disable=SC2086
      trial "$suite" "$who" $command || failed=1
    done
  done
done
exit "$failed"
