#!/usr/bin/env bash
# Tests of the scripts in environment/, for test.sh: what they say and do where something is missing,
# wrong or changed. Works on a copy of this checkout; nothing is installed or downloaded.
# shellcheck disable=SC2016,SC2317 # texts of other scripts; functions that "that" calls
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
# shellcheck source=environment/setup.sh
. "$here/setup.sh"
[ "$#" -eq 0 ] || usage "${BASH_SOURCE[0]}" "$1"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Where people keep such things; links and Maven's, Java's and Jupyter's paths lead through it, too.
copy="$scratch/Jürgens Ordner/kilonet"
mkdir -p "$copy"
(cd "$ROOT" && tar -cf - --exclude=runs --exclude=surefire-reports --exclude=environment/cluster/target .mvn pom.xml lib notebooks/*.ipynb notebooks/*.md notebooks/pom.xml notebooks/src environment kernel/pom.xml) | tar -xf - -C "$copy"
source_file=$copy/environment/src/main/java/kilonet/cli/Kilonet.java
failed=0

# Runs a command; what it says goes to $scratch/out and $scratch/err, its status to $status.
try() {
  status=0
  "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
}

# that WORDS TEST...: says which of the tests below fails.
that() {
  if "${@:2}"; then
    return
  fi
  failed=1
  say "FAILED: $1"
  sed 's/^/    /' "$scratch/out" "$scratch/err" | tail -n 20 >&2
}

lines() { [ "$(wc -l <"$scratch/$1" | tr -d ' ')" -eq "$2" ]; }
says() { grep -qF -- "$2" "$scratch/$1"; }
says_not() { ! says "$@"; }
lacks() { ! grep -qF -- "$2" "$1"; }
ends_with() { [ "$status" -eq "$1" ]; }

# Commands of a system that has no package of ours: links to what else the scripts use.
bare=$scratch/bare
mkdir "$bare"
for tool in awk bash basename cat chmod cksum cp cut date dirname env expr find grep head id ldd ls mkdir mktemp mv \
  printf readlink rm rmdir sed sh sleep sort tail tr uname wc; do
  ln -s "$(command -v "$tool" || echo /nowhere)" "$bare/$tool"
done
on_bare() { env -i HOME="$scratch/home" PATH="$bare" "$@"; }
fake() { # NAME: a command of the bare system, its text on standard input
  rm -f "$bare/$1" # a link, which must not be written through
  { echo '#!/bin/sh' && cat; } >"$bare/$1"
  chmod +x "$bare/$1"
}

# 1. All that is missing is named at once, in words or as one command.
if is_linux; then
  try on_bare "$copy/environment/run.sh"
  that "without apt: status 1" ends_with 1
  that "without apt: one sentence" lines err 1
  for word in "a JDK of 17 or newer" "Maven 3.6.3 or newer" "fontconfig (fc-list)" "Jupyter's nbconvert"; do
    that "without apt: $word" says err "$word"
  done

  fake apt-get <<<'echo "$*" >>'"$scratch/apt"
  fake apt-cache <<<'exit 1'
  fake id <<<'[ "$1" = -u ] && echo 1000 || echo people'
  for script in run.sh "run.sh lab" test.sh kilonet; do
    # shellcheck disable=SC2086
    try on_bare "$copy"/environment/$script
    that "$script, nobody's root: status 1" ends_with 1
    that "$script, nobody's root: one sentence" lines err 1
    for package in $(packages | sed 's/openjdk-17-jdk/default-jdk/'); do
      # Libraries, certificates and modules of Python may be on this machine.
      case "$package" in lib* | ca-* | python3-*) continue ;; esac
      that "$script names $package" says err "$package"
    done
  done
  that "nothing is installed by who may not" [ ! -e "$scratch/apt" ]

  fake apt-cache <<<'case "$2" in openjdk-17* | python3-*) exit 1 ;; esac'
  try on_bare "$copy/environment/test.sh"
  that "a newer system: its JDK" says err " default-jdk-headless "
  that "a system that lacks a package: without it" says_not err python3-jupyter
  fake sudo <<<'[ "$1" = -n ] || exec "$@"'
  try on_bare "$copy/environment/run.sh"
  that "with sudo: packages are installed" grep -q '^install -y .*default-jdk-headless' "$scratch/apt"
  that "with sudo: apt's chatter is not shown" says_not err "Reading package"
fi

# What takes long is told once on a terminal, however narrow; the time that it takes is counted.
on_terminal() { # COLUMNS WORDS
  try script -qec "stty cols $1; bash -euc '. \"$copy/environment/setup.sh\"; quietly \"$2\" tail true'" /dev/null
  tr '\r' '\n' <"$scratch/out" >"$scratch/shown"
}
if is_linux && command -v script >/dev/null; then
  on_terminal 40 "words that take more than a line of it"
  that "narrow: told once" [ "$(grep -c "more than a line" "$scratch/shown")" -eq 1 ]
  that "narrow: counted" grep -q '^ … [0-9]:[0-9][0-9]$' "$scratch/shown"
  on_terminal 80 "few words"
  that "wide: told and counted on one line" grep -q '^few words … [0-9]:[0-9][0-9]$' "$scratch/shown"
fi

# What is said where nothing can be fetched.
cat >"$scratch/log" <<'LOG'
[ERROR] [ERROR] Some problems were encountered while processing the POMs:
[ERROR] Non-resolvable import POM: Could not transfer artifact org.junit:junit-bom:pom:5.13.4 from/to central (https://repo.maven.apache.org/maven2): Unknown host repo.maven.apache.org: Name or service not known @ line 73, column 19
[ERROR] The build could not read 1 project -> [Help 1]
LOG
try maven_errors "$scratch/log"
that "no network: one sentence" lines err 1
that "no network: why" says err "fetched (Unknown host repo.maven.apache.org): the first build"

# 2. The data are looked at before anything else.
try on_bare KILONET_DATA="$scratch/nowhere" "$copy/environment/run.sh"
that "no folder of data: status 1" ends_with 1
that "no folder of data: one sentence" lines err 1
that "no folder of data: named" says err "$scratch/nowhere, but there is no such folder"
mkdir "$scratch/some"
touch "$scratch/some/train-images-idx3-ubyte.gz" "$scratch/some/train-labels.idx1-ubyte"
try on_bare KILONET_DATA="$scratch/some" "$copy/environment/run.sh" --quick
that "a file is missing: named" says err "t10k-images-idx3-ubyte"

# 3. Wrong use and help.
for script in run.sh test.sh clock.sh peers/compare.sh fresh.sh; do
  try "$copy/environment/$script" --help
  that "$script --help: status 0" ends_with 0
  that "$script --help: on standard output" [ -s "$scratch/out" ]
  try "$copy/environment/$script" --hepl
  that "$script --hepl: status 2" ends_with 2
done
try env KILONET_QUICK=1 "$copy/environment/run.sh" --keep
that "quick runs are not kept" says err "unset it"

# 4. The launcher: what is old is built, in silence where all is well.
need java build
try "$copy/environment/kilonet" --version
that "a copy builds" ends_with 0
that "the version" says out "kilonet 0.1.0"
try env -u LANG LC_ALL=C "$copy/environment/kilonet" --version
that "without a locale it is found all the same" says out "kilonet 0.1.0"
try "$copy/environment/kilonet" recipes nothing
that "the status of the program" ends_with 2
that "one sentence on standard error, whole when the program has ended" lines err 1
that "no word of incubators" says_not err WARNING
try env JAVA_TOOL_OPTIONS=-Dsome=thing "$copy/environment/kilonet" --version
that "what else the JVM says is passed on" says err "Picked up JAVA_TOOL_OPTIONS"
try bash -c "'$copy/environment/kilonet' --version 2>&-"
that "without standard error it runs, too" says out "kilonet 0.1.0"
try bash -c "exec '$copy/environment/kilonet' recipes 2>&1 >/dev/null | cat"
that "no word of incubators in a pipe" [ ! -s "$scratch/out" ]
touch "$source_file"
try "$copy/environment/kilonet" --version
that "a new date alone builds nothing" [ ! -s "$scratch/err" ]
jar=$copy/environment/target/kilonet.jar
cp "$jar" "$scratch/before.jar"
exec 8<"$jar"
sed -i.old 's/"kilonet " + /"kilonet of today " + /; s/^  public void run/      public void run/' "$source_file"
printf '%s\n' 'class Counts { String of(int n) { return String.format("%d", n); } }' >>"$source_file"
try "$copy/environment/kilonet" --version
that "an edit is built and runs, in whatever style" says out "kilonet of today"
that "and that is said" says err "building Kilonet"
that "what a run under way has open stays as it is" cmp "$scratch/before.jar" - <&8
exec 8<&-
printf 'oops\n' >>"$source_file"
try "$copy/environment/kilonet" --version
that "a syntax error: status 1" ends_with 1
that "a syntax error: no old code" says_not out kilonet
that "a syntax error: in javac's words, with the place" grep -q 'Kilonet.java:[0-9]*: [a-z]' "$scratch/err"
that "a syntax error: no stack" says_not err "	at "
that "a syntax error: nothing of Maven" says_not err "Failed to execute goal"
mv "$source_file.old" "$source_file"

# 5. The end by a signal is the program's own.
"$copy/environment/kilonet" --version >/dev/null
# Who is started in the background has SIGINT ignored, for good, and so has all that it starts.
hearing=()
if env --default-signal=INT true 2>/dev/null; then
  hearing=(env --default-signal=INT)
fi
for signal in INT:130 TERM:143; do
  ended=${signal#*:} signal=${signal%:*}
  mkfifo "$scratch/lines"
  # Job control gives the launcher its own group, and leaves SIGINT as a terminal has it.
  set -m
  ${hearing[@]+"${hearing[@]}"} "$copy/environment/kilonet" train --recipe model_3 \
    --data digits --limit 2000 --epochs 1000 --out "$scratch/$signal" \
    >"$scratch/lines" 2>"$scratch/err" &
  launcher=$!
  set +m
  grep -m 1 '^epoch  1/1000' <"$scratch/lines" >"$scratch/out" || true
  kill -s "$signal" -- "-$launcher"
  status=0
  wait "$launcher" || status=$?
  that "SIG$signal ends it" ends_with "$ended"
  that "SIG$signal leaves a result" [ -s "$scratch/$signal/result.json" ]
  that "SIG$signal is no reason for a stack" says_not err "	at "
  rm "$scratch/lines"
done

# 6. What is sent to one file, words and results, stands there whole and in its order.
{
  echo before
  "$copy/environment/kilonet" train --recipe model_3 --data digits --limit 300 --epochs 2 --out "$scratch/one" 2>&1
} >"$scratch/out" </dev/null
for second in 1 2 3 4 5 6 7 8 9; do
  ! says out "epoch  2/2" || break
  sleep "$second" # the filter may be behind
done
that "one file: what was there" grep -qx before "$scratch/out"
that "one file: the first epoch" grep -q "^epoch  1/2  train" "$scratch/out"
that "one file: the second epoch" grep -q "^epoch  2/2  train" "$scratch/out"
that "one file: the result" grep -q '^{.*}$' "$scratch/out"
that "one file: no word of incubators" says_not out WARNING

# 7. Jupyter gets copies, the kernel, and KILONET_QUICK as it was set.
mkdir -p "$copy/kernel/target/lab" "$scratch/bin"
cat >"$scratch/bin/jupyter-lab" <<'END'
#!/bin/sh
echo "quick=$KILONET_QUICK in $(basename "$PWD") with $*"
echo "WARNING: Using incubator modules: jdk.incubator.vector" >&2
echo "[I] what Jupyter says" >&2
END
chmod +x "$scratch/bin/jupyter-lab"
# The kernel is built and tested elsewhere; here it is taken as there.
sed -i.old 's/^  build environment kernel$/  build environment; touch "$(jar_of kernel)"/; s/^    quietly "installing the kernel.*/    :/' "$copy/environment/setup.sh"
try env PATH="$scratch/bin:$PATH" KILONET_QUICK=1 "$copy/environment/run.sh" lab --port 9000
that "lab: quick mode reaches Jupyter" says out "quick=1 in lab with"
that "lab: options reach Jupyter" says out "--port 9000"
that "lab: Jupyter's words are passed on" says err "what Jupyter says"
that "lab: no word of incubators" says_not err WARNING
that "lab: copies without outputs" grep -q '"outputs": \[\]' "$copy/runs/lab/Step_1.ipynb"
that "lab: copies of the texts" cmp "$ROOT/notebooks/Step_1.md" "$copy/runs/lab/Step_1.md"
that "lab: copies without figures" lacks "$copy/runs/lab/Step_1.ipynb" "best test accuracy"
that "lab: the notebooks are as they were" cmp "$ROOT/notebooks/Step_1.ipynb" "$copy/notebooks/Step_1.ipynb"
printf 'mine' >"$copy/runs/lab/Step_2.ipynb"
rm "$copy/runs/lab/Step_3.ipynb"
try env PATH="$scratch/bin:$PATH" "$copy/environment/run.sh" lab
that "lab: no quick mode unless asked for" says out "quick= in lab"
that "lab: work is kept" grep -q '^mine$' "$copy/runs/lab/Step_2.ipynb"
that "lab: what is missing comes again" [ -s "$copy/runs/lab/Step_3.ipynb" ]

# 8. What can only be read says so. To the superuser nothing is read-only: somebody else tries it.
chmod go+x "$scratch"
chmod -R a-w,go+rX "$scratch/Jürgens Ordner"
reader=(env -u KILONET_DATA)
[ "$(id -u)" -ne 0 ] || reader=(setpriv --reuid=65534 --clear-groups "${reader[@]}")
if "${reader[@]}" true; then
  for script in "run.sh --quick" "run.sh lab" test.sh clock.sh; do
    # shellcheck disable=SC2086
    try "${reader[@]}" "$copy"/environment/$script
    that "read-only, $script: one sentence" lines err 1
    that "read-only, $script: what to do" says err "is read-only: copy it"
  done
fi
chmod -R u+w "$scratch"

[ "$failed" -eq 0 ] && say "the scripts do what they say"
exit "$failed"
