# Targets that compile first install the Debian packages that are missing. If the libraries come from elsewhere,
# `make test REQUIREMENTS=true` skips that.
REQUIREMENTS ?= ./install-requirements
SECONDS ?= 60
N ?= 100
BIGEGGS := .build/release/bigeggs
SWIFT_SOURCES := Sources Tests Snippets notebooks Examples Package.swift
# The library embeds the system's Python, not that of an environment in PATH.
PYTHON := /usr/bin/python3

.DEFAULT_GOAL := help
.PHONY: help kind requirements build mpi report full study step status figures preview test test-paper test-package \
	test-systems test-avx2 test-avx512 test-cluster soak-cluster test-asan test-tsan sanitized fuzz soak verify-record \
	dist check-dist check-pages check-preview tensorboard docs lint bench bench-accuracy bench-python bench-peers \
	bench-record learning parity fixtures exchange install install-share clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

requirements:
	@$(REQUIREMENTS)

build: requirements ## Compile the library, the command line and the sections
	@swift build -c release

# The only file that includes MPI's header, compiled for the installed MPI. MPICC names another MPI's compiler.
MPICC ?= mpicc
COMPILE_MPI = $(MPICC) -std=gnu11 -O2 -Wall -Wextra -Werror -fPIC -shared -I Sources/CMessagePassing/include \
	Sources/CMessagePassing/mpi.c -o .build/release/libbigeggs_mpi.so
mpi: build ## Compile the library that `mpirun -np N bigeggs train` needs (MPICC=mpicc.mpich for another MPI)
	@command -v $(firstword $(MPICC)) >/dev/null || $(REQUIREMENTS) openmpi-bin libopenmpi-dev
	@$(COMPILE_MPI)
	@echo "MPI is ready: mpirun -np 2 $(BIGEGGS) train"

report: build ## Train in minutes and write the whole report to runs/quick
	@$(BIGEGGS) report --profile quick

full: build ## Train with all images and epochs (45 minutes or more) and rewrite the committed report
	@$(BIGEGGS) report --profile full

study: build ## Train the runs of the study that have no record yet (hours; OPTIONS="best-1" for one)
	@$(BIGEGGS) study $(OPTIONS)

step: build ## Run the next section of the quick report that is not up to date (or OPTIONS="--from 4")
	@$(BIGEGGS) step $(OPTIONS)

status: build ## Show which sections are up to date, and why the others are not
	@$(BIGEGGS) status $(OPTIONS)

figures: build ## Draw the committed report's figures again, without training
	@$(BIGEGGS) figures --profile full

preview: build ## Serve the quick report's page on this machine, and update it after edits (or OPTIONS="--profile full")
	@$(BIGEGGS) preview $(OPTIONS)

bench: build ## Measure training and inference on this machine
	@$(BIGEGGS) bench

bench-accuracy: build ## Train nine times: accuracy in float32, with direct convolutions and in bfloat16 (an hour)
	@$(PYTHON) Tests/Benchmarks/accuracy.py

bench-python: build ## Measure the overhead of calls from Python
	@BIGEGGS_LIBRARY=$(CURDIR)/.build/release/libbigeggs_c.so $(PYTHON) Tests/Python/overhead.py $(OPTIONS)

# Keras and PyTorch, to compare with: a virtual environment, made again when the list of packages changes.
PEERS := .build-peers
$(PEERS)/ready: Tests/Peers/requirements.txt
	@$(REQUIREMENTS) python3-venv
	@echo "Installing Keras and PyTorch into $(PEERS) (2.5 GB and minutes)"
	@$(PYTHON) -m venv --clear $(PEERS)
	@$(PEERS)/bin/pip install --disable-pip-version-check -r $<
	@touch $@

bench-peers: build $(PEERS)/ready ## Compare speed with PyTorch and Keras (half an hour; BENCH="--recipe fast", BENCH=--help)
	@$(PEERS)/bin/python Tests/Peers/bench.py $(BENCH)

