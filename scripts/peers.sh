#!/usr/bin/env bash
# Prepares the real peers of the interop tests in a cache folder, once, and prints the folder of their binaries.
# Prometheus and promtool come from the newest Go module; Debian's package is the fall-back. Thanos comes from the newest module
# that the installed Go takes; without it its test says SKIPPED.
set -eu
cache=${NARTHEX_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/narthex-peers}
bin=$cache/bin
mkdir -p "$bin"
have() { [ -x "$bin/prometheus" ] && [ -x "$bin/promtool" ]; }

build() {
  command -v go >/dev/null 2>&1 || return 1
  mkdir -p "$cache/prometheus" && cd "$cache/prometheus"
  [ -f go.mod ] || go mod init peers
  version=$(go list -m -versions github.com/prometheus/prometheus | tr ' ' '\n' | grep -v -e -rc | tail -n 1)
  printf '//go:build tools\n\npackage tools\n\nimport (\n\t_ "github.com/prometheus/prometheus/cmd/prometheus"\n\t_ "github.com/prometheus/prometheus/cmd/promtool"\n)\n' >tools.go
  export GOFLAGS=-mod=mod
  # The discovery mechanisms are left out: they pull in most of the dependencies and no test uses them.
  go get "github.com/prometheus/prometheus@$version" || true
  for command in promtool prometheus; do
    go build -tags remove_all_sd,enable_dns_sd,enable_consul_sd,enable_kubernetes_sd -o "$bin/$command" \
      "github.com/prometheus/prometheus/cmd/$command" || return 1
  done
}

# Built as a module of its own, because the modules that it replaces matter, and with the form of labels that it counts on.
thanos() {
  command -v go >/dev/null 2>&1 || return 1
  for version in $(go list -m -versions github.com/thanos-io/thanos | tr ' ' '\n' | grep '^v' | grep -v -e -rc | tac | head -n 8); do
    source=$(go mod download -json "github.com/thanos-io/thanos@$version" 2>/dev/null | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
    [ -n "$source" ] || continue
    # A folder in the module cache cannot be written; the build is resumed where it was.
    [ -d "$cache/thanos-$version" ] || { cp -r "$source" "$cache/thanos-$version" && chmod -R u+w "$cache/thanos-$version"; }
    cd "$cache/thanos-$version" && go build -tags slicelabels -ldflags=-s -o "$bin/thanos" ./cmd/thanos && return
  done
  return 1
}

fall_back() {
  if ! command -v prometheus >/dev/null 2>&1; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    (apt-get update && apt-get install -y --no-install-recommends prometheus) || return 1
  fi
  ln -sf "$(command -v prometheus)" "$bin/prometheus"
  ln -sf "$(command -v promtool)" "$bin/promtool"
}

if ! have; then
  echo "building Prometheus and promtool into $cache (once, some minutes)" >&2
  (build) >&2 || (fall_back) >&2 || true
fi
if ! have; then
  echo "no Prometheus: install Go, or Debian's package prometheus, and run again" >&2
  exit 1
fi
if ! [ -x "$bin/thanos" ]; then
  echo "building Thanos into $cache (once, up to ten minutes)" >&2
  (thanos) >&2 || echo "no Thanos: its test will say SKIPPED" >&2
fi
echo "$bin"
