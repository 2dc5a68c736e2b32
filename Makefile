# The commands people type. Each one that compiles first installs, by name, what this machine lacks;
# where the libraries come from elsewhere, `make test REQUIREMENTS=true` skips that.
REQUIREMENTS ?= ./install-requirements
BIGEGGS := .build/release/bigeggs
SWIFT_SOURCES := Sources Tests Snippets notebooks Package.swift
# Python as the library embeds it: the system's, never that of an environment in PATH.
PYTHON := /usr/bin/python3

.DEFAULT_GOAL := help
.PHONY: help requirements build report full figures test tensorboard docs lint bench bench-accuracy clean

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

requirements:
	@$(REQUIREMENTS)

build: requirements ## Compile the library, the command line and the sections
	@swift build -c release

report: build ## Train in minutes and write the whole report to runs/quick
	@$(BIGEGGS) report --profile quick

full: build ## Train as the report did (an hour or more) and rewrite the committed report
	@$(BIGEGGS) report --profile full

figures: build ## Draw the committed report's figures again, without training
	@$(BIGEGGS) figures --profile full

bench: build ## Measure training and inference on this machine
	@$(BIGEGGS) bench

bench-accuracy: build ## Train nine times to compare the accuracy of the ways to compute (an hour)
	@$(PYTHON) Tests/Benchmarks/accuracy.py

lint: ## Check the formatting of every Swift file
	@command -v swift >/dev/null || { echo "error: swift is not in PATH" >&2; exit 1; }
	@swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

# The compiler repeats a warning only when it compiles the file again, hence the `touch`.
WARNING := ^/.*: warning: |unhandled; explicitly declare
test: requirements lint ## Run every test
	@mkdir -p .build
	@bash -o pipefail -c 'swift build -c release --build-tests 2>&1 | tee .build/build.log'
	@if grep -E '$(WARNING)' .build/build.log >&2; then \
		grep -E '$(WARNING)' .build/build.log | grep -o '^/[^:]*' | sort -u | xargs -r touch; \
		echo "error: the build has warnings" >&2; exit 1; fi
	@BIGEGGS_LIBRARY=$(CURDIR)/.build/release/libbigeggs_c.so \
		$(PYTHON) -m pytest -q -p no:cacheprovider Tests/Python
	@swift test -c release --skip-build --disable-xctest

# The environment in which TensorBoard itself reads what we write.
TENSORBOARD := .build/tensorboard
$(TENSORBOARD)/bin/tensorboard:
	@python3 -m venv $(TENSORBOARD) && $(TENSORBOARD)/bin/python -m pip install -q tensorboard

tensorboard: requirements $(TENSORBOARD)/bin/tensorboard ## Check that TensorBoard reads what its callback writes
	@swift build -c release --build-tests
	@BIGEGGS_TENSORBOARD_PYTHON=$(CURDIR)/$(TENSORBOARD)/bin/python \
		swift test -c release --skip-build --disable-xctest --filter TensorBoardTests

docs: requirements ## Write the documentation to .build/docs
	@BIGEGGS_DOCS=1 swift package --scratch-path .build/documentation --allow-writing-to-directory .build/docs \
		generate-documentation --target BigEggs --output-path .build/docs --warnings-as-errors \
		--transform-for-static-hosting --hosting-base-path /
	@echo "The documentation is in .build/docs: python3 -m http.server -d .build/docs, then /documentation/bigeggs"

clean: ## Remove what was compiled and every quick run
	@rm -rf .build runs