learning: build $(PEERS)/ready ## Compare test accuracy of networks for pictures with PyTorch (minutes; LEARNING=--help)
	@PYTHONPATH=python:Tests/Peers BIGEGGS_LIBRARY=$(CURDIR)/.build/release/libbigeggs_c.so \
		$(PEERS)/bin/python Tests/Peers/learning.py $(LEARNING)

# Records are kept for each kind of processor: maker and instruction set.
kind:
	@echo "$(KIND)" | grep -qxE '[a-z]+-(avx2|avx512|avx512-bf16|amx-bf16)' || { \
		echo "error: KIND is \"$(KIND)\": name maker and instruction set (avx2, avx512, avx512-bf16, amx-bf16):" \
			"make $(MAKECMDGOALS) KIND=intel-avx512-bf16" >&2; exit 1; }

# Each benchmark's figures for a kind of processor, and the page written from them.
RECORDS = Tests/Benchmarks/records/$(KIND)
bench-record: kind build $(PEERS)/ready ## Run all benchmarks on an idle machine and write BENCHMARKS.md (three hours; KIND=amd-avx512-bf16)
	@mkdir -p $(RECORDS)
	@$(PEERS)/bin/python Tests/Peers/bench.py --record $(RECORDS)/peers.json
	@for recipe in fast resnet18 mobile; do \
		$(PEERS)/bin/python Tests/Peers/bench.py --recipe $$recipe --record $(RECORDS)/peers-$$recipe.json || exit 1; done
	@for precision in float32 bfloat16; do \
		$(BIGEGGS) bench --json --precision $$precision >$(RECORDS)/bench-$$precision.json && \
		$(BIGEGGS) bench --json --precision $$precision --breakdown >$(RECORDS)/breakdown-$$precision.json && \
		$(BIGEGGS) bench --json --precision $$precision --scaling >$(RECORDS)/scaling-$$precision.json || exit 1; done
	@$(PYTHON) Tests/Benchmarks/accuracy.py --record $(RECORDS)/accuracy.json
	@BIGEGGS_LIBRARY=$(CURDIR)/.build/release/libbigeggs_c.so $(PYTHON) Tests/Python/overhead.py --record $(RECORDS)/python.json
	@$(PYTHON) Tests/Benchmarks/page.py

parity: build $(PEERS)/ready ## Compare results with Keras, PyTorch and NumPy on random inputs (PARITY=--help)
	@PYTHONPATH=python:Tests/Peers BIGEGGS_LIBRARY=$(CURDIR)/.build/release/libbigeggs_c.so \
		$(PEERS)/bin/python -m parity $(PARITY)

fixtures: $(PEERS)/ready ## Compute the tests' reference values again with Keras and PyTorch; show what changed
	@for script in Tests/Peers/fixtures_*.py; do echo "$$script"; $(PEERS)/bin/python -B "$$script" || exit 1; done
	@git diff --stat --exit-code -- Tests/BigEggsTests/Fixtures && echo "Every fixture is as it was."

# onnx and Keras's TensorFlow need different versions of protobuf, hence another environment.
EXCHANGE := .build-exchange
$(EXCHANGE)/ready: Tests/Peers/exchange/requirements.txt
	@$(REQUIREMENTS) python3-venv
	@$(PYTHON) -m venv --clear $(EXCHANGE)
	@$(EXCHANGE)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

exchange: build $(EXCHANGE)/ready $(PEERS)/ready ## Run exported models in onnxruntime; exchange weights with Keras
	@export PYTHONPATH=python:Tests/Peers BIGEGGS_LIBRARY=$(CURDIR)/.build/release/libbigeggs_c.so; \
		$(EXCHANGE)/bin/python -m exchange $(OPTIONS) && $(PEERS)/bin/python -m exchange.keras_weights

lint: ## Check the formatting of every Swift file
	@command -v swift >/dev/null || { echo "error: swift is not in PATH" >&2; exit 1; }
	@swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

