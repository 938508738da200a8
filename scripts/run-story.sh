#!/usr/bin/env bash
# The story: heart-disease API on 8000, server on 9090, dashboards on 3000, and traffic; until Ctrl-C.
# Called by `make run` after the binaries are built. Data stays in data/ between runs.
set -u
cd "$(dirname "$0")/.."
bin=${CARGO_TARGET_DIR:-target}/release
pids=()
names=()
commands=()

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

for port in 8000 9090 3000; do
  if ! port_is_free "$port"; then
    echo "port $port is in use: stop what listens there (ss -ltnp 'sport = :$port' names it), then run again" >&2
    exit 1
  fi
done

stop() {
  trap - INT TERM EXIT
  echo
  echo "stopping …"
  for pid in "${pids[@]}"; do kill -INT "$pid" 2>/dev/null; done
  wait "${pids[@]}" 2>/dev/null
  exit "${1:-0}"
}
trap 'stop 0' INT TERM
trap 'stop 1' EXIT

start() { # name, command…
  local name=$1
  shift
  mkdir -p data/log
  "$@" >"data/log/$name.log" 2>&1 &
  pids+=($!)
  names+=("$name")
  commands+=("$*")
}

wait_for() { # name, url, pid
  for _ in $(seq 1 150); do
    curl -fsS -o /dev/null "$2" 2>/dev/null && return
    if ! kill -0 "$3" 2>/dev/null; then
      echo "$1 did not start; its last words (data/log/$1.log):" >&2
      tail -n 20 "data/log/$1.log" >&2
      stop 1
    fi
    sleep 0.1
  done
  echo "$1 does not answer at $2 after 15 s; see data/log/$1.log" >&2
  stop 1
}

start api "$bin/heart-disease-api" serve --listen 127.0.0.1:8000
wait_for api http://127.0.0.1:8000/health "${pids[-1]}"
start server "$bin/narthex" --config.file=deploy/prometheus.yml --storage.tsdb.path=data/tsdb --web.listen-address=127.0.0.1:9090
wait_for server http://127.0.0.1:9090/-/ready "${pids[-1]}"
start dashboards "$bin/narthex" dash --datasource.url=http://127.0.0.1:9090 --dashboards.path=deploy/dashboards --web.listen-address=127.0.0.1:3000
wait_for dashboards http://127.0.0.1:3000/-/healthy "${pids[-1]}"
start traffic "$bin/heart-disease-api" traffic --url http://127.0.0.1:8000

cat <<EOF

  heart-disease API   http://localhost:8000           (metrics: http://localhost:8000/metrics)
  server              http://localhost:9090           (Status → Targets: http://localhost:9090/targets)
  dashboards          http://localhost:3000/d/heart-disease

  The first graphs need two scrapes, about half a minute. Ctrl-C stops everything; logs are in data/log.

EOF
# A part that ends is no reason to stop the others: one looks at what they make of it, and starts it again.
while [ ${#pids[@]} -gt 0 ]; do
  wait -n "${pids[@]}"
  for i in "${!pids[@]}"; do
    kill -0 "${pids[$i]}" 2>/dev/null && continue
    cat <<EOF
${names[$i]} has ended; its last words are in data/log/${names[$i]}.log. The others go on. To start it again, in another terminal:
  ${commands[$i]}
EOF
    unset "pids[$i]"
  done
done
stop 1
