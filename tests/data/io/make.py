"""Makes the files of this folder with the programs that people use: torch.save and gguf-py. Needs torch, gguf, safetensors.

  block_values.safetensors   for every GGUF type: random blocks "blocks.<TYPE>" (U8) and their values "values.<TYPE>" by gguf-py
  views.pth                  one storage seen in many ways; expected values in views.safetensors
  training.pth               a training checkpoint: generator, generator_ema, critic, counters
  small.gguf                 every plain type, block types, a 5-D and a flattened 5-D tensor; values in small_gguf.safetensors
"""
import collections
import os
import sys

import gguf
import numpy as np
import torch
from safetensors.numpy import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
RNG = np.random.default_rng(2024)
T = gguf.GGMLQuantizationType
BLOCKS = [T.Q8_0, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q2_K, T.Q3_K, T.Q4_K, T.Q5_K, T.Q6_K, T.IQ4_NL, T.IQ4_XS]
# Where a block has its half-precision scale and minimum, so that random bytes there can be made finite.
HALVES = {T.Q4_1: [0, 2], T.Q5_1: [0, 2], T.Q2_K: [80, 82], T.Q3_K: [108], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208]}


def random_blocks(kind, count):
    _, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = RNG.integers(0, 256, (count, size), dtype=np.uint8)
    for at in HALVES.get(kind, [0]):
        for row in blocks:
            while (row[at + 1] & 0x7C) == 0x7C:
                row[at + 1] = RNG.integers(0, 256)
    if HALVES.get(kind):  # subnormal and zero scales, too
        blocks[0, HALVES[kind][0] + 1] &= 0x83
    return blocks


def block_values():
    out = {}
    for kind in BLOCKS:
        blocks = random_blocks(kind, 4)
        out["blocks." + kind.name] = blocks.reshape(-1)
        out["values." + kind.name] = gguf.dequantize(blocks, kind).reshape(-1).astype(np.float32)
    save_file(out, os.path.join(HERE, "block_values.safetensors"))


def views():
    base = torch.arange(24 * 10, dtype=torch.float32).reshape(24, 10) / 8 - 3
    half = (torch.arange(60) - 30).to(torch.float16)
    shown = collections.OrderedDict(
        whole=base, transposed=base.t(), columns=base[:, 3:9:2], rows=base[5:9], one=base[2, 3], steps=base[::3, ::4],
        none=torch.zeros(0, 3), repeated=torch.tensor([1.5, -2.0, 0.25]).expand(4, 3), cube=base.view(4, 6, 10).permute(2, 0, 1),
        half_part=half[7:19], brain=half[:12].to(torch.bfloat16).view(3, 4), parameter=torch.nn.Parameter(torch.tensor([3.0, 4.0])),
        wide=torch.tensor([1e-300, -2.5], dtype=torch.float64), long=torch.tensor([-5, 1 << 40]),
        int=torch.tensor([-7, 9], dtype=torch.int32), short=torch.tensor([-300, 300], dtype=torch.int16),
        char=torch.tensor([[-128, 127]], dtype=torch.int8), byte=torch.tensor([0, 255], dtype=torch.uint8),
        flags=torch.tensor([True, False, True]), single=base[3:4, 2:3])
    torch.save(shown, os.path.join(HERE, "views.pth"))
    # 0-element arrays are left out: safetensors readers differ about them.
    save_file({k: np.array(v.detach().float().contiguous().numpy()) for k, v in shown.items() if v.numel()},
              os.path.join(HERE, "views.safetensors"))


def training():
    def weights(offset):
        return collections.OrderedDict((f"net.{i}.weight", torch.arange(4.0) + offset + i) for i in range(3))
    torch.save({"generator": weights(0), "critic": weights(100), "generator_ema": weights(200), "step": 7, "loss": 0.5,
                "config": {"lr": 1e-4, "betas": (0.9, 0.95), "name": "run"}, "rates": [1.0, None, True],
                "optimizer": {"state": {0: {"exp_avg": torch.zeros(4)}}, "param_groups": [{"params": [0]}]}},
               os.path.join(HERE, "training.pth"))


def small_gguf():
    path, expected = os.path.join(HERE, "small.gguf"), {}
    writer = gguf.GGUFWriter(path, "wan")
    writer.add_name("größe")
    writer.add_quantization_version(2)
    writer.add_uint8("a.u8", 200), writer.add_int8("a.i8", -100), writer.add_uint16("a.u16", 60000), writer.add_int16("a.i16", -30000)
    writer.add_uint32("wan.block_count", 30), writer.add_int32("a.i32", -5), writer.add_uint64("a.u64", 1 << 63), writer.add_int64("a.i64", -(1 << 40))
    writer.add_float32("a.f32", 0.5), writer.add_float64("a.f64", -1e-3), writer.add_bool("a.yes", True), writer.add_bool("a.no", False)
    writer.add_array("a.words", ["x", "yy", ""]), writer.add_array("a.numbers", [1.5, 2.5]), writer.add_array("a.long", list(range(100)))

    def add(name, data, kind, shape):
        writer.add_tensor(name, data, raw_dtype=kind)
        expected[name] = gguf.dequantize(data, kind).reshape(shape).astype(np.float32)

    for kind in (np.float32, np.float16, np.float64):
        values = (RNG.standard_normal((3, 5)) * 4).astype(kind)
        writer.add_tensor("plain." + np.dtype(kind).name, values)
        expected["plain." + np.dtype(kind).name] = values.astype(np.float32)
    for kind in (np.int8, np.int16, np.int32, np.int64):
        values = RNG.integers(-100, 100, (2, 3)).astype(kind)
        writer.add_tensor("plain." + np.dtype(kind).name, values)
        expected["plain." + np.dtype(kind).name] = values.astype(np.float32)
    brain = gguf.quantize(RNG.standard_normal((4, 32)).astype(np.float32), T.BF16)
    add("plain.bfloat16", brain, T.BF16, (4, 32))
    five = RNG.standard_normal((4, 3, 1, 2, 2)).astype(np.float32)
    writer.add_tensor("five.weight", five)
    expected["five.weight"] = five
    for kind in BLOCKS:
        elements, _ = gguf.GGML_QUANT_SIZES[kind]
        add("block." + kind.name, random_blocks(kind, 2).reshape(2, -1), kind, (2, elements))
    flat = random_blocks(T.Q4_0, 4).reshape(2, -1)
    add("flat.weight", flat, T.Q4_0, (8, 4, 1, 2, 2))
    writer.add_array("comfy.gguf.orig_shape.flat.weight", [8, 4, 1, 2, 2])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(expected, os.path.join(HERE, "small_gguf.safetensors"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(__doc__)
    block_values(), views(), training(), small_gguf()