# `swift test` would build everything again for @testable imports, which the tests do not use. --build-tests would build
# the protobuf compiler, hundreds of C++ files that are not needed.
TESTS := --product BigEggsPackageTests
BUILD_TESTS := { swift build -c release && swift build -c release $(TESTS); }
# The compiler repeats a warning only if it compiles the file again, hence the `touch`.
WARNING := ^/.*: warning: |unhandled; explicitly declare
test: requirements lint ## Run every test
	@mkdir -p .build
	@bash -o pipefail -c '$(BUILD_TESTS) 2>&1 | tee .build/build.log'
	@if grep -E '$(WARNING)' .build/build.log >&2; then \
		grep -E '$(WARNING)' .build/build.log | grep -o '^/[^:]*' | sort -u | xargs -r touch; \
		echo "error: the build has warnings" >&2; exit 1; fi
	@! command -v $(firstword $(MPICC)) >/dev/null || $(COMPILE_MPI)
	@BIGEGGS_LIBRARY=$(CURDIR)/.build/release/libbigeggs_c.so \
		$(PYTHON) -m pytest -q -p no:cacheprovider -n auto --dist loadfile Tests/Python
	@swift test -c release --skip-build --disable-xctest

test-package: build ## Compile the sample package, Examples/swift, which depends on this one, and run it
	@swift build -c release $(TESTS)
	@BIGEGGS_PACKAGE=1 swift test -c release --skip-build --disable-xctest --filter DependentPackageTests

test-systems: ## Run `make report` and `make test` in a bare Debian 12 and 13 (an hour, as root; OPTIONS="--mount DIR")
	@for suite in bookworm trixie; do Tests/Systems/run $$suite $(OPTIONS) || exit 1; done

# test_level LEVEL,SET: builds the engine's tests for an x86-64 level, and runs them as on a processor limited to SET.
define test_level
	@export BIGEGGS_MARCH=x86-64-$1 ONEDNN_MAX_CPU_ISA=$2; \
	swift build -c release --scratch-path .build-$1 $(TESTS) && \
	swift test -c release --scratch-path .build-$1 --skip-build --disable-xctest --filter BigEggsTests
endef
test-avx2: requirements ## Build for x86-64-v3 and run the engine's tests as on a processor with AVX2
	$(call test_level,v3,AVX2)

test-avx512: requirements ## Build for x86-64-v4 and run the engine's tests, on a processor with AVX-512
	@grep -q avx512vl /proc/cpuinfo || { echo "error: this processor has no AVX-512" >&2; exit 1; }
	$(call test_level,v4,AVX512_CORE)

test-cluster: mpi ## Train over the link between two simulated hosts, and kill processes (two minutes, as root)
	@$(REQUIREMENTS) iproute2 hostname
	@Tests/Cluster/test $(OPTIONS)

