"""The generator: places first, then images, then clips.

It trains only where the four rCM steps sit (with a little jitter, and a share of other times so
that other samplers work): 0.988, 0.934, 0.853, 0.609.  At the first step the input is pure
noise, exactly as when sampling.  Text is the encoder's target code itself, with a little noise:
the encoder is trained to output just that for every token (text_train.py).
"""
import math

import numpy as np
import torch
import torch.nn.functional as F

import world
from common import Muon, TimeBox, load, save, say
from dit_data import Latents
from dit_fast import WIDTH, block, forward, init_dit, make_dit, pad_text
from sampler import TIMES
from text_train import codebook, target

PLACE_BLOCK, MAX_FRAMES = 1, 16           # where the place head reads, and how many frames it can name
STEP_WEIGHT = [1.0, 1.2, 1.6, 2.5]        # later steps have smaller errors and show more


def text_rows(attrs, device, noise=0.15):
    """n equal text tokens are one row with + log n, the padding is another"""
    a = [dict(zip(world.KEYS, q)) for q in attrs.tolist()]
    h = target(a, codebook())[:, None]
    B = len(h)
    n = torch.randint(5, 30, (B,)).float()
    total = torch.exp(torch.empty(B).uniform_(math.log(48), math.log(512)))
    ctx, bias = pad_text(h + noise * torch.randn(h.shape), torch.ones(B, 1), torch.full((B,), 2.0))
    bias[:, 0, 0, 0], bias[:, 0, 0, 1] = torch.log(n), torch.log(total - n)
    return ctx.to(device), bias.to(device)


def place_targets(f, h, w):
    g = torch.meshgrid(torch.arange(f), torch.arange(h), torch.arange(w), indexing="ij")
    return torch.stack(g, -1).view(-1, 3)


