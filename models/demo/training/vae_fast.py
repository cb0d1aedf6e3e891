"""AutoencoderKLWan over a whole clip at once: the same weights and the same result as the stock
chunk-by-chunk code with its feature cache, but several times faster to train.

`python vae_fast.py` checks the equality on random weights.
"""
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKLWan


def make_vae(base=16, res_blocks=1):
    return AutoencoderKLWan(
        base_dim=base, z_dim=16, dim_mult=[1, 2, 4, 4], num_res_blocks=res_blocks, attn_scales=[],
        temperal_downsample=[False, True, True], dropout=0.0,
        latents_mean=[0.0] * 16, latents_std=[1.0] * 16)


def causal_conv(m, x):
    kt, kh, kw = m.weight.shape[2:]
    if x.shape[2] == 1:      # one frame: every tap but the last sees zeros only
        return F.conv2d(x[:, :, 0], m.weight[:, :, -1], m.bias, padding=(kh // 2, kw // 2)).unsqueeze(2)
    if kt > 1:
        x = F.pad(x, (0, 0, 0, 0, kt - 1, 0))
    return F.conv3d(x, m.weight, m.bias, padding=(0, kh // 2, kw // 2))


def _rms(m, x):
    return F.normalize(x, dim=1) * (m.scale * m.gamma)


def _norm_silu(m, x):
    y = x * torch.rsqrt((x * x).sum(1, keepdim=True) + 1e-12) * (m.scale * m.gamma)
    return F.silu(y)


def _res(m, x):
    h = x
    if not isinstance(m.conv_shortcut, torch.nn.Identity):
        h = F.conv3d(x, m.conv_shortcut.weight, m.conv_shortcut.bias)
    x = causal_conv(m.conv1, _norm_silu(m.norm1, x))
    return causal_conv(m.conv2, _norm_silu(m.norm2, x)) + h


def _attention(m, x):
    b, c, t, h, w = x.shape
    y = _rms(m.norm, x.permute(0, 2, 1, 3, 4).reshape(b * t, c, h, w))
    q, k, v = m.to_qkv(y).flatten(2).transpose(1, 2).unsqueeze(1).chunk(3, -1)
    y = F.scaled_dot_product_attention(q, k, v).squeeze(1).transpose(1, 2).reshape(b * t, c, h, w)
    return x + m.proj(y).view(b, t, c, h, w).permute(0, 2, 1, 3, 4)


def _down(m, x):
    b, c, t, h, w = x.shape
    cv = m.resample[1]
    y = x.permute(0, 2, 1, 3, 4).reshape(b * t, c, h, w)
    y = F.conv2d(F.pad(y, (0, 1, 0, 1)), cv.weight, cv.bias, stride=2)
    x = y.view(b, t, -1, h // 2, w // 2).permute(0, 2, 1, 3, 4)
    if m.mode == "downsample3d" and t > 1:      # the first frame passes by
        x = torch.cat([x[:, :, :1], F.conv3d(x, m.time_conv.weight, m.time_conv.bias, stride=(2, 1, 1))], 2)
    return x


def _up(m, x):
    if m.mode == "upsample3d" and x.shape[2] > 1:
        r = x[:, :, 1:]
        b, c, t, h, w = r.shape
        r = causal_conv(m.time_conv, r) if t > 1 else F.conv3d(F.pad(r, (0, 0, 0, 0, 2, 0)), m.time_conv.weight, m.time_conv.bias)
        r = r.view(b, 2, c, t, h, w).permute(0, 2, 3, 1, 4, 5).reshape(b, c, 2 * t, h, w)
        x = torch.cat([x[:, :, :1], r], 2)
    b, c, t, h, w = x.shape
    cv = m.resample[1]
    y = F.interpolate(x.permute(0, 2, 1, 3, 4).reshape(b * t, c, h, w), scale_factor=2.0, mode="nearest")
    y = F.conv2d(y, cv.weight, cv.bias, padding=1)
    return y.view(b, t, -1, 2 * h, 2 * w).permute(0, 2, 1, 3, 4)


def _mid(m, x):
    return _res(m.resnets[1], _attention(m.attentions[0], _res(m.resnets[0], x)))


def encode(v, x):
    """frames B,3,F,H,W in -1..1 -> mean and log variance, B,32,f,h,w"""
    e = v.encoder
    x = causal_conv(e.conv_in, x)
    for l in e.down_blocks:
        x = _down(l, x) if type(l).__name__ == "WanResample" else _res(l, x)
    x = causal_conv(e.conv_out, _norm_silu(e.norm_out, _mid(e.mid_block, x)))
    return F.conv3d(x, v.quant_conv.weight, v.quant_conv.bias)


def decode(v, z):
    d = v.decoder
    x = F.conv3d(z, v.post_quant_conv.weight, v.post_quant_conv.bias)
    x = _mid(d.mid_block, causal_conv(d.conv_in, x))
    for u in d.up_blocks:
        for r in u.resnets:
            x = _res(r, x)
        if u.upsamplers is not None:
            x = _up(u.upsamplers[0], x)
    return causal_conv(d.conv_out, _norm_silu(d.norm_out, x))


if __name__ == "__main__":
    torch.manual_seed(0)
    v = make_vae(8)
    for f in (1, 5, 17):
        x = torch.rand(1, 3, f, 32, 48) * 2 - 1
        with torch.no_grad():
            a, b = v.encode(x).latent_dist.parameters, encode(v, x)
            da, db = v.decode(a[:, :16]).sample, decode(v, a[:, :16]).clamp(-1, 1)
        print(f"frames {f}: encode {(a - b).abs().max():.1e} decode {(da - db).abs().max():.1e}")
