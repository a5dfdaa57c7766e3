#!/bin/sh
# Installs a Debian with Blender and a virtual display in a folder (chroot), for the tests in tests/gui. Runs as root on
# Debian and its derivatives.
#
#   SUITE=trixie tools/windowed_blender.sh DIR     makes the chroot once, in a minute or two: trixie has Blender 4.3,
#                                                  sid 5.2
#   tools/windowed_blender.sh DIR COMMAND ...      runs COMMAND in the chroot; this working tree, its .venv and the
#                                                  .venv's Python are mounted at the same paths
set -eu

dir=$(mkdir -p "$1" && cd "$1" && pwd -P)
shift
tree=$(cd "$(dirname "$0")/.." && pwd -P)
# .venv may be a symbolic link.
environment=$(cd "$tree/.venv" && pwd -P)
python=$("$environment/bin/python" -c 'import sys; print(sys.base_prefix)')

# The Debian mirror in the host's apt configuration.
mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
        tr ' \t' '\n\n' | grep -E '^[a-z+]+:/' | grep -E '/debian/?$' | head -n 1
}

if [ ! -e "$dir/.complete" ]; then
    if ! command -v debootstrap > /dev/null; then
        apt-get update -qq
        env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends debootstrap > /dev/null
    fi
    debootstrap --variant=minbase "${SUITE:-trixie}" "$dir" "$(mirror)"
    # The release file of a mirror snapshot is past its Valid-Until date.
    echo 'Acquire::Check-Valid-Until "false";' > "$dir/etc/apt/apt.conf.d/99valid"
    chroot "$dir" apt-get update -qq
    chroot "$dir" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        blender xvfb xauth libgl1-mesa-dri python3-numpy imagemagick xdotool libsqlite3-0 libbz2-1.0 \
        python3-cattr python3-requests
    touch "$dir/.complete"
fi

[ $# -gt 0 ] || exit 0

# In its own mount namespace, so that all mounts are gone when the command ends, also after a failure.
exec unshare --mount sh -eu -c '
    dir=$1; tree=$2; environment=$3; python=$4; shift 4
    for place in /proc /dev "$python" "$tree" "$environment"; do
        mkdir -p "$dir$place"
        mount --rbind "$place" "$dir$place"
    done
    exec chroot "$dir" "$@"
' sh "$dir" "$tree" "$environment" "$python" "$@"
