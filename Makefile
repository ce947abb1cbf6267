# Every target is a line of Python: `python -m ctn.dev <target>` does the same without make.
PYTHON ?= python3
export QUICK STRICT PORT

.DEFAULT_GOAL := help
.PHONY: help run web test test-faults lint bench reference lock browser cometbft network clean-demo

help run web test test-faults lint bench reference lock browser cometbft network clean-demo:
	@$(PYTHON) -m ctn.dev $@ $(ARGS)
