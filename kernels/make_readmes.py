"""Writes README.md of every kernel folder: what each kernel computes, for which shapes, types and architectures, its test,
bench and oracle, the error that its test measured on the host shim, and registers and shared memory of the device build.

  make_readmes.py                  write the files from the tables below, static_table.txt and measured_errors.txt
  make_readmes.py --check          exit 1 where a file is not what this would write
  make_readmes.py --measure TESTS  run the kernel tests in folder TESTS and write measured_errors.txt anew first"""
import argparse
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FLOATS = "f32, bf16, f16"
# launcher: (what it computes, shapes, types, kernels in static_table.txt, shared bytes, suites in measured_errors.txt,
#            bench of scripts/gpu_bench.py, oracle)
FOLDERS = {
    "norm": ("Normalisation of token rows and what rides along: one block a row, the row in registers.", "norm, layer_norm_quantize", {
        "layer_norm": ("LayerNorm, affine and modulated", "[rows, dim], dim % 8 = 0, up to 16384", FLOATS, "layer_norm_kernel", "256", "LayerNorm", "norms", "norm_reference.cpp"),
        "layer_norm_quantize": ("the same straight to int8 with 128 x 128 scales", "as layer_norm", FLOATS + " to int8", "statistics_kernel normalize_tile_kernel", "256", "", "-", "norm_reference.cpp, then quantize_reference.cpp"),
        "rms_norm": ("RMSNorm over all heads and rotary embedding", "[rows, dim], strided", FLOATS, "rms_norm_kernel", "256", "RmsNorm", "heads", "norm_reference.cpp"),
        "gate_residual": ("x += y gate, with mean and rstd of the new rows", "[rows, dim]", "x f32, bf16; y " + FLOATS, "gate_residual_kernel", "256", "GateResidual", "-", "norm_reference.cpp"),
        "gelu_tanh": ("GELU, tanh formula", "any count", FLOATS, "gelu_kernel", "0", "Gelu", "-", "norm_reference.cpp")}),
    "quant": ("128 x 128 block quantiser of the W8A8 checkpoints: scale amax / 128. `tile.cuh` is its end for other kernels.", "quant", {
        "quantize": ("int8 and one scale a block, GELU before it if asked", "[rows, dim], dim % 8 = 0", FLOATS + " to int8", "quantize_kernel", "128", "", "linear", "quantize_reference.cpp (equal bit for bit)")}),
    "gemm_int8": ("W8A8 linear layer; `epilogue.cuh` ends it in bias, GELU or gated residual.", "linear_w8a8", {
        "linear_w8a8_sm80": ("int8 product with 128 x 128 scales by mma.sync", "[m, k] [n, k], k % 128 = 0, n % 8 = 0", "int8 to " + FLOATS, "sm_80:linear_kernel", "98,304", "LinearW8A8", "linear", "linear_w8a8_reference.cpp"),
        "linear_w8a8_sm90a": ("the same by TMA and WGMMA, one producer and two consumer groups", "the same", "the same", "sm_90a:linear_kernel", "131,136", "LinearW8A8", "linear", "linear_w8a8_reference.cpp")}),
    "attention": ("Flash attention forward, 128 query rows a block, key blocks of 64, dense or by list; and the preparation of its operands.", "attention, hopper_attention, heads_prepare", {
        "attention": ("softmax(q kT) v in bf16, or int8 q k with f16 v", "heads of 128, any tokens", "bf16; int8 + f16", "flash_kernel", "98,304; int8 65,536", "Attention Bf16Attention SageAttention", "attention", "attention_reference.cpp"),
        "hopper_attention": ("int8 q k and fp8 v by WGMMA over finished blocks", "the same", "int8, e4m3", "hopper_attention_kernel", "147,528", "EightBitAttention", "attention", "attention_reference.cpp on the unpacked blocks"),
        "fp8_attention": ("the same by mma.sync", "the same", "int8, e4m3", "fp8_flash_kernel", "49,152", "EightBitAttention", "attention", "attention_reference.cpp on the unpacked blocks"),
        "head_factors": ("1 / rms of each token over all heads", "[batch, tokens, heads x 128]", "bf16 to f32", "head_factors_kernel", "128", "", "heads", "fp64 in heads_prepare_test.cpp"),
        "prepare_heads": ("in one pass over q or k: norm, rotary, minus mean, block means, int8 in rows or swizzled blocks", "heads of 128, blocks of 128 or 64", "bf16 to bf16, int8", "prepare_heads_kernel", "8,320", "PrepareHeads", "heads", "attention_reference.cpp"),
        "key_mean": ("mean of k over the tokens, norm and rotary on the way", "heads of 128", "bf16 to f32", "key_sum_kernel key_mean_kernel", "8,192", "", "heads", "attention_reference.cpp"),
        "heads_to_f16": ("v in f16", "heads of 128", "bf16 to f16", "to_f16_kernel", "0", "", "-", "as SageAttention"),
        "hopper_prepare, fp8_prepare": ("v to fp8 blocks with a scale a channel; q and k by prepare_heads", "heads of 128", "bf16 to e4m3", "value_amax_kernel value_scale_kernel value_block_kernel", "33,024", "", "attention", "undone in hopper_attention_test.cpp"),
        "sage_attention": ("the whole 8-bit operator, by what the device has", "heads of 128", "bf16", "", "", "RawSage", "attention, heads", "attention_reference.cpp")}),
    "sla": ("Sparse-linear attention: block map, sparse half (folder attention), linear half.", "sla", {
        "pool_blocks": ("means of blocks of rows (prepare_heads)", "heads of 128", "bf16", "", "", "PoolBlocks", "-", "sla_reference.cpp"),
        "block_map": ("scores of block means, exact top-k, ties to the lower index", "up to 3,100 key blocks with 99 KiB", "bf16 to int32", "block_map_kernel", "32 a key block", "", "attention", "sla_reference.cpp (equal)"),
        "key_state": ("phi(k)T v and sum of phi(k), proj_l folded in", "heads of 128", "bf16 to bf16, f32", "key_state_kernel fold_kernel", "32,768", "LinearBranch", "attention", "sla_reference.cpp"),
        "linear_branch": ("o += phi(q) state / (phi(q) z) + bias", "heads of 128", "bf16", "query_kernel", "66,048", "LinearBranch", "attention", "sla_reference.cpp"),
        "sla_attention": ("the whole operator from bf16 or raw q, k, v", "heads of 128", "bf16", "", "", "WholeSla", "attention", "the oracles of its steps")}),
    "vae": ("Video VAE on frames stored [T, H, W, C].", "vae, conv", {
        "conv_frames": ("convolution as one matrix product: causal 3 x 3 x 3, 1 x 3 x 3, 3 x 1 x 1, strided; history read in place; bias and residual", "any frames, sides, channels; kernels up to 3 x 3 x 3", "f32, bf16 (products bf16, sums f32)", "conv_kernel", "86,016", "Conv", "conv", "conv_reference.cpp"),
        "norm_silu_pad": ("channel norm, SiLU, causal history, border", "channels % 8 = 0, up to 1024", FLOATS, "norm_silu_pad_kernel", "0", "NormSiluPad NormSiluPlain", "-", "vae_reference.cpp"),
        "to_rgb8": ("frames to bytes", "[3, T, H, W]", FLOATS + " to u8", "rgb_kernel", "0", "", "-", "vae_reference.cpp (equal in f32)")}),
}


