# The verbs of the repository. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
CARGO ?= cargo

.PHONY: help check-tools ui build run traffic test test-ui interop faults bench docs images docker-up docker-down clean

help: ## List the verbs
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

check-tools:
	@scripts/check-tools.sh

ui/node_modules/.package-lock.json: ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund

ui/dist/index.html: ui/node_modules/.package-lock.json $(shell find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print 2>/dev/null)
	cd ui && npm run build

ui: check-tools ui/dist/index.html ## Build the web interface into ui/dist

build: ui ## Build the release binaries
	$(CARGO) build --release --locked --bin narthex --bin heart-disease-api

run: build ## Start the story: API on 8000, server on 9090, dashboards on 3000, traffic
	@scripts/run-story.sh

traffic: ## Post patients to the API on 8000 until Ctrl-C
	$(CARGO) run --release --locked --bin heart-disease-api -- traffic

test: check-tools ## Everything that must hold: format, lints, docs, tests, UI, tidy, browser
	@scripts/test.sh

test-ui: ui ## The checks of the web interface alone
	cd ui && npm run typecheck && npm test && npm run budget

interop: build ## Compare with a real Prometheus (built once into a cache folder), and run the containers
	@scripts/interop.sh

faults: ## The database against every failing operation on files, and many random lives (minutes)
	NARTHEX_FAULTS=all NARTHEX_SEEDS=$${NARTHEX_SEEDS:-60} NARTHEX_STEPS=$${NARTHEX_STEPS:-1500} \
	  $(CARGO) test --locked -p narthex-tsdb --test durability -- --nocapture

bench: ## All criterion benches
	$(CARGO) bench --workspace --benches

docs: ## Build the book into target/book
	@command -v mdbook >/dev/null || { echo "mdbook is missing: cargo install mdbook --version 0.5.4 --locked" >&2; exit 1; }
	mdbook build docs/book

images: ui ## Build the container images from static binaries; nothing is pulled
	@scripts/images.sh

docker-up: images ## Start the story in containers: API 8000, server 9090, dashboards 3000
	@scripts/docker-story.sh up

docker-down: ## Stop the containers of the story; its data volumes stay
	@scripts/docker-story.sh down

clean: ## Remove what was built
	rm -rf target ui/dist ui/node_modules
