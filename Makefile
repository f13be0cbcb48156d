# Everything runs in .venv; `make run` and `make test` set it up by themselves and start at once when nothing changed.
SHELL := /bin/bash
PY := .venv/bin/python
ROOMS := voice asr tts dialog telephony logistics_client ledger desk

.PHONY: setup setup-dev setup-funasr test-tools web lint-web run test test-long test-funasr lint demo demo-agent model bench bench-asr bench-talk bench-load clean

setup:
	@deploy/setup.sh

setup-dev:
	@deploy/setup.sh dev

test-tools:
	@deploy/test_tools.sh

setup-funasr:
	@deploy/setup.sh dev funasr

# The desk's page is built behind the ready line: no call waits for it, and without Node everything else works.
run: setup
	@$(PY) deploy/build_web.py & exec .venv/bin/hotline serve

web: setup
	@$(PY) deploy/build_web.py

lint: setup-dev
	@$(PY) -m ruff check $(ROOMS) tests bench
	@$(PY) -m ruff format --check $(ROOMS) tests bench
	@$(PY) -m mypy $(ROOMS) tests bench
	@.venv/bin/lint-imports

# Types, rules and unit tests of the desk's page.
lint-web: web
	@cd desk/web && npm ci --no-audit --no-fund --loglevel=error >/dev/null && npm run --silent check && npm run --silent lint && npm test --silent

test: setup-dev test-tools web
	@$(PY) -m pytest -n 2 --dist loadscope -m "not long and not funasr and not call and not browser"
	@$(PY) -m pytest -n 3 -m "call and not browser and not long and not funasr"
	@$(PY) -m pytest -m "browser and not long and not funasr"

test-long: setup-dev test-tools
	@$(PY) -m pytest -m "long and not funasr"

test-funasr: setup-funasr
	@$(PY) -m pytest -m funasr

demo: setup
	@.venv/bin/hotline demo

demo-agent: setup
	@exec .venv/bin/hotline agent

model: setup-funasr
	@$(PY) -m asr.recipe

bench: bench-asr bench-talk bench-load

bench-asr: setup-funasr
	@$(PY) -m bench.asr

bench-talk: setup-dev
	@$(PY) -m bench.talk

bench-load: setup-dev
	@$(PY) -m bench.load

clean:
	rm -rf .venv out build .mypy_cache .ruff_cache
