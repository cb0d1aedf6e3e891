"""The same seeds through the four kinds of attention on the demo model: how far frames are from the dense ones, and
what the judge says of each.

    attention_kinds.py --cli build/dev/bin/turbo-studio-cli [--model models/demo] [--prompts 12]

Needs numpy and ffmpeg. Frames come from lossless-quality files (--crf 0); PSNR and relative L2 are those of 8-bit RGB.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TRAINING = os.path.join(HERE, "..", "models", "demo", "training")
sys.path.insert(0, TRAINING)
sys.dont_write_bytecode = True
import judge  # noqa: E402
import world  # noqa: E402

KINDS = [("dense", []), ("sage", []), ("sla", []), ("sla", ["--sla-topk", "0.4"]), ("sagesla", []),
         ("sagesla", ["--sla-topk", "0.4"])]


def clip(cli, model, item, kind, more, folder):
    out = os.path.join(folder, "clip.mp4")
    if os.path.exists(out):
        os.remove(out)
    subprocess.run([cli, "generate", "--model", model, "--prompt", item["prompt"], "--size", "128x128", "--frames", "17",
                    "--steps", "4", "--sampler", "rcm", "--seed", str(item["seed"]), "--threads", "1", "--crf", "0",
                    "--attention", kind, *more, "--output", out], check=True, capture_output=True)
    return judge.read_video(out)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--cli", required=True)
    p.add_argument("--model", default=os.path.join(HERE, "..", "models", "demo"))
    p.add_argument("--prompts", type=int, default=12)
    a = p.parse_args()
    with open(os.path.join(TRAINING, "heldout_prompts.json"), encoding="utf-8") as f:
        items = json.load(f)[:a.prompts]
    dense = None
    print(f"{len(items)} unseen prompts, 128x128, 17 frames, 4 rCM steps; PSNR and relative L2 of frames against dense\n")
    print("| attention | PSNR, dB (worst) | relative L2 (worst) | background | colour | shape | motion | all four |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for kind, more in KINDS:
            clips = [clip(a.cli, a.model, q, kind, more, folder) for q in items]
            dense = clips if dense is None else dense
            psnr, l2, right = [], [], []
            for q, got, want in zip(items, clips, dense):
                x, y = got.astype(np.float64), want.astype(np.float64)
                error = ((x - y) ** 2).mean()
                psnr.append(10 * np.log10(255 ** 2 / error) if error > 0 else np.inf)
                l2.append(np.linalg.norm(x - y) / np.linalg.norm(y))
                right.append(judge.score(got, {k: world.NAMES[k].index(q[k]) for k in world.KEYS})[0])
            share = {k: np.mean([bool(r[k]) for r in right]) for k in right[0]}
            whole = np.mean([all(bool(r[k]) for k in world.KEYS) for r in right])
            cells = [f"{share[k]:.2f}" for k in ("background", "colour", "shape", "motion")]
            print(f"| {' '.join([kind, *more])} | {np.mean(psnr):.1f} ({np.min(psnr):.1f}) | {np.mean(l2):.4f} ({np.max(l2):.4f}) | "
                  f"{' | '.join(cells)} | {whole:.2f} |", flush=True)


if __name__ == "__main__":
    main()
