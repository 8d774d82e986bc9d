#!/usr/bin/env bash
# Tries a cluster on this machine's loopback, with processes that are killed, and measures it:
#   environment/cluster/check.sh faults      all of these:
#   environment/cluster/check.sh worker      a worker is killed in the middle of a sweep
#   environment/cluster/check.sh driver      the program that gave the command is, and starts again
#   environment/cluster/check.sh stop        it is told to end, and the same command goes on
#   environment/cluster/check.sh submit      spark-submit starts it
#   environment/cluster/check.sh overhead    24 runs with local[2] and with --jobs 2: minutes
#   environment/cluster/check.sh growth      1,000 empty runs on 1, 2, 4 and 8 workers: minutes
# Needs MNIST (KILONET_DATA). EPOCHS and LIMIT make the runs of "overhead" longer or shorter.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=environment/setup.sh
. "$here/../setup.sh"
: "${KILONET_DATA:?names the folder of the four files of MNIST}"

kilonet=$ROOT/environment/kilonet
port=${PORT:-17077}
master=spark://127.0.0.1:$port
scratch=$(mktemp -d)
declare -A process=()
export SPARK_CONF_DIR=$scratch SPARK_WORKER_DIR=$scratch/work SPARK_LOCAL_IP=127.0.0.1

end() {
  local name
  for name in "${!process[@]}"; do
    kill "${process[$name]}" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  rm -rf "$scratch"
}
trap end EXIT

# Starts a process whose words go to $scratch/NAME: begin NAME COMMAND...
begin() {
  : >"$scratch/$1"
  "${@:2}" >>"$scratch/$1" 2>&1 </dev/null & # both ends of it are appended to
  process[$1]=$!
}

# Kills one and waits for its end.
end_hard() {
  kill -9 "${process[$1]}"
  wait "${process[$1]}" 2>/dev/null || true
  unset "process[$1]"
}

# Waits until a command succeeds; gives up after five minutes, or when process NAME has ended.
until_true() {
  local name=$1 deadline=$((SECONDS + 300))
  until "${@:2}"; do
    if [ "$SECONDS" -gt "$deadline" ] || ! kill -0 "${process[$name]}" 2>/dev/null; then
      cat "$scratch/$name" >&2
      die "this did not come true: ${*:2}"
    fi
    sleep 0.2
  done
}
says() { grep -q "$2" "$scratch/$1"; }
finished() { [ "$(find "$scratch/$1" -name result.json 2>/dev/null | wc -l)" -ge "$2" ]; }

begin_master() {
  begin master "$here/spark" master --host 127.0.0.1 --port "$port" --webui-port 0
  until_true master says master 'alive\|ALIVE'
}
# begin_worker NAME CORES
begin_worker() {
  begin "$1" "$here/spark" worker --host 127.0.0.1 --webui-port 0 --cores "$2" --memory 2g --work-dir "$scratch/$1.work" "$master"
  until_true "$1" says "$1" 'registered with master'
}

# Results without what takes another time each time.
without_times() { sed -E '/"(seconds|images_per_second)" : /d' "$1"; }
same_results() { # FOLDER SEEDS: as those in $scratch/here
  local seed
  for ((seed = 1; seed <= $2; seed++)); do
    cmp <(without_times "$scratch/here/seed-$seed/result.json") <(without_times "$scratch/$1/seed-$seed/result.json") ||
      die "seed $seed of $1 is not what it is here"
  done
  say "$1: all $2 results are there, byte for byte those of --jobs, but for the times"
}

short=(sweep --recipe model_3 --data mnist --epochs 3 --limit 10000 --seeds 1..12)

# The same runs here, and a cluster of two workers.
begin_all() {
  [ ! -d "$scratch/here" ] || return 0
  "$kilonet" "${short[@]}" --jobs 2 --out "$scratch/here" >/dev/null
  begin_master
  begin_worker one 1
  begin_worker two 1
}
# Begins the sweep on the cluster, into a folder of its own: sweep NAME
sweep() { begin "$1" "$kilonet" "${short[@]}" --cluster "$master" --out "$scratch/$1.runs"; }
ended() { # NAME: waits for that sweep, and shows what it said
  local status=0
  wait "${process[$1]}" || status=$?
  unset "process[$1]"
  grep -v '^{' "$scratch/$1" >&2
  return "$status"
}

