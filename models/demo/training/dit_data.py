"""Latents of rendered clips, in shards, so that training can begin before the last one is written."""
import glob
import os

import numpy as np
import torch

import world
from common import load, save, say
from vae_fast import encode, make_vae


def load_vae(path, device="cpu"):
    ck = load(path)
    v = make_vae(ck["model"]["encoder.conv_in.weight"].shape[0])
    v.load_state_dict(ck["model"])
    return v.eval().to(device)


@torch.inference_mode()
def encode_clips(v, clips):
    d = next(v.parameters()).device
    x = torch.from_numpy(clips).to(d).permute(0, 4, 1, 2, 3).float() / 127.5 - 1
    if len(x) == 1:          # conv3d at batch 1 leaves the fast path on CPUs
        return encode(v, torch.cat([x, x]))[:1, :16].cpu()
    return encode(v, x)[:, :16].cpu()


def make_shards(vae_path, folder, frames, count, shard=200, seed=1, device="cpu", held=False):
    os.makedirs(folder, exist_ok=True)
    v = load_vae(vae_path, device)
    bg = os.path.join(folder, f"background_{frames}.pt")
    if not os.path.exists(bg):
        clips = np.stack([np.repeat(world.background(k)[None], frames, 0) for k in range(6)])
        save(bg, encode_clips(v, (clips * 255 + .5).astype(np.uint8)).half())
    for i in range((count + shard - 1) // shard):
        path = os.path.join(folder, f"{'held' if held else 'train'}_{frames}_{i:03d}.pt")
        if os.path.exists(path):
            continue
        rng = np.random.default_rng(seed * 1000 + i * 7 + frames + (500 if held else 0))
        z, attrs = [], []
        for _ in range((min(shard, count) + 3) // 4):
            a = [world.sample_split(rng, held) for _ in range(4)]
            z.append(encode_clips(v, np.stack([world.render(q, rng.random(3), frames) for q in a])).half())
            attrs += [[q[k] for k in world.KEYS] for q in a]
        save(path, dict(z=torch.cat(z), attrs=torch.tensor(attrs)))
        say("latents", path, len(attrs))


def make_favourites(vae_path, folder, prompts, frames=17, each=12, device="cpu"):
    """more clips of the prompts that the program offers first"""
    import judge
    path = os.path.join(folder, f"train_{frames}_favourites.pt")
    if os.path.exists(path):
        return
    v, rng, z, attrs = load_vae(vae_path, device), np.random.default_rng(9), [], []
    for p in prompts:
        a = judge.parse(p)
        if world.heldout(a):
            raise SystemExit(f"held out, choose another: {p}")
        for _ in range(each // 4):
            z.append(encode_clips(v, np.stack([world.render(a, rng.random(3), frames) for _ in range(4)])).half())
        attrs += [[a[k] for k in world.KEYS]] * (each // 4 * 4)
    save(path, dict(z=torch.cat(z), attrs=torch.tensor(attrs)))


class Latents:
    """Shards of one clip length as they appear; normalised, with weights for the object's cells."""

    def __init__(self, folder, frames, stats=None, object_weight=4.0):
        self.folder, self.frames, self.seen, self.ow = folder, frames, set(), object_weight
        self.stats = stats
        self.z, self.attrs, self.w = [], [], []
        self.refresh()

    def refresh(self):
        for p in sorted(glob.glob(os.path.join(self.folder, f"train_{self.frames}_*.pt"))):
            if p in self.seen:
                continue
            d = load(p)
            self.seen.add(p)
            z = d["z"].float()
            if self.stats is None:
                # channels the VAE leaves unused have a tiny spread: blown up to one they would only be noise to learn
                self.stats = z.mean((0, 2, 3, 4)), z.std((0, 2, 3, 4)).clamp(min=0.25)
            mu, sd = [s.view(1, 16, 1, 1, 1) for s in self.stats]
            bg = load(os.path.join(self.folder, f"background_{self.frames}.pt")).float()
            dev = ((z - bg[d["attrs"][:, 3]]) / sd).pow(2).mean(1, keepdim=True).sqrt()
            w = 1 + self.ow * (dev > 0.4).float()
            self.z.append((z - mu) / sd)
            self.attrs.append(d["attrs"])
            self.w.append(w / w.mean())
        if self.z:
            self.z, self.attrs, self.w = [torch.cat(self.z)], [torch.cat(self.attrs)], [torch.cat(self.w)]

    def __len__(self):
        return sum(map(len, self.z))

    def batch(self, n, rng):
        j = torch.from_numpy(rng.integers(0, len(self), n))
        return self.z[0][j], self.attrs[0][j], self.w[0][j]


if __name__ == "__main__":
    import sys
    torch.set_num_threads(1)
    make_shards(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), held=len(sys.argv) > 5,
                shard=int(sys.argv[5]) if len(sys.argv) > 5 else 100)
