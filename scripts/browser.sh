#!/usr/bin/env bash
# Installs chromium for the browser test where that is possible; says so where it is not.
set -u
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "installing chromium for the browser test"
  (apt-get update && apt-get install -y --no-install-recommends chromium) >/dev/null 2>&1 && exit 0
fi
echo "SKIPPED: no chromium, so the browser test will count itself as skipped (install the package chromium)"
