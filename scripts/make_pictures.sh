#!/usr/bin/env bash
# The README's pictures, made by the programs of this tree: the window with a result, and a strip of frames of three videos.
#   scripts/make_pictures.sh [BUILD_FOLDER]      needs xvfb, xauth and ffmpeg (scripts/setup.sh --tests)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build/run}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$root/docs/images"
export STUDIO_HOME="$work/home"  # a person's own queue and history stay out of the pictures

prompts=("a red balloon rising over the sea" "an orange cat bouncing in a meadow" "一颗红色的爱心在雪地上弹跳")
rows=()
for i in "${!prompts[@]}"; do
    "$build/bin/turbo-studio-cli" generate --prompt "${prompts[i]}" --seed 7 --output "$work/$i.mp4" >/dev/null 2>&1
    # Every fourth frame of 17, side by side.
    ffmpeg -v error -i "$work/$i.mp4" -vf "select='not(mod(n,4))',tile=5x1" -frames:v 1 "$work/$i.png"
    rows+=(-i "$work/$i.png")
done
ffmpeg -v error -y "${rows[@]}" -filter_complex "vstack=inputs=${#prompts[@]}" "$root/docs/images/strip.png"

xvfb-run -a -s "-screen 0 1400x900x24" "$build/bin/turbo-studio" --theme dark --lang en --window-size 1280x800 \
    --prompt "${prompts[0]}" --output "$work" --screenshot "$root/docs/images/window.png"
