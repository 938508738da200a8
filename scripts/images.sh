#!/usr/bin/env bash
# Builds the images narthex/narthex and narthex/heart-disease-api from static binaries; no base image is pulled.
# Called by `make images` and `make docker-up`.
set -eu
cd "$(dirname "$0")/.."
if ! docker info >/dev/null 2>&1; then
  echo "the Docker engine does not answer: install it (Debian: apt install docker.io docker-compose) and start it (dockerd, or systemctl start docker)" >&2
  exit 1
fi
built=$(scripts/static.sh)
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT

mkdir -p "$context"/narthex/{bin,etc/prometheus,etc/ssl/certs,tmp} "$context"/api/{bin,etc} "$context/data"
chmod 1777 "$context/narthex/tmp"
cp "$built/narthex" "$context/narthex/bin/"
# One binary under the names that scripts written for Prometheus' image call.
ln -s narthex "$context/narthex/bin/prometheus"
ln -s narthex "$context/narthex/bin/promtool"
cp deploy/docker/prometheus.yml "$context/narthex/etc/prometheus/"
for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
  if [ -r "$bundle" ]; then
    cp "$bundle" "$context/narthex/etc/ssl/certs/ca-certificates.crt"
    break
  fi
done
cp "$built/heart-disease-api" "$context/api/bin/"
for root in narthex api; do
  echo 'nobody:x:65534:65534:nobody:/:/sbin/nologin' >"$context/$root/etc/passwd"
  echo 'nobody:x:65534:' >"$context/$root/etc/group"
done

image() { # name; what the builder says is of interest only when it fails
  said=$(docker build -q -f "deploy/docker/$1.Dockerfile" -t "narthex/$1:latest" "$context" 2>&1) || { echo "$said" >&2; exit 1; }
}
image narthex
image heart-disease-api
docker image ls --format 'table {{.Repository}}:{{.Tag}}\t{{.Size}}' | grep -E '^(REPOSITORY|narthex/)'
