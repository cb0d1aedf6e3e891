"""A linear branch for the finished demo model, so that it runs with sparse-linear attention (SLA) as well.

    sla_tune.py --model models/demo --minutes 8

Gives every self-attention `proj_l`, zero at first as the original has it, and trains nothing else: what the model
draws with dense attention stays as it is, bit for bit. Two stages on the model's own samples (random requests, the
four rCM times, in part going on from what the sparse network itself guessed):

1. per layer, proj_l is the ridge regression from the linear branch to what the sparse branch lacks of dense
   attention;
2. all of them together, by gradient, so that the network's guess of the clean latents comes near the dense one's.

Writes proj_l beside the other weights of the transformer, and `"default_attention": "dense"` into its config.json: the
model was made for dense attention and keeps it unless somebody asks for another kind.
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file

import world
from common import TimeBox, load, save, say
from dit_fast import HEAD, _heads, _rms, _turn, forward
from dit_train import text_rows
from sampler import TIMES, as_fed

QUERY_BLOCK, KEY_BLOCK, TOPK = 128, 64, 0.1
NAME = "blocks.{}.attn1.attn_op.local_attn.proj_l.{}"
FRAMES, LATENT = 5, 16          # 17 frames of 128x128


def block_mask(q, k, topk=TOPK):
    """(B, H, L, L): may this query see this key. The engine's rule (tensor/block_sparse.cpp), without its rounding."""
    L = q.shape[2]

    def pooled(x, n):
        return torch.stack([c.mean(2) for c in x.split(n, 2)], 2)
    score = pooled(q, QUERY_BLOCK) @ pooled(k - k.mean(2, keepdim=True), KEY_BLOCK).transpose(2, 3)
    kept = max(1, int(topk * score.shape[3]))
    seen = torch.zeros_like(score, dtype=torch.bool).scatter_(3, score.topk(kept, 3).indices, True)
    return seen.repeat_interleave(QUERY_BLOCK, 2)[:, :, :L].repeat_interleave(KEY_BLOCK, 3)[..., :L]


def linear_attention(q, k, v):
    a, b = q.softmax(-1), k.softmax(-1)
    return (a @ (b.transpose(2, 3) @ v)) / (1e-5 + a @ b.sum(2, keepdim=True).transpose(2, 3))


class Sparse:
    """`block` of dit_fast with sparse-linear attention; proj is one Linear a layer."""

    def __init__(self, layers, topk=TOPK):
        self.proj = torch.nn.ModuleList(torch.nn.Linear(HEAD, HEAD) for _ in range(layers))
        for p in self.proj.parameters():
            torch.nn.init.zeros_(p)
        self.topk, self.layer, self.taps = topk, 0, None

    def __call__(self, b, x, ctx, bias, e, c, s):
        m = [q[:, None] for q in (b.scale_shift_table + e).unbind(1)]
        a = F.layer_norm(x, (x.shape[-1],), eps=1e-6) * (1 + m[1]) + m[0]
        at = b.attn1
        q, k = (_turn(_heads(_rms(f(a), n)), c, s) for f, n in ((at.to_q, at.norm_q), (at.to_k, at.norm_k)))
        v = _heads(at.to_v(a))
        with torch.no_grad():
            mask = block_mask(q, k, self.topk)
        sparse, linear = F.scaled_dot_product_attention(q, k, v, attn_mask=mask), linear_attention(q, k, v)
        if self.taps is not None:
            self.taps(self.layer, linear, F.scaled_dot_product_attention(q, k, v) - sparse)
        o = sparse + self.proj[self.layer](linear)
        self.layer = (self.layer + 1) % len(self.proj)
        x = x + m[2] * at.to_out[0](o.transpose(1, 2).flatten(2))
        return cross_and_feed(b, x, ctx, bias, m)


def cross_and_feed(b, x, ctx, bias, m):
    at, n = b.attn2, b.norm2
    a = F.layer_norm(x, (x.shape[-1],), n.weight, n.bias, 1e-6)
    q, k = _heads(_rms(at.to_q(a), at.norm_q)), _heads(_rms(at.to_k(ctx), at.norm_k))
    o = F.scaled_dot_product_attention(q, k, _heads(at.to_v(ctx)), attn_mask=bias)
    x = x + at.to_out[0](o.transpose(1, 2).flatten(2))
    a = F.layer_norm(x, (x.shape[-1],), eps=1e-6) * (1 + m[4]) + m[3]
    return x + m[5] * b.ffn.net[2](F.gelu(b.ffn.net[0].proj(a), approximate="tanh"))


