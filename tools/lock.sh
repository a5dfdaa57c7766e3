#!/usr/bin/env bash
# Pin everything again: requirements/*.in -> model_runtime/runtime.lock (with hashes) and requirements/*.lock.
# Needs uv. The CPU build of torch for Linux is not in the general index, so its hash is taken from the wheel that the
# machine's own pip finds (`pip download torch==...`), when that is a CPU build.
set -euo pipefail
cd "$(dirname "$0")/.."

compile=(uv --config-file requirements/uv.toml pip compile --python-version 3.11 --quiet --no-header --no-annotate "$@")
# Only the command that num2words comes with uses docopt, which has no wheel.
"${compile[@]}" requirements/runtime.in --universal --generate-hashes --no-emit-package docopt \
    -o model_runtime/runtime.lock
"${compile[@]}" requirements/dev.in -c model_runtime/runtime.lock --no-emit-package torch --no-emit-package docopt \
    -o requirements/dev.lock
for version in 4.2 5.0; do
    "${compile[@]}" "requirements/blender-$version.in" -o "requirements/blender-$version.lock"
done

wheels=$(mktemp -d)
trap 'rm -r "$wheels"' EXIT
torch=$(grep -o '^torch==[0-9.]*' model_runtime/runtime.lock)
python3.11 -m pip download --quiet --no-deps --dest "$wheels" "$torch"
for wheel in "$wheels"/torch-*+cpu-*.whl; do
    [ -e "$wheel" ] || continue
    hash=$(sha256sum "$wheel" | cut -d' ' -f1)
    grep -q "$hash" model_runtime/runtime.lock || sed -i "s|^$torch .*|&\n    --hash=sha256:$hash \\\\|" model_runtime/runtime.lock
done
