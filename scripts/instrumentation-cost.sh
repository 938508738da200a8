#!/usr/bin/env bash
# What instrumentation costs the example service, and what the service can answer.
#
#   scripts/instrumentation-cost.sh [SECONDS]
#
# 1. With valgrind: instructions of a request with and without a line of measuring, in the process. They have no noise.
# 2. Time of a request with and without, in the process and over loopback (processor time, kernel included), in many short turns.
# 3. With wrk, for SECONDS (10 unless given): requests a second of the measured service on one processor, the load on another.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-10}
program=$(cargo bench --locked -p heart-disease-api --no-default-features --features bench --bench instrumentation --no-run \
  --message-format=json | grep -o '"executable":"[^"]*instrumentation-[^"]*"' | cut -d'"' -f4)

if command -v valgrind >/dev/null; then
  instructions() { valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" repeat "$1" "$2" 2>&1 | awk '/Collected/ {print $4}'; }
  # The difference of two lengths leaves the start out.
  per_request() { echo $((($(instructions "$1" 12000) - $(instructions "$1" 2000)) / 10000)); }
  with=$(per_request measured)
  without=$(per_request bare)
  echo "instructions of a request in the process: measured $with, bare $without, added $((with - without))"
else
  echo "SKIPPED: no valgrind, so no instructions were counted (Debian: apt install valgrind)"
fi

"$program"

if ! command -v wrk >/dev/null || ! command -v taskset >/dev/null || [ "$(nproc)" -lt 2 ]; then
  echo "SKIPPED: requests a second need wrk, taskset and a second processor (Debian: apt install wrk util-linux)"
  exit 0
fi
folder=$(mktemp -d)
taskset -c 0 "$program" serve measured 127.0.0.1:8611 &
service=$!
trap 'kill "$service"; rm -rf "$folder"' EXIT
cat >"$folder/predict.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"age": 63, "sex": 1, "cp": 3, "trestbps": 145, "chol": 233, "fbs": 1, "restecg": 0, "thalach": 150, "exang": 0, "oldpeak": 2.3, "slope": 0, "ca": 0, "thal": 1}'
LUA
processor_ns() { cat /proc/"$service"/task/*/schedstat | awk '{ns += $1} END {printf "%.0f\n", ns}'; }
sleep 1
before=$(processor_ns)
taskset -c 1 wrk -t1 -c16 -d"$seconds"s -s "$folder/predict.lua" http://127.0.0.1:8611/predict >"$folder/said"
after=$(processor_ns)
awk -v ns=$((after - before)) '
  /requests in/ { requests = $1 }
  /Requests\/sec/ { rate = $2 }
  END { printf "wrk: %d requests a second; %.2f us of processor time each, so %d a second and processor\n", rate, ns / requests / 1e3, 1e9 * requests / ns }' "$folder/said"