class Tuner:
    def __init__(self, folder, seed=0):
        from diffusers import WanTransformer3DModel
        torch.manual_seed(seed)
        self.rng = np.random.default_rng(seed)
        self.net = WanTransformer3DModel.from_pretrained(folder, torch_dtype=torch.float32).requires_grad_(False)
        self.sparse = Sparse(len(self.net.blocks))

    def rollout(self, batch, own):
        """the four inputs of one sampling run: x, t, text, bias, and the dense network's guess"""
        a = [world.sample_split(self.rng, False) for _ in range(batch)]
        ctx, bias = text_rows(torch.tensor([[q[k] for k in world.KEYS] for q in a]), "cpu", noise=0.05)
        x = torch.randn(batch, 16, FRAMES, LATENT, LATENT) * TIMES[0]
        for t, after in zip(TIMES, TIMES[1:] + [0.0]):
            told = torch.full((batch,), as_fed(t))
            with torch.no_grad():
                dense = x - t * forward(self.net, x, told, ctx, bias)
                z = dense
                if own:
                    z = x - t * forward(self.net, x, told, ctx, bias, run=self.sparse)
            yield x, t, told, ctx, bias, dense
            x = (1 - after) * z + after * torch.randn_like(x)

    def guess(self, x, t, told, ctx, bias):
        return x - t * forward(self.net, x, told, ctx, bias, run=self.sparse)

    def error(self, runs=4, batch=8):
        """relative squared error of the guesses at the four times, on fixed requests"""
        state, rng = torch.get_rng_state(), self.rng
        torch.manual_seed(1)
        self.rng = np.random.default_rng(1)
        e = np.zeros(4)
        for _ in range(runs):
            for i, (x, t, told, ctx, bias, dense) in enumerate(self.rollout(batch, False)):
                with torch.no_grad():
                    e[i] += ((self.guess(x, t, told, ctx, bias) - dense).pow(2).mean() / dense.pow(2).mean()).item() / runs
        torch.set_rng_state(state)
        self.rng = rng
        return " ".join(f"{q:.4f}" for q in e)

    @torch.no_grad()
    def solve(self, runs=6, batch=8, ridge=1e-3):
        """layer by layer: those before are solved already, so each sees the inputs it will have"""
        for layer in range(len(self.net.blocks)):
            n = HEAD + 1
            A, Y = torch.zeros(n, n, dtype=torch.float64), torch.zeros(n, HEAD, dtype=torch.float64)

            def tap(i, linear, missing):
                if i != layer:
                    return
                f = linear.reshape(-1, HEAD).double()
                f = torch.cat([f, torch.ones(len(f), 1, dtype=torch.float64)], 1)
                A.add_(f.T @ f)
                Y.add_(f.T @ missing.reshape(-1, HEAD).double())
            self.sparse.taps = tap
            for i in range(runs):
                for x, t, told, ctx, bias, _ in self.rollout(batch, False):
                    self.guess(x, t, told, ctx, bias)
            self.sparse.taps = None
            w = torch.linalg.solve(A + ridge * A.diagonal().mean() * torch.eye(n, dtype=torch.float64), Y)
            self.sparse.proj[layer].weight.copy_(w[:HEAD].T)
            self.sparse.proj[layer].bias.copy_(w[HEAD])
            say("layer", layer, "error at the four steps", self.error(2))

    def tune(self, minutes, batch=6, lr=2e-3):
        box, opt = TimeBox(minutes), torch.optim.Adam(self.sparse.proj.parameters(), lr=lr, betas=(.9, .98))
        steps = 0
        while not box.over():
            for x, t, told, ctx, bias, dense in self.rollout(batch, steps % 2 == 1):
                loss = (self.guess(x, t, told, ctx, bias) - dense).pow(2).mean() / dense.pow(2).mean()
                opt.zero_grad(set_to_none=True)
                loss.backward()
                opt.param_groups[0]["lr"] = lr * box.rate()
                opt.step()
            steps += 1
            if steps % 10 == 0:
                say(f"{4 * steps} steps {box.seconds():.0f}s error at the four steps {self.error(1)}")
        say("done", self.error())


def export(folder, sparse):
    """every other tensor is written as it was read"""
    path = os.path.join(folder, "diffusion_pytorch_model.safetensors")
    with safe_open(path, "pt") as f:
        meta, tensors = f.metadata(), {k: f.get_tensor(k) for k in f.keys()}
    for i, p in enumerate(sparse.proj):
        tensors[NAME.format(i, "weight")] = p.weight.detach().to(torch.bfloat16).contiguous()
        tensors[NAME.format(i, "bias")] = p.bias.detach().to(torch.bfloat16)
    save_file(tensors, path + ".tmp", meta)
    os.replace(path + ".tmp", path)
    config = os.path.join(folder, "config.json")
    values = json.load(open(config, encoding="utf-8"))
    values["default_attention"] = "dense"
    with open(config, "w", encoding="utf-8") as f:
        f.write(json.dumps(values, indent=2, sort_keys=True) + "\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="the diffusers folder of the finished model; its transformer is extended")
    p.add_argument("--minutes", type=float, default=8)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--checkpoint", help="keep proj_l here, and go on from it when it is there")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    folder = os.path.join(a.model, "transformer")
    t = Tuner(folder)
    known = load(a.checkpoint) if a.checkpoint else None
    if known:
        t.sparse.proj.load_state_dict(known)
    say("error at the four steps before:", t.error())
    if not known:
        t.solve()
    t.tune(a.minutes)
    if a.checkpoint:
        save(a.checkpoint, t.sparse.proj.state_dict())
    export(folder, t.sparse)
    say("written to", folder)


if __name__ == "__main__":
    main()
