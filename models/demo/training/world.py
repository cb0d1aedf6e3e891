"""The procedural world of the demo model: one smiling object, one motion, one postcard background.

The world has deliberately little entropy: the caption fixes everything but a shift of a few
pixels and a few percent of size.  Few-step sampling is nearly exact when the conditional
distribution is this narrow, and a small network learns it in an hour or two on two CPU cores.

All drawing is anti-aliased by signed distances, in numpy only.
"""
import numpy as np

SHAPES = ["star", "heart", "balloon", "boat", "fish", "moon", "rocket", "cat"]
COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white"]
MOTIONS = ["left", "right", "up", "down", "bounce", "spin", "grow", "shrink"]
BACKGROUNDS = ["night", "sea", "meadow", "sunset", "snow", "desert"]
KEYS = ("shape", "colour", "motion", "background")
NAMES = dict(shape=SHAPES, colour=COLOURS, motion=MOTIONS, background=BACKGROUNDS)
COUNTS = [len(NAMES[k]) for k in KEYS]

RGB = np.array([[222, 38, 44], [250, 128, 18], [255, 222, 48], [28, 150, 62],
                [36, 84, 228], [128, 46, 176], [255, 138, 196], [252, 252, 252]], np.float32) / 255
EDGE = 0.5            # the rim is the colour times this
INK = np.array([34, 26, 52], np.float32) / 255
PERIOD = 16           # frames of one motion; longer clips run it back and forth
JITTER = 2.0 / 128    # shift, in frame heights
SIZE_JITTER = 0.03


def sample_attributes(rng):
    return {k: int(rng.integers(n)) for k, n in zip(KEYS, COUNTS)}


def heldout(a):
    """True for the attribute combinations (1 in 12) that training never sees."""
    i = ((a["shape"] * 8 + a["colour"]) * 8 + a["motion"]) * 6 + a["background"]
    return (i * 2654435761 % 2 ** 32) // 2 ** 8 % 12 == 0


def sample_split(rng, held):
    while True:
        a = sample_attributes(rng)
        if heldout(a) == held:
            return a


# ---------------------------------------------------------------- backgrounds
def _mix(a, b, m):
    return a + np.clip(m, 0, 1)[..., None] * (np.asarray(b, np.float32) / 255 - a)


def _gradient(top, bottom, y, x):
    t, b = np.asarray(top, np.float32) / 255, np.asarray(bottom, np.float32) / 255
    return (t + (b - t) * y[..., None]) + 0 * x[..., None]


def _draw_background(k, H, W):
    y, x = np.meshgrid((np.arange(H) + .5) / H, (np.arange(W) + .5) / W, indexing="ij")
    y, x = y.astype(np.float32), x.astype(np.float32)
    edge = lambda d: d * H + 0.5                        # d > 0 inside, in frame heights
    name = BACKGROUNDS[k]
    if name == "night":
        im = _gradient((8, 10, 38), (34, 36, 96), y, x)
        for cx, cy, r in ((.12, .14, .017), (.86, .10, .020), (.93, .62, .015), (.07, .60, .019),
                          (.30, .06, .013), (.66, .05, .014), (.16, .90, .014), (.84, .90, .017)):
            im = _mix(im, (255, 250, 215), edge(r - np.hypot(x - cx, y - cy)))
    elif name == "sea":
        im = _gradient((205, 238, 250), (226, 246, 252), y, x)
        im = _mix(im, (96, 190, 205), edge(y - (.64 + .012 * np.sin(x * 2 * np.pi * 3))))
        im = _mix(im, (58, 156, 182), edge(y - (.84 + .012 * np.sin(x * 2 * np.pi * 2 + 2))))
    elif name == "meadow":
        im = _gradient((168, 218, 255), (214, 240, 255), y, x)
        im = _mix(im, (168, 220, 112), edge(y - (.66 + .06 * np.sin(x * np.pi * 2 + 3.6))))
        im = _mix(im, (136, 198, 84), edge(y - (.84 + .04 * np.sin(x * np.pi * 2 + .6))))
    elif name == "sunset":
        im = _gradient((118, 62, 128), (255, 166, 96), np.clip(y * 1.4, 0, 1), x)
        im = _mix(im, (255, 214, 130), edge(.17 - np.hypot(x - .5, y - .72)))
        im = _mix(im, (84, 44, 92), edge(y - .74))
    elif name == "snow":
        im = _gradient((196, 208, 226), (222, 230, 240), y, x)
        im = _mix(im, (240, 245, 250), edge(y - (.68 + .07 * np.sin(x * np.pi * 2 + .4))))
        im = _mix(im, (228, 236, 246), edge(y - (.87 + .03 * np.sin(x * np.pi * 2 + 3.4))))
    else:
        im = _gradient((250, 226, 178), (252, 236, 200), y, x)
        im = _mix(im, (226, 184, 118), edge(y - (.67 + .07 * np.sin(x * np.pi * 2 + 5.0))))
        im = _mix(im, (206, 160, 98), edge(y - (.86 + .03 * np.sin(x * np.pi * 2 + 1.8))))
    return np.clip(im, 0, 1).astype(np.float32)


