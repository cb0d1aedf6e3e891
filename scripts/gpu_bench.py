"""Our CUDA kernels beside LibTorch's best in one process: interleaved, medians, errors against fp64 beside every time.

  gpu_bench.py libstudio_cuda.so --out FOLDER [--quick] [--only NAME]     on a machine with a device
  gpu_bench.py libstudio_cuda.so --check-layout                           anywhere: the structs below match the plugin's

Peers: scaled_dot_product_attention (cuDNN and flash backends), matmul in bf16 (cuBLAS), torch._int_mm, conv3d (cuDNN),
torch.compile of the norm chains. Rules: random normal data, warm-up, CUDA events, >= 20 timed calls, p10-p90 printed."""
import argparse
import ctypes
import json
import os
import statistics

P, I64, I32, F32, U8, BOOL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32, ctypes.c_float, ctypes.c_uint8, ctypes.c_bool
KF32, KF16, KBF16, KI8 = 0, 1, 2, 3


class Status(ctypes.Structure):
    _fields_ = [("code", U8), ("reason", ctypes.c_char_p), ("device_error", ctypes.c_int)]


class Strides(ctypes.Structure):
    _fields_ = [("batch", I64), ("token", I64), ("head", I64)]


class LayerNorm(ctypes.Structure):
    _fields_ = [("x", P), ("y", P), ("weight", P), ("bias", P), ("shift", P), ("scale", P), ("modulation_of_row", P),
                ("rows", I64), ("dim", I64), ("eps", F32), ("variance_excess", F32), ("x_type", U8), ("y_type", U8),
                ("inner_type", U8)]


class LayerNormQuantize(ctypes.Structure):
    _fields_ = [("norm", LayerNorm), ("q", P), ("scale", P), ("statistics", P), ("has_statistics", BOOL)]


class RmsNorm(ctypes.Structure):
    _fields_ = [("x", P), ("y", P), ("weight", P), ("rotation", P), ("rows", I64), ("dim", I64), ("x_stride", I64),
                ("y_stride", I64), ("positions", I64), ("head_dim", I64), ("eps", F32), ("type", U8),
                ("rounds_before_weight", BOOL)]


class Quantize(ctypes.Structure):
    _fields_ = [("x", P), ("q", P), ("scale", P), ("rows", I64), ("dim", I64), ("x_stride", I64), ("type", U8),
                ("activation", U8)]


class Linear(ctypes.Structure):
    _fields_ = [("a", P), ("a_scale", P), ("w", P), ("w_scale", P), ("bias", P), ("out", P), ("gate", P),
                ("modulation_of_row", P), ("m", I64), ("n", I64), ("k", I64), ("out_type", U8), ("result_type", U8),
                ("epilogue", U8)]


class Attention(ctypes.Structure):
    _fields_ = [("q", P), ("k", P), ("v", P), ("o", P), ("q_at", Strides), ("k_at", Strides), ("v_at", Strides),
                ("o_at", Strides), ("batch", I64), ("heads", I64), ("q_tokens", I64), ("k_tokens", I64), ("scale", F32),
                ("type", U8), ("q_scale", P), ("k_scale", P), ("block_list", P), ("block_count", P), ("list_stride", I64)]


class Norms(ctypes.Structure):
    _fields_ = [("q_weight", P), ("k_weight", P), ("rotation", P), ("eps", F32), ("rounds_before_weight", BOOL)]


class Sla(ctypes.Structure):
    _fields_ = [("q", P), ("k", P), ("v", P), ("o", P), ("q_at", Strides), ("k_at", Strides), ("v_at", Strides),
                ("o_at", Strides), ("norms", Norms), ("batch", I64), ("heads", I64), ("tokens", I64), ("topk", ctypes.c_double), ("proj", P),
                ("bias", P), ("is_int8", BOOL), ("has_linear", BOOL), ("workspace", P)]


class Sage(ctypes.Structure):
    _fields_ = [("q", P), ("k", P), ("v", P), ("o", P), ("q_at", Strides), ("k_at", Strides), ("v_at", Strides),
                ("o_at", Strides), ("norms", Norms), ("batch", I64), ("heads", I64), ("tokens", I64), ("scale", F32),
                ("smooth_k", BOOL), ("values", U8), ("workspace", P)]


