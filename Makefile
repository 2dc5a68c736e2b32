# The commands people type. Each one that compiles first installs, by name, what this machine lacks;
# where the libraries come from elsewhere, `make test REQUIREMENTS=true` skips that.
REQUIREMENTS ?= ./install-requirements
BIGEGGS := .build/release/bigeggs
SWIFT_SOURCES := Sources Tests notebooks Examples Package.swift
# Python as the library embeds it: the system's, never that of an environment in PATH.
PYTHON := /usr/bin/python3

.DEFAULT_GOAL := help
.PHONY: help requirements build report full figures test lint bench bench-accuracy bench-python install clean

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

bench-python: build ## Measure what calling from Python costs
	@BIGEGGS_LIBRARY=$(CURDIR)/.build/release/libbigeggs_c.so $(PYTHON) Tests/Python/overhead.py

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

# Under PREFIX: the command, the library with its header and pkg-config file, and what the report is made
# with. The executables use the Swift runtime of the compiler that built them.
PREFIX ?= /usr/local
SECTIONS := $(patsubst notebooks/%/main.swift,%,$(wildcard notebooks/*/main.swift))
SHARED := $(filter-out %.png %.svg %.csv %.ipynb report/report.md report/report.html, \
	$(wildcard notebooks/*/*.swift plots/* report/* report/*/* python/bigeggs/*.py python/bigeggs/*/*.py))
define PKG_CONFIG
prefix=$(abspath $(PREFIX))
libdir=$${prefix}/lib
includedir=$${prefix}/include

Name: bigeggs
Description: Networks that classify images, trained fast on processors
Version: 0.1.0
Cflags: -I$${includedir}
Libs: -L$${libdir} -Wl,-rpath,$${libdir} -lbigeggs_c
endef
export PKG_CONFIG
install: build ## Install under PREFIX (/usr/local), for use from any directory and from C
	@set -e; to='$(DESTDIR)$(PREFIX)'; \
	install -d "$$to/bin" "$$to/lib/bigeggs" "$$to/lib/pkgconfig" "$$to/include"; \
	install $(BIGEGGS) $(SECTIONS:%=.build/release/%) "$$to/lib/bigeggs"; \
	ln -sf ../lib/bigeggs/bigeggs "$$to/bin/bigeggs"; \
	install -m 644 .build/release/libbigeggs_c.so "$$to/lib"; \
	install -m 644 Sources/CBigEggs/include/bigeggs.h "$$to/include"; \
	printf '%s\n' "$$PKG_CONFIG" >"$$to/lib/pkgconfig/bigeggs.pc"; \
	for file in $(SHARED); do \
		[ -d $$file ] || install -D -m 644 $$file "$$to/share/bigeggs/$$file"; \
	done; \
	echo "bigeggs is in $$to/bin, its library in $$to/lib"

clean: ## Remove what was compiled and every quick run
	@rm -rf .build runs