_CACHE = {}


def background(k, H=128, W=128):
    if (k, H, W) not in _CACHE:
        _CACHE[k, H, W] = _draw_background(k, H, W)
    return _CACHE[k, H, W]


# ---------------------------------------------------------------- objects
def _poly(P, X, Y):
    """signed distance to a convex polygon given counter-clockwise (upper bound outside corners)"""
    d = np.full(X.shape, -9.0, np.float32)
    for (ax, ay), (bx, by) in zip(P, P[1:] + P[:1]):
        nx, ny = by - ay, ax - bx
        n = float(np.hypot(nx, ny))
        d = np.maximum(d, ((X - ax) * nx + (Y - ay) * ny) / n)
    return d


def _disc(cx, cy, r, X, Y, sx=1.0, sy=1.0):
    return (np.sqrt(((X - cx) / sx) ** 2 + ((Y - cy) / sy) ** 2) - r) * min(sx, sy)


def sdf(shape, X, Y):
    """signed distance of the outline; X right, Y up, the object about 2 units high"""
    name = SHAPES[shape]
    if name == "star":
        r, k = np.hypot(X, Y), 2 * np.pi / 5
        th = np.arctan2(X, Y)
        th = np.abs(th - k * np.round(th / k))
        qx, qy, R, ri = r * np.cos(th), r * np.sin(th), 1.12, 0.52
        bx, by = ri * np.cos(k / 2), ri * np.sin(k / 2)
        nx, ny = by, R - bx
        return ((qx - R) * nx + qy * ny) / np.hypot(nx, ny)
    if name == "heart":
        d, q = 1.0, 0.5
        Y = Y + .08
        return np.minimum((np.abs(X) + np.abs(Y) - d) * .70710678, np.sqrt((np.abs(X) - q) ** 2 + (Y - q) ** 2) - .70710678)
    if name == "balloon":
        d = np.minimum(_disc(0, .3, .76, X, Y), _poly([(-.16, -.72), (.16, -.72), (.52, -.2), (-.52, -.2)], X, Y))
        return np.minimum(d, _poly([(-.25, -1.08), (.25, -1.08), (.25, -.70), (-.25, -.70)], X, Y))
    if name == "boat":
        d = _poly([(-.62, -.92), (.62, -.92), (1.05, -.34), (-1.05, -.34)], X, Y)
        d = np.minimum(d, _poly([(.06, -.34), (.86, -.34), (.06, 1.05)], X, Y))
        return np.minimum(d, _poly([(-.70, -.34), (-.04, -.34), (-.04, .74)], X, Y))
    if name == "fish":
        return np.minimum(_disc(.22, 0, .62, X, Y, 1.3, 1.0), _poly([(-.34, 0), (-1.1, .62), (-1.1, -.62)], X, Y))
    if name == "moon":
        return np.maximum(_disc(0, 0, 1.0, X, Y), -_disc(.55, .22, .80, X, Y))
    if name == "rocket":
        d = _poly([(-.36, -.66), (.36, -.66), (.36, .45), (0, 1.15), (-.36, .45)], X, Y)
        Z = np.abs(X)
        return np.minimum(d, _poly([(.20, -.62), (.86, -1.0), (.34, .08)], Z, Y))
    d = _disc(0, -.14, .74, X, Y, 1.16, 1.0)
    return np.minimum(d, _poly([(.10, .40), (.82, .12), (.74, 1.02)], np.abs(X), Y))


