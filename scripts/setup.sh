#!/usr/bin/env bash
# Install what is missing to build Turbo Studio: Debian packages and LibTorch. Says what and why before it does it.
#   scripts/setup.sh [--tests]     --tests: also what the tests need
# Needs root or a user with sudo, and a network only when something is missing. LibTorch goes to .deps/python (1.3 GB),
# or is taken from STUDIO_TORCH_DIR when that is set.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source "$root/scripts/lib/packages.sh"

want=$BUILD_PACKAGES
[[ "${1:-}" == --tests ]] && want+=$TEST_PACKAGES

missing=()
while IFS='|' read -r name reason; do
    [[ -n "$name" ]] || continue
    dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || missing+=("$name|$reason")
done <<<"$want"

if ((${#missing[@]})); then
    echo "These packages are missing and will be installed with apt-get:"
    printf '  %s\n' "${missing[@]/|/  - }"
    as_root=()
    if [[ $(id -u) -ne 0 ]]; then
        command -v sudo >/dev/null || { echo "Please run this once as root (or install sudo): scripts/setup.sh" >&2; exit 3; }
        as_root=(sudo)
        echo "sudo may ask for your password."
    fi
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]%%|*}" >"${TMPDIR:-/tmp}/turbo-studio-apt.log" 2>&1 ||
        { tail -n 20 "${TMPDIR:-/tmp}/turbo-studio-apt.log" >&2; echo "apt-get failed; the lines above say why." >&2; exit 3; }
fi

torch=${STUDIO_TORCH_DIR:-$root/.deps/python/torch}
stamp=$root/.deps/python/.installed
if [[ -z "${STUDIO_TORCH_DIR:-}" && "$(cat "$stamp" 2>/dev/null)" != "$LIBTORCH_WHEELS" ]]; then
    free_mb=$(df -Pm "$root" | awk 'NR==2{print $4}')
    ((free_mb > 4000)) || { echo "LibTorch needs 4 GB of free space under $root; there are $free_mb MB." >&2; exit 3; }
    echo "LibTorch (the tensor library of the engine, CPU part) will be downloaded to .deps/python: about 0.6 GB, 1.3 GB on disk."
    rm -rf "$root/.deps/python"
    mkdir -p "$root/.deps"
    # --no-deps: C++ needs none of the Python packages; cudart and cupti are what libtorch_cpu.so itself links.
    # shellcheck disable=SC2086
    /usr/bin/python3 -m pip install --quiet --no-deps --no-compile --target "$root/.deps/python" $LIBTORCH_WHEELS 2>"$root/.deps/pip.log" ||
        { cat "$root/.deps/pip.log" >&2; echo "The LibTorch download failed; check the network and start again." >&2; exit 3; }
    echo "$LIBTORCH_WHEELS" >"$stamp"
fi
# Where nvcc is, the kernels are compiled; these two read what it made (kernels/static_check.py). 6 MB.
tools=$root/.deps/cuda-tools
if [[ "${1:-}" == --tests ]] && { command -v nvcc >/dev/null || [[ -x /usr/local/cuda/bin/nvcc ]]; } &&
    [[ "$(cat "$tools/.installed" 2>/dev/null)" != "$CUDA_TOOL_WHEELS" ]]; then
    rm -rf "$tools"
    # shellcheck disable=SC2086
    if /usr/bin/python3 -m pip install --quiet --no-deps --no-compile --target "$tools" $CUDA_TOOL_WHEELS 2>"$root/.deps/pip.log"; then
        echo "$CUDA_TOOL_WHEELS" >"$tools/.installed"
    else
        echo "cuobjdump and nvdisasm could not be downloaded; the test kernel.static will be skipped." >&2
    fi
fi
[[ -e "$torch/lib/libtorch_cpu.so" ]] || { echo "No LibTorch in $torch (lib/libtorch_cpu.so is missing)." >&2; exit 3; }
