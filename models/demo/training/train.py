"""The whole recipe, one command:  train.py --out DIR --device cpu|cuda --minutes N [--stage all|...]

Stages, in order: tokenizer, text, vae, latents, images, clips, export.  Each keeps a checkpoint in
DIR, is boxed in time (its share of --minutes) and goes on where it was when started again; a stage
that is done is skipped.  `--stage decoder` is optional: it trains the VAE's decoder a little more,
which leaves latents and generator valid.
"""
import argparse
import os

import torch

import dit_data
import dit_train
import export
import text_train
import vae_train
from common import load, say

SHARE = dict(text=.07, vae_images=.08, vae_clips=.20, latents=0, images=.15, clips=.40, decoder=.10)
STAGES = ["tokenizer", "text", "vae", "latents", "images", "clips", "decoder", "export"]


class Recipe:
    def __init__(self, a):
        self.a = a
        self.minutes = lambda k: SHARE[k] * a.minutes
        self.path = lambda n: os.path.join(a.out, n)

    def tokenizer(self):
        text_train.make_tokenizer(self.path("spiece.model"))

    def text(self):
        text_train.train(self.path("text.pt"), self.path("spiece.model"), self.minutes("text"))

    def vae(self):
        d = self.a.device
        vae_train.train(self.path("vae_images.pt"), "images", self.minutes("vae_images"), d)
        vae_train.train(self.path("vae_clips.pt"), "clips", self.minutes("vae_clips"), d, init=self.path("vae_images.pt"))

    def decoder(self):
        vae_train.train(self.path("vae_decoder.pt"), "decoder", self.minutes("decoder"), self.a.device, init=self.path("vae_clips.pt"))

    def latents(self):
        for frames, n in ((1, 3200), (17, self.a.clips)):
            dit_data.make_shards(self.path("vae_clips.pt"), self.path("latents"), frames, n, device=self.a.device)
        dit_data.make_favourites(self.path("vae_clips.pt"), self.path("latents"), export.EXAMPLES, device=self.a.device)

    def trainer(self, name, init=None):
        return dit_train.Trainer(self.path(name), init and self.path(init), self.a.layers, self.a.ffn, self.a.device,
                                 compiled=self.a.compile)

    def images(self):
        t = self.trainer("dit_images.pt")
        t.learn_places(self.path("latents"))
        t.train(self.minutes("images"), {1: (32, 1.0)}, self.path("latents"), floor=0.1)

    def clips(self):
        t = self.trainer("dit_clips.pt", "dit_images.pt")
        t.train(self.minutes("clips"), {17: (8, .85), 1: (32, .15)}, self.path("latents"), own=0.3)

    def export(self):
        best = [n for n in ("dit_clips.pt", "dit_images.pt") if load(self.path(n))][0]
        vae = [n for n in ("vae_decoder.pt", "vae_clips.pt") if load(self.path(n))][0]
        export.export(self.path("model"), self.path("spiece.model"), self.path("text.pt"), self.path(vae), self.path(best))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True)
    p.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    p.add_argument("--minutes", type=float, default=180)
    p.add_argument("--stage", default="all", choices=["all"] + STAGES)
    p.add_argument("--threads", type=int, default=1, help="one is right beside other work: a waiting second thread stalls the first")
    p.add_argument("--clips", type=int, default=2000, help="distinct clips to train on")
    p.add_argument("--layers", type=int, default=5)
    p.add_argument("--ffn", type=int, default=768)
    p.add_argument("--compile", action=argparse.BooleanOptionalAction, default=True, help="fuse the blocks (needs a C++ compiler)")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    os.makedirs(a.out, exist_ok=True)
    r = Recipe(a)
    for s in STAGES if a.stage == "all" else [a.stage]:
        say("stage", s)
        getattr(r, s)()


if __name__ == "__main__":
    main()
