#!/usr/bin/env bash
# The containers of the story, started on ports of their own, asked, stopped and removed; part of `make interop`.
# Without a Docker engine it says SKIPPED. What needs a registry (the real Prometheus and Grafana) is checked as configuration only.
set -eu
cd "$(dirname "$0")/.."
if ! command -v docker >/dev/null || ! docker info >/dev/null 2>&1; then
  echo "SKIPPED: no Docker engine answers, so no container was started (Debian: apt install docker.io docker-compose; then dockerd)"
  exit 0
fi
scripts/images.sh

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
API_PORT=$(free_port)
SERVER_PORT=$(free_port)
DASHBOARDS_PORT=$(free_port)
export API_PORT SERVER_PORT DASHBOARDS_PORT NARTHEX_PROJECT=narthex-interop
image_bytes_max=$((40 * 1000 * 1000))
provisioned=
clean() {
  [ -z "$provisioned" ] || docker rm -fv "$provisioned" >/dev/null 2>&1 || true
  scripts/docker-story.sh remove >/dev/null 2>&1 || true
}
trap clean EXIT

ok() { echo "ok    $1"; }
fail() {
  echo "FAULT $1" >&2
  exit 1
}
same() { # what, expected, found
  [ "$2" = "$3" ] || fail "$1: expected $2, found $3"
  ok "$1: $3"
}
within() { # what, pattern, seconds, command…: until the command's output has the pattern
  local what=$1 pattern=$2 seconds=$3 said=
  shift 3
  for _ in $(seq 1 "$seconds"); do
    said=$("$@" 2>&1) || true
    if grep -q -- "$pattern" <<<"$said"; then
      ok "$what"
      return
    fi
    sleep 1
  done
  fail "$what: no $pattern within $seconds s in: ${said:0:500}"
}

for image in narthex/narthex narthex/heart-disease-api; do
  bytes=$(docker image inspect -f '{{.Size}}' "$image")
  [ "$bytes" -le "$image_bytes_max" ] || fail "$image has $bytes bytes, more than $image_bytes_max"
  ok "$image: $bytes bytes"
  same "$image runs as" 65534:65534 "$(docker image inspect -f '{{.Config.User}}' "$image")"
done
same "entry of Prometheus' image" '[/bin/prometheus]' "$(docker image inspect -f '{{.Config.Entrypoint}}' narthex/narthex)"
same "volume of Prometheus' image" 'map[/prometheus:{}]' "$(docker image inspect -f '{{.Config.Volumes}}' narthex/narthex)"
docker run --rm --entrypoint /bin/promtool narthex/narthex check config /etc/prometheus/prometheus.yml >/dev/null
ok "the configuration is where Prometheus' image has it"

volumes=$(docker volume ls -q | wc -l)
scripts/docker-story.sh up >/dev/null 2>&1 || fail "scripts/docker-story.sh up does not come to an end"
ok "API, server and dashboards are healthy"
server=http://127.0.0.1:$SERVER_PORT
container() { docker ps -q --filter "label=com.docker.compose.project=$NARTHEX_PROJECT" --filter "label=com.docker.compose.service=$1"; }
for service in api server dashboards traffic; do
  same "$service has a read-only root" true "$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}}' "$(container $service)")"
done
patient='{"age": 63, "sex": 1, "cp": 3, "trestbps": 145, "chol": 233, "fbs": 1, "restecg": 0, "thalach": 150, "exang": 0, "oldpeak": 2.3, "slope": 0, "ca": 0, "thal": 1}'
within "the API predicts" '"prediction":0' 5 curl -sS "http://127.0.0.1:$API_PORT/predict" -d "$patient"
within "the target api:8000 is UP" '"1"' 60 curl -sSG "$server/api/v1/query" --data-urlencode 'query=up{instance="api:8000"} == 1'
within "its predictions are stored" '"value"' 60 curl -sSG "$server/api/v1/query" --data-urlencode 'query=sum(predictions_total) > 0'
within "their quantile is answered" '"value"' 60 curl -sSG "$server/api/v1/query" --data-urlencode 'query=histogram_quantile(0.95, prediction_duration_seconds)'
within "the dashboard is there" '"title": "Heart-disease API"' 5 curl -sS "http://127.0.0.1:$DASHBOARDS_PORT/api/dashboards/heart-disease"
within "its data source reaches the server" '"value"' 60 curl -sSG "http://127.0.0.1:$DASHBOARDS_PORT/api/datasources/default/proxy/api/v1/query" --data-urlencode 'query=up'

# Grafana's provisioning files, read by our dashboards from the places where Grafana's container has them.
provisioned=$(docker run -d --read-only --network "${NARTHEX_PROJECT}_default" -e DATASOURCE_URL=http://server:9090 \
  -v "$PWD/deploy/grafana/provisioning:/etc/grafana/provisioning:ro" -v "$PWD/deploy/dashboards:/var/lib/grafana/dashboards:ro" \
  --entrypoint /bin/narthex narthex/narthex dash --provisioning.path=/etc/grafana/provisioning --web.listen-address=0.0.0.0:3000)
address=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$provisioned")
within "Grafana's provisioning files give the dashboards" '"uid":"heart-disease"' 15 curl -sS "http://$address:3000/api/dashboards"
within "and the data source" '"value"' 15 curl -sSG "http://$address:3000/api/datasources/prometheus/proxy/api/v1/query" --data-urlencode 'query=up'

docker rm -fv "$provisioned" >/dev/null
provisioned=

id=$(container server)
docker stop "$id" >/dev/null
same "the server stops in order" 0 "$(docker inspect -f '{{.State.ExitCode}}' "$id")"
docker start "$id" >/dev/null
within "and has its data after the next start" '"value"' 30 curl -sSG "$server/api/v1/query" --data-urlencode 'query=count_over_time(up{job="heart-disease-api"}[1h] offset 5s)'
scripts/docker-story.sh down >/dev/null 2>&1
same "containers left after down" '' "$(docker ps -aq --filter "label=com.docker.compose.project=$NARTHEX_PROJECT")"
scripts/docker-story.sh remove >/dev/null 2>&1
same "volumes left after their removal" "$volumes" "$(docker volume ls -q | wc -l)"

compose=docker-compose
docker compose version >/dev/null 2>&1 && compose='docker compose'
for profile in compare grafana; do
  $compose -f deploy/docker/compose.yml --profile "$profile" config -q
  ok "the profile $profile is valid; not started, as its images come from a registry"
done
