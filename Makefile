# PGXS build of the extension credits: make && make install && make installcheck. `make help` lists the targets.

EXTENSION     := credits
MODULE_big    := credits
VERSION       := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" credits.control)
SCRIPT        := credits--$(VERSION).sql
DATA_built    := $(SCRIPT)
DATA          := $(wildcard sql/updates/credits--*--*.sql)
SOURCES       := $(sort $(wildcard src/*.cpp src/*/*.cpp))
OUR_HEADERS   := $(sort $(wildcard src/*.hpp src/*/*.hpp src/*/*.def))
OBJS          := $(SOURCES:.cpp=.o)
SHLIB_EXPORTS := src/exports.txt

# The tests read as the list of features; sql/NAME.sql is compared with expected/NAME.out.
REGRESS       := \
    readme \
    configuration \
    bind \
    attach \
    protection \
    sale \
    consumption \
    edit \
    header \
    chain \
    commit \
    refusal \
    alarm \
    registration \
    questions \
    views \
    verify \
    take_in \
    closing \
    bad_input
REGRESS_OPTS  := --load-extension=credits
ISOLATION     := $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS := --load-extension=credits --inputdir=test/isolation

# Objects of C++ that survive a longjmp: no exceptions, no run-time type information, no guarded statics; doc/design.md says why.
# The backend's headers come as system headers, so that the warnings speak of our own code.
PG_CONFIG     ?= pg_config
CXX_LANGUAGE  := -std=gnu++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics
CXX_WARNINGS  := -Wall -Wextra -Wshadow -Wno-register -Wno-missing-field-initializers
PG_CPPFLAGS   := -Isrc -DCREDITS_VERSION='"$(VERSION)"'
PG_CXXFLAGS   := $(CXX_LANGUAGE) $(CXX_WARNINGS)
EXTRA_CLEAN   := $(SCRIPT) src/exports.list

# Bitcode only where the clang is that the server was built with; it never gets PG_CXXFLAGS by itself.
PGXS          := $(shell $(PG_CONFIG) --pgxs)
SERVER_CLANG  := $(shell sed -n 's/^CLANG *= *//p' $(dir $(PGXS))../Makefile.global)
ifeq ($(shell command -v $(SERVER_CLANG)),)
override with_llvm = no
endif

include $(PGXS)

COMPILE.cxx.bc += $(CXX_LANGUAGE) $(CXX_WARNINGS)

# Every object is made anew when a header changes: a full build takes seconds.
$(OBJS): $(OUR_HEADERS)
src/schema/version.o: credits.control

$(SCRIPT): $(sort $(wildcard sql/install/*.sql))
	cat $^ > $@

# A lost lock fails in seconds, not in minutes.
export PGISOLATIONTIMEOUT ?= 60

.PHONY: help test check-tryton lint reference demo bench
help: ## lists the targets
	@echo 'make               builds the extension'
	@echo 'make install       installs it (DESTDIR is respected)'
	@echo 'make installcheck  runs the regression and isolation tests on a running server'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1 \2/p' $(firstword $(MAKEFILE_LIST)) | awk '{ printf "%-5s%-13s", $$1, $$2; $$1 = $$2 = ""; sub(/^ +/, ""); print " " $$0 }'
	@echo 'make clean         removes what was built'

test: ## installs what is missing, and runs every test on a server of its own
	test/run

check-tryton: ## the same under a real ERP, Tryton
	test/run tryton

lint: all ## makes the proofs of doc/design.md
	MODULE_CXXFLAGS='$(PG_CXXFLAGS)' CXX='$(CXX)' PG_CONFIG='$(PG_CONFIG)' REGRESS='$(REGRESS)' ISOLATION='$(ISOLATION)' test/lint/run

reference: ## writes doc/reference.md from the comments in sql/install
	test/reference --write

demo: ## tells the story of credits on a small ERP
	demo/run

bench: ## prints what the extension costs
	bench/run
