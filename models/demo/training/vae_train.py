"""The VAE: images, then clips, then the decoder alone on slightly noised latents.

Default initialisation with AdamW stays at 10-13 dB here.  What works: residual branches that
start small, resamplers and shortcuts that start as near identities, a small initial code
variance, and Muon on the convolution kernels.  A high KL weight makes a calm code with wide
posteriors: the generator's small errors then decode to clean pictures.
"""
import math

import numpy as np
import torch

import world
from common import Muon, TimeBox, load, save, say
from vae_fast import decode, encode, make_vae


def _eye(w, k=1.0):
    o, i = w.shape
    for a in range(max(o, i)):
        w[a % o, a % i] += k * (1.0 if o >= i else (i / o) ** -0.5)


@torch.no_grad()
def init_vae(v):
    for m in v.modules():
        kind = type(m).__name__
        if isinstance(m, (torch.nn.Conv3d, torch.nn.Conv2d)) and m.bias is not None:
            m.bias *= 0.1
        if kind == "WanCausalConv3d" and m.weight.shape[2] == 3:
            m.weight[:, :, :2] *= 0.1            # the past comes in when clips do
        if kind == "WanResidualBlock":
            m.conv2.weight *= 0.1
            if hasattr(m.conv_shortcut, "weight"):
                m.conv_shortcut.weight *= 0.5
                _eye(m.conv_shortcut.weight[:, :, 0, 0, 0])
        elif kind == "WanAttentionBlock":
            m.proj.weight *= 0.1
        elif kind == "WanResample" and m.mode.startswith("down"):
            m.resample[1].weight *= 0.5
            for a in (0, 1):
                for b in (0, 1):
                    _eye(m.resample[1].weight[:, :, a, b], 0.25)
            if m.mode == "downsample3d":
                m.time_conv.weight *= 0.3
                for a in range(3):
                    _eye(m.time_conv.weight[:, :, a, 0, 0], 1 / 3)
        elif kind == "WanResample" and m.mode.startswith("up"):
            m.resample[1].weight *= 0.5
            _eye(m.resample[1].weight[:, :, 1, 1])
            if m.mode == "upsample3d":
                m.time_conv.weight *= 0.3
                _eye(m.time_conv.weight[:, :, 2, 0, 0])
    v.quant_conv.weight[16:] *= 0.1
    v.quant_conv.bias[16:] = -5


class Clips:
    """A pool of rendered clips, cut into crops that mostly show the object."""

    def __init__(self, n, frames, rng):
        self.rng, self.frames = rng, frames
        attrs = [world.sample_split(rng, False) for _ in range(n)]
        u = rng.random((n, 3))
        self.data = np.stack([world.render(a, q, frames) for a, q in zip(attrs, u)])
        t = [world.track(a, q, frames) for a, q in zip(attrs, u)]
        self.x, self.y = np.stack([q[0] for q in t]), np.stack([q[1] for q in t])

    def batch(self, size, f, b):
        r, out = self.rng, []
        for _ in range(b):
            i, f0 = int(r.integers(len(self.data))), int(r.integers(0, self.frames - f + 1))
            k = f0 + f // 2
            lim = 128 - size
            y0 = int(np.clip(self.y[i, k] - size / 2 + r.uniform(-.5, .5) * size, 0, lim))
            x0 = int(np.clip(self.x[i, k] - size / 2 + r.uniform(-.5, .5) * size, 0, lim))
            out.append(self.data[i, f0:f0 + f, y0:y0 + size, x0:x0 + size])
        return torch.from_numpy(np.stack(out)).permute(0, 4, 1, 2, 3).float() / 127.5 - 1


# crop size, frames, batch, share of the steps
PLAN = {"images": [(64, 1, 8, .75), (128, 1, 2, .25)],
        # never a batch of one: conv3d then leaves the fast path on CPUs
        "clips": [(64, 5, 2, .55), (48, 9, 2, .20), (96, 5, 2, .10), (64, 9, 2, .15)],
        "decoder": [(64, 9, 2, .5), (96, 5, 2, .25), (128, 5, 2, .25)]}


def loss_of(x, y):
    d = y - x
    mse, l1 = (d * d).mean(), torch.sqrt(d * d + 1e-4).mean()
    edges = (d[..., 1:] - d[..., :-1]).abs().mean() + (d[..., 1:, :] - d[..., :-1, :]).abs().mean()
    return l1 + 2 * mse + 0.5 * edges, mse


