# shellcheck shell=bash
# Sourced by the scripts beside it: finds or installs what they need, builds what has changed, and
# says which native code fits this machine. KILONET_CPU may be set to another choice of native code.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PACKAGES=$ROOT/environment/packages-debian.txt

say() { printf '%s\n' "$*" >&2; }

die() {
  say "kilonet: $*"
  exit 1
}

# For scripts that leave files in this checkout.
need_room_here() {
  [ -w "$ROOT" ] || die "$ROOT is read-only: copy it to a folder of yours (cp -r), and run it there."
}

# Ends with the comment at the top of a script: to who asks for --help, or to who gave it a word that
# it does not understand: usage SCRIPT WORD
usage() {
  local text
  text=$(sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$1")
  case "$2" in
    --help | -h)
      printf '%s\n' "$text"
      exit 0
      ;;
  esac
  say "$(basename "$1"): '$2' is not understood."
  say "$text"
  exit 2
}

# How wide the terminal is.
columns() {
  local size
  size=$(stty size <&2 2>/dev/null) || true
  size=${size#* }
  [ "${size:-0}" -gt 0 ] && printf '%s' "$size" || printf 80
}

# Writes over a line of the terminal what has been done since when: taken WORDS START
taken() {
  printf '\r%s … %d:%02d' "$1" $(((SECONDS - $2) / 60)) $(((SECONDS - $2) % 60)) >&2
}

# Runs a command whose chatter goes to a file; on a terminal the time that it has taken is shown.
# Where it fails, EXPLAIN, a command that reads the file, says why: quietly WORDS EXPLAIN COMMAND...
quietly() {
  local words=$1 explain=$2 shown=$1 log status=0 ticker='' start=$SECONDS
  shift 2
  log=$(mktemp "${TMPDIR:-/tmp}/kilonet.XXXXXX")
  if [ -t 2 ]; then
    # What is longer than a line cannot be written over.
    if [ $((${#words} + 10)) -gt "$(columns)" ]; then
      say "$words"
      shown=''
    fi
    while kill -0 $$ 2>/dev/null; do
      taken "$shown" "$start"
      sleep 1
    done &
    ticker=$!
  else
    say "$words"
  fi
  "$@" >"$log" 2>&1 || status=$?
  if [ -n "$ticker" ]; then
    kill "$ticker"
    wait "$ticker" 2>/dev/null || true
    taken "$shown" "$start"
    say ''
  fi
  if [ "$status" -ne 0 ]; then
    $explain "$log" >&2
    die "this failed: $words. All that was said is in $log."
  fi
  rm -f "$log"
}

# What javac says of errors, or that there is no network, else Maven's own words, without its advice
# to people who know Maven.
maven_errors() {
  local reason
  if grep -q 'Could not transfer artifact' "$1"; then
    reason=$(grep -oE 'Unknown host [^ :]+|Connect(ion)? to [^ ]+.*(refused|timed out)|Connection refused|PKIX path building failed|status code: [0-9]+' "$1" | head -n 1) || true
    say "Libraries could not be fetched${reason:+ ($reason)}: the first build needs the network; a proxy or a mirror belongs into ~/.m2/settings.xml."
  elif grep -q 'COMPILATION ERROR' "$1"; then
    sed -n '/COMPILATION ERROR/,/^\[INFO\] [0-9]* error/p' "$1" |
      sed -e '/COMPILATION ERROR/d' -e '/^\[INFO\]/d' -e 's/^\[ERROR\] //' -e 's/:\[\([0-9]*\),[0-9]*\]/:\1:/'
  elif ! grep -q '^\[ERROR\] ' "$1"; then
    tail "$1"
  else
    sed -n 's/^\[ERROR\] //p' "$1" |
      sed -e '/^$/d' -e '/^To see the full stack/d' -e '/^Re-run Maven/d' -e '/^For more info/d' \
        -e '/^After correcting/d' -e '/^  mvn /d' -e '/^\[Help/d' -e 's/ -> \[Help [0-9]*\]$//'
  fi
}

# The packages of these purposes, or of all.
packages() {
  local purpose
  [ "$#" -gt 0 ] || sed '/^#/d' "$PACKAGES"
  for purpose; do
    sed -n "/^#: $purpose\$/,/^#: /{/^#/d;p;}" "$PACKAGES"
  done
}

# The first of these commands that is there.
first_command() {
  local command
  for command; do
    command -v "$command" && return
  done
  return 1
}

is_linux() { [ "$(uname -s)" = Linux ]; }

# Java and Python read the names of files by the locale. Where there is none, as on a bare system,
# a name with other letters than English ones would not be found.
if is_linux && [ "$(locale charmap 2>/dev/null)" = ANSI_X3.4-1968 ] && locale -a | grep -qix 'C\.utf-\?8'; then
  export LC_ALL=C.UTF-8
fi

# The major version of the JDK in a folder, 0 where there is none.
java_version() {
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null) || true
  if [ -z "$version" ]; then
    version=$("$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1) || true
  fi
  printf '%s' "${version:-0}"
}

# A JDK (not only a JRE) of 17 or newer; sets JAVA_HOME.
jdk_is_there() {
  local home javac
  javac=$(command -v javac || true)
  for home in "${JAVA_HOME:-}" "${javac:+$(dirname "$(dirname "$(readlink -f "$javac")")")}"; do
    if [ -n "$home" ] && [ -x "$home/bin/javac" ] && [ "$(java_version "$home")" -ge 17 ]; then
      export JAVA_HOME=$home
      return 0
    fi
  done
  return 1
}

# A library that Java draws with, unless the JDK brings its own.
library_is_there() {
  if ! is_linux; then
    return 0
  elif jdk_is_there; then
    ! ldd "$JAVA_HOME"/lib/libfontmanager.so 2>/dev/null | grep -q "$1 => not found"
  else
    compgen -G "/usr/lib*/$1" || compgen -G "/usr/lib/*/$1"
  fi
}

# Whether what a package brings is there, wherever it comes from.
is_there() {
  case "$1" in
    openjdk-17-jdk-headless) jdk_is_there ;;
    ca-certificates) ! is_linux || [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -d /etc/pki ] ;;
    maven) command -v mvn ;;
    fontconfig) ! is_linux || command -v fc-list ;;
    fonts-dejavu-core) ! is_linux || [ -n "$(fc-list)" ] ;;
    libfreetype6) library_is_there libfreetype.so.6 ;;
    libharfbuzz0b) library_is_there libharfbuzz.so.0 ;;
    jupyter-notebook) first_command jupyter-lab jupyter-notebook ;;
    python3-jupyter-kernel-test) /usr/bin/python3 -c 'import jupyter_kernel_test' ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

