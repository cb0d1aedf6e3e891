"""Measures from the pixels alone whether a clip shows what was asked: colour, shape, motion, background.

    judge.py --frames clip.mp4 --prompt "a blue star spinning at night"
    judge.py --ground-truth 200          # its own ceiling, on the world's own drawings

It knows the world (backgrounds, outlines, palette) and nothing of the model that drew the clip.
"""
import argparse
import json
import subprocess

import numpy as np

import world

S = 40                                     # side of a normalised mask
ANGLES = np.arange(0, 360, 12)
STILL = [i for i, a in enumerate(ANGLES) if a in (0, 12, 348)]


def _shift(m, dy, dx):
    o = np.zeros_like(m)
    h, w = m.shape[-2:]
    o[..., max(0, dy):h + min(0, dy), max(0, dx):w + min(0, dx)] = m[..., max(0, -dy):h + min(0, -dy), max(0, -dx):w + min(0, -dx)]
    return o


def _cross(m, op):
    r = m
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        r = op(r, _shift(m, dy, dx))
    return r


def _erode(m):
    return ~_cross(~m, np.logical_or)


def _flood(seed, inside):
    """everything in `inside` that is connected to `seed`"""
    while True:
        n = _cross(seed, np.logical_or) & inside
        if (n == seed).all():
            return n
        seed = n


def _fill(m):
    free = ~np.pad(m, ((0, 0), (1, 1), (1, 1)))
    edge = np.zeros_like(free)
    edge[:, 0], edge[:, -1], edge[:, :, 0], edge[:, :, -1] = True, True, True, True
    return ~_flood(edge, free)[:, 1:-1, 1:-1]


def _main_part(m):
    """the component around the thickest spot: erode until almost nothing is left, grow back"""
    out = np.zeros_like(m)
    for i in range(len(m)):
        core = m[i]
        while True:
            n = _erode(core)
            if not n.any():
                break
            core = n
        if core.any():
            y, x = np.argwhere(core)[0]
            seed = np.zeros_like(m[i])
            seed[y, x] = True
            out[i] = _flood(seed, m[i])
    return out


def _normal(m):
    """centred and scaled to equal area; None if there is nothing"""
    ys, xs = np.nonzero(m)
    if len(ys) < 20:
        return None
    r = np.sqrt(len(ys) / np.pi)
    g = ((np.arange(S) + .5) / S * 2 - 1) * 1.9 * r
    yi, xi = np.round(ys.mean() + g).astype(int), np.round(xs.mean() + g).astype(int)
    ok = ((yi >= 0) & (yi < m.shape[0]))[:, None] & ((xi >= 0) & (xi < m.shape[1]))[None]
    return m[np.clip(yi, 0, m.shape[0] - 1)][:, np.clip(xi, 0, m.shape[1] - 1)] & ok


def _templates():
    g = (np.arange(160) + .5) / 160 * 3.2 - 1.6
    X0, Y0 = np.meshgrid(g.astype(np.float32), -g.astype(np.float32))
    out = []
    for s in range(len(world.SHAPES)):
        for a in np.deg2rad(ANGLES):
            c, k = np.cos(a), np.sin(a)
            X, Y = c * X0 - k * Y0, k * X0 + c * Y0
            out.append(_normal(world.sdf(s, X, Y) < 0))
            out.append(_normal(world.sdf(s, -X, Y) < 0))      # the fish swims both ways
    return np.stack(out).reshape(len(world.SHAPES), len(ANGLES), 2, S * S).astype(np.float32)


TEMPLATES = _templates()


def name_colour(px):
    """Hue and saturation first, lightness little: a pale grey is a dull white, not a pale pink,
    and a pink darkened by a thin object's rim is still pink."""
    light, palette = max(float(px.max()), 1e-3), world.RGB.max(1)
    d = np.abs(world.RGB / palette[:, None] - px / light).sum(1) + 0.4 * np.abs(palette - light)
    return int(d.argmin()) if d.min() < 0.55 and light > 0.3 else -1