def latent_stats(v, clips, n=16):
    z = []
    with torch.no_grad():
        for i in range(0, n, 4):
            x = torch.from_numpy(clips.data[i:i + 4]).permute(0, 4, 1, 2, 3).float() / 127.5 - 1
            z.append(encode(v, x.to(next(v.parameters()).device))[:, :16])
    z = torch.cat(z)
    return z.mean((0, 2, 3, 4)), z.std((0, 2, 3, 4))


def train(path, stage, minutes, device="cpu", kl_weight=None, init=None, base=16, seed=0):
    """one stage; continues `path` when it exists, else starts from the checkpoint `init`"""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed + list(PLAN).index(stage))
    # one latent of a clip stands for four frames, so a nat must cost a quarter of what it costs in an image
    kl_weight = kl_weight or {"images": 8e-3, "clips": 1.5e-3, "decoder": 0}[stage]
    ck = load(path)
    if ck is not None and ck.get("done"):
        return ck
    v = make_vae(base)
    init_vae(v)
    if ck or init:
        v.load_state_dict((ck or load(init))["model"])
    v.to(device)
    box = TimeBox(minutes, ck["used"] if ck else 0.0)
    mats = [p for p in v.parameters() if p.ndim >= 4 and min(p.shape[0], p[0].numel()) > 1]
    ids = {id(p) for p in mats}
    if stage == "decoder":
        mats = [p for n, p in v.named_parameters() if id(p) in ids and n.startswith(("decoder", "post_quant"))]
    rest = [p for n, p in v.named_parameters() if id(p) not in ids and (stage != "decoder" or n.startswith(("decoder", "post_quant")))]
    o1 = Muon(mats, lr=0.03)
    o2 = torch.optim.AdamW(rest, lr=4e-3, betas=(.9, .97), weight_decay=0)
    peak = {"images": 1.0, "clips": 0.3, "decoder": 0.2}[stage]
    clips = Clips(700, 17, rng)
    sd = latent_stats(v, clips)[1] if stage == "decoder" else None
    plan = PLAN[stage]
    say(stage, sum(p.numel() for p in v.parameters()) / 1e6, "M parameters")
    i, acc = (ck["step"] if ck else 0), []
    while not box.over():
        r = box.rate() * peak
        o1.param_groups[0]["lr"], o2.param_groups[0]["lr"] = 0.03 * r, 4e-3 * r
        size, f, b, _ = plan[rng.choice(len(plan), p=[q[3] for q in plan])]
        x = clips.batch(size, f, b if device == "cpu" else 8 * b).to(device)
        with torch.set_grad_enabled(stage != "decoder"):
            p = encode(v, x)
            mu, lv = p[:, :16], p[:, 16:].clamp(-12, 8)
        z = mu + torch.randn_like(mu) * (0.5 * lv).exp()
        if stage == "decoder":       # a little more than the posterior: what a generator leaves behind
            k = 0.25 * torch.rand(len(x), 1, 1, 1, 1, device=device)
            z = z + k * torch.randn_like(z) * sd.view(1, 16, 1, 1, 1)
        loss, mse = loss_of(x, decode(v, z))
        kl = 0.5 * (mu * mu + lv.exp() - 1 - lv).mean()
        if stage != "decoder":
            loss = loss + kl_weight * min(1, 0.2 + i / 1000) * kl
        v.zero_grad(set_to_none=True)
        loss.backward()
        gn = torch.nn.utils.clip_grad_norm_(mats + rest, 1.0)
        o1.step()
        o2.step()
        i += 1
        acc.append([mse.item(), kl.item(), float(gn)])
        if i % 50 == 0:
            m = np.mean(acc, 0)
            acc = []
            say(f"{stage} {i} {box.seconds():.0f}s psnr {10 * math.log10(4 / m[0]):.2f} kl {m[1]:.2f} grad {m[2]:.2f} rate {r:.2f}")
        if box.due(60):
            save(path, dict(model=v.state_dict(), used=box.seconds(), step=i, done=False))
    ck = dict(model={k: t.cpu() for k, t in v.state_dict().items()}, used=box.seconds(), step=i, done=True)
    save(path, ck)
    return ck


if __name__ == "__main__":
    import sys
    torch.set_num_threads(1)
    a = sys.argv[1:]
    train(a[0], a[1], float(a[2]), init=a[3] if len(a) > 3 else None)