# where the face sits: x, y, half distance of the eyes, size
FACES = {"star": (0, .0, .22, 1.0), "heart": (0, .22, .30, 1.1), "balloon": (0, .34, .28, 1.15),
         "boat": (0, -.58, .26, .8), "moon": (-.62, -.02, .17, .8), "rocket": (0, .10, .17, .85),
         "cat": (0, -.10, .32, 1.15), "fish": (.52, .10, 0, 1.1)}


def _face(shape, X, Y):
    cx, cy, e, s = FACES[SHAPES[shape]]
    x, y = X - cx, Y - cy
    ax = np.abs(x)
    eyes = np.sqrt((ax - e) ** 2 + (y - .08 * s) ** 2) - .115 * s
    if SHAPES[shape] == "fish":
        return eyes
    mouth = np.maximum(np.abs(np.hypot(x, y - .06 * s) - .20 * s) - .05 * s, y + .07 * s)
    return np.minimum(eyes, mouth)


# ---------------------------------------------------------------- motion
def track(a, u, F, H=128, W=128):
    """centre x, y, radius (pixels) and angle per frame; u: three uniforms, the whole nuisance"""
    i = np.arange(F) % (2 * PERIOD)
    tau = (np.where(i <= PERIOD, i, 2 * PERIOD - i) / PERIOD).astype(np.float32)
    o = np.zeros(F, np.float32)
    dx, dy, ds = [2 * float(v) - 1 for v in u[:3]]
    m, M = MOTIONS[a["motion"]], min(H, W)
    x, y, r, ang = o + .5, o + .5, o + .235, o
    if m in ("left", "right"):
        x = .5 + (1 if m == "right" else -1) * .46 * (tau - .5)
    elif m in ("up", "down"):
        y = .5 + (1 if m == "down" else -1) * .46 * (tau - .5)
    elif m == "bounce":
        y = .69 - .38 * np.abs(np.sin(2 * np.pi * np.arange(F, dtype=np.float32) / PERIOD))
    elif m == "spin":
        r, ang = o + .275, np.pi * np.arange(F, dtype=np.float32) / PERIOD
    else:
        g = tau if m == "grow" else 1 - tau
        r = .13 + .22 * g
    return ((x + JITTER * dx) * W, (y + JITTER * dy) * H, r * M * (1 + SIZE_JITTER * ds), ang)


def render(a, u, F=17, H=128, W=128):
    """uint8 frames F, H, W, 3"""
    bg = background(a["background"], H, W)
    out = np.repeat(bg[None], F, 0)
    x, y, r, ang = track(a, u, F, H, W)
    col = RGB[a["colour"]]
    mirror = SHAPES[a["shape"]] == "fish" and MOTIONS[a["motion"]] == "left"   # it swims ahead
    for f in range(F):
        q = 1.3 * r[f] + 2
        x0, x1 = max(0, int(x[f] - q)), min(W, int(x[f] + q) + 1)
        y0, y1 = max(0, int(y[f] - q)), min(H, int(y[f] + q) + 1)
        if x1 <= x0 or y1 <= y0:
            continue
        X = ((np.arange(x0, x1, dtype=np.float32) + .5 - x[f]) / r[f])[None, :]
        Y = ((y[f] - np.arange(y0, y1, dtype=np.float32) - .5) / r[f])[:, None]
        X, Y = np.broadcast_arrays(X, Y)
        if ang[f]:
            c, s = np.float32(np.cos(ang[f])), np.float32(np.sin(ang[f]))
            X, Y = c * X - s * Y, s * X + c * Y
        if mirror:
            X = -X
        d = sdf(a["shape"], X, Y) * r[f]
        m = np.clip(.5 - d, 0, 1)[..., None]
        e = np.clip(.5 - (d + .10 * r[f]), 0, 1)[..., None]
        fg = col * EDGE * (1 - e) + col * e
        k = np.clip(.5 - _face(a["shape"], X, Y) * r[f], 0, 1)[..., None]
        fg = fg + k * (INK - fg)
        p = out[f, y0:y1, x0:x1]
        p += m * (fg - p)
    return (out * 255 + .5).astype(np.uint8)
