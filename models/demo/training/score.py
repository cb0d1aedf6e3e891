"""How many of the 200 unseen prompts come out right?

    score.py --cli PATH/turbo-studio-cli --model models/demo --prompts 200 --json out.json
    score.py --diffusers --model models/demo --prompts 200 --json out.json
    score.py --fast --model models/demo --prompts 200 --json out.json

The first runs the shipped program, once per prompt; the second the same weights through the stock
diffusers modules and a hand-written rCM loop; the third the same modules in batches through the
whole-clip functions that training uses (dit_fast.py, vae_fast.py: equal to a few 1e-6, and several
times faster).  The prompts are held-out attribute combinations.
"""
import argparse
import json
import os
import subprocess
import tempfile
import time

import numpy as np

import captions
import judge
import world

HERE = os.path.dirname(os.path.abspath(__file__))
PROMPTS = os.path.join(HERE, "heldout_prompts.json")


def make_prompts(n=200, seed=2024):
    rng, out, used = np.random.default_rng(seed), [], set()
    while len(out) < n:
        a = world.sample_split(rng, True)
        key = tuple(a.values())
        if key in used:
            continue
        used.add(key)
        text = (captions.chinese if len(out) % 3 == 2 else captions.english)(a, rng, noise=False)
        out.append(dict(prompt=text, seed=1000 + len(out), **{k: world.NAMES[k][a[k]] for k in world.KEYS}))
    return out


def attributes(item):
    return {k: world.NAMES[k].index(item[k]) for k in world.KEYS}


