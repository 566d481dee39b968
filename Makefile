# Every habit by its name. `make` lists them.
.PHONY: help setup test lint golden build bench docs pictures

help:     ## this list
	@grep -E '^[a-z]+: +## ' $(MAKEFILE_LIST) | sed 's/: *## /\t/' | expand -t 12
setup:    ## make .venv with gtmgen and the development tools, and install Chromium where apt is there
	script/setup
test:     ## set up and run the tests; ARGS go to pytest: make test ARGS="-k purchase"
	script/test $(ARGS)
lint:     ## ruff, mypy, that the committed outputs are current, and that lint has nothing against them
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/gtmgen build specs/*.yml --check && .venv/bin/gtmgen lint specs/*.yml output/*.json --strict
golden:   ## write the golden files anew; review the diff before you commit
	.venv/bin/python -m pytest -q -n auto --update-golden tests/test_golden.py tests/test_bad_input.py tests/test_noise.py tests/test_action.py
build:    ## build every spec of specs/ into output/
	.venv/bin/gtmgen build specs/*.yml
bench:    ## the benchmarks: ratios against the rivals, in one run
	.venv/bin/python benchmarks/run.py
docs:     ## write the parts of the docs that are made from the code
	.venv/bin/gtmgen schema > specs/gtmgen.schema.json
	.venv/bin/python script/docs.py
pictures: ## take the README's pictures anew (needs Chromium)
	.venv/bin/python -m script.pictures
