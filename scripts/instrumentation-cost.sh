#!/usr/bin/env bash
# What instrumentation costs the example service: the same routes with and without a line of measuring.
#
#   scripts/instrumentation-cost.sh [ROUNDS]
#
# Two processes, one of each kind, take turns of a second under the same load from wrk, the service on one processor and wrk on another.
# A round is a turn of each; what counts is its ratio of processor time (user and kernel, of all threads, in nanoseconds) per request.
# Printed are the median of the ratios and the quartiles around it, which say how far the median can be trusted.
# With valgrind the instructions of a request are counted as well, in the process and without a socket: they have no noise.
set -eu
cd "$(dirname "$0")/.."
command -v wrk >/dev/null || { echo "wrk is missing: install it (Debian: apt install wrk)" >&2; exit 1; }
rounds=${1:-60}
program=$(cargo bench --locked -p heart-disease-api --no-default-features --features bench --bench instrumentation --no-run \
  --message-format=json | grep -o '"executable":"[^"]*instrumentation-[^"]*"' | cut -d'"' -f4)

if command -v valgrind >/dev/null; then
  instructions() { valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" repeat "$1" "$2" 2>&1 | awk '/Collected/ {print $4}'; }
  # The difference of two lengths leaves the start out.
  per_request() { echo $((($(instructions "$1" 12000) - $(instructions "$1" 2000)) / 10000)); }
  with=$(per_request measured)
  without=$(per_request bare)
  echo "instructions of a request in the process: measured $with, bare $without, added $((with - without))"
fi

folder=$(mktemp -d)
on() { # processor, command…
  local processor=$1
  shift
  if [ "$(nproc)" -gt 1 ] && command -v taskset >/dev/null; then taskset -c "$processor" "$@"; else "$@"; fi
}
kinds=(measured bare)
ports=(8611 8612)
pids=()
trap 'kill "${pids[@]}"; rm -rf "$folder"' EXIT
for which in 0 1; do
  on 0 "$program" serve "${kinds[$which]}" "127.0.0.1:${ports[$which]}" &
  pids+=($!)
done
cat >"$folder/predict.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"age": 63, "sex": 1, "cp": 3, "trestbps": 145, "chol": 233, "fbs": 1, "restecg": 0, "thalach": 150, "exang": 0, "oldpeak": 2.3, "slope": 0, "ca": 0, "thal": 1}'
LUA
load() { on 1 wrk -t1 -c16 -d1s -s "$folder/predict.lua" "http://127.0.0.1:$1/predict" | awk '/requests in/ {print $1}'; }
processor_ns() { cat /proc/"$1"/task/*/schedstat | awk '{ns += $1} END {printf "%.0f\n", ns}'; }
sleep 1
for port in "${ports[@]}"; do load "$port" >/dev/null; done
for round in $(seq 1 "$rounds"); do
  order=(0 1)
  [ $((round % 2)) = 0 ] && order=(1 0)
  for which in "${order[@]}"; do
    before=$(processor_ns "${pids[$which]}")
    requests=$(load "${ports[$which]}")
    echo "$round $which $requests $before $(processor_ns "${pids[$which]}")"
  done
done >"$folder/rounds"
awk '{ us[$1, $2] = ($5 - $4) / 1e3 / $3; n[$1]++ }
  n[$1] == 2 { print 100 * (us[$1, 0] / us[$1, 1] - 1), us[$1, 0], us[$1, 1] }' "$folder/rounds" >"$folder/ratios"
quartiles() { sort -n -k"$1" "$folder/ratios" | awk -v field="$1" '
  { value[NR] = $field }
  function at(share) { return value[int(1 + share * (NR - 1) + 0.5)] }
  END { print at(0.25), at(0.5), at(0.75) }'; }
quartiles 2 | awk '{ printf "measured: %.2f us of processor time a request (quartiles %.2f, %.2f), %d requests a second and processor\n", $2, $1, $3, 1e6 / $2 }'
quartiles 3 | awk '{ printf "bare:     %.2f us (quartiles %.2f, %.2f)\n", $2, $1, $3 }'
quartiles 1 | awk -v rounds="$rounds" '{ printf "instrumentation costs %+.2f %% (median of %d rounds; quartiles %+.2f, %+.2f)\n", $2, rounds, $1, $3 }'