class Diffusers:
    """float32 on one thread; the text is padded to 512 rows as the pipeline does"""

    def __init__(self, folder, frames=17, height=128, width=128, steps=4):
        import torch
        from diffusers import AutoencoderKLWan, WanTransformer3DModel
        from transformers import AutoTokenizer, UMT5EncoderModel
        f = torch.float32
        self.tok = AutoTokenizer.from_pretrained(os.path.join(folder, "tokenizer"))
        self.text = UMT5EncoderModel.from_pretrained(os.path.join(folder, "text_encoder"), dtype=f)
        self.net = WanTransformer3DModel.from_pretrained(os.path.join(folder, "transformer"), torch_dtype=f)
        self.vae = AutoencoderKLWan.from_pretrained(os.path.join(folder, "vae"), torch_dtype=f)
        self.shape, self.steps, self.torch = ((frames - 1) // 4 + 1, height // 8, width // 8), steps, torch

    def batch(self, items):
        """two clips at once through the training functions; same noise as one by one"""
        from dit_fast import forward, pad_text
        from sampler import TIMES, as_fed
        from vae_fast import decode
        torch, B = self.torch, len(items)
        gens = [torch.Generator().manual_seed(q["seed"]) for q in items]
        draw = lambda: torch.stack([torch.randn(16, *self.shape, generator=g) for g in gens])
        with torch.inference_mode():
            ids = [self.tok(q["prompt"]).input_ids for q in items]
            t, m = torch.zeros(B, max(map(len, ids)), dtype=torch.long), torch.zeros(B, max(map(len, ids)), dtype=torch.long)
            for i, x in enumerate(ids):
                t[i, :len(x)], m[i, :len(x)] = torch.tensor(x), 1
            ctx, bias = pad_text(self.text(t, m).last_hidden_state, m, torch.full((B,), 512.0))
            x = draw() * TIMES[0]
            for a, b in zip(TIMES, TIMES[1:] + [0.0]):
                z = x - a * forward(self.net, x, torch.full((B,), as_fed(a)), ctx, bias)
                x = (1 - b) * z + b * draw() if b else z
            mu, sd = [torch.tensor(v).view(1, 16, 1, 1, 1) for v in (self.vae.config.latents_mean, self.vae.config.latents_std)]
            y = decode(self.vae, x * sd + mu)
        return ((y.permute(0, 2, 3, 4, 1) * .5 + .5).clamp(0, 1) * 255 + .5).byte().numpy()

    def __call__(self, prompt, seed, euler=0):
        from sampler import sample_euler, sample_rcm
        torch, g = self.torch, self.torch.Generator().manual_seed(seed)
        with torch.inference_mode():
            q = self.tok([prompt], return_tensors="pt")
            h = self.text(q.input_ids, q.attention_mask).last_hidden_state
            ctx = torch.cat([h, h.new_zeros(1, 512 - h.shape[1], h.shape[2])], 1)
            net = lambda x, t: self.net(x, t, ctx, return_dict=False)[0]
            noise = torch.randn(1, 16, *self.shape, generator=g)
            z = sample_euler(net, noise, euler) if euler else sample_rcm(net, noise, self.steps, g)
            mu, sd = [torch.tensor(v).view(1, 16, 1, 1, 1) for v in (self.vae.config.latents_mean, self.vae.config.latents_std)]
            x = self.vae.decode(z * sd + mu).sample[0]
        return ((x.permute(1, 2, 3, 0) * .5 + .5).clamp(0, 1) * 255 + .5).byte().numpy()


class Program:
    def __init__(self, cli, folder):
        self.cli, self.folder, self.dir = cli, folder, tempfile.mkdtemp()

    def __call__(self, prompt, seed):
        out = os.path.join(self.dir, "clip.mp4")
        if os.path.exists(out):
            os.remove(out)
        subprocess.run([self.cli, "generate", "--model", self.folder, "--prompt", prompt, "--size", "128x128", "--frames", "17",
                        "--steps", "4", "--sampler", "rcm", "--seed", str(seed), "--output", out],
                       check=True, capture_output=True)
        return judge.read_video(out)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--cli")
    p.add_argument("--diffusers", action="store_true")
    p.add_argument("--fast", action="store_true")
    p.add_argument("--model", default=os.path.dirname(HERE))
    p.add_argument("--prompts", type=int, default=200)
    p.add_argument("--euler", type=int, default=0, help="with --diffusers: this many Euler steps instead of four of rCM")
    p.add_argument("--json")
    p.add_argument("--sheet", help="a PNG of the first clips")
    p.add_argument("--write-prompts", action="store_true", help="write heldout_prompts.json again and stop")
    a = p.parse_args()
    if a.write_prompts:
        with open(PROMPTS, "w", encoding="utf-8") as f:
            f.write("[\n" + ",\n".join(json.dumps(q, ensure_ascii=False) for q in make_prompts()) + "\n]\n")
        return
    if bool(a.cli) + a.diffusers + a.fast != 1:
        p.error("give --cli PROGRAM, --diffusers or --fast")
    items = json.load(open(PROMPTS, encoding="utf-8"))[:a.prompts]
    maker = Program(a.cli, a.model) if a.cli else Diffusers(a.model)
    results, rows, t0 = [], [], time.time()

    def clips():
        if a.fast:
            for i in range(0, len(items), 2):
                yield from zip(items[i:i + 2], maker.batch(items[i:i + 2]))
        for q in [] if a.fast else items:
            yield q, (maker(q["prompt"], q["seed"], a.euler) if a.diffusers else maker(q["prompt"], q["seed"]))

    for q, clip in clips():
        right, seen = judge.score(clip, attributes(q))
        results.append(dict(**q, right={k: bool(v) for k, v in right.items()}, seen=judge.names(seen)))
        if a.sheet and len(rows) < 24:
            rows.append(np.concatenate([clip[f] for f in (0, 4, 8, 12, 16)], 1))
    total = dict(path="program" if a.cli else "diffusers" if a.diffusers else "fast", prompts=len(items), seconds_per_clip=round((time.time() - t0) / len(items), 2),
                 right=judge.summary([r["right"] for r in results]))
    print(json.dumps(total))
    by = {k: {n: round(float(np.mean([r["right"][k] for r in results if r[k] == n])), 2) for n in world.NAMES[k] if any(r[k] == n for r in results)}
          for k in world.KEYS}
    if a.json:
        json.dump(dict(total, by_value=by, clips=results), open(a.json, "w"), ensure_ascii=False, indent=1)
    if rows:
        from PIL import Image
        h = (len(rows) + 1) // 2
        rows += [np.zeros_like(rows[0])] * (2 * h - len(rows))
        Image.fromarray(np.concatenate([np.concatenate(rows[:h]), np.concatenate(rows[h:])], 1)).save(a.sheet)


if __name__ == "__main__":
    main()
