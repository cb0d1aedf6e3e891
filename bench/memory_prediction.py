#!/usr/bin/env python3
"""Predicted against measured peak memory, each row in a fresh process.

usage: memory_prediction.py --cli PROGRAM [--demo models/demo] [--work FOLDER] [--only TEXT] [--large]
Prints a Markdown table: what `generate` predicted, the kernel's high-water mark of its resident memory (VmHWM), and
their ratio; then how many rows are within 10 %. --large adds rows with the published 1.3B's widths and a wide VAE (4 GB
of disk in the work folder, 6 GB of memory). Exit code 1 when a row is farther off."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import small_models

MODELS = {
    "demo": {},
    "narrow": dict(heads=2, ffn=768, layers=5, base=8),
    "wide fp32": dict(heads=4, ffn=2048, layers=8, text=(512, 1024, 8, 6), base=32, dtype="F32"),
    "wide bf16": dict(heads=4, ffn=2048, layers=8, text=(512, 1024, 8, 6), base=32),
    "deep bf16": dict(heads=6, ffn=3072, layers=24, text=(768, 2048, 12, 12), base=24, vae_blocks=2),
    "text-heavy": dict(heads=2, ffn=768, layers=4, text=(1536, 4096, 24, 12), base=16),
    "1.3B widths, 4 blocks": dict(heads=12, ffn=8960, layers=4, text=(1024, 2816, 16, 8), base=48, vae_blocks=2),
    "1.3B widths, 12 blocks": dict(heads=12, ffn=8960, layers=12, text=(1024, 2816, 16, 8), base=96, vae_blocks=2),
}

# model, size, frames, precision, more options
ROWS = [
    ("demo", "16x16", 1, "fp32", []),
    ("demo", "128x128", 17, "fp32", []),
    ("demo", "128x128", 17, "bf16", []),
    ("demo", "256x256", 1, "fp32", []),
    ("demo", "256x256", 17, "fp32", []),
    ("demo", "256x256", 49, "fp32", []),
    ("demo", "512x512", 1, "fp32", []),
    ("demo", "512x512", 5, "fp32", []),
    ("demo", "512x512", 5, "fp32", ["--ram-limit", "650MB"]),
    ("demo", "512x512", 5, "fp32", ["--ram-limit", "500MB"]),
    ("demo", "512x512", 5, "fp32", ["--ram-limit", "420MB"]),
    ("demo", "512x512", 5, "fp32", ["--ram-limit", "370MB"]),
    ("narrow", "128x128", 9, "fp32", []),
    ("narrow", "512x256", 9, "bf16", []),
    ("narrow", "768x512", 5, "fp32", []),
    ("wide fp32", "64x64", 5, "fp32", []),
    ("wide fp32", "256x256", 9, "fp32", []),
    ("wide fp32", "256x256", 9, "bf16", []),
    ("wide fp32", "256x256", 9, "fp32", ["--guidance", "5"]),
    ("wide fp32", "256x256", 9, "fp32", ["--ram-limit", "550MB"]),
    ("wide bf16", "64x64", 5, "fp32", []),
    ("wide bf16", "256x256", 9, "bf16", []),
    ("wide bf16", "384x256", 33, "fp32", []),
    ("wide bf16", "384x256", 33, "bf16", ["--ram-limit", "900MB"]),
    ("deep bf16", "64x64", 5, "fp32", []),
    ("deep bf16", "64x64", 5, "bf16", []),
    ("deep bf16", "256x256", 9, "fp32", []),
    ("deep bf16", "256x256", 9, "fp32", ["--ram-limit", "1100MB"]),
    ("deep bf16", "256x256", 9, "fp32", ["--ram-limit", "650MB"]),
    ("deep bf16", "64x64", 5, "fp32", ["--ram-limit", "500MB"]),
    ("text-heavy", "64x64", 5, "fp32", []),
    ("text-heavy", "64x64", 5, "bf16", []),
    ("text-heavy", "64x64", 5, "fp32", ["--ram-limit", "1700MB"]),
    ("text-heavy", "64x64", 5, "fp32", ["--ram-limit", "600MB"]),
]
LARGE = [
    ("1.3B widths, 4 blocks", "256x256", 5, "fp32", []),
    ("1.3B widths, 4 blocks", "256x256", 5, "bf16", []),
    ("1.3B widths, 12 blocks", "256x256", 5, "fp32", []),
    ("1.3B widths, 12 blocks", "256x256", 5, "fp32", ["--ram-limit", "2GB"]),
    ("1.3B widths, 12 blocks", "416x240", 5, "bf16", []),
]


def run(cli, model, size, frames, precision, more):
    with tempfile.TemporaryDirectory(prefix="turbo-studio-memory-") as folder:
        command = [cli, "generate", "a red ball", "--model", str(model), "--size", size, "--frames", str(frames), "--steps", "1", "--sampler", "unipc",
                   "--precision", precision, "--device", "cpu", "--threads", "1", "--seed", "1", "--json", "--output", f"{folder}/v.mp4"]
        if "--guidance" not in more:
            command += ["--guidance", "1"]
        done = subprocess.run(command + more, capture_output=True, text=True, env={**os.environ, "STUDIO_HOME": folder, "OMP_NUM_THREADS": "1"})
        last = json.loads(done.stdout.splitlines()[-1])
        if last["event"] != "finished":
            raise SystemExit(f"{' '.join(command + more)}\n{last}")
        return last


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True)
    parser.add_argument("--demo", default=str(pathlib.Path(__file__).parent.parent / "models" / "demo"))
    parser.add_argument("--work", default=str(pathlib.Path(tempfile.gettempdir()) / "turbo-studio-memory-models"))
    parser.add_argument("--only", default="", help="rows whose text contains this")
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    rows = [row for row in ROWS + (LARGE if options.large else []) if options.only in str(row)]
    print("| model | size | frames | type | limit | plan | predicted MB | of it files | measured MB | predicted / measured |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    within = 0
    for name, size, frames, precision, more in rows:
        if name == "demo":
            model = options.demo
        else:
            model = small_models.make(pathlib.Path(options.work) / name.replace(" ", "_").replace(",", ""), options.demo, **MODELS[name])
        result = run(options.cli, model, size, frames, precision, more)
        memory, measured = result["memory"], result["peak_rss_bytes"]
        ratio = memory["host_bytes"] / measured
        within += 0.9 <= ratio <= 1.1
        print(f"| {name} | {size} | {frames} | {precision} | {' '.join(more)} | {memory['plan']} | {memory['host_bytes'] / 1e6:.0f} | "
              f"{memory['droppable_bytes'] / 1e6:.0f} | {measured / 1e6:.0f} | {ratio:.3f} |", flush=True)
    print(f"\n{within} of {len(rows)} within 10 %.")
    return 0 if within == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
