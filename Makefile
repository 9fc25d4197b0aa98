# One line a verb; tasks.py does the work. Words for the tool go in ARGS: make test ARGS="-k wilson"
PYTHON ?= python3
.PHONY: help setup demo test check lock wheel bench truth attack accuracy trials catalogue clean
help:  ; @$(PYTHON) tasks.py help
setup: ; @$(PYTHON) tasks.py setup $(ARGS)
demo:  ; @$(PYTHON) tasks.py demo $(ARGS)
test:  ; @$(PYTHON) tasks.py test $(ARGS)
check: ; @$(PYTHON) tasks.py check $(ARGS)
lock:  ; @$(PYTHON) tasks.py lock $(ARGS)
wheel: ; @$(PYTHON) tasks.py wheel $(ARGS)
bench: ; @$(PYTHON) tasks.py bench $(ARGS)
truth: ; @$(PYTHON) tasks.py truth $(ARGS)
trials: ; @$(PYTHON) tasks.py trials $(ARGS)
catalogue: ; @$(PYTHON) tasks.py catalogue
attack: ; @$(PYTHON) tasks.py attack $(ARGS)
accuracy: ; @$(PYTHON) tasks.py accuracy $(ARGS)
clean: ; @$(PYTHON) tasks.py clean $(ARGS)
