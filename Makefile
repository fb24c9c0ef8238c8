# PGXS build of the extension credits: make && make install && make installcheck. `make help` lists the targets.

EXTENSION    := credits
MODULE_big   := credits
VERSION      := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" credits.control)
SCRIPT       := credits--$(VERSION).sql
DATA_built   := $(SCRIPT)
DATA         := $(wildcard sql/updates/credits--*--*.sql)

SOURCES      := $(sort $(wildcard src/*.cpp src/pg/*.cpp))
OBJS         := $(SOURCES:.cpp=.o)
SHLIB_EXPORTS := src/exports.txt

# The tests read as the list of features.
REGRESS      := $(shell cat test/regress.list 2>/dev/null)
REGRESS_OPTS := --inputdir=. --load-extension=credits
ISOLATION    := $(patsubst test/isolation/specs/%.spec,%,$(sort $(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS := --inputdir=test/isolation --load-extension=credits
EXTRA_CLEAN  := $(SCRIPT) src/pg/*.d

PG_CONFIG    ?= pg_config
PGXS         := $(shell $(PG_CONFIG) --pgxs)

# Bitcode only when the clang that the server was built with is here.
CLANG_OF_SERVER := $(shell sed -n 's/^CLANG *= *//p' $(dir $(PGXS))../Makefile.global)
ifeq ($(shell command -v $(CLANG_OF_SERVER)),)
override with_llvm = no
endif

include $(PGXS)
