#!/usr/bin/env bash
# Write all lock files again: requirements/*.in -> model_runtime/runtime.lock (with hashes) and requirements/*.lock.
# Needs uv (https://docs.astral.sh/uv).
set -euo pipefail
cd "$(dirname "$0")/.."

compile=(uv --config-file requirements/uv.toml pip compile --quiet --no-header --no-annotate "$@")
on311=(--python-version 3.11)
# docopt is left out: only the command line tool of num2words uses docopt, and docopt has no wheel.
without=(--no-emit-package docopt)
runtime=(-c model_runtime/runtime.lock)
"${compile[@]}" requirements/runtime.in "${on311[@]}" --universal --generate-hashes "${without[@]}" -o model_runtime/runtime.lock
"${compile[@]}" requirements/train.in "${on311[@]}" --universal "${runtime[@]}" "${without[@]}" -o requirements/train.lock
"${compile[@]}" requirements/voices.in "${on311[@]}" -c requirements/train.lock -o requirements/voices.lock
# torch comes from wherever a machine's pip is set to look (Makefile), so that a CPU build is taken where there is one.
"${compile[@]}" requirements/dev.in "${on311[@]}" -c requirements/train.lock "${without[@]}" --no-emit-package torch \
    -o requirements/dev.lock
"${compile[@]}" requirements/python-3.13.in "${runtime[@]}" "${without[@]}" --python-version 3.13 \
    -o requirements/python-3.13.lock
"${compile[@]}" requirements/blender-5.2.in --python-version 3.13 -o requirements/blender-5.2.lock
for version in 4.2 5.0; do
    "${compile[@]}" "requirements/blender-$version.in" "${on311[@]}" -o "requirements/blender-$version.lock"
done
