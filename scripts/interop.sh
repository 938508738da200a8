#!/usr/bin/env bash
# `make interop`: the tests that need a real Prometheus.
set -eu
cd "$(dirname "$0")/.."
NARTHEX_PEERS_BIN=$(scripts/peers.sh)
export NARTHEX_PEERS_BIN
"$NARTHEX_PEERS_BIN/prometheus" --version 2>&1 | head -n 1
cargo test --locked -p narthex-tests --test interop -- --nocapture --test-threads=1
