"""Outputs of the tiny networks with activations around 1e-3, where every norm's epsilon shows (variance 1e-6).

    python make.py          # needs torch, diffusers, transformers, safetensors

The tests scale the same tensors by the same factor before they load the network.
"""
import json
import os

import torch
from diffusers import WanTransformer3DModel
from safetensors.torch import load_file, save_file
from transformers import UMT5Config, UMT5EncoderModel

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.dirname(HERE)
FACTOR = 2.0 ** -10
DIT_PARTS = ("patch_embedding.", "image_embedder.ff.net.2.", ".to_q.", ".to_k.", ".add_k_proj.", ".to_out.0.", ".ffn.net.2.")
UMT5_PARTS = ("shared.", ".SelfAttention.o.", ".DenseReluDense.wo.")


def scaled(folder, parts):
    weights = load_file(os.path.join(GOLDEN, folder, "weights.safetensors"))
    return {k: v * FACTOR if any(p in k or k.startswith(p) for p in parts) else v for k, v in weights.items()}


def config(folder):
    with open(os.path.join(GOLDEN, folder, "config.json"), encoding="utf-8") as f:
        return json.load(f)


@torch.no_grad()
def main():
    out = {}
    folder = "dit/i2v21_hd24"
    model = WanTransformer3DModel(**{k: v for k, v in config(folder).items() if not k.startswith("_")}).eval()
    model.load_state_dict(scaled(folder, DIT_PARTS))
    io = load_file(os.path.join(GOLDEN, folder, "io.safetensors"))
    out["dit.output"] = model(io["hidden_states"], io["timestep"], io["encoder_hidden_states"],
                              io["encoder_hidden_states_image"] * FACTOR, return_dict=False)[0]
    encoder = UMT5EncoderModel(UMT5Config(**config("umt5"))).eval()
    missing, unexpected = encoder.load_state_dict(scaled("umt5", UMT5_PARTS), strict=False)
    assert not unexpected and all("embed_tokens" in m for m in missing), (missing, unexpected)
    io = load_file(os.path.join(GOLDEN, "umt5", "io.safetensors"))
    n = int(io["a.mask"][0].sum())
    out["umt5.row0"] = encoder(io["a.ids"][:1, :n]).last_hidden_state
    save_file({k: v.contiguous() for k, v in out.items()}, os.path.join(HERE, "io.safetensors"))


if __name__ == "__main__":
    main()