worker() {
  begin_all
  say "a worker is killed in the middle"
  sweep lost
  until_true lost finished lost.runs 3
  end_hard two
  ended lost || die "the sweep failed"
  says lost 'is lost' || die "nothing was said of the worker that is lost"
  same_results lost.runs 12
  begin_worker two 1
}

driver() {
  local earlier
  begin_all
  say "the driver is killed and started again"
  sweep driver
  until_true driver finished driver.runs 5
  end_hard driver
  touch "$scratch/then"
  earlier=$(find "$scratch/driver.runs" -name result.json | wc -l)
  sweep driver
  ended driver || die "the sweep failed"
  same_results driver.runs 12
  [ "$(find "$scratch/driver.runs" -name result.json -newer "$scratch/then" | wc -l)" -eq $((12 - earlier)) ] ||
    die "what was finished was run again"
  say "$earlier were finished before, $((12 - earlier)) were run"
}

stop() {
  begin_all
  say "the driver is told to end, and the same command goes on"
  sweep stopped
  until_true stopped finished stopped.runs 2
  kill -TERM "${process[stopped]}" # ends it as Ctrl-C does, which a shell's background ignores
  ! ended stopped || die "it did not stop"
  says stopped 'give the same command again to go on' || die "nothing was said of how to go on"
  finished stopped.runs 12 && die "it went on to its end"
  sweep stopped
  ended stopped || die "the sweep failed"
  same_results stopped.runs 12
}

submit() {
  begin_all
  say "spark-submit starts it"
  submitted "${short[@]}" --out "$scratch/submitted.runs" >/dev/null
  same_results submitted.runs 12
}

faults() {
  worker
  driver
  stop
  submit
}

# What Spark's own script of that name does.
submitted() {
  jdk_is_there
  java_options
  spark_environment
  "$JAVA_HOME/bin/java" "${JAVA_OPTIONS[@]}" "${SPARK_OPTIONS[@]}" org.apache.spark.deploy.SparkSubmit \
    --master "$master" --conf spark.driver.host=127.0.0.1 --conf spark.executor.memory=1g \
    --class kilonet.cli.Kilonet "$SPARK"/jars/kilonet-cli-*.jar "$@" --cluster spark-submit
}

overhead() {
  local long=(sweep --recipe model_3 --data mnist --epochs "${EPOCHS:-4}" --limit "${LIMIT:-0}" --seeds 1..24)
  timed "--jobs 2" --jobs 2
  timed "local[2]" --cluster 'local[2]'
}
timed() { # WORDS OPTIONS...: tells wall-clock and processor time, of which others cannot take any
  rm -rf "$scratch/timed"
  say "$1"
  TIMEFORMAT='%R s, of processors %U + %S s'
  time "$kilonet" "${long[@]}" "${@:2}" --out "$scratch/timed" >>"$scratch/timed.out" 2>&1 || { cat "$scratch/timed.out"; die "the sweep failed"; }
  say "seconds of a run, mean: $(sed -n 's/^  "seconds" : \(.*\),$/\1/p' "$scratch"/timed/seed-*/result.json | awk '{s += $1} END {print s / NR}')"
}

growth() {
  local workers=0 wanted cores=4
  jdk_is_there
  java_options
  spark_environment
  begin_master
  for wanted in ${WORKERS:-1 2 4 8}; do
    while [ "$workers" -lt "$wanted" ]; do
      workers=$((workers + 1))
      begin_worker "worker-$workers" "$cores"
    done
    "$JAVA_HOME/bin/java" "${JAVA_OPTIONS[@]}" "${SPARK_OPTIONS[@]}" -Dspark.executor.memory=512m \
      kilonet.cluster.EmptyRuns "$master" $((cores * wanted)) "${TASKS:-1000}" "${MILLIS:-500}" \
      2>/dev/null
  done
}

case "${1:-}" in
  faults | worker | driver | stop | submit | overhead | growth)
    [ "$#" -eq 1 ] || usage "${BASH_SOURCE[0]}" "$2"
    build environment environment/cluster
    "$1"
    ;;
  *) usage "${BASH_SOURCE[0]}" "${1:-}" ;;
esac
