"""Wan-shaped models of any size with made-up weights, as diffusers folders: for measuring, not for pictures.

Written part by part from one block of finite numbers, so that a model of gigabytes costs no memory to make."""
import json
import pathlib
import random
import shutil
import struct

SIZES = {"F32": 4, "BF16": 2, "F16": 2}


def block_of_values(dtype):
    rng = random.Random(1)
    values = [rng.uniform(-0.05, 0.05) for _ in range(1 << 16)]
    if dtype == "F32":
        return struct.pack(f"<{len(values)}f", *values)
    if dtype == "F16":
        return struct.pack(f"<{len(values)}e", *values)
    return b"".join(struct.pack("<f", v)[2:] for v in values)  # bf16: the upper half of an fp32


def write_safetensors(path, shapes, dtype):
    header, offset = {}, 0
    for name, shape in shapes.items():
        count = 1
        for n in shape:
            count *= n
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + count * SIZES[dtype]]}
        offset += count * SIZES[dtype]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 64)
    block = block_of_values(dtype)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        while offset > 0:
            out.write(block[:offset])
            offset -= min(offset, len(block))


def linear(shapes, name, out, inp, bias=True):
    shapes[f"{name}.weight"] = (out, inp)
    if bias:
        shapes[f"{name}.bias"] = (out,)


def transformer(dim, ffn, layers, text_dim):
    s = {"patch_embedding.weight": (dim, 16, 1, 2, 2), "patch_embedding.bias": (dim,), "scale_shift_table": (1, 2, dim)}
    linear(s, "proj_out", 64, dim)
    e = "condition_embedder."
    linear(s, e + "text_embedder.linear_1", dim, text_dim)
    linear(s, e + "text_embedder.linear_2", dim, dim)
    linear(s, e + "time_embedder.linear_1", dim, 256)
    linear(s, e + "time_embedder.linear_2", dim, dim)
    linear(s, e + "time_proj", 6 * dim, dim)
    for i in range(layers):
        b = f"blocks.{i}."
        s[b + "scale_shift_table"] = (1, 6, dim)
        s[b + "norm2.weight"] = s[b + "norm2.bias"] = (dim,)
        for a in ("attn1.", "attn2."):
            for part in ("to_q", "to_k", "to_v", "to_out.0"):
                linear(s, b + a + part, dim, dim)
            s[b + a + "norm_q.weight"] = s[b + a + "norm_k.weight"] = (dim,)
        linear(s, b + "ffn.net.0.proj", ffn, dim)
        linear(s, b + "ffn.net.2", dim, ffn)
    return s


def text_encoder(width, d_ff, heads, layers, vocabulary):
    s = {"shared.weight": (vocabulary, width), "encoder.final_layer_norm.weight": (width,)}
    for i in range(layers):
        b = f"encoder.block.{i}.layer."
        for part in "qkvo":
            s[b + f"0.SelfAttention.{part}.weight"] = (width, width)
        s[b + "0.SelfAttention.relative_attention_bias.weight"] = (32, heads)
        s[b + "0.layer_norm.weight"] = s[b + "1.layer_norm.weight"] = (width,)
        s[b + "1.DenseReluDense.wi_0.weight"] = s[b + "1.DenseReluDense.wi_1.weight"] = (d_ff, width)
        s[b + "1.DenseReluDense.wo.weight"] = (width, d_ff)
    return s


def conv(s, name, out, inp, kernel):
    s[f"{name}.weight"] = (out, inp, *kernel)
    s[f"{name}.bias"] = (out,)


def residual(s, name, out, inp):
    s[f"{name}.norm1.gamma"], s[f"{name}.norm2.gamma"] = (inp, 1, 1, 1), (out, 1, 1, 1)
    conv(s, f"{name}.conv1", out, inp, (3, 3, 3))
    conv(s, f"{name}.conv2", out, out, (3, 3, 3))
    if inp != out:
        conv(s, f"{name}.conv_shortcut", out, inp, (1, 1, 1))


