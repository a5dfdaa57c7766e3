# Two commands do everything on a fresh machine with Python 3.11:
#   make demo    a talking head into out/
#   make test    format, lint, types and tests; SLOW=1, GUI=1 and MATRIX=1 add the long parts
PYTHON ?= python3.11
# Blender 5.1 and later bring Python 3.13; pyenv's is taken where there is one.
PYTHON313 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.13*/bin/python) python3.13)
TORCH := $(shell grep -o '^torch==[0-9.]*' requirements/train.lock)
MARKS := not gui$(if $(SLOW),, and not slow)
# In the other Blenders only those tests run, also of the slow ones, that another Blender could break.
OTHER_MARKS := not gui and not one_blender and $(if $(SLOW),(every_blender or not slow),not slow)
# The plugin writes what was tested where to out/versions.md.
PYTEST := python -m pytest -p tests.version_table
# In how many processes tests run; those of a window stay in one.
JOBS ?= 2
SPREAD := -n $(JOBS)
TORCHLESS := audio phones languages pronunciations textgrid key_frames demo_head safe_pickle generate complete worker batch cli life
export KMTALK_PYTHON := $(CURDIR)/.venv/bin/python

.PHONY: demo test lint system-tools test-runtime test-blender test-blender-4.2 test-blender-5.0 test-blender-5.2 test-python-3.13 test-gui test-gui-4.3 test-gui-5.2 addon weights clean
# A failing part does not hide the others when make runs with -k; it never runs two heavy parts at once.
.NOTPARALLEL:

demo: .venv/.installed
	.venv/bin/python -m demo out

test: lint test-runtime test-blender $(if $(MATRIX),test-blender-4.2 test-blender-5.0 test-blender-5.2 test-python-3.13) $(if $(GUI),test-gui)

lint: .venv/.installed
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

# What tests look for traces with, and voices that read any text; where they cannot be installed those tests are skipped.
TOOLS := strace flite espeak-ng
system-tools:
	which $(TOOLS) > /dev/null || (apt-get update -qq && env DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends $(TOOLS) > /dev/null) || true

# With MATRIX the zip for Python 3.13 is built and tried as well, which needs that Python.
test-runtime: .venv/.installed $(if $(SLOW),system-tools) $(if $(MATRIX),.venv-3.13/.installed)
	.venv/bin/$(PYTEST) $(SPREAD) -m "$(MARKS)" tests --ignore tests/blender --ignore tests/gui

test-blender: .venv/.installed $(if $(SLOW),system-tools)
	.venv/bin/$(PYTEST) $(SPREAD) -m "$(MARKS)" tests/blender

test-blender-4.2 test-blender-5.0 test-blender-5.2: test-blender-%: .venv/.installed .venv-%/.installed
	.venv-$*/bin/$(PYTEST) $(SPREAD) -m "$(OTHER_MARKS)" tests/blender

# The Python of Blender 5.1 and later: inference, which needs no torch.
test-python-3.13: .venv-3.13/.installed
	.venv-3.13/bin/$(PYTEST) $(SPREAD) -m "$(MARKS)" $(foreach name,$(TORCHLESS),tests/test_$(name).py)

# In two real Blenders at the same time: most of their time is waiting for the screen.
test-gui: .venv/.installed .blender/.complete .blender-5.2/.complete
	mkdir -p out
	$(MAKE) --no-print-directory test-gui-4.3 > out/gui-4.3.log 2>&1 & first=$$!; \
	$(MAKE) --no-print-directory test-gui-5.2; second=$$?; wait $$first; first=$$?; cat out/gui-4.3.log; \
	exit $$((first + second))

test-gui-4.3: .venv/.installed .blender/.complete
	KMTALK_BLENDER=.blender .venv/bin/$(PYTEST) -m gui tests/gui

test-gui-5.2: .venv/.installed .blender-5.2/.complete
	KMTALK_BLENDER=.blender-5.2 .venv/bin/$(PYTEST) -m gui tests/gui

addon: .venv/.installed
	.venv/bin/python build_addon.py

# --no-deps: the lock is complete, and nothing in it may pull another torch. torch itself comes from wherever this
# machine's pip is set to look, so that a CPU build is taken where there is one. The last step makes the files of the
# speech encoders, which git does not hold.
.venv/.installed: requirements/dev.lock requirements/train.lock
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --no-deps -r requirements/dev.lock
	.venv/bin/python -m pip install $(TORCH)
	.venv/bin/python -m packing.speech_weights
	touch $@

# Again, where files.json names others.
weights: .venv/.installed
	.venv/bin/python -m packing.speech_weights

# Blender from 5.1 on.
.venv-5.2/.installed: PYTHON := $(PYTHON313)

.venv-%/.installed: requirements/blender-%.lock
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --no-deps -r $<
	touch $@


.venv-3.13/.installed: requirements/python-3.13.lock .venv/.installed
	$(PYTHON313) -m venv .venv-3.13
	.venv-3.13/bin/python -m pip install --no-deps -r $<
	touch $@

.blender/.complete:
	SUITE=trixie tools/windowed_blender.sh .blender

.blender-5.2/.complete:
	SUITE=sid tools/windowed_blender.sh .blender-5.2

clean:
	rm -rf out dist .pytest_cache .mypy_cache .ruff_cache
