PYTHON ?= python3.11
VENV := .venv
RUN := $(VENV)/bin/python
DEMO := runs/landscapes-demo
# Each worker gets whole files, in the order of tests/tiers.py.
PYTEST := $(RUN) -m pytest -q -n auto --dist loadfile --no-loadscope-reorder
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: demo test-fast test test-all docs site lint

# Paints with the network of the package. Then trains a small OASIS on rendered landscapes, no data
# needed, paints with it, and exports it for TensorFlow Serving and for phones; and writes the page
# to paint in. A second call goes on from the last checkpoint, or only paints and exports where
# training is done.
demo: $(VENV)/.installed
	$(RUN) -m oasis_tf generate --run landscapes --out runs/landscapes --held-out 6 --samples 3 --overwrite
	$(RUN) -m oasis_tf train --config configs/landscapes.yaml --run-dir $(DEMO) --resume
	$(RUN) -m oasis_tf generate --run $(DEMO) --out $(DEMO)/generated --samples 3 --overwrite
	$(RUN) -m oasis_tf export saved-model --run $(DEMO) --out $(DEMO)/served
	$(RUN) -m oasis_tf export tflite --run $(DEMO) --out $(DEMO)/phone/oasis.tflite --quantize float16 --overwrite
	rm -rf $(DEMO)/page
	-$(RUN) -m oasis_tf export web --run landscapes --out $(DEMO)/page
	@echo "To paint in the browser: $(RUN) -m oasis_tf paint"

# In this process, with tiny networks: for after every change.
test-fast: $(VENV)/.installed-dev
	$(PYTEST) -m "not process and not heavy and not slow"

# What continuous integration runs: also processes, servers, exports, whole training runs.
test: $(VENV)/.installed-dev .venv-servers/.installed .node/.installed
	$(PYTEST) -m "not slow"

# Everything: also 30 kills, workers that are killed, XLA, full-size networks, every run traced,
# and new examples of Hypothesis.
test-all: $(VENV)/.installed-dev .venv-servers/.installed .node/.installed
	$(PYTEST) --traced
	$(PYTEST) -m hypothesis --hypothesis-profile=search

# The site, docs/_build/html: runs the tutorial; a broken link or another warning is an error.
docs: $(VENV)/.installed-docs
	$(RUN) -m sphinx --builder html --fail-on-warning --keep-going --quiet docs docs/_build/html

# The documents, and the page to paint in under paint/, as static files for a web host.
site: docs
	rm -rf site
	mkdir site
	cp -r docs/_build/html/. site
	$(RUN) -m oasis_tf export web --run landscapes --out site/paint

lint: $(VENV)/.installed-dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

$(VENV)/.installed-docs: requirements-docs.txt $(VENV)/.installed
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	touch $@

# Servers that the tests send requests to: KServe, which must not find TensorFlow beside it.
.venv-servers/.installed: tests/export/requirements-servers.txt
	$(PYTHON) -m venv .venv-servers
	.venv-servers/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# A driver for Chromium and axe, for the paint page's tests, which are skipped without npm.
.node/.installed: tests/export/web/package.json
	mkdir -p $(@D)
	cp $< $(@D)
	if npm install --prefix $(@D) --silent --no-audit --no-fund --ignore-scripts; then touch $@; \
		else echo "No npm, or no network: the tests of the paint page are skipped."; fi
