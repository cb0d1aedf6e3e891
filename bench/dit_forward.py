"""One forward pass of Wan 1.3B shapes with random weights, this program beside diffusers (and stable-diffusion.cpp
where it is built), in turn and in one run: time of a pass, processor time of it, peak memory. Nothing is downloaded: the weights are made here.

    dit_forward.py --ours build/dev/bin/bench_dit_forward [--work DIR] [--layers 30] [--sizes 256x256x5,480x272x17]
                   [--kinds fp32,bf16,q8_0,w8a8] [--repeats 3] [--rounds 1] [--threads 2] [--sd PROGRAM]

w8a8: INT8 weights and activations with a scale per 128 x 128 tile, made from the fp32 weights by --cli "models convert"; beside
stable-diffusion.cpp at q8_0, its own 8-bit form.
PROGRAM is bench/sdcpp_dit_forward.cpp built against stable-diffusion.cpp; it wants all 30 layers. diffusers is left out at
8 bits. Processor time is comparable on a busy machine where elapsed time is not. Peak memory is the kernel's high-water mark of
each process; pages of mapped files count, so that the weights are in every figure.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import time

SHAPE = dict(num_attention_heads=12, attention_head_dim=128, ffn_dim=8960, in_channels=16, out_channels=16, text_dim=4096,
             freq_dim=256, patch_size=(1, 2, 2), cross_attn_norm=True, qk_norm="rms_norm_across_heads", eps=1e-6)


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ours", help="path of bench_dit_forward")
    p.add_argument("--cli", help="turbo-studio-cli, which converts for w8a8")
    p.add_argument("--sd", help="bench/sdcpp_dit_forward.cpp, built against stable-diffusion.cpp")
    p.add_argument("--work", default="/tmp/bench-dit-forward")
    p.add_argument("--layers", type=int, default=30)
    p.add_argument("--sizes", default="256x256x5,480x272x17")
    p.add_argument("--kinds", default="fp32,bf16,q8_0")
    p.add_argument("--repeats", type=int, default=3)
    p.add_argument("--rounds", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--peer", help="internal: run diffusers on this folder and print one line")
    p.add_argument("--make", help="internal: make the weights of this kind")
    return p.parse_args()


def folder(a, kind):
    return os.path.join(a.work, f"{kind}-{a.layers}")


def weights_of(a, kind):
    """What bench_dit_forward opens."""
    names = {"q8_0": "model.gguf", "w8a8": "model.safetensors"}
    return os.path.join(folder(a, kind), names[kind]) if kind in names else folder(a, kind)


def make(a):
    """Random weights: diffusers' own network for fp32 and bf16, the same tensors under official names in a GGUF for q8_0."""
    import torch
    from diffusers import WanTransformer3DModel

    if a.make == "w8a8":
        source = folder(a, "fp32")
        if not os.path.exists(os.path.join(source, "config.json")):
            subprocess.run([sys.executable, os.path.abspath(__file__), "--work", a.work, "--layers", str(a.layers), "--make", "fp32"], check=True)
        os.makedirs(folder(a, "w8a8"), exist_ok=True)
        return subprocess.run([a.cli, "models", "convert", source, weights_of(a, "w8a8"), "--to", "w8a8"], check=True, stdout=subprocess.DEVNULL)
    torch.manual_seed(1)
    model = WanTransformer3DModel(num_layers=a.layers, **SHAPE)
    if a.make == "bf16":
        model.to(torch.bfloat16)
    if a.make != "q8_0":
        return model.save_pretrained(folder(a, a.make))
    import gguf
    import numpy as np

    os.makedirs(folder(a, "q8_0"), exist_ok=True)
    part = os.path.join(folder(a, "q8_0"), "model.gguf.part")
    writer = gguf.GGUFWriter(part, "wan")
    for name, value in official(model.state_dict()).items():
        x = value.float().numpy()
        if x.ndim == 2 and x.shape[1] % 32 == 0 and "modulation" not in name:
            writer.add_tensor(name, gguf.quants.quantize(x, gguf.GGMLQuantizationType.Q8_0),
                              raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        elif x.ndim == 5:  # GGUF has four dimensions
            writer.add_array(f"comfy.gguf.orig_shape.{name}", [int(n) for n in x.shape])
            writer.add_tensor(name, np.ascontiguousarray(x.reshape(x.shape[0], -1)))
        else:
            writer.add_tensor(name, x)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.rename(part, os.path.join(folder(a, "q8_0"), "model.gguf"))


def official(state):
    top = {"condition_embedder.text_embedder.linear_1": "text_embedding.0", "condition_embedder.text_embedder.linear_2": "text_embedding.2",
           "condition_embedder.time_embedder.linear_1": "time_embedding.0", "condition_embedder.time_embedder.linear_2": "time_embedding.2",
           "condition_embedder.time_proj": "time_projection.1", "proj_out": "head.head"}
    inside = {"attn1": "self_attn", "attn2": "cross_attn", "to_q": "q", "to_k": "k", "to_v": "v", "norm2": "norm3"}
    out = {}
    for name, value in state.items():
        if name == "scale_shift_table":
            name = "head.modulation"
        elif name.startswith("blocks."):
            name = name.replace("scale_shift_table", "modulation").replace("to_out.0", "o").replace("ffn.net.0.proj", "ffn.0").replace("ffn.net.2", "ffn.2")
            name = ".".join(inside.get(part, part) for part in name.split("."))
        else:
            stem, _, last = name.rpartition(".")
            name = f"{top.get(stem, stem)}.{last}"
        out[name] = value
    return out


def official_file(a):
    """The bf16 weights under official names, which stable-diffusion.cpp reads."""
    path = os.path.join(a.work, f"official-{a.layers}.safetensors")
    if not os.path.exists(path):
        from safetensors.torch import load_file, save_file

        state = load_file(os.path.join(folder(a, "bf16"), "diffusion_pytorch_model.safetensors"))
        save_file({name: value.contiguous() for name, value in official(state).items()}, path)
    return path


def peer(a):
    """diffusers: median seconds of a pass and peak memory, as bench_dit_forward prints them."""
    import torch
    from diffusers import WanTransformer3DModel

    torch.set_num_threads(a.threads)
    torch.set_grad_enabled(False)
    begin = time.perf_counter()
    kind = torch.bfloat16 if os.path.basename(a.peer).startswith("bf16") else torch.float32
    model = WanTransformer3DModel.from_pretrained(a.peer, torch_dtype=kind).eval()
    load = time.perf_counter() - begin
    width, height, frames = (int(n) for n in a.sizes.split("x"))
    latent = torch.randn(1, 16, 1 + (frames - 1) // 4, height // 8, width // 8).to(kind)
    text, when = torch.randn(1, 512, 4096).to(kind), torch.tensor([500.0])
    seconds, cpu = [], []
    for repeat in range(a.repeats + 1):
        begin, begin_cpu = time.perf_counter(), time.process_time()
        model(latent, when, text, return_dict=False)
        if repeat > 0:
            seconds.append(time.perf_counter() - begin)
            cpu.append(time.process_time() - begin_cpu)
    middle = lambda values: sorted(values)[len(values) // 2]
    print(json.dumps(dict(program="diffusers", load=load, forward=middle(seconds), cpu=middle(cpu),
                          peak_rss=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)))


def line_of(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.replace("\r", "\n").strip().splitlines()[-1])


def measure(a):
    me = [sys.executable, os.path.abspath(__file__)]
    common = ["--work", a.work, "--layers", str(a.layers), "--repeats", str(a.repeats), "--threads", str(a.threads)]
    kinds = a.kinds.split(",")
    for kind in kinds:
        made = weights_of(a, kind)
        if not os.path.exists(made if made != folder(a, kind) else os.path.join(made, "config.json")):
            subprocess.run(me + common + ["--make", kind] + (["--cli", a.cli] if a.cli else []), check=True)
    print(f"Wan 1.3B shapes, {a.layers} blocks, {a.threads} threads, median of {a.repeats} x {a.rounds}, seconds\n")
    print("| weights | size | tokens | program | text side, once | pass | processor time | load | peak memory, GB |\n|---|---|---|---|---|---|---|---|---|")
    for size in a.sizes.split(","):
        width, height, frames = size.split("x")
        for kind in kinds:
            is_8_bit = kind in ("q8_0", "w8a8")
            ours = [a.ours, "--model", weights_of(a, kind), "--w8a8", str(int(kind == "w8a8")), "--width", width, "--height", height, "--frames", frames, "--precision",
                    "fp32" if is_8_bit else kind, "--threads", str(a.threads), "--repeats", str(a.repeats)]
            theirs = me + common + ["--peer", folder(a, kind), "--sizes", size]
            commands = [ours] + ([] if is_8_bit else [theirs])
            if a.sd:
                name = {"fp32": "f32", "w8a8": "q8_0"}.get(kind, kind)
                commands.append([a.sd, official_file(a), name, width, height, frames, str(a.threads), str(a.repeats), "1"])
            rows = {}
            for _ in range(a.rounds):  # in turn, so that a busy minute meets both
                for command in commands:
                    row = line_of(command)
                    rows.setdefault(row["program"], []).append(row)
            tokens = next(iter(rows.values()))[0]["tokens"]
            for program, runs in rows.items():
                mid = lambda key: sorted(r.get(key, 0) for r in runs)[len(runs) // 2]
                print(f"| {kind} | {size} | {tokens} | {program} | {mid('prepare'):.2f} | {mid('forward'):.2f} | {mid('cpu'):.2f} | {mid('load'):.1f} | "
                      f"{mid('peak_rss') / 1e9:.2f} |", flush=True)


def main():
    a = arguments()
    if a.make:
        make(a)
    elif a.peer:
        peer(a)
    elif not a.ours:
        sys.exit("name bench_dit_forward with --ours")
    else:
        measure(a)


if __name__ == "__main__":
    main()
