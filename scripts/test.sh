#!/usr/bin/env bash
# `make test`: everything that must hold before a change lands. Stops at the first failure.
set -eu
cd "$(dirname "$0")/.."
step() { printf '\n── %s (%s s)\n' "$1" "$SECONDS"; }

step "web interface: packages, types, unit tests, build, size budgets"
make --no-print-directory ui
(cd ui && npm run --silent typecheck && npm test --silent && npm run --silent budget)

step "formatting"
cargo fmt --all -- --check

step "tidy"
cargo xtask tidy

step "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

step "tests"
scripts/browser.sh
cargo test --workspace --locked --no-fail-fast

step "done"