# Those packages of these purposes, or of all, of which nothing is there, one a line.
missing() {
  local package
  for package in $(packages "$@"); do
    is_there "$package" || printf '%s\n' "$package"
  done
}

# Makes sure that what these purposes need is there: need java build draw run lab test
need() {
  local lacking
  lacking=$(missing "$@")
  if [ -n "$lacking" ]; then
    if command -v apt-get >/dev/null; then
      install_debian "$lacking"
    elif command -v brew >/dev/null; then
      install_homebrew "$lacking"
    else
      die "$(in_words "$lacking") missing: install this (Jupyter's with: pip install jupyterlab), and run the same again."
    fi
    # Who tests does without what the system does not have, and says so.
    lacking=$(missing "${@/test/}")
    [ -z "$lacking" ] || die "$(in_words "$lacking") still missing: install this by hand; JAVA_HOME may name a JDK's folder."
  fi
  jdk_is_there # here, not in a subshell, for JAVA_HOME
}

# Packages for people who have no such packages.
in_words() {
  local package words='' count=0
  for package in $1; do
    case "$package" in
      openjdk-*) package="a JDK of 17 or newer" ;;
      maven) package="Maven 3.6.3 or newer" ;;
      fontconfig) package="fontconfig (fc-list)" ;;
      fonts-*) package="a font" ;;
      libfreetype6) package="the library freetype" ;;
      libharfbuzz0b) package="the library harfbuzz" ;;
      jupyter-nbconvert) package="Jupyter's nbconvert" ;;
      jupyter-notebook) package="JupyterLab" ;;
    esac
    words=$words${words:+, }$package
    count=$((count + 1))
  done
  printf '%s %s' "$words" "$([ "$count" -gt 1 ] && echo are || echo is)"
}

# Debian's and Ubuntu's names for these packages, on one line: newer ones have newer JDKs under
# another name, older ones lack some that only tests want.
debian_names() {
  local package names=''
  for package in $1; do
    if apt_knows "$package" || ! apt_knows maven; then
      names="$names $package"
    elif [[ $package == openjdk-* ]]; then
      names="$names default-jdk-headless"
    fi
  done
  if ! apt_knows maven; then # its lists were never read
    names=${names/openjdk-17-jdk-headless/default-jdk-headless}
  fi
  printf '%s' "${names# }"
}

apt_knows() { apt-cache show "$1" >/dev/null 2>&1; }

