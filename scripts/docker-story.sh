#!/usr/bin/env bash
# The story in containers: `up` starts it and waits until every part is healthy, `down` removes it (its data volumes stay),
# `remove` the volumes as well.
# Called by `make docker-up` and `make docker-down`.
set -eu
cd "$(dirname "$0")/.."
if docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
elif command -v docker-compose >/dev/null; then
  compose=(docker-compose)
else
  echo "neither 'docker compose' nor docker-compose is there: install one (Debian: apt install docker-compose)" >&2
  exit 1
fi
# Another project name keeps a second story apart, with ports of its own (deploy/docker/compose.yml names them).
compose+=(-p "${NARTHEX_PROJECT:-narthex}" -f deploy/docker/compose.yml)

case ${1:-} in
  up)
    "${compose[@]}" up -d
    for service in api server dashboards; do
      for _ in $(seq 1 60); do
        state=$(docker inspect -f '{{.State.Health.Status}}' "$("${compose[@]}" ps -q "$service")" 2>/dev/null || echo missing)
        [ "$state" = healthy ] && break
        sleep 1
      done
      if [ "$state" != healthy ]; then
        echo "$service is $state after a minute; its last words:" >&2
        "${compose[@]}" logs --tail 20 "$service" >&2
        exit 1
      fi
    done
    cat <<EOF

  heart-disease API   http://localhost:${API_PORT:-8000}
  server              http://localhost:${SERVER_PORT:-9090}           (Status → Targets: http://localhost:${SERVER_PORT:-9090}/targets)
  dashboards          http://localhost:${DASHBOARDS_PORT:-3000}/d/heart-disease

  make docker-down stops it.
EOF
    ;;
  down) "${compose[@]}" down ;;
  remove) "${compose[@]}" down --volumes ;;
  *) echo "usage: scripts/docker-story.sh up|down|remove" >&2; exit 2 ;;
esac