class Trainer:
    def __init__(self, path, init=None, layers=5, ffn=768, device="cpu", lr=0.02, compiled=True, seed=0):
        torch.manual_seed(seed)
        self.path, self.device, self.lr = path, device, lr
        self.rng = np.random.default_rng(seed + 17)
        ck = load(path) or (load(init) if init else None)
        self.fresh = load(path) is None
        if ck:
            layers, ffn = ck["layers"], ck["ffn"]
        self.layers, self.ffn = layers, ffn
        self.net = make_dit(layers, ffn)
        init_dit(self.net)
        self.place = torch.nn.Linear(WIDTH, 16 + MAX_FRAMES)
        if ck:
            self.net.load_state_dict(ck["ema" if self.fresh else "model"])
            self.place.load_state_dict(ck["place"])
        self.net.to(device)
        self.place.to(device)
        self.ck = ck if not self.fresh else None
        self.params = list(self.net.parameters()) + list(self.place.parameters())
        mats = [p for n, p in self.net.named_parameters() if n.startswith("blocks.") and p.ndim == 2]
        ids = {id(p) for p in mats}
        self.muon = Muon(mats, lr=lr)
        self.adam = torch.optim.AdamW([p for p in self.params if id(p) not in ids], lr=lr / 10, betas=(.9, .97), weight_decay=0)
        self.ema = {k: v.detach().clone() for k, v in (self.ck["ema"] if self.ck else self.net.state_dict()).items()}
        self.names = [n for n, _ in self.net.named_parameters()]
        self.run = torch.compile(block, dynamic=False) if compiled else block
        self.steps = self.ck["steps"] if self.ck else 0
        self.since = 0 if self.fresh else 10 ** 6      # a new clip length: its places come first again
        self.stats = ck.get("stats") if ck else None

    def times(self, B):
        k = torch.multinomial(torch.tensor([.36, .18, .18, .18, .10]), B, replacement=True)
        t = torch.tensor(TIMES + [0.0])[k] + (torch.rand(B) - .5) * 0.03 * (k > 0)
        u = torch.rand(B)
        t = torch.where(k == 4, 4 * u / (1 + 3 * u), t).clamp(0.02, 0.999)
        return k, torch.where((k == 0) & (torch.rand(B) < .25), 1 - 0.0123 * torch.rand(B), t)

    def step(self, z, attrs, w, rate, places_only=False, own=0.0):
        d = self.device
        B, _, f, H, W = z.shape
        k, t = self.times(B)
        w_k = torch.tensor(STEP_WEIGHT + [1.2])[k].to(d)
        z, w, k, t = z.to(d), w.to(d), k.to(d), t.to(d)
        ctx, bias = text_rows(attrs, d)
        n, T = torch.randn_like(z), t[:, None, None, None, None]
        src = z
        if own > 0 and not places_only:      # part of the batch goes on from the network's own last guess
            with torch.no_grad():
                src = z.clone()
                m = ((k > 0) & (k < 4) & (torch.rand(B, device=d) < own)).nonzero()[:, 0]
                if len(m):
                    pt = torch.tensor([TIMES[0]] + TIMES, device=d)[k[m]]
                    P = pt[:, None, None, None, None]
                    x = torch.where((k[m] == 1)[:, None, None, None, None], P * torch.randn_like(z[m]), (1 - P) * z[m] + P * torch.randn_like(z[m]))
                    src[m] = x - P * forward(self.net, x, 1000 * pt, ctx[m], bias[m], run=block)
        x = torch.where((k == 0)[:, None, None, None, None], T * n, (1 - T) * src + T * n)
        seen, keep = [0], []

        def run(b, *a):
            y = self.run(b, *a)
            if seen[0] == PLACE_BLOCK:
                keep.append(y)
            seen[0] += 1
            return y

        v = forward(self.net, x, 1000 * t, ctx, bias, run=run)
        place = self.place_loss(keep[0], f, H // 2, W // 2)
        e = (w * (x - T * v - z) ** 2).mean((1, 2, 3, 4))
        loss = place if places_only else (w_k * e).mean() + (0.05 + 0.5 * math.exp(-self.since / 80)) * place
        self.muon.zero_grad(set_to_none=True)
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.params, 1.0)
        self.muon.param_groups[0]["lr"], self.adam.param_groups[0]["lr"] = self.lr * rate, self.lr * rate / 10
        self.muon.step()
        self.adam.step()
        self.steps += 1
        self.since += 1
        with torch.no_grad():
            decay = min(0.995, (1 + self.steps) / (10 + self.steps))
            torch._foreach_lerp_([self.ema[q] for q in self.names], list(self.net.parameters()), 1 - decay)
        e = e.detach()
        return [e[k == q].mean().item() if (k == q).any() else math.nan for q in range(4)] + [place.item()]

    def place_loss(self, y, f, h, w):
        g = place_targets(f, h, w).to(y.device)
        parts = self.place(F.layer_norm(y, (WIDTH,))).split([8, 8, MAX_FRAMES], -1)
        return sum(F.cross_entropy(q.flatten(0, 1), g[:, i].repeat(len(y))) for i, q in zip((1, 2, 0), parts))

    def learn_places(self, folder, steps=140):
        """a minute that saves hours: name row, column and frame from noise alone (see init_dit)"""
        if self.steps:
            return
        self.stats = Latents(folder, 17).stats or Latents(folder, 1).stats     # clips are what it is made for
        data = Latents(folder, 1, self.stats)
        for i in range(steps):
            z, a, w = data.batch(32, self.rng)
            p = self.step(z, a, w, min(.5, (i + 1) / 40), places_only=True)[4]
        say("places", steps, f"{p:.3f}")
        self.save(0.0)

    def save(self, used, done=False):
        save(self.path, dict(model=self.net.state_dict(), ema=self.ema, place=self.place.state_dict(), steps=self.steps,
                             used=used, stats=self.stats, layers=self.layers, ffn=self.ffn, done=done))

    def train(self, minutes, plan, folder, places_only=False, own=0.0, floor=0.02):
        """plan: {frames: (batch, share)}; one kind of batch per step"""
        if self.ck and self.ck["done"]:
            return
        data = {}
        for fr in plan:
            data[fr] = Latents(folder, fr, self.stats)
            self.stats = data[fr].stats if self.stats is None else self.stats
        box = TimeBox(minutes, self.ck["used"] if self.ck else 0.0, warm=30)
        say("generator", self.path, {k: len(v) for k, v in data.items()}, f"{sum(p.numel() for p in self.net.parameters()) / 1e6:.2f} M")
        acc, samples = {k: [] for k in plan}, 0
        while not box.over():
            ready = [q for q in plan if len(data[q])]
            p = np.array([plan[q][1] for q in ready])
            fr = ready[self.rng.choice(len(ready), p=p / p.sum())]
            z, a, w = data[fr].batch(plan[fr][0] * (1 if self.device == "cpu" else 8), self.rng)
            acc[fr].append(self.step(z, a, w, box.rate(floor), places_only, own))
            samples += len(z)
            if self.steps % 50 == 0:
                for q in plan:
                    if acc[q]:
                        m = np.nanmean(acc[q], 0)
                        say(f"{self.steps} {box.seconds():.0f}s frames {q} x0 error at the four steps {' '.join(f'{x:.4f}' for x in m[:4])} place {m[4]:.3f} samples {samples} clips {len(data[q])}")
                    acc[q] = []
            if box.due(60):
                self.save(box.seconds())
                for q in data.values():
                    q.refresh()
        self.save(box.seconds(), done=True)
