#!/usr/bin/env bash
# One command from a clone to a video: install what is missing, build, generate with the bundled demo model, and, where
# there is a display, open the window. Arguments go to `turbo-studio-cli generate`:
#   scripts/run.sh --prompt "a blue star spinning at night"
# STUDIO_NO_WINDOW=1 stops after the video.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/scripts/setup.sh"

build=$root/build/run
log=$root/build/run.log
mkdir -p "$root/build"
echo "Building (minutes the first time, seconds after that) ..."
{ [[ -f "$build/build.ninja" ]] || (cd "$root" && cmake --preset run); } >"$log" 2>&1 &&
    cmake --build "$build" >>"$log" 2>&1 ||
    { tail -n 40 "$log" >&2; echo "The build failed; the whole log is $log" >&2; exit 70; }

case " $* " in
    *" --output "* | *" --output="*) where=() ;;
    *) mkdir -p "$root/outputs"; where=(--output "$root/outputs") ;;
esac
case " $* " in
    *" --prompt "* | *" --prompt="* | *" --recipe "* | *" --help "*) what=() ;;
    *) what=(--prompt "a red balloon rising over the sea") ;;
esac
"$build/bin/turbo-studio-cli" generate "${what[@]}" "${where[@]}" "$@"

if [[ -z "${STUDIO_NO_WINDOW:-}" && -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" && -x "$build/bin/turbo-studio" ]]; then
    exec "$build/bin/turbo-studio"
fi
