#!/usr/bin/env bash
# Install what the tests need, build everything, run all tests: the normal suite, then the parts without LibTorch again
# under the address and undefined-behaviour sanitizers. Arguments go to ctest (for example: -R unit.io).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
"$root/scripts/setup.sh" --tests
jobs=$(nproc)
# Two OpenMP threads per test and two tests at a time on two cores would only wait for each other.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} CTEST_OUTPUT_ON_FAILURE=1

preset=dev
[[ -z "${CI:-}" ]] || preset=ci   # the same, with warnings as errors
started=$SECONDS
cmake --preset "$preset"
cmake --build "build/$preset" -j "$jobs" 
echo "== built in $((SECONDS - started)) s"
started=$SECONDS
cmake --preset asan
cmake --build build/asan -j "$jobs"
echo "== sanitizer build in $((SECONDS - started)) s"
started=$SECONDS
ctest --test-dir build/asan -j "$jobs" --timeout 300 "$@"
echo "== sanitizer tests in $((SECONDS - started)) s"
started=$SECONDS
ctest --test-dir "build/$preset" -j "$jobs" --timeout 600 "$@"
echo "== tests in $((SECONDS - started)) s"
