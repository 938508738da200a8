#!/usr/bin/env bash
# `make interop`: the tests that need a real Prometheus, and the containers of the story where there is a Docker engine.
set -eu
cd "$(dirname "$0")/.."
NARTHEX_PEERS_BIN=$(scripts/peers.sh)
export NARTHEX_PEERS_BIN
"$NARTHEX_PEERS_BIN/prometheus" --version 2>&1 | head -n 1
# Python's parsers, once into the same cache; without Python their test says SKIPPED.
python=${NARTHEX_PEERS_BIN%/bin}/python
if [ ! -d "$python/prometheus_client" ]; then
  python3 -m pip install --quiet --target "$python" prometheus_client || echo "no prometheus_client for Python: install python3-pip and run again" >&2
fi
if [ -d "$python/prometheus_client" ]; then
  export NARTHEX_PEERS_PYTHON=$python
fi
# The Python client of the API, with what its tables need.
api_client=${NARTHEX_PEERS_BIN%/bin}/python-api-client
if [ ! -d "$api_client/prometheus_api_client" ]; then
  python3 -m pip install --quiet --target "$api_client" 'prometheus-api-client[dataframe,analytics]' \
    || echo "no prometheus-api-client for Python: install python3-pip and run again" >&2
fi
if [ -d "$api_client/prometheus_api_client" ]; then
  export NARTHEX_PEERS_API_CLIENT=$api_client
fi
# The configurations of the story are Prometheus' configurations, too.
"$NARTHEX_PEERS_BIN/promtool" check config --syntax-only deploy/prometheus.yml deploy/docker/prometheus.yml
cargo test --locked -p narthex-tests --test interop --test interop_api --test interop_exposition --test interop_promql \
  --test interop_remote_write --test interop_starts --test interop_thanos --test interop_tsdb --test interop_tsdb_live \
  -- --nocapture --test-threads=1
scripts/docker-interop.sh
