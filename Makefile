# The front door; meson does the work underneath.
#
#   make            build the release binaries in build/release
#   make demo       a whole network in namespaces of its own: two gNBs, phones, packets
#   make run        start the core alone, ready for real radio     (CONFIG=demarc.yaml)
#   make test       everything, with sanitizers; ends with `N passed, N failed`
#   make bench      measurements, a JSON object a line
#   make fuzz       long fuzzing of every decoder                   (MINUTES=10, or EXECUTIONS=100000000)
#   make day        24 hours of 100,000 simulated phones, after which nothing of them may be left (PHONES=100000, SEED=1)
#   make coverage   what unit tests and fuzz corpora reach, room by room
#   make lint       clang-format and clang-tidy
#   make install    binaries, configuration, manual pages, systemd unit (DESTDIR=, PREFIX=/usr)

PREFIX  ?= /usr
CONFIG  ?= demarc.yaml
MINUTES ?= 10
EXECUTIONS ?= 0
PHONES  ?= 100000
SEED    ?= 1

# Namespaces, TUN devices and raw sockets need root.
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)

RELEASE := build/release
TEST    := build/test
FUZZ    := build/fuzz
DAY     := build/day
COVER   := build/coverage

SANITIZE := -Db_sanitize=address,undefined -Db_lundef=false

.PHONY: all demo run test bench fuzz day coverage lint install clean

all: $(RELEASE)/build.ninja
	@ninja -C $(RELEASE) --quiet

$(RELEASE)/build.ninja:
	@scripts/install-packages build
	@CC=gcc meson setup $(RELEASE) --buildtype=release -Doptimization=2 -Dprefix=$(PREFIX) -Dsysconfdir=/etc -Dtests=false >/dev/null

$(TEST)/build.ninja:
	@CC=clang meson setup $(TEST) $(SANITIZE) >/dev/null

$(FUZZ)/build.ninja:
	@CC=clang meson setup $(FUZZ) $(SANITIZE) -Dfuzzer=true --buildtype=debugoptimized >/dev/null

$(DAY)/build.ninja:
	@CC=gcc meson setup $(DAY) --buildtype=release -Doptimization=2 >/dev/null

$(COVER)/build.ninja:
	@CC=clang meson setup $(COVER) --buildtype=debugoptimized -Doptimization=1 \
	  -Dc_args='-fprofile-instr-generate -fcoverage-mapping -mllvm -runtime-counter-relocation' \
	  -Dc_link_args=-fprofile-instr-generate >/dev/null

demo: all
	@scripts/install-packages demo
	@$(AS_ROOT) scripts/demo $(RELEASE)

run: all
	@scripts/install-packages demo
	@$(AS_ROOT) $(RELEASE)/src/face/demarc run --config $(CONFIG)

test:
	@scripts/install-packages test
	@$(MAKE) --no-print-directory all $(TEST)/build.ninja $(FUZZ)/build.ninja
	@ninja -C $(TEST) --quiet
	@ninja -C $(FUZZ) --quiet fuzzers
	@$(AS_ROOT) tests/run $(TEST) $(FUZZ)

bench: all
	@scripts/install-packages demo
	@$(AS_ROOT) bench/run $(RELEASE)

fuzz:
	@scripts/install-packages test
	@$(MAKE) --no-print-directory $(FUZZ)/build.ninja
	@ninja -C $(FUZZ) --quiet fuzzers
	@tests/fuzz/long $(FUZZ) $(MINUTES) $(EXECUTIONS)

day:
	@scripts/install-packages test
	@$(MAKE) --no-print-directory $(DAY)/build.ninja
	@ninja -C $(DAY) --quiet tests/sim/sim
	@$(DAY)/tests/sim/sim --day $(PHONES) --seed $(SEED)

coverage:
	@scripts/install-packages test
	@$(MAKE) --no-print-directory $(COVER)/build.ninja
	@ninja -C $(COVER) --quiet
	@tests/coverage $(COVER) $(FUZZ)

lint:
	@scripts/install-packages lint
	@$(MAKE) --no-print-directory $(TEST)/build.ninja
	@scripts/lint $(TEST)

install: all
	@meson configure $(RELEASE) -Dprefix=$(PREFIX)
	@meson install -C $(RELEASE) --quiet $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))

clean:
	rm -rf build