def table():
    rows = []
    with open(os.path.join(HERE, "static_table.txt"), encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                arch, name, budget, _ = (part.strip() for part in line.split("|"))
                rows.append((arch, name, int(budget)))
    return rows


def registers(kernels, rows):
    """"120 to 232 (sm_80)" over all instantiations of the named kernels."""
    found = {}
    for word in kernels.split():
        only, _, name = word.rpartition(":")
        for arch, full, budget in rows:
            if full.split("<")[0] == name and only in ("", arch):
                found.setdefault(arch, []).append(budget)
        if not any(full.split("<")[0] == name for _, full, _ in rows):
            raise SystemExit(f"{name}: not in static_table.txt")
    text = []
    for arch in sorted(found):
        low, high = min(found[arch]), max(found[arch])
        text.append(f"{low if low == high else f'{low} to {high}'} ({arch})")
    return ", ".join(text) or "-"


def measured():
    errors = {}
    with open(os.path.join(HERE, "measured_errors.txt"), encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                suite, kind, error, worst = line.split()
                errors.setdefault(suite, []).append((kind, error, worst))
    return errors


def error_text(suites, errors):
    parts = []
    for suite in suites.split():
        if suite not in errors:
            raise SystemExit(f"{suite}: not in measured_errors.txt (--measure)")
        parts += [f"{kind} {error}" for kind, error, _ in errors[suite]]
    return ", ".join(dict.fromkeys(parts)) or "see test"


def measure(folder):
    found = {}
    for program in sorted(glob.glob(os.path.join(folder, "test_kernel_*"))):
        if "cpu" in os.path.basename(program) or not os.access(program, os.X_OK):
            continue
        text = subprocess.run([program], capture_output=True, text=True, env={**os.environ, "STUDIO_KERNEL_ERRORS": "1"}).stdout
        for name, kind, error, worst in re.findall(r"^MEASURED (\S+) (\S+) (\S+) (\S+)$", text, re.M):
            name = name.split("/")[-1]
            old = found.get((name, kind), (0.0, 0.0))
            found[name, kind] = max(old[0], float(error)), max(old[1], float(worst))
    with open(os.path.join(HERE, "measured_errors.txt"), "w", encoding="utf-8") as file:
        file.write("# test suite | output type | greatest relative L2 against the fp64 oracle | greatest element error / rms. On the host\n"
                   "# shim, over all shapes and modes of the suite. Made by make_readmes.py --measure.\n")
        for (name, kind), (error, worst) in sorted(found.items()):
            file.write(f"{name} {kind} {error:.1e} {worst:.1e}\n")


def page(folder, rows, errors):
    summary, tests, launchers = FOLDERS[folder]
    text = [f"# kernels/{folder}", "", summary, "", "Made by `make_readmes.py`; the contract of a launcher is its header. Tests: "
            + ", ".join(f"`kernel.{t}`" for t in tests.split(", ")) + " on the host shim, `gpu.*` of the same names on a device; `kernel.bad_input` "
            "for all. Bench: `gpu_bench.py --only NAME`.", "",
            "| launcher | computes | shapes | types | registers (architecture) | shared bytes | error measured (relative L2) | bench | oracle |",
            "|---|---|---|---|---|---|---|---|---|"]
    for name, (what, shapes, types, kernels, shared, suites, bench, oracle) in launchers.items():
        text.append(f"| {name} | {what} | {shapes} | {types} | {registers(kernels, rows)} | {shared or 'of its steps'} | "
                    f"{error_text(suites, errors)} | {bench} | {oracle} |")
    text += ["", "Architectures: files `*_sm90a.cu` for sm_90a, `*_sm89.cu` for sm_89 and sm_120, all others for sm_80 and later (the table "
             "shows the daily build). Registers are budgets: the number used, rounded up to 8; spills and local memory are build errors.", ""]
    return "\n".join(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--measure", metavar="TESTS")
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
    rows, errors, differs = table(), measured(), []
    for folder in FOLDERS:
        path, text = os.path.join(HERE, folder, "README.md"), page(folder, rows, errors)
        old = open(path, encoding="utf-8").read() if os.path.isfile(path) else ""
        if options.check and old != text:
            differs.append(path)
        elif not options.check:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    print("\n".join(f"{path} is not what make_readmes.py writes" for path in differs) or f"{len(FOLDERS)} pages")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
