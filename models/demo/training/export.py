"""Writes the diffusers folder: the stock WanPipeline classes load it, and so does Turbo Studio."""
import json
import os
import shutil

import numpy as np
import torch

import world
from common import load, say
from dit_data import encode_clips, load_vae
from dit_fast import make_dit
from text_train import Tokenizer, make_encoder

EXAMPLES = ["a blue star spinning at night", "a red balloon rising over the sea", "an orange cat bouncing in a meadow",
            "一条橙色的鱼在大海里向右移动", "a white rocket growing in the night sky", "a yellow boat drifting left at sunset",
            "一颗红色的爱心在雪地上弹跳", "a pink moon falling over the desert"]


def preview_map(vae, stats, n=24, seed=8):
    """least squares from normalised latents to the mean colour of their 8x8 pixels (of 4 frames)"""
    rng, X, Y = np.random.default_rng(seed), [], []
    mu, sd = [s.view(1, 16, 1, 1, 1) for s in stats]
    for _ in range(n // 4):
        c = np.stack([world.render(world.sample_attributes(rng), rng.random(3)) for _ in range(4)])
        z = (encode_clips(vae, c) - mu) / sd
        b = torch.from_numpy(c).float().div(255).view(4, 17, 16, 8, 16, 8, 3).mean((3, 5))
        b = torch.stack([b[:, 0]] + [b[:, 1 + 4 * i:5 + 4 * i].mean(1) for i in range(4)], 1)
        X.append(z.permute(0, 2, 3, 4, 1).reshape(-1, 16))
        Y.append(b.reshape(-1, 3))
    X, Y = torch.cat(X).double(), torch.cat(Y).double()
    A = torch.cat([X, torch.ones(len(X), 1, dtype=torch.float64)], 1)
    w = torch.linalg.lstsq(A, Y).solution
    error = ((A @ w - Y) ** 2).mean().sqrt().item()
    return w[:16].tolist(), w[16].tolist(), error


def export(out, tokenizer, text, vae, dit):
    from diffusers import UniPCMultistepScheduler, WanPipeline
    from transformers import T5Tokenizer
    ck = load(dit)
    net = make_dit(ck["layers"], ck["ffn"])
    net.load_state_dict(ck["ema"])
    v = load_vae(vae)
    v.register_to_config(latents_mean=[round(x, 6) for x in ck["stats"][0].tolist()],
                         latents_std=[round(x, 6) for x in ck["stats"][1].tolist()])
    enc = make_encoder(Tokenizer(tokenizer).sp.get_piece_size())
    enc.load_state_dict(load(text)["model"])
    factors, bias, error = preview_map(v, ck["stats"])
    tmp = os.path.join(out, "tokenizer")
    shutil.rmtree(tmp, ignore_errors=True)
    os.makedirs(tmp)
    shutil.copy(tokenizer, os.path.join(tmp, "spiece.model"))
    tok = T5Tokenizer.from_pretrained(tmp, extra_ids=0, model_max_length=512)
    WanPipeline(tokenizer=tok, text_encoder=enc.to(torch.bfloat16), vae=v.to(torch.float16), transformer=net.to(torch.bfloat16),
                scheduler=UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True,
                                                  num_train_timesteps=1000, flow_shift=4.0)).save_pretrained(out)
    shutil.copy(tokenizer, os.path.join(out, "tokenizer", "spiece.model"))
    json.dump(dict(latent_rgb_factors=[[round(x, 5) for x in r] for r in factors], latent_rgb_bias=[round(x, 5) for x in bias]),
              open(os.path.join(out, "preview.json"), "w"))
    json.dump(dict(
        name="Postcards",
        description="A tiny text-to-video model of smiling objects on postcard backgrounds: "
                    + ", ".join(world.SHAPES) + "; eight colours, eight motions, six places; English and Chinese.",
        default_prompt=EXAMPLES[0], examples=EXAMPLES,
        defaults=dict(width=128, height=128, num_frames=17, fps=8, steps=4, sampler="rcm", guidance=1.0),
        sizes=[[128, 128]], max_frames=17), open(os.path.join(out, "demo.json"), "w"), ensure_ascii=False, indent=1)
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(out) for f in fs)
    say(f"exported to {out}: {size / 2 ** 20:.1f} MiB, preview map error {error:.3f}")
