# The front door. meson does the work; `make help` says what there is.
.PHONY: help
help:
	@echo "make demo | test | run | bench | install | lint | fuzz"