# Installs Debian packages where this user may, else names all that is missing for any script here.
install_debian() {
  local sudo=() names
  if [ "$(id -u)" -ne 0 ]; then
    sudo=(sudo)
    if ! command -v sudo >/dev/null || ! may_become_root; then
      die "packages are missing. Who may install them runs: sudo apt-get update && sudo apt-get install -y --no-install-recommends $(debian_names "$(missing)")"
    fi
  fi
  quietly "reading the list of packages" tail ${sudo[@]+"${sudo[@]}"} apt-get update
  names=$(debian_names "$1")
  # shellcheck disable=SC2086
  quietly "installing $names" tail ${sudo[@]+"${sudo[@]}"} env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 $names
}

# Whether sudo works, perhaps with the password of somebody who sits at a terminal.
may_become_root() {
  if sudo -n true 2>/dev/null; then
    return 0
  fi
  if [ -t 0 ] && [ -t 2 ] && id -nG | grep -qwE 'sudo|admin|wheel'; then
    say "packages are missing: sudo asks for your password to install them"
    sudo -v
    return
  fi
  return 1
}

install_homebrew() {
  local package formulae=()
  for package in $1; do
    case "$package" in
      openjdk-17-jdk-headless) formulae+=(openjdk@17) ;;
      jupyter-*) formulae+=(jupyterlab) ;;
      maven | shellcheck) formulae+=("$package") ;;
    esac
  done
  [ "${#formulae[@]}" -eq 0 ] || quietly "installing ${formulae[*]}" tail brew install "${formulae[@]}"
  if ! jdk_is_there; then
    JAVA_HOME=$(brew --prefix openjdk@17)/libexec/openjdk.jdk/Contents/Home
    export JAVA_HOME
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

# Whether the JDK has jdk.incubator.vector, which the engine computes with.
has_vectors() {
  if grep -q '^MODULES=' "$JAVA_HOME/release" 2>/dev/null; then
    grep -q '^MODULES=.*jdk\.incubator\.vector' "$JAVA_HOME/release"
  else
    "$JAVA_HOME/bin/java" --list-modules | grep -q '^jdk\.incubator\.vector'
  fi
}

# Sets JAVA_OPTIONS: vectors, leave to load native code, and the collector that puts large arrays at
# the start of a cache line: with another one the engine takes up to a third longer. Some methods of
# ND4J's stay interpreted: compiled, they let go of arrays whose memory native code still reads, and
# a collection at that moment ends the JVM. Nets that Deeplearning4j itself trains call them. The
# engine's vector code is compiled after a tenth of the usual calls: until then it is slow.
java_options() {
  local version nd4j=org.nd4j.linalg.cpu.nativecpu.ops.NativeOpExecutioner
  version=$(java_version "$JAVA_HOME")
  JAVA_OPTIONS=(-XX:+UseG1GC -XX:CompileCommand=quiet "-XX:CompileCommand=exclude,$nd4j::*"
    "-XX:CompileCommand=CompileThresholdScaling,kilonet.fused.Vector*::*,0.1")
  if has_vectors; then
    JAVA_OPTIONS+=(--add-modules=jdk.incubator.vector)
  fi
  if [ "$version" -ge 22 ]; then
    JAVA_OPTIONS+=(--enable-native-access=ALL-UNNAMED)
  fi
  if [ "$version" -ge 23 ]; then
    JAVA_OPTIONS+=(--sun-misc-unsafe-memory-access=allow)
  fi
}

# Passes on all that comes in but the line by which the JVM announces the module of vectors, which
# no option silences.
without_incubator_line() {
  grep --line-buffered -vxF 'WARNING: Using incubator modules: jdk.incubator.vector' || true
}

# Maven on one of this project's poms: maven POM GOAL...
maven() {
  local options=${MAVEN_OPTS:-}
  # What Maven itself stands on makes newer JDKs warn.
  [ "$(java_version "$JAVA_HOME")" -lt 23 ] ||
    options="$options --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
  MAVEN_OPTS=$options mvn -B -ntp -Dstyle.color=never "-Dkilonet.cpu=$KILONET_CPU" -f "$ROOT/$1" "${@:2}"
}

# What a module, environment, environment/cluster or kernel, is made of, in one word: content counts,
# not dates.
sources() {
  local module modules=(lib notebooks "$1") parts=(.mvn pom.xml)
  [ "$1" != environment/cluster ] || modules+=(environment)
  for module in "${modules[@]}"; do
    parts+=("$module/pom.xml" "$module/src/main")
  done
  [ "$1" != kernel ] || parts+=(kernel/src/assembly)
  (
    cd "$ROOT" || exit
    printf '%s\n' "$KILONET_CPU"
    find "${parts[@]}" -type f -exec cksum {} + | LC_ALL=C sort
  ) | cksum | tr ' ' '-'
}