def measure(frames):
    """frames F,H,W,3, uint8 or 0..1 -> what is seen, as attribute numbers (-1: none of ours)"""
    fr = frames.astype(np.float32) / 255 if frames.dtype == np.uint8 else frames.astype(np.float32)
    F, H, W, _ = fr.shape
    bgs = np.stack([world.background(k, H, W) for k in range(len(world.BACKGROUNDS))])
    err = [float(np.minimum(np.abs(fr - b).mean(-1), .25).mean()) for b in bgs]
    out = dict(background=int(np.argmin(err)), shape=-1, colour=-1, motion=-1, background_error=round(min(err), 4))
    if min(err) > 0.12:
        out["background"] = -1
    raw = np.abs(fr - bgs[int(np.argmin(err))]).max(-1) > 0.12
    mask = _main_part(_fill(raw))
    area = mask.sum((1, 2)).astype(float)
    idx = np.nonzero(area > 0.004 * H * W)[0]
    out["visible"] = round(len(idx) / F, 3)
    if len(idx) < 0.7 * F:
        return out
    yy, xx = np.mgrid[:H, :W]
    cy = np.array([yy[mask[i]].mean() for i in idx]) / H
    cx = np.array([xx[mask[i]].mean() for i in idx]) / W
    A, n = area[idx], len(idx)
    k = max(1, n // 6)
    dx, dy = cx[-k:].mean() - cx[:k].mean(), cy[-k:].mean() - cy[:k].mean()
    ratio = float(np.sqrt(A[-k:].mean() / A[:k].mean()))
    s = np.diff(cy)
    s = np.sign(s[np.abs(s) > 0.012])
    reversals, swing = int((np.diff(s) != 0).sum()), float(cy.max() - cy.min())
    norm = [_normal(mask[i]) for i in idx]
    same = [(a & b).sum() / max(1, (a | b).sum()) for lag in (3, 4, 5) for a, b in zip(norm, norm[lag:])]
    same = float(np.mean(same)) if same else 1.0
    if same < 0.82 and .75 < ratio < 1.33 and max(abs(dx), swing) < 0.25:
        motion = "spin"          # first: a turning crescent's centre of mass wanders
    elif swing > 0.17 and reversals >= (2 if F > 12 else 1) and abs(dx) < 0.15:
        motion = "bounce"
    elif max(abs(dx), abs(dy)) > 0.17 and .6 < ratio < 1.67:
        motion = ("right" if dx > 0 else "left") if abs(dx) > abs(dy) else ("down" if dy > 0 else "up")
    elif max(abs(dx), abs(dy)) > 0.17:
        motion = None
    elif ratio > 1.4:
        motion = "grow"
    elif ratio < 1 / 1.4:
        motion = "shrink"
    elif same < 0.90 and swing < 0.15:
        motion = "spin"
    else:
        motion = None
    if motion:
        out["motion"] = world.MOTIONS.index(motion)
    whole = [j for j, i in enumerate(idx) if not (mask[i][0].any() or mask[i][-1].any() or mask[i][:, 0].any() or mask[i][:, -1].any())]
    angles = list(range(len(ANGLES))) if motion == "spin" else STILL
    T = TEMPLATES[:, angles].reshape(len(world.SHAPES), -1, S * S)
    total = np.zeros(len(world.SHAPES))
    for j in whole or range(n):
        t = norm[j].reshape(-1).astype(np.float32)
        both = T @ t
        total += A[j] ** .5 * (both / (T.sum(-1) + t.sum() - both)).max(1)
    total /= sum(A[j] ** .5 for j in whole or range(n))
    out["shape"] = int(total.argmax()) if total.max() > 0.6 else -1
    px = []
    for i in idx:
        inner = _erode(_erode(_erode(mask[i])))
        px.append(fr[i][inner if inner.any() else mask[i]])
    px = np.median(np.concatenate(px), 0)
    out["colour"] = name_colour(px)
    out.update(dx=round(float(dx), 3), dy=round(float(dy), 3), size_ratio=round(ratio, 3), reversals=reversals,
               swing=round(swing, 3), self_overlap=round(same, 3), shape_overlap=round(float(total.max()), 3),
               mean_colour=[round(float(v) * 255) for v in px])
    return out


def score(frames, attrs):
    m = measure(frames)
    r = {k: m[k] == attrs[k] for k in world.KEYS}
    r["all"] = all(r.values())
    return r, m


def parse(prompt):
    """attributes named by a caption of the world (longest synonym first); the defaults where unsaid"""
    import captions
    text, out = prompt.lower(), dict(captions.DEFAULTS)
    places = sorted((w for lang in (captions.EN, captions.ZH) for q in ("background", "place") for l in lang.get(q, []) for w in l),
                    key=len, reverse=True)
    for k in ("background", "shape", "motion", "colour"):
        found = []
        if k == "shape":                 # the star of "a starry night" and the green of "green hills" are not the object's
            for w in places:
                text = text.replace(w, " ")
        for lang in (captions.EN, captions.ZH):
            tables = [lang[k]] + ([lang["place"]] if k == "background" and "place" in lang else [])
            for table in tables:
                found += [(len(w.encode()), v) for v, words in enumerate(table) for w in words if w in text]
        if found:
            out[k] = max(found)[1]
    return out


def read_video(path):
    """frames by the ffmpeg program, F,H,W,3 uint8"""
    q = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height",
                        "-of", "csv=p=0:s=x", path], capture_output=True, text=True, check=True).stdout.strip()
    w, h = map(int, q.split("x")[:2])
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-vsync", "0", "-"],
                         capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, h, w, 3)


def summary(results):
    return {k: round(float(np.mean([r[k] for r in results])), 4) for k in list(world.KEYS) + ["all"]}


def names(m):
    return {k: world.NAMES[k][m[k]] if m[k] >= 0 else None for k in world.KEYS}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--frames")
    p.add_argument("--prompt")
    p.add_argument("--ground-truth", type=int)
    a = p.parse_args()
    if a.ground_truth:
        rng, rs = np.random.default_rng(3), []
        for _ in range(a.ground_truth):
            at = world.sample_attributes(rng)
            r, m = score(world.render(at, rng.random(3)), at)
            rs.append(r)
            if not r["all"]:
                print(json.dumps(dict(asked=names(at), seen=names(m), measured=m)))
        print(json.dumps(dict(clips=len(rs), right=summary(rs))))
        return
    if not a.frames or not a.prompt:
        p.error("give --frames and --prompt, or --ground-truth N")
    want = parse(a.prompt)
    if "shape" not in want:
        p.error("the prompt names none of " + ", ".join(world.SHAPES))
    r, m = score(read_video(a.frames), want)
    print(json.dumps(dict(prompt=a.prompt, asked=names(want), seen=names(m), right={k: bool(v) for k, v in r.items()}, measured=m), ensure_ascii=False))


if __name__ == "__main__":
    main()