# Installed under PREFIX: the command, the library with its header and pkg-config file, and the report's sections,
# Python, records and weights. The executables use the Swift runtime of the compiler that built them.
PREFIX ?= /usr/local
SECTIONS := $(patsubst notebooks/%/main.swift,%,$(wildcard notebooks/*/main.swift))
SHARED := notebooks/*/main.swift python report/quick report/records report/study report/weights
VERSION := $(shell sed -n 's/^\#define BE_VERSION "\(.*\)"/\1/p' Sources/CBigEggs/include/bigeggs.h)
define PKG_CONFIG
prefix=$(abspath $(PREFIX))
libdir=$${prefix}/lib
includedir=$${prefix}/include

Name: bigeggs
Description: Networks that classify images, trained fast on processors
Version: $(VERSION)
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
	if [ -e .build/release/libbigeggs_mpi.so ]; then \
		install -m 644 .build/release/libbigeggs_mpi.so "$$to/lib"; \
		ln -sf ../libbigeggs_mpi.so "$$to/lib/bigeggs/libbigeggs_mpi.so"; fi; \
	install -m 644 Sources/CBigEggs/include/bigeggs.h "$$to/include"; \
	printf '%s\n' "$$PKG_CONFIG" >"$$to/lib/pkgconfig/bigeggs.pc"; \
	$(MAKE) --no-print-directory -s install-share; \
	echo "bigeggs is in $$to/bin, its library in $$to/lib"

# The installed files that do not depend on the processor.
install-share:
	@for file in $$(find $(SHARED) \( -name '.*' -o -name __pycache__ \) -prune -o -type f -print); do \
		install -D -m 644 $$file "$(DESTDIR)$(PREFIX)/share/bigeggs/$$file" || exit 1; \
	done

# A virtual environment for the tools that make and check the wheel.
DIST_TOOLS := .build-dist/tools
$(DIST_TOOLS)/ready: Distribution/requirements.txt
	@$(REQUIREMENTS) python3-venv xz-utils
	@$(PYTHON) -m venv --clear $(DIST_TOOLS)
	@$(DIST_TOOLS)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

dist: mpi $(DIST_TOOLS)/ready ## Write the Python package as a wheel, and the command as an archive, into dist/
	@export PATH=$(CURDIR)/$(DIST_TOOLS)/bin:$$PATH; Distribution/wheel && Distribution/archive
	@cd dist && sha256sum *.whl *.tar.xz >SHA256SUMS && echo "Checksums are in dist/SHA256SUMS"

check-dist: dist ## Compare the wheel with `make build`, then try wheel and archive in a bare Debian 12 and 13 (as root)
	@$(REQUIREMENTS) debootstrap python3-pip qemu-user
	@$(PYTHON) -B Distribution/compare.py dist/*.whl
	@Tests/Systems/haswell dist/*.whl dist/*.tar.xz
	@for suite in bookworm trixie; do \
		Tests/Systems/run $$suite --wheel dist/*.whl && Tests/Systems/run $$suite --archive dist/*.tar.xz || exit 1; done

# The C programs are compiled by the toolchain's clang, which has the library's sanitizer.
SANITIZED = OMP_WAIT_POLICY=passive SWIFT_BACKTRACE=enable=no BIGEGGS_CC='clang -fuse-ld=lld' \
	ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/tsan.suppressions
SANITIZER_FLAGS = -c release --scratch-path .build-$(SANITIZER) --sanitize $(SANITIZER) -Xswiftc -use-ld=lld

# Skipped: an emulated processor has no address space for AddressSanitizer, and programs started without an environment
# lack ASAN_OPTIONS and would report leaks.
test-asan: build ## Run every test under AddressSanitizer
	@$(MAKE) --no-print-directory sanitized SANITIZER=address FILTER='--skip "ProcessorTests|IsolationTests"'
	@$(SANITIZED) BIGEGGS_LIBRARY=$(CURDIR)/.build/release/libbigeggs_c.so \
		BIGEGGS_SANITIZED=$(CURDIR)/.build-address/release/libbigeggs_c.so \
		$(PYTHON) -m pytest -q -p no:cacheprovider Tests/Python/test_c_faults.py

# ThreadSanitizer does not see how libgomp's threads synchronize: these are the suites that do not use them. The C
# programs do, and in them it does not see the locks of Swift's Mutex either.
OUTSIDE_PARALLEL_REGIONS := HandleTests|BigEggsABITests.FaultTests|HeaderTests|DownloadTests|DataSourceTests|$\
	ArchiveTests|CIFAR10Tests|DataChecksumTests|SafetensorsTests|RecordTests|AtomicFileTests|OutputLockTests
test-tsan: build ## Run the tests outside the parallel regions under ThreadSanitizer
	@$(MAKE) --no-print-directory sanitized SANITIZER=thread FILTER='--filter "$(OUTSIDE_PARALLEL_REGIONS)"'

sanitized:
	@swift build $(SANITIZER_FLAGS)
	@swift build $(SANITIZER_FLAGS) $(TESTS)
	@$(SANITIZED) swift test $(SANITIZER_FLAGS) --skip-build --disable-xctest $(FILTER)

fuzz: requirements ## Feed damaged files to every loader (SECONDS=60 in all)
	@Tests/Fuzz/run $(SECONDS)

# axe-core comes in a Python package that drives browsers. Only the package's script is used.
AXE := .build/axe/axe_playwright_python/axe.min.js
$(AXE):
	@$(REQUIREMENTS) python3-pip
	@$(PYTHON) -m pip install --quiet --no-deps --target .build/axe axe-playwright-python==0.1.8

PAGE ?= report/report.html
check-pages: $(AXE) ## Check the report in headless Chromium; screenshots in runs/pages
	@$(REQUIREMENTS) chromium
	@$(PYTHON) -B Tests/Pages/check_pages.py $(PAGE) --out runs/pages --axe $(AXE)

check-preview: build $(AXE) ## Test the preview in headless Chromium: updates after saves, no access from elsewhere
	@$(REQUIREMENTS) chromium
	@BIGEGGS_LIBRARY=$(CURDIR)/.build/release/libbigeggs_c.so \
		$(PYTHON) -m pytest -q -p no:cacheprovider Tests/Python/test_preview.py

# A virtual environment with TensorBoard, which reads and shows our files.
TENSORBOARD := .build/tensorboard
$(TENSORBOARD)/bin/tensorboard:
	@$(PYTHON) -m venv --clear $(TENSORBOARD) && $(TENSORBOARD)/bin/python -m pip install -q tensorboard==2.21.0

WATCHED := runs/tensorboard-check
tensorboard: ## Check that TensorBoard reads and shows our callback's files; screenshots in runs/pages
	@$(REQUIREMENTS) chromium python3-venv
	@$(MAKE) --no-print-directory $(TENSORBOARD)/bin/tensorboard
	@$(BUILD_TESTS)
	@BIGEGGS_TENSORBOARD_PYTHON=$(CURDIR)/$(TENSORBOARD)/bin/python \
		swift test -c release --skip-build --disable-xctest --filter TensorBoardTests
	@.build/release/04-plain-training --epochs 3 --out $(WATCHED)
	@$(PYTHON) -B Tests/Pages/check_tensorboard.py $(WATCHED)/tensorboard/04-plain-training \
		--python $(TENSORBOARD)/bin/python --out runs/pages

# The sample paper includes these figures, and a table and the numbers of the committed report.
test-paper: build ## Compile the sample paper, Examples/paper, with TeX
	@$(REQUIREMENTS) latexmk texlive-latex-recommended texlive-science
	@$(BIGEGGS) figures --for paper
	@cd Examples/paper && latexmk -pdf -halt-on-error -interaction=nonstopmode -silent paper.tex
	@echo "The paper is Examples/paper/paper.pdf"

docs: requirements ## Write the documentation to .build/docs
	@BIGEGGS_DOCS=1 swift package --scratch-path .build/documentation --allow-writing-to-directory .build/docs \
		generate-documentation --target BigEggs --output-path .build/docs \
		--transform-for-static-hosting --hosting-base-path /
	@echo "The documentation is in .build/docs: python3 -m http.server -d .build/docs, then /documentation/bigeggs"

soak: build ## Kill N=100 trainings at random moments, resume them, and compare the weights
	@$(PYTHON) Tests/Soak/soak.py $(N)

soak-cluster: mpi ## Kill N=100 trainings of several processes at random moments, and resume them
	@Tests/Cluster/kills $(N)

RECORDED := runs/verify-record
verify-record: kind build ## Record the quick run on Fashion-MNIST as report/quick/KIND, for bigeggs verify
	@rm -rf $(RECORDED) && mkdir -p report/quick/$(KIND)/records
	@for section in 03-augmentation 04-plain-training 05-augmented-training; do \
		.build/release/$$section --data fashion-mnist --out $(RECORDED) || exit 1; \
		rm -f $(RECORDED)/records/$$section.stamp.json; done
	@cp $(RECORDED)/records/*.json report/quick/$(KIND)/records/
	@echo "The records are in report/quick/$(KIND)/records: commit them."

clean: ## Remove everything that was compiled, dist, and all of runs
	@rm -rf .build .build-* dist runs
