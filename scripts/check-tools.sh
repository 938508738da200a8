#!/usr/bin/env bash
# Checks that the tools this repository builds with are there, and says what to do when one is not.
set -u
missing=0
need() { # command, what for, how to get it
  command -v "$1" >/dev/null 2>&1 && return
  echo "missing: $1 ($2). $3" >&2
  missing=1
}
need cargo "builds everything in Rust" "Install Rust 1.90 or newer with rustup: https://rustup.rs"
need cc "links Rust programs and builds zstd" "Install a C compiler, for example: apt-get install gcc"
need node "builds the web interface" "Install Node.js 20 or newer: https://nodejs.org"
need npm "fetches the web interface's packages" "It comes with Node.js"
need curl "waits for the servers" "Install curl, for example: apt-get install curl"
[ $missing = 0 ] || exit 1
have=$(rustc --version | cut -d' ' -f2)
if [ "$(printf '1.90.0\n%s\n' "$have" | sort -V | head -n1)" != 1.90.0 ]; then
  echo "rustc is $have; 1.90 or newer is needed: rustup update stable" >&2
  exit 1
fi
node_major=$(node --version | sed -E 's/^v([0-9]+).*/\1/')
if [ "$node_major" -lt 20 ]; then
  echo "node is $(node --version); 20 or newer is needed: https://nodejs.org" >&2
  exit 1
fi