def middle(s, side, channels):
    for i in (0, 1):
        residual(s, f"{side}.mid_block.resnets.{i}", channels, channels)
    a = f"{side}.mid_block.attentions.0"
    s[f"{a}.norm.gamma"] = (channels, 1, 1)
    conv(s, f"{a}.to_qkv", 3 * channels, channels, (1, 1))
    conv(s, f"{a}.proj", channels, channels, (1, 1))


def vae(base, blocks):
    s, mult, over_time = {}, [1, 2, 4, 4], [False, True, True]
    conv(s, "encoder.conv_in", base, 3, (3, 3, 3))
    channels, at = base, 0
    for level, m in enumerate(mult):
        for _ in range(blocks):
            residual(s, f"encoder.down_blocks.{at}", base * m, channels)
            channels, at = base * m, at + 1
        if level < 3:
            conv(s, f"encoder.down_blocks.{at}.resample.1", channels, channels, (3, 3))
            if over_time[level]:
                conv(s, f"encoder.down_blocks.{at}.time_conv", channels, channels, (3, 1, 1))
            at += 1
    middle(s, "encoder", channels)
    s["encoder.norm_out.gamma"] = (channels, 1, 1, 1)
    conv(s, "encoder.conv_out", 32, channels, (3, 3, 3))
    conv(s, "quant_conv", 32, 32, (1, 1, 1))
    conv(s, "post_quant_conv", 16, 16, (1, 1, 1))
    conv(s, "decoder.conv_in", channels, 16, (3, 3, 3))
    middle(s, "decoder", channels)
    for level, m in enumerate(reversed(mult)):
        for i in range(blocks + 1):
            residual(s, f"decoder.up_blocks.{level}.resnets.{i}", base * m, channels)
            channels = base * m
        if level < 3:
            up = f"decoder.up_blocks.{level}.upsamplers.0"
            conv(s, f"{up}.resample.1", channels // 2, channels, (3, 3))
            if over_time[2 - level]:
                conv(s, f"{up}.time_conv", 2 * channels, channels, (3, 1, 1))
            channels //= 2
    s["decoder.norm_out.gamma"] = (channels, 1, 1, 1)
    conv(s, "decoder.conv_out", 3, channels, (3, 3, 3))
    return s


def make(folder, demo, *, heads=2, ffn=768, layers=5, text=(128, 256, 4, 2), base=16, vae_blocks=1, dtype="BF16", vae_dtype="F32"):
    """A model folder; `demo` is the bundled model, whose tokenizer and scheduler it takes. Kept when it is there."""
    folder, demo = pathlib.Path(folder), pathlib.Path(demo)
    if (folder / "model_index.json").exists():
        return folder
    dim, (width, d_ff, text_heads, text_layers) = 128 * heads, text
    configs = {part: json.loads((demo / part / "config.json").read_text()) for part in ("transformer", "vae", "text_encoder")}
    configs["transformer"].update(num_attention_heads=heads, ffn_dim=ffn, num_layers=layers, text_dim=width)
    configs["vae"].update(base_dim=base, num_res_blocks=vae_blocks)
    configs["text_encoder"].update(d_model=width, d_ff=d_ff, num_heads=text_heads, d_kv=width // text_heads, num_layers=text_layers)
    weights = {"transformer": (transformer(dim, ffn, layers, width), dtype), "vae": (vae(base, vae_blocks), vae_dtype),
               "text_encoder": (text_encoder(width, d_ff, text_heads, text_layers, configs["text_encoder"]["vocab_size"]), dtype)}
    for part, (shapes, kind) in weights.items():
        name = "model.safetensors" if part == "text_encoder" else "diffusion_pytorch_model.safetensors"
        write_safetensors(folder / part / name, shapes, kind)
        (folder / part / "config.json").write_text(json.dumps(configs[part], indent=1))
    for part in ("tokenizer", "scheduler"):
        shutil.copytree(demo / part, folder / part, dirs_exist_ok=True)
    shutil.copy(demo / "model_index.json", folder / "model_index.json")
    return folder
