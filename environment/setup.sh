# shellcheck shell=bash
# Sourced by the scripts beside it: finds or installs what they need and says which native code
# fits this machine. Sets ROOT and JAVA; KILONET_CPU may be set to another choice of native code.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

die() {
  say "kilonet: $*"
  exit 1
}

# The major version of a java command, 0 where there is none.
java_version() {
  local version
  version=$("$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1) || true
  printf '%s' "${version:-0}"
}

# A JDK (not only a JRE) of 17 or newer.
jdk_is_there() {
  local home
  for home in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v javac || true)")")")"; do
    if [ -x "$home/bin/javac" ] && [ "$(java_version "$home/bin/java")" -ge 17 ]; then
      export JAVA_HOME=$home
      return 0
    fi
  done
  return 1
}

fonts_are_there() {
  [ "$(uname -s)" != Linux ] || command -v fc-list >/dev/null
}

# Installs Debian packages, or prints the command that does.
install_debian() {
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
      die "some packages are missing. Run: sudo apt-get update && sudo apt-get install -y $*"
    fi
    sudo=(sudo)
  fi
  say "installing $*"
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "$@" >&2
}

install_tools() {
  if jdk_is_there && command -v mvn >/dev/null && fonts_are_there; then
    return
  fi
  if command -v apt-get >/dev/null; then
    local packages=(ca-certificates)
    # Charts are drawn with the system's fonts.
    fonts_are_there || packages+=(fontconfig fonts-dejavu-core)
    command -v mvn >/dev/null || packages+=(maven)
    jdk_is_there || packages+=(openjdk-17-jdk-headless)
    # Newer Debian and Ubuntu have newer JDKs under another name.
    if ! apt-cache show openjdk-17-jdk-headless >/dev/null 2>&1; then
      packages=("${packages[@]/openjdk-17-jdk-headless/default-jdk-headless}")
    fi
    install_debian "${packages[@]}"
  elif command -v brew >/dev/null; then
    jdk_is_there || brew install openjdk@17 >&2
    command -v mvn >/dev/null || brew install maven >&2
    JAVA_HOME=${JAVA_HOME:-$(brew --prefix openjdk@17)}
    export JAVA_HOME
  else
    die "a JDK of 17 or newer and Maven 3.8 or newer are needed: install them and run this again."
  fi
  if ! jdk_is_there; then
    die "no JDK of 17 or newer was found: install one and set JAVA_HOME to its folder."
  fi
}

# "-avx512", "-avx2" or nothing: the widest vector unit that ND4J has a build for.
cpu_extension() {
  [ "$(uname -m)" = x86_64 ] || return 0
  local flags=""
  if [ -r /proc/cpuinfo ]; then
    flags=$(grep -m 1 '^flags' /proc/cpuinfo || true)
  elif command -v sysctl >/dev/null; then
    flags=" $(sysctl -n machdep.cpu.leaf7_features machdep.cpu.features 2>/dev/null | tr '[:upper:]' '[:lower:]' || true) "
  fi
  case "$(uname -s)$flags " in
    Linux*" avx512f "*) printf '%s' -avx512 ;;
    *" avx2 "*) printf '%s' -avx2 ;;
  esac
}

# Maven on one of this project's poms: maven POM GOAL...
maven() {
  mvn -B -Dstyle.color=never "-Dkilonet.cpu=$KILONET_CPU" -f "$ROOT/$1" "${@:2}"
}

install_tools
JAVA=$JAVA_HOME/bin/java
KILONET_CPU=${KILONET_CPU-$(cpu_extension)}
# What starts the Java program well: nothing of a server, and leave to load native code.
JAVA_OPTIONS=(-XX:+UseParallelGC)
if [ "$(java_version "$JAVA")" -ge 22 ]; then
  JAVA_OPTIONS+=(--enable-native-access=ALL-UNNAMED)
fi