# The jar that a module is built for.
jar_of() {
  case "$1" in
    environment) printf '%s' "$ROOT/environment/target/kilonet.jar" ;;
    environment/cluster) printf '%s' "$SPARK/jars/kilonet-cluster.jar" ;;
    kernel) printf '%s' "$ROOT/kernel/target/kilonet-kernel.jar" ;;
  esac
}

# Those of these modules whose jars were not built from what their sources are now. A jar that is
# newer than the note comes from another build, of who knows what.
unbuilt() {
  local module jar note
  for module; do
    jar=$(jar_of "$module") note=$ROOT/$module/target/built-from
    if [ ! -f "$jar" ] || [ ! -f "$note" ] || [ "$jar" -nt "$note" ] || [ "$(cat "$note")" != "$(sources "$module")" ]; then
      printf '%s\n' "$module"
    fi
  done
}

# Builds those of these modules that are not built: old code never runs.
build() {
  [ -n "$(unbuilt "$@")" ] || return 0
  if [ ! -w "$ROOT/$1" ]; then
    die "$ROOT has to be built and is read-only: copy it to a folder of yours, and run it there."
  fi
  need java build
  if command -v flock >/dev/null; then
    mkdir -p "$ROOT/runs"
    # Another terminal may be building: that is waited for, and then perhaps enough.
    (
      flock -n 9 || quietly "waiting for another build" tail flock 9
      build_now "$@"
    ) 9>"$ROOT/runs/.building"
  else
    build_now "$@"
  fi
}

build_now() {
  local module modules notes=() words="building Kilonet" profiles=()
  modules=$(unbuilt "$@")
  [ -n "$modules" ] || return 0
  if [[ $modules == *environment/cluster* ]]; then
    modules=$(printf '%s\n' environment environment/cluster) # which is built from it
    profiles=(-Pcluster)
    rm -rf "$SPARK/jars" # all that lies there is on the class path
    [ -d "${HOME:-}/.m2/repository/org/apache/spark" ] || words="$words for a cluster (0.2 GB of Spark are fetched, this once)"
  fi
  for module in $modules; do
    notes+=("$(sources "$module")")
    # A run that is under way keeps the jars that it has open; written over, they would break it.
    rm -f "$ROOT"/{lib,notebooks,"$module"}/target/{,dependency/}kilonet*.jar
  done
  [ -d "${HOME:-}/.m2/repository/org/nd4j" ] || words="$words (0.4 GB of libraries are fetched, this once)"
  quietly "$words" maven_errors maven pom.xml ${profiles[@]+"${profiles[@]}"} -pl "$(printf '%s' "$modules" | tr '\n' ,)" -am -Dmaven.test.skip -Dmaven.javadoc.skip package
  for module in $modules; do
    printf '%s\n' "${notes[0]}" >"$ROOT/$module/target/built-from"
    notes=("${notes[@]:1}")
  done
}

# Builds all and installs the kernel below target/, so that the user's own Jupyter stays as it is.
install_kernel() {
  local jar prefix=$ROOT/kernel/target/lab note install
  build environment kernel
  jar=$(jar_of kernel)
  note=$prefix/installed-by
  # The collector of java_options: the kernel's own choice is frugal, and trains more slowly.
  install=("$JAVA_HOME/bin/java" -jar "$jar" install --prefix "$prefix" --jvm-arg=-XX:+UseG1GC)
  if [ ! -f "$note" ] || [ "$jar" -nt "$note" ] || [ "$(cat "$note")" != "${install[*]}" ]; then
    quietly "installing the kernel for Java" tail "${install[@]}"
    printf '%s\n' "${install[*]}" >"$note"
  fi
  export JUPYTER_PATH=$prefix/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}
}

# Sets what Spark's own programs look for. Settings for all of them, such as a secret that all
# machines of a cluster share, are in spark-defaults.conf of SPARK_CONF_DIR.
spark_environment() {
  export SPARK_HOME=$SPARK SPARK_SCALA_VERSION=2.13
  export SPARK_CONF_DIR=${SPARK_CONF_DIR:-$ROOT/environment/cluster/conf}
  # shellcheck disable=SC2034 # for who sources this
  SPARK_OPTIONS=("@$ROOT/environment/cluster/jvm.options" -cp "$SPARK/jars/*")
}

SPARK=$ROOT/environment/cluster/target/spark
KILONET_CPU=${KILONET_CPU-$(cpu_extension)}
