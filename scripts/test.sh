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
log=target/test.log
failed=0
# Passing tests show their output too, so that a skipped check is seen; the whole log is kept.
cargo test --workspace --locked --no-fail-fast -- --show-output >"$log" 2>&1 || failed=$?
grep -E '^(test .*(FAILED|failed)|SKIPPED|test result|error)|panicked at|^     Running' "$log" || true
if [ "$failed" != 0 ]; then
  sed -n '/^failures:$/,/^test result/p' "$log" | tail -n 200
  echo "the whole output is in $log" >&2
fi
sum() { grep -E '^test result' "$log" | grep -oE "[0-9]+ $1" | awk '{ n += $1 } END { print n + 0 }'; }
skipped=$(grep -cE '^SKIPPED' "$log" || true)

step "done"
echo "$(($(sum passed) - skipped)) passed, $(sum failed) failed, $skipped skipped"
exit "$failed"
