"""WanTransformer3DModel, the same weights and the same result, with less overhead per step.

Two liberties, both exact: n rows of zero padding are one row whose attention logit carries
+ log n, so training costs nothing for padding and one file works at any text length; and the
blocks are one plain function that torch.compile can fuse.

`python dit_fast.py` checks the equality on random weights.
"""
import math

import torch
import torch.nn.functional as F
from diffusers import WanTransformer3DModel

WIDTH, HEAD = 256, 128


def make_dit(layers=6, ffn=768, text=128):
    return WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=WIDTH // HEAD, attention_head_dim=HEAD, in_channels=16,
        out_channels=16, text_dim=text, freq_dim=256, ffn_dim=ffn, num_layers=layers, cross_attn_norm=True,
        qk_norm="rms_norm_across_heads", eps=1e-6, rope_max_seq_len=1024)


def _axes():
    t = HEAD - 4 * (HEAD // 6)
    s = 2 * (HEAD // 6)
    return [(t, 0), (s, t // 2), (s, (t + s) // 2)]


def rope(f, h, w, device):
    """cos and sin per token and complex pair, (L, 64): time, then rows, then columns"""
    angles = []
    for (d, _), n, shape in zip(_axes(), (f, h, w), ((f, 1, 1), (1, h, 1), (1, 1, w))):
        om = 10000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
        a = torch.arange(n, dtype=torch.float64)[:, None] * om
        angles.append(a.view(*shape, -1).expand(f, h, w, -1))
    a = torch.cat(angles, -1).reshape(f * h * w, -1)
    return a.cos().float().to(device), a.sin().float().to(device)


def _turn(x, c, s):
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * c - b * s, a * s + b * c), -1).flatten(-2)


def _rms(x, m):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * m.weight


def _heads(x):
    return x.unflatten(2, (-1, HEAD)).transpose(1, 2)


def block(b, x, ctx, bias, e, c, s):
    m = (b.scale_shift_table + e).unbind(1)
    m = [q[:, None] for q in m]
    a = F.layer_norm(x, (x.shape[-1],), eps=1e-6) * (1 + m[1]) + m[0]
    at = b.attn1
    q, k = _heads(_rms(at.to_q(a), at.norm_q)), _heads(_rms(at.to_k(a), at.norm_k))
    o = F.scaled_dot_product_attention(_turn(q, c, s), _turn(k, c, s), _heads(at.to_v(a)))
    x = x + m[2] * at.to_out[0](o.transpose(1, 2).flatten(2))
    at, n = b.attn2, b.norm2
    a = F.layer_norm(x, (x.shape[-1],), n.weight, n.bias, 1e-6)
    q, k = _heads(_rms(at.to_q(a), at.norm_q)), _heads(_rms(at.to_k(ctx), at.norm_k))
    o = F.scaled_dot_product_attention(q, k, _heads(at.to_v(ctx)), attn_mask=bias)
    x = x + at.to_out[0](o.transpose(1, 2).flatten(2))
    a = F.layer_norm(x, (x.shape[-1],), eps=1e-6) * (1 + m[4]) + m[3]
    return x + m[5] * b.ffn.net[2](F.gelu(b.ffn.net[0].proj(a), approximate="tanh"))


def forward(m, x, t, text, bias, run=block):
    """x B,16,f,H,W; t B (0..1000); text B,L,128 and its additive bias B,1,1,L from pad_text"""
    B, C, f, H, W = x.shape
    h, w = H // 2, W // 2
    p = x.view(B, C, f, h, 2, w, 2).permute(0, 2, 3, 5, 1, 4, 6).reshape(B, f * h * w, C * 4)
    y = F.linear(p, m.patch_embedding.weight.flatten(1), m.patch_embedding.bias)
    half = 128
    om = torch.exp(-math.log(10000) * torch.arange(half, device=x.device) / half)
    a = t[:, None].float() * om
    ce = m.condition_embedder
    temb = ce.time_embedder(torch.cat([a.cos(), a.sin()], -1))
    e = ce.time_proj(F.silu(temb)).unflatten(1, (6, -1))
    ctx = ce.text_embedder(text)
    c, s = rope(f, h, w, x.device)
    for b in m.blocks:
        y = run(b, y, ctx, bias, e, c, s)
    sh, sc = (m.scale_shift_table + temb[:, None]).chunk(2, 1)
    y = m.proj_out(F.layer_norm(y, (y.shape[-1],), eps=1e-6) * (1 + sc) + sh)
    return y.view(B, f, h, w, 2, 2, C).permute(0, 6, 1, 2, 4, 3, 5).reshape(B, C, f, H, W)


def pad_text(h, mask, total):
    """add the one row that stands for the zero rows up to `total` (a tensor per sample)"""
    B, L, D = h.shape
    m = mask.float()
    bias = h.new_full((B, 1, 1, L + 1), -1e9)
    bias[:, 0, 0, :L] = torch.where(mask > 0, 0.0, -1e9)
    bias[:, 0, 0, L] = torch.log((total - m.sum(1)).clamp(min=1e-9))
    return torch.cat([h * m[..., None], h.new_zeros(B, 1, D)], 1), bias


# ------------------------------------------------------------ a start that knows where it is
def _kernel(d, want, ridge=0.02):
    """cos and sin weights per frequency so that their sum over offsets follows `want`"""
    om = 10000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    n = (len(want) - 1) // 2
    off = torch.arange(-n, n + 1, dtype=torch.float64)
    A = torch.cat([torch.cos(off[:, None] * om), torch.sin(off[:, None] * om)], 1)
    y = torch.tensor(want, dtype=torch.float64)
    y = y - y.mean()                   # softmax does not see a constant
    A = A - A.mean(0)
    w = torch.linalg.solve(A.T @ A + ridge * torch.eye(A.shape[1], dtype=torch.float64), A.T @ y)
    return w[:len(om)], w[len(om):]


def _aim(attn, head, wants):
    """bias of q and k so that this head attends by relative place: one wish per axis (or None)"""
    q, k = torch.zeros(HEAD // 2, 2), torch.zeros(HEAD // 2, 2)
    for (d, start), want in zip(_axes(), wants):
        if want is None:
            continue
        a, b = _kernel(d, want)
        amp, phase = torch.hypot(a, b) * HEAD ** 0.5, torch.atan2(b, a)
        r = amp.sqrt()
        i = slice(start, start + d // 2)
        k[i, 0] = r.float()
        q[i, 0], q[i, 1] = (r * phase.cos()).float(), (r * phase.sin()).float()
    sl = slice(head * HEAD, (head + 1) * HEAD)
    attn.to_q.bias[sl], attn.to_k.bias[sl] = q.flatten(), k.flatten()


@torch.no_grad()
def init_dit(m, places=True):
    """Zero modulation and output; and the first blocks are aimed.

    The network has relative positions only, and its first input is pure noise: a token can tell
    where it is only from how much noise a one-sided window averages (fewer neighbours at an
    edge).  Training finds that slowly, and until it has, every shape is a blob.  So the first
    block starts with windows to the left and up, the second with one back in time and means
    over columns, the third with means over rows and frames.
    """
    ce = m.condition_embedder
    ce.time_proj.weight.zero_()
    ce.time_proj.bias.zero_()
    for b in m.blocks:
        b.scale_shift_table.zero_()
        b.scale_shift_table[:, 2] = 0.5
        b.scale_shift_table[:, 5] = 0.5
        for l in (b.attn1.to_out[0], b.attn2.to_out[0], b.ffn.net[2]):
            l.weight.mul_(0.4)
            l.bias.zero_()
    m.scale_shift_table.zero_()
    m.proj_out.weight.zero_()
    m.proj_out.bias.zero_()
    if not places:
        return
    n = 8
    same = [5.0 if i == 0 else 0.0 for i in range(-n, n + 1)]
    before = [3.0 if i <= 0 else -3.0 for i in range(-n, n + 1)]
    plans = [((same, same, before), (same, before, same)),
             ((before, same, same), (None, None, same)),
             ((None, same, None), (same, None, None))]
    for b, plan in zip(m.blocks, plans):
        at = b.attn1
        at.to_q.weight.mul_(0.3)
        at.to_k.weight.mul_(0.3)
        for head, wants in enumerate(plan):
            _aim(at, head, wants)
        for l, norm in ((at.to_q, at.norm_q), (at.to_k, at.norm_k)):
            norm.weight.fill_((l.bias.pow(2).mean() + 0.03).sqrt().item())
        if b is not m.blocks[2]:
            at.to_out[0].weight.mul_(2.0)


if __name__ == "__main__":
    torch.manual_seed(0)
    m = make_dit(4)
    init_dit(m)
    for p in m.parameters():
        p.data.add_(torch.randn_like(p) * 0.02)
    x, t, h = torch.randn(2, 16, 3, 16, 12), torch.tensor([932.0, 608.0]), torch.randn(2, 9, 128)
    k = torch.ones(2, 9)
    k[1, 6:] = 0
    full = torch.zeros(2, 77, 128)
    full[:, :9] = h * k[..., None]
    with torch.no_grad():
        a = m(x, t, full, return_dict=False)[0]
        b = forward(m, x, t, *pad_text(h, k, torch.full((2,), 77.0)))
    print("largest difference", (a - b).abs().max().item(), "of", a.abs().max().item())