class Conv(ctypes.Structure):
    _fields_ = [("x", P), ("before", P), ("w", P), ("bias", P), ("residual", P), ("y", P), ("frames", I64), ("height", I64),
                ("width", I64), ("in_channels", I64), ("out_channels", I64), ("history", I64), ("w_stride", I64),
                ("kernel_t", I64), ("kernel_h", I64), ("kernel_w", I64), ("time_stride", I64), ("space_stride", I64),
                ("pad_near", I64), ("pad_far", I64), ("x_type", U8), ("y_type", U8)]


ARGUMENTS = [("layer_norm", LayerNorm), ("layer_norm_quantize", LayerNormQuantize), ("rms_norm", RmsNorm),
             ("quantize", Quantize), ("linear_w8a8", Linear), ("attention", Attention), ("sla_attention", Sla), ("sage_attention", Sage), ("conv_frames", Conv)]


class Plugin:
    """Launchers by name; each takes an argument struct and raises with the launcher's own reason."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        sizes = self.library.studio_cuda_argument_bytes
        sizes.restype, sizes.argtypes = ctypes.c_uint32, [ctypes.c_char_p]
        entry = self.library.studio_cuda_launcher
        entry.restype, entry.argtypes = P, [ctypes.c_char_p]
        self.launchers = {}
        for name, structure in ARGUMENTS:
            size = sizes(name.encode())
            if size != ctypes.sizeof(structure):
                raise SystemExit(f"{name}: the plugin's struct has {size} bytes, this script's {ctypes.sizeof(structure)}")
            prototype = ctypes.CFUNCTYPE(Status, ctypes.POINTER(structure), P)
            self.launchers[name] = prototype(entry(name.encode()))
        self.sla_workspace = self._sizer("studio_cuda_sla_workspace", Sla)
        self.sage_workspace = self._sizer("studio_cuda_sage_workspace", Sage)

    def _sizer(self, name, structure):
        function = getattr(self.library, name)
        function.restype, function.argtypes = I64, [ctypes.POINTER(structure)]
        return function

    def __call__(self, name, arguments, stream=None):
        status = self.launchers[name](ctypes.byref(arguments), stream)
        if status.code:
            raise RuntimeError(f"{name}: {status.reason.decode()} (CUDA error {status.device_error})")


def check_layout(plugin):
    """With proper host addresses every check passes, and only the missing device is refused: the fields lie right."""
    memory = ctypes.create_string_buffer(4096 + 256)
    at = (ctypes.addressof(memory) + 255) // 256 * 256
    near, far = Strides(1024, 128, 128), Strides(1024, 128, 128)
    calls = {
        "layer_norm": LayerNorm(x=at, y=at + 1024, rows=1, dim=8, x_type=KF32, y_type=KF32),
        "layer_norm_quantize": LayerNormQuantize(norm=LayerNorm(x=at, rows=1, dim=8), q=at, scale=at, statistics=at),
        "rms_norm": RmsNorm(x=at, y=at, rows=1, dim=8, x_stride=8, y_stride=8, type=KBF16),
        "quantize": Quantize(x=at, q=at, scale=at, rows=1, dim=8, x_stride=8, type=KBF16),
        "linear_w8a8": Linear(a=at, a_scale=at, w=at, w_scale=at, out=at, m=1, n=8, k=128, out_type=KBF16, result_type=KBF16),
        "attention": Attention(q=at, k=at, v=at, o=at, q_at=near, k_at=far, v_at=near, o_at=far, batch=1, heads=1, q_tokens=1,
                               k_tokens=1, type=KBF16),
        "sla_attention": Sla(q=at, k=at, v=at, o=at, q_at=near, k_at=far, v_at=near, o_at=far, batch=1, heads=1, tokens=1,
                             topk=0.1, workspace=at),
        "sage_attention": Sage(q=at, k=at, v=at, o=at, q_at=near, k_at=far, v_at=near, o_at=far, batch=1, heads=1, tokens=1,
                               scale=0.1, smooth_k=True, workspace=at),
        "conv_frames": Conv(x=at, w=at, y=at + 1024, frames=1, height=1, width=1, in_channels=8, out_channels=8, w_stride=216,
                            kernel_t=3, kernel_h=3, kernel_w=3, time_stride=1, space_stride=1, history=2, pad_near=1,
                            pad_far=1, x_type=KBF16, y_type=KBF16),
    }
    for name, arguments in calls.items():
        status = plugin.launchers[name](ctypes.byref(arguments), None)
        if status.reason != b"no CUDA device":
            raise SystemExit(f"{name}: said {status.reason!r} (code {status.code})")
    print(f"{len(calls)} argument structs agree with the plugin")


class Bench:
    def __init__(self, plugin, quick):
        import torch
        self.torch, self.plugin, self.rows = torch, plugin, []
        self.calls = 20 if quick else 50
        self.name = torch.cuda.get_device_name()
        self.flush = torch.empty(256 << 20, dtype=torch.uint8, device="cuda")

    def times(self, functions):
        """Interleaved; milliseconds per function: median, p10, p90."""
        torch = self.torch
        for f in functions.values():
            for _ in range(3):
                f()
        found = {name: [] for name in functions}
        for _ in range(self.calls):
            for name, f in functions.items():
                self.flush.zero_()
                begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
                begin.record()
                f()
                end.record()
                end.synchronize()
                found[name].append(begin.elapsed_time(end))
        return {name: (statistics.median(v), *statistics.quantiles(v, n=10)[:: 8]) for name, v in found.items()}

    def report(self, what, shape, functions, work, unit, errors):
        for name, (median, low, high) in self.times(functions).items():
            rate = work / median / 1e9 if unit == "TFLOP/s" else work / median / 1e6
            self.rows.append({"device": self.name, "operation": what, "shape": shape, "kernel": name, "ms": median,
                              "p10": low, "p90": high, unit: rate, "relative_l2": errors.get(name)})
            print(f"{what:<22} {shape:<24} {name:<18} {median:9.4f} ms  {rate:9.1f} {unit}  error {errors.get(name)}", flush=True)

    def error(self, got, want):
        return float(((got.double() - want.double()).norm() / want.double().norm()))

    def attention(self, heads, tokens, topk):
        import torch.nn.functional as F
        torch = self.torch
        from torch.nn.attention import SDPBackend, sdpa_kernel
        q, k, v = (torch.randn(1, tokens, heads, 128, device="cuda", dtype=torch.bfloat16) for _ in range(3))
        o = torch.full_like(q, float("nan"))
        at = Strides(tokens * heads * 128, heads * 128, 128)
        dense = Attention(q=q.data_ptr(), k=k.data_ptr(), v=v.data_ptr(), o=o.data_ptr(), q_at=at, k_at=at, v_at=at, o_at=at,
                          batch=1, heads=heads, q_tokens=tokens, k_tokens=tokens, scale=128 ** -0.5, type=KBF16)
        sla = {kind: Sla(q=q.data_ptr(), k=k.data_ptr(), v=v.data_ptr(), o=o.data_ptr(), q_at=at, k_at=at, v_at=at, o_at=at,
                         batch=1, heads=heads, tokens=tokens, topk=topk, is_int8=kind == "sagesla", has_linear=True)
               for kind in ("sla", "sagesla")}
        keep = []
        for arguments in sla.values():
            keep.append(torch.empty(self.plugin.sla_workspace(ctypes.byref(arguments)), dtype=torch.uint8, device="cuda"))
            arguments.workspace = keep[-1].data_ptr()
        sage = Sage(q=q.data_ptr(), k=k.data_ptr(), v=v.data_ptr(), o=o.data_ptr(), q_at=at, k_at=at, v_at=at, o_at=at, batch=1,
                    heads=heads, tokens=tokens, scale=128 ** -0.5, smooth_k=True)
        keep.append(torch.empty(self.plugin.sage_workspace(ctypes.byref(sage)), dtype=torch.uint8, device="cuda"))
        sage.workspace = keep[-1].data_ptr()
        turned = [t.transpose(1, 2) for t in (q, k, v)]

        def sdpa(backend):
            def run():
                with sdpa_kernel(backend):
                    return F.scaled_dot_product_attention(*turned)
            return run
        functions = {"ours bf16": lambda: self.plugin("attention", dense), "sdpa cudnn": sdpa(SDPBackend.CUDNN_ATTENTION),
                     "sdpa flash": sdpa(SDPBackend.FLASH_ATTENTION), "ours sla": lambda: self.plugin("sla_attention", sla["sla"]),
                     "ours sagesla": lambda: self.plugin("sla_attention", sla["sagesla"]),
                     "ours sage": lambda: self.plugin("sage_attention", sage)}
        rows = slice(0, min(tokens, 256))
        want = torch.softmax((q[0, rows].transpose(0, 1).double() @ k[0].transpose(0, 1).double().transpose(1, 2)) * 128 ** -0.5, -1) \
            @ v[0].transpose(0, 1).double()
        functions["ours bf16"]()
        errors = {"ours bf16": self.error(o[0, rows].transpose(0, 1), want)}
        functions["ours sage"]()
        errors["ours sage"] = self.error(o[0, rows].transpose(0, 1), want)
        errors["sdpa cudnn"] = self.error(functions["sdpa cudnn"]()[0, :, rows], want)
        self.report("attention", f"{heads}x{tokens}x128 topk {topk}", functions, 4.0 * heads * tokens * tokens * 128, "TFLOP/s", errors)

    def linear(self, m, k, n):
        torch = self.torch
        x = torch.randn(m, k, device="cuda", dtype=torch.bfloat16)
        w = torch.randn(n, k, device="cuda", dtype=torch.bfloat16) * k ** -0.5
        out = torch.full((m, n), float("nan"), device="cuda", dtype=torch.bfloat16)

        def quantised(t):
            q = torch.empty(t.shape, dtype=torch.int8, device="cuda")
            s = torch.empty((t.shape[0] + 127) // 128, (t.shape[1] + 127) // 128, device="cuda")
            return q, s, Quantize(x=t.data_ptr(), q=q.data_ptr(), scale=s.data_ptr(), rows=t.shape[0], dim=t.shape[1],
                                  x_stride=t.shape[1], type=KBF16)
        wq, ws, w_arguments = quantised(w)
        xq, xs, x_arguments = quantised(x)
        self.plugin("quantize", w_arguments)
        self.plugin("quantize", x_arguments)
        product = Linear(a=xq.data_ptr(), a_scale=xs.data_ptr(), w=wq.data_ptr(), w_scale=ws.data_ptr(), out=out.data_ptr(), m=m,
                         n=n, k=k, out_type=KBF16, result_type=KBF16)
        transposed = wq.t()

        def with_quantiser():
            self.plugin("quantize", x_arguments)
            self.plugin("linear_w8a8", product)
        functions = {"ours w8a8": lambda: self.plugin("linear_w8a8", product), "ours + quantise": with_quantiser,
                     "matmul bf16": lambda: x @ w.t(), "_int_mm": lambda: torch._int_mm(xq, transposed)}
        want = x[:256].double() @ w.double().t()
        functions["ours w8a8"]()
        errors = {"ours w8a8": self.error(out[:256], want), "matmul bf16": self.error((x @ w.t())[:256], want)}
        self.report("linear", f"{m}x{k}x{n}", functions, 2.0 * m * k * n, "TFLOP/s", errors)

    def norms(self, rows, dim):
        torch = self.torch
        x = torch.randn(rows, dim, device="cuda")
        shift, scale = torch.randn(dim, device="cuda"), torch.randn(dim, device="cuda") * 0.2
        y = torch.empty(rows, dim, device="cuda", dtype=torch.bfloat16)
        arguments = LayerNorm(x=x.data_ptr(), y=y.data_ptr(), shift=shift.data_ptr(), scale=scale.data_ptr(), rows=rows, dim=dim,
                              eps=1e-6, x_type=KF32, y_type=KBF16)

        def chain():
            return (torch.nn.functional.layer_norm(x, (dim,), eps=1e-6) * (1 + scale) + shift).to(torch.bfloat16)
        compiled = torch.compile(chain)
        want = torch.nn.functional.layer_norm(x[:256].double(), (dim,), eps=1e-6) * (1 + scale.double()) + shift.double()
        self.plugin("layer_norm", arguments)
        errors = {"ours": self.error(y[:256], want), "eager": self.error(chain()[:256], want)}
        functions = {"ours": lambda: self.plugin("layer_norm", arguments), "eager": chain, "torch.compile": compiled}
        self.report("layer_norm+modulate", f"{rows}x{dim}", functions, 6.0 * rows * dim, "GB/s", errors)

    def heads(self, heads, tokens):
        """From raw q and k: norm, rotation and 8 bits in the operator's own pass, beside the chain and torch.compile."""
        torch = self.torch
        q, k, v = (torch.randn(1, tokens, heads, 128, device="cuda", dtype=torch.bfloat16) for _ in range(3))
        weight = torch.rand(heads * 128, device="cuda") + 0.5
        turn = torch.randn(tokens, 64, 2, device="cuda")
        rows = RmsNorm(x=q.data_ptr(), y=torch.empty_like(q).data_ptr(), weight=weight.data_ptr(), rotation=turn.data_ptr(),
                       rows=tokens, dim=heads * 128, x_stride=heads * 128, y_stride=heads * 128, positions=tokens,
                       head_dim=128, eps=1e-6, type=KBF16, rounds_before_weight=True)
        result = torch.empty_like(q)
        rows.y = result.data_ptr()
        at = Strides(tokens * heads * 128, heads * 128, 128)
        o = torch.empty_like(q)

        def sage(norms):
            arguments = Sage(q=q.data_ptr(), k=k.data_ptr(), v=v.data_ptr(), o=o.data_ptr(), q_at=at, k_at=at, v_at=at,
                             o_at=at, norms=norms, batch=1, heads=heads, tokens=tokens, scale=128 ** -0.5, smooth_k=True)
            memory = torch.empty(self.plugin.sage_workspace(ctypes.byref(arguments)), dtype=torch.uint8, device="cuda")
            arguments.workspace = memory.data_ptr()
            return arguments, memory
        raw = sage(Norms(weight.data_ptr(), weight.data_ptr(), turn.data_ptr(), 1e-6, True))
        ready = sage(Norms(0, 0, 0, 1e-6, True))

        def chain():
            wide = q.view(tokens, -1).float()
            normed = (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + 1e-6)).to(torch.bfloat16) * weight
            pairs = normed.view(1, tokens, heads, 64, 2)
            cos, sin = turn[..., 0].view(1, tokens, 1, 64), turn[..., 1].view(1, tokens, 1, 64)
            turned = (pairs[..., 0] * cos - pairs[..., 1] * sin, pairs[..., 0] * sin + pairs[..., 1] * cos)
            return torch.stack(turned, -1).flatten(-2).to(torch.bfloat16)

        def apart():
            self.plugin("rms_norm", rows)
            self.plugin("rms_norm", rows)
            self.plugin("sage_attention", ready[0])
        self.plugin("rms_norm", rows)
        errors = {"ours": self.error(result, chain())}
        functions = {"ours": lambda: self.plugin("rms_norm", rows), "eager": chain, "torch.compile": torch.compile(chain)}
        self.report("norm+rotary", f"{tokens}x{heads}x128", functions, 4.0 * tokens * heads * 128, "GB/s", errors)
        functions = {"one pass": lambda: self.plugin("sage_attention", raw[0]), "norms first": apart}
        self.report("sage from raw q, k", f"{tokens}x{heads}x128", functions, 4.0 * heads * tokens * tokens * 128, "TFLOP/s", {})

    def conv(self, frames, height, width, channels_in, channels_out):
        """Causal 3 x 3 x 3 over a chunk with two frames of history, beside cuDNN with channels last (joined first)."""
        torch = self.torch
        shape = (height, width, channels_in)
        x = torch.randn(frames, *shape, device="cuda", dtype=torch.bfloat16)
        before = torch.randn(2, *shape, device="cuda", dtype=torch.bfloat16)
        w = torch.randn(channels_out, 27 * channels_in, device="cuda", dtype=torch.bfloat16) * (27 * channels_in) ** -0.5
        bias = torch.randn(channels_out, device="cuda")
        y = torch.full((frames, height, width, channels_out), float("nan"), device="cuda", dtype=torch.bfloat16)
        arguments = Conv(x=x.data_ptr(), before=before.data_ptr(), w=w.data_ptr(), bias=bias.data_ptr(), y=y.data_ptr(),
                         frames=frames, height=height, width=width, in_channels=channels_in, out_channels=channels_out, history=2,
                         w_stride=27 * channels_in, kernel_t=3, kernel_h=3, kernel_w=3, time_stride=1, space_stride=1,
                         pad_near=1, pad_far=1, x_type=KBF16, y_type=KBF16)
        weight = w.view(channels_out, 3, 3, 3, channels_in).permute(0, 4, 1, 2, 3)  # channels last in memory
        narrow = bias.to(torch.bfloat16)

        def cudnn(joined):
            image = joined.permute(3, 0, 1, 2).unsqueeze(0)
            return torch.nn.functional.conv3d(image, weight, narrow, padding=(0, 1, 1))
        joined = torch.cat((before, x))
        functions = {"ours": lambda: self.plugin("conv_frames", arguments), "cudnn": lambda: cudnn(joined),
                     "cat + cudnn": lambda: cudnn(torch.cat((before, x)))}
        part = joined[:3, :, :8].double().permute(3, 0, 1, 2).unsqueeze(0)
        want = torch.nn.functional.conv3d(part, weight.double(), bias.double(), padding=(0, 1, 1))[0, :, 0, :, :7].permute(1, 2, 0)
        functions["ours"]()
        errors = {"ours": self.error(y[0, :, :7], want), "cudnn": self.error(cudnn(joined)[0, :, 0, :, :7].permute(1, 2, 0), want)}
        work = 2.0 * frames * height * width * 27 * channels_in * channels_out
        self.report("conv 3x3x3", f"{frames}x{height}x{width} {channels_in}->{channels_out}", functions, work, "TFLOP/s", errors)

    def ceilings(self):
        torch = self.torch
        a = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
        big, to = (torch.randn(256 << 20, device="cuda") for _ in range(2))
        self.report("ceiling", "8192 cubed bf16", {"matmul": lambda: a @ a}, 2.0 * 8192 ** 3, "TFLOP/s", {})
        self.report("ceiling", "copy 1 GiB", {"copy": lambda: to.copy_(big)}, 2.0 * 4 * (256 << 20), "GB/s", {})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plugin")
    parser.add_argument("--out", default=".")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--check-layout", action="store_true")
    options = parser.parse_args()
    if options.check_layout:
        return check_layout(Plugin(options.plugin))
    import torch  # before the plugin: it takes LibTorch and cudart from this process
    torch.manual_seed(0)
    bench = Bench(Plugin(options.plugin), options.quick)
    steps = {"ceilings": [()], "norms": [(32760, 1536), (75600, 5120)],
             "linear": [(32760, 1536, 1536), (32760, 1536, 8960), (32760, 8960, 1536), (75600, 5120, 13824)],
             "attention": [(12, 4096, 0.1), (12, 32760, 0.1), (40, 32760, 0.1)],
             "heads": [(12, 32760), (40, 75600)],
             "conv": [(4, 480, 832, 96, 96), (4, 240, 416, 192, 192), (4, 120, 208, 384, 384), (4, 480, 832, 96, 3)]}
    for name, shapes in steps.items():
        if options.only in ("", name):
            for shape in shapes[:2] if options.quick else shapes:
                getattr(bench, name)(*shape)
    with open(os.path.join(options.out, "bench.json"), "w", encoding="utf-8") as file:
        json.dump(bench.rows, file, indent=1)
    with open(os.path.join(options.out, "bench.md"), "w", encoding="utf-8") as file:
        file.write("| operation | shape | kernel | ms (median) | p10 | p90 | rate | error vs fp64 |\n|---|---|---|---|---|---|---|---|\n")
        for r in bench.rows:
            rate = " ".join(f"{r[u]:.1f} {u}" for u in ("TFLOP/s", "GB/s") if u in r)
            error = "" if r["relative_l2"] is None else f"{r['relative_l2']:.2e}"
            file.write(f"| {r['operation']} | {r['shape']} | {r['kernel']} | {r['ms']:.4f} | {r['p10']:.4f} | {r['p90']:.4f} | {rate} | {error} |\n")


if __name__ == "__main__":
    main()
