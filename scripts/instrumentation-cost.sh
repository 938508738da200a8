#!/usr/bin/env bash
# What instrumentation costs the example service: two processes with the same routes, one of them without a line of measuring, take turns
# under the same load from wrk. Prints for each round the processor time of a request in both, and the median of the rounds' ratios.
#
#   scripts/instrumentation-cost.sh [ROUNDS] [SECONDS]
#
# Processor time is the process' own, in user space and in the kernel, from /proc/PID/stat.
set -eu
cd "$(dirname "$0")/.."
command -v wrk >/dev/null || { echo "wrk is missing: install it (Debian: apt install wrk)" >&2; exit 1; }
rounds=${1:-12}
seconds=${2:-4}
program=$(cargo bench --locked -p heart-disease-api --features bench --bench instrumentation --no-run --message-format=json \
  | grep -o '"executable":"[^"]*instrumentation-[^"]*"' | cut -d'"' -f4)
folder=$(mktemp -d)
ports=(8611 8612)
"$program" serve measured "127.0.0.1:${ports[0]}" &
pids=($!)
"$program" serve bare "127.0.0.1:${ports[1]}" &
pids+=($!)
trap 'kill "${pids[@]}"; rm -rf "$folder"' EXIT
cat >"$folder/predict.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"age": 63, "sex": 1, "cp": 3, "trestbps": 145, "chol": 233, "fbs": 1, "restecg": 0, "thalach": 150, "exang": 0, "oldpeak": 2.3, "slope": 0, "ca": 0, "thal": 1}'
LUA
load() { wrk -t1 -c16 -d"$2"s -s "$folder/predict.lua" "http://127.0.0.1:$1/predict" | awk '/requests in/ {print $1}'; }
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
sleep 1
for port in "${ports[@]}"; do load "$port" 1 >/dev/null; done
for round in $(seq 1 "$rounds"); do
  order=(0 1)
  [ $((round % 2)) = 0 ] && order=(1 0)
  for which in "${order[@]}"; do
    before=$(ticks "${pids[$which]}")
    requests=$(load "${ports[$which]}" "$seconds")
    after=$(ticks "${pids[$which]}")
    echo "$round $which $requests $((after - before))"
  done
done | tee "$folder/rounds" | awk -v hz="$(getconf CLK_TCK)" '
  { us[$1, $2] = 1e6 * $4 / hz / $3; n[$1]++ }
  n[$1] == 2 {
    printf "round %d: measured %.2f us, bare %.2f us a request, %+.2f %%\n", $1, us[$1, 0], us[$1, 1], 100 * (us[$1, 0] / us[$1, 1] - 1)
    fflush()
  }'
awk -v hz="$(getconf CLK_TCK)" '
  { us[$1, $2] = 1e6 * $4 / hz / $3; n[$1]++ }
  n[$1] == 2 { print us[$1, 0] / us[$1, 1], us[$1, 0], us[$1, 1] }' "$folder/rounds" | sort -n | awk '
  { ratio[NR] = $1; measured[NR] = $2 }
  END { middle = ratio[int((NR + 1) / 2)]
    printf "median of %d rounds: instrumentation costs %+.2f %%\n", NR, 100 * (middle - 1) }'
