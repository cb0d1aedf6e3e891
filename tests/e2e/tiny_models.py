"""Tiny models of every family with random weights, made in a temporary folder in about a second each. Text encoder, tokenizer
and VAEs come from tests/data/golden; transformers and the image encoder are made here, so that every kind has one."""
import array
import json
import pathlib
import random
import struct
import zipfile

from support import SOURCE, write_safetensors

GOLDEN = SOURCE / "tests" / "data" / "golden"
TEXT = GOLDEN / "pipelines" / "t2v"
TEXT_DIM, IMAGE_DIM, CLIP_SIDE, CLIP_PATCH = 48, 48, 28, 14
CLIP_TOKENS = 1 + (CLIP_SIDE // CLIP_PATCH) ** 2


def floats(rng, count, mean, deviation):
    return array.array("f", (rng.gauss(mean, deviation) for _ in range(count)))


def product(shape):
    out = 1
    for side in shape:
        out *= side
    return out


class Weights:
    """Tensors by name: matrices N(0, 1/inputs), norms around 1, the rest small."""

    def __init__(self, seed):
        self.rng, self.tensors = random.Random(seed), {}

    def add(self, name, *shape, mean=0.0, deviation=None):
        inputs = product(shape[1:]) if len(shape) > 1 else 16
        self.tensors[name] = (list(shape), floats(self.rng, product(shape), mean, deviation or inputs ** -0.5))

    def linear(self, name, out, inputs):
        self.add(name + ".weight", out, inputs)
        self.add(name + ".bias", out, deviation=0.1)

    def norm(self, name, width, bias=False):
        self.add(name + ".weight", width, mean=1.0, deviation=0.1)
        if bias:
            self.add(name + ".bias", width, deviation=0.1)

    def safetensors(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_safetensors(path, {k: ("F32", shape, values.tobytes()) for k, (shape, values) in self.tensors.items()})

    def pth(self, path):
        """As torch.save writes it: a pickle of names, shapes and storages, and one entry per storage."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = lambda s: b"X" + struct.pack("<I", len(s.encode())) + s.encode()
        number = lambda n: b"J" + struct.pack("<i", n)
        numbers = lambda values: b"(" + b"".join(number(v) for v in values) + b"t"
        body = b"\x80\x02}("
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for index, (name, (shape, values)) in enumerate(self.tensors.items()):
                strides = [product(shape[i + 1:]) for i in range(len(shape))]
                storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(str(index)) + text("cpu") + number(len(values)) + b"tQ"
                body += (text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(0) + numbers(shape) + numbers(strides) +
                         b"\x89ccollections\nOrderedDict\n)RtR")
            archive.writestr("model/data.pkl", body + b"u.")
            archive.writestr("model/byteorder", "little")
            for index, (_, values) in enumerate(self.tensors.values()):
                archive.writestr(f"model/data/{index}", values.tobytes())
            archive.writestr("model/version", "3\n")


def official_dit(seed, channels_in, channels_out, heads=2, head_dim=12, layers=2, image_rows=0, has_sla=False):
    """Official names (spec: wan.md 2). image_rows: CLIP rows of the position table (FLF2V), or -1 for image keys without one."""
    dim, ffn = heads * head_dim, 2 * heads * head_dim
    w = Weights(seed)
    w.add("patch_embedding.weight", dim, channels_in, 1, 2, 2)
    w.add("patch_embedding.bias", dim)
    w.linear("text_embedding.0", dim, TEXT_DIM), w.linear("text_embedding.2", dim, dim)
    w.linear("time_embedding.0", dim, 32), w.linear("time_embedding.2", dim, dim)
    w.linear("time_projection.1", 6 * dim, dim)
    if image_rows:
        w.norm("img_emb.proj.0", IMAGE_DIM, True), w.linear("img_emb.proj.1", IMAGE_DIM, IMAGE_DIM)
        w.linear("img_emb.proj.3", dim, IMAGE_DIM), w.norm("img_emb.proj.4", dim, True)
        if image_rows > 0:
            w.add("img_emb.emb_pos", 1, image_rows, IMAGE_DIM, deviation=0.3)
    for i in range(layers):
        block = f"blocks.{i}."
        for attention in ("self_attn.", "cross_attn."):
            for part in "qkvo":
                w.linear(block + attention + part, dim, dim)
            w.norm(block + attention + "norm_q", dim), w.norm(block + attention + "norm_k", dim)
        if image_rows:
            w.linear(block + "cross_attn.k_img", dim, dim), w.linear(block + "cross_attn.v_img", dim, dim)
            w.norm(block + "cross_attn.norm_k_img", dim)
        if has_sla:
            w.linear(block + "self_attn.attn_op.local_attn.proj_l", head_dim, head_dim)
        w.norm(block + "norm3", dim, True)
        w.linear(block + "ffn.0", ffn, dim), w.linear(block + "ffn.2", dim, ffn)
        w.add(block + "modulation", 1, 6, dim, deviation=0.3)
    w.linear("head.head", 4 * channels_out, dim)
    w.add("head.modulation", 1, 2, dim, deviation=0.3)
    config = {"_class_name": "WanModel", "dim": dim, "ffn_dim": ffn, "freq_dim": 32, "in_dim": channels_in, "out_dim": channels_out,
              "num_heads": heads, "num_layers": layers, "text_len": 512, "eps": 1e-6}
    return w, config


def write_dit(folder, seed, *sizes, **more):
    weights, config = official_dit(seed, *sizes, **more)
    weights.safetensors(folder / "diffusion_pytorch_model.safetensors")
    (folder / "config.json").write_text(json.dumps(config))


def write_clip(folder):
    w, width, mlp, layers = Weights(90), IMAGE_DIM, 2 * IMAGE_DIM, 2
    e = "vision_model."
    w.add(e + "embeddings.class_embedding", width)
    w.add(e + "embeddings.patch_embedding.weight", width, 3, CLIP_PATCH, CLIP_PATCH)
    w.add(e + "embeddings.position_embedding.weight", CLIP_TOKENS, width)
    w.norm(e + "pre_layrnorm", width, True), w.norm(e + "post_layernorm", width, True)
    for i in range(layers):
        block = f"{e}encoder.layers.{i}."
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            w.linear(block + "self_attn." + part, width, width)
        w.norm(block + "layer_norm1", width, True), w.norm(block + "layer_norm2", width, True)
        w.linear(block + "mlp.fc1", mlp, width), w.linear(block + "mlp.fc2", width, mlp)
    w.safetensors(folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({
        "model_type": "clip_vision_model", "hidden_size": width, "intermediate_size": mlp, "num_attention_heads": 3, "num_hidden_layers": layers,
        "image_size": CLIP_SIDE, "patch_size": CLIP_PATCH, "num_channels": 3, "hidden_act": "gelu", "layer_norm_eps": 1e-5}))


def link(target, source):
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source)


def diffusers_folder(root, vae, class_name, two=False, clip=False, **index):
    """Everything but the transformers."""
    root.mkdir(parents=True)
    part = lambda there: ["diffusers", "Part"] if there else [None, None]
    (root / "model_index.json").write_text(json.dumps({
        "_class_name": class_name, "transformer": part(True), "transformer_2": part(two), "vae": part(True), "text_encoder": part(True),
        "tokenizer": part(True), "image_encoder": part(clip), **index}))
    for name in ("text_encoder", "tokenizer"):
        link(root / name, TEXT / name)
    if vae == "v21":
        link(root / "vae", TEXT / "vae")
    else:
        link(root / "vae" / "config.json", GOLDEN / "vae" / vae / "config.json")
        link(root / "vae" / "diffusion_pytorch_model.safetensors", GOLDEN / "vae" / vae / "weights.safetensors")
    if clip:
        write_clip(root / "image_encoder")
    return root


def t2v(root):
    write_dit(diffusers_folder(root, "v21", "WanPipeline") / "transformer", 1, 16, 16)
    return root


def i2v_21(root):
    write_dit(diffusers_folder(root, "v21", "WanImageToVideoPipeline", clip=True) / "transformer", 2, 36, 16, image_rows=-1)
    return root


def flf2v(root):
    write_dit(diffusers_folder(root, "v21", "WanImageToVideoPipeline", clip=True) / "transformer", 3, 36, 16, image_rows=2 * CLIP_TOKENS)
    return root


def a14b(root, from_image):
    channels = 36 if from_image else 16
    name = "WanImageToVideoPipeline" if from_image else "WanPipeline"
    diffusers_folder(root, "v21", name, two=True, boundary_ratio=0.9 if from_image else 0.875)
    write_dit(root / "transformer", 4, channels, 16)
    write_dit(root / "transformer_2", 5, channels, 16)
    return root


def ti2v_5b(root):
    write_dit(diffusers_folder(root, "v22", "WanPipeline", expand_timesteps=True) / "transformer", 6, 48, 48)
    return root


def loose_parts(root):
    """Text encoder, tokenizer and VAE 2.1 as single files, the way people keep them."""
    root.mkdir(parents=True)
    link(root / "umt5.safetensors", TEXT / "text_encoder" / "model.safetensors")
    link(root / "Wan2.1_VAE.safetensors", TEXT / "vae" / "diffusion_pytorch_model.safetensors")
    link(root / "google" / "umt5-xxl" / "spiece.model", TEXT / "tokenizer" / "spiece.model")
    return root


def turbo_t2v(root):
    official_dit(7, 16, 16, heads=1, head_dim=128, layers=1, has_sla=True)[0].pth(loose_parts(root) / "TurboWan2.1-T2V.pth")
    return root


def turbo_i2v(root):
    loose_parts(root)
    for seed, noise in ((8, "high"), (9, "low")):
        official_dit(seed, 36, 16, heads=1, head_dim=128, layers=1, has_sla=True)[0].pth(root / f"TurboWan2.2-I2V-{noise}-noise.pth")
    return root


def lora(path, dit_folder, layers, rank=4, seed=20, alpha=None, more=()):
    """ComfyUI naming. `alpha` as the published step-distilled ones have it: an I64 scalar."""
    config = json.loads((dit_folder / "config.json").read_text())
    w, dim, ffn = Weights(seed), config["dim"], config["ffn_dim"]
    for layer in layers:
        w.add(f"diffusion_model.{layer}.lora_down.weight", rank, ffn if layer.endswith("ffn.2") else dim)
        w.add(f"diffusion_model.{layer}.lora_up.weight", ffn if layer.endswith("ffn.0") else dim, rank)
    tensors = {k: ("F32", shape, values.tobytes()) for k, (shape, values) in w.tensors.items()}
    if alpha is not None:
        tensors.update({f"diffusion_model.{layer}.alpha": ("I64", [], struct.pack("<q", alpha)) for layer in layers})
    tensors.update(more)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_safetensors(pathlib.Path(path), tensors)
    return path


def all_linears(blocks):
    inner = [f"{attention}.{part}" for attention in ("self_attn", "cross_attn") for part in "qkvo"] + ["ffn.0", "ffn.2"]
    return [f"blocks.{i}.{name}" for i in range(blocks) for name in inner]


