#!/usr/bin/env bash
# Builds the two programs without any dynamic library, for images from scratch; prints the folder they are in.
# Called by scripts/images.sh. A target is named so that build scripts and macros stay dynamic.
set -eu
cd "$(dirname "$0")/.."
host=$(rustc -vV | sed -n 's/^host: //p')
case $host in
  *-linux-*) ;;
  *) echo "static binaries are built on Linux; this is $host" >&2; exit 1 ;;
esac
RUSTFLAGS="-C target-feature=+crt-static" \
  cargo build --release --locked --target "$host" --bin narthex --bin heart-disease-api >&2
echo "${CARGO_TARGET_DIR:-target}/$host/release"
