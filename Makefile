# PGXS build of the extension credits: make && make install && make installcheck. `make help` lists the targets.

EXTENSION     := credits
MODULE_big    := credits
VERSION       := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" credits.control)
SCRIPT        := credits--$(VERSION).sql
DATA_built    := $(SCRIPT)
DATA          := $(wildcard sql/updates/credits--*--*.sql)
SOURCES       := $(sort $(wildcard src/*.cpp src/*/*.cpp))
OBJS          := $(SOURCES:.cpp=.o)
BITCODE       := $(SOURCES:.cpp=.bc)
INSTALL_SQL   := $(sort $(wildcard sql/install/*.sql sql/install/*/*.sql))
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
ISOLATION     := $(sort $(patsubst %.spec,%,$(notdir $(wildcard test/isolation/scenarios/*))))
ISOLATION_OPTS := --load-extension=credits --inputdir=test/isolation

# Objects of C++ that survive a longjmp: no exceptions, no run-time type information, no guarded statics (doc/design/1-shape.md).
# The backend's headers come as system headers, so that the warnings speak of our own code. With WERROR=yes they are errors.
# With SANITIZE=yes it is built for a server that has loaded the sanitizers' runtime before (test/sanitised), without bitcode.
PG_CONFIG     ?= pg_config
CXX_LANGUAGE  := -std=gnu++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics
CXX_WARNINGS  := -Wall -Wextra -Wshadow -Wno-register -Wno-missing-field-initializers $(if $(WERROR),-Werror)
PG_CPPFLAGS   := -Isrc -MMD -MP -DCREDITS_VERSION='"$(VERSION)"'
SANITIZERS    := $(if $(SANITIZE),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
PG_CXXFLAGS   := $(CXX_LANGUAGE) $(CXX_WARNINGS) $(SANITIZERS)
DEPENDENCIES  := $(OBJS:.o=.d) $(BITCODE:.bc=.bc.d)
EXTRA_CLEAN   := $(SCRIPT) src/exports.list src/files.list $(DEPENDENCIES) test/isolation/specs build/test

# Bitcode only where the clang is that the server was built with; it never gets PG_CXXFLAGS by itself.
PGXS          := $(shell $(PG_CONFIG) --pgxs)
SERVER_CLANG  := $(if $(SANITIZE),,$(shell sed -n 's/^CLANG *= *//p' $(dir $(PGXS))../Makefile.global))
ifeq ($(shell command -v $(SERVER_CLANG)),)
override with_llvm = no
endif

include $(PGXS)

COMPILE.cxx.bc += $(CXX_LANGUAGE) $(CXX_WARNINGS) -MF $*.bc.d

# A changed header makes anew what includes it, as the compiler wrote down; other flags, everything.
-include $(DEPENDENCIES)
$(OBJS) $(BITCODE): Makefile
src/schema/version.o src/schema/version.bc: credits.control

# What is put together from many files is put together again when one of them is gone.
src/files.list: FORCE
	@echo '$(SOURCES) $(INSTALL_SQL)' | cmp -s - $@ || echo '$(SOURCES) $(INSTALL_SQL)' >$@
$(shlib): src/files.list

$(SCRIPT): $(INSTALL_SQL) src/files.list
	cat $(INSTALL_SQL) >$@

.PHONY: specs
specs:
	test/isolation/generate
ifneq ($(ISOLATION),)
installcheck: specs
endif

# A lost lock fails in seconds, not in minutes.
export PGISOLATIONTIMEOUT ?= 60

FORCE:
.PHONY: FORCE help test check-tryton lint reference drawing demo bench dist
help: ## lists the targets
	@echo 'make               builds the extension'
	@echo 'make install       installs it (DESTDIR is respected)'
	@echo 'make installcheck  runs the regression and isolation tests on a running server'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1 \2/p' $(firstword $(MAKEFILE_LIST)) \
		| awk '{ printf "%-5s%-13s", $$1, $$2; $$1 = $$2 = ""; sub(/^ +/, ""); print " " $$0 }'
	@echo 'make clean         removes what was built'

test: ## installs what is missing, and runs every test on a server of its own
	test/run

check-tryton: ## the same under a real ERP, Tryton
	test/run tryton

lint: all ## makes the proofs of doc/design
	MODULE_CXXFLAGS='$(PG_CXXFLAGS)' CXX='$(CXX)' PG_CONFIG='$(PG_CONFIG)' \
		REGRESS='$(REGRESS)' ISOLATION='$(ISOLATION)' test/lint/run

reference: ## writes doc/reference.md from the comments in sql/install
	test/reference --write

drawing: ## draws the rooms of src/ into doc/design from the includes
	doc/draw-rooms --write

demo: ## tells the story of credits on a small ERP
	demo/run

bench: ## prints what the extension costs
	bench/run

dist: ## packs what is committed as credits-VERSION.tar.gz and .zip, and builds it
	PG_CONFIG='$(PG_CONFIG)' .ci/dist
