#!/usr/bin/env bash
# Write all lock files again: requirements/*.in -> model_runtime/runtime.lock (with hashes) and requirements/*.lock.
# Needs uv, .venv, and a pip whose configuration includes an index with CPU builds of torch for Linux.
set -euo pipefail
cd "$(dirname "$0")/.."

compile=(uv --config-file requirements/uv.toml pip compile --quiet --no-header --no-annotate "$@")
on311=(--python-version 3.11)
# docopt is left out: only the command line tool of num2words uses docopt, and docopt has no wheel.
"${compile[@]}" requirements/runtime.in "${on311[@]}" --universal --generate-hashes --no-emit-package docopt \
    -o model_runtime/runtime.lock
"${compile[@]}" requirements/dev.in "${on311[@]}" -c model_runtime/runtime.lock --no-emit-package torch --no-emit-package docopt \
    -o requirements/dev.lock
"${compile[@]}" requirements/python-3.13.in -c model_runtime/runtime.lock --python-version 3.13 --no-emit-package torch \
    --no-emit-package docopt -o requirements/python-3.13.lock
for version in 4.2 5.0; do
    "${compile[@]}" "requirements/blender-$version.in" "${on311[@]}" -o "requirements/blender-$version.lock"
done

.venv/bin/python -m packing.torch_hashes
