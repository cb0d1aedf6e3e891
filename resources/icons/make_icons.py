#!/usr/bin/env python3
"""Draw the program's icon at every size: a play sign with a spark, from signed distances. Needs nothing but Python.

    python3 resources/icons/make_icons.py        writes turbo-studio-N.png and chevron*.png beside this file

The window, the desktop entry and the packages all use these files; the SVG beside them is the same drawing by hand.
"""
import math
import pathlib
import struct
import zlib

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
TOP, BOTTOM = (31, 74, 68), (14, 27, 31)          # ground, from above to below
PLAY_TOP, PLAY_BOTTOM = (140, 236, 211), (70, 184, 160)
SPARK = (255, 244, 214)


def rounded_box(x, y, half, radius):
    qx, qy = abs(x) - half + radius, abs(y) - half + radius
    return math.hypot(max(qx, 0), max(qy, 0)) + min(max(qx, qy), 0) - radius


def rounded_polygon(x, y, points, radius):
    """Distance to a convex polygon given clockwise on the screen, grown by `radius`."""
    inside, nearest = -1e9, 1e9
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1]):
        ex, ey = bx - ax, by - ay
        length = math.hypot(ex, ey)
        inside = max(inside, ((x - ax) * ey - (y - ay) * ex) / length)
        t = min(1, max(0, ((x - ax) * ex + (y - ay) * ey) / length ** 2))
        nearest = min(nearest, math.hypot(x - ax - t * ex, y - ay - t * ey))
    return (-nearest if inside < 0 else nearest) - radius


def spark(x, y, size):
    """A four-pointed star with hollow sides, |x|^p + |y|^p = 1 with p < 1."""
    u, v = abs(x) / size, abs(y) / size
    return (math.sqrt(u ** 0.55 + v ** 0.55) - 1) * size * 0.9


def mix(a, b, t):
    return tuple(p + (q - p) * t for p, q in zip(a, b))


def pixel(px, py, size):
    x, y = (px + 0.5) / size - 0.5, (py + 0.5) / size - 0.5    # centre is 0, the icon spans -0.5 to 0.5
    cover = lambda d: min(1.0, max(0.0, 0.5 - d * size))       # one pixel of soft edge
    margin = 0.0 if size <= 24 else 0.03
    alpha = cover(rounded_box(x, y, 0.5 - margin, 0.23))
    colour = mix(TOP, BOTTOM, min(1, max(0, y + 0.5 + 0.25 * x)))
    play = rounded_polygon(x, y, [(-0.15, 0.19), (-0.15, -0.19), (0.18, 0.0)], 0.07)
    colour = mix(colour, mix(PLAY_TOP, PLAY_BOTTOM, min(1, max(0, y * 1.9 + 0.5))), cover(play))
    if size >= 32:
        colour = mix(colour, SPARK, cover(spark(x - 0.235, y + 0.245, 0.17)))
    return bytes(round(c) for c in colour) + bytes([round(255 * alpha)])


def chevron(px, py, size):
    """The arrow of a choice box: a grey that can be read on light and on dark."""
    x, y = (px + 0.5) / size - 0.5, (py + 0.5) / size - 0.5
    stroke = abs(abs(x) + y - 0.18) / math.sqrt(2) - 0.055
    distance = max(stroke, abs(x) - 0.36)
    return bytes((137, 146, 157, round(255 * min(1.0, max(0.0, 0.5 - distance * size)))))


def write_png(path, size, pixel=pixel):
    rows = b"".join(b"\0" + b"".join(pixel(x, y, size) for x in range(size)) for y in range(size))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


if __name__ == "__main__":
    for size in SIZES:
        write_png(pathlib.Path(__file__).with_name(f"turbo-studio-{size}.png"), size)
    write_png(pathlib.Path(__file__).with_name("chevron.png"), 24, chevron)
    write_png(pathlib.Path(__file__).with_name("chevron-up.png"), 24, lambda px, py, size: chevron(px, size - 1 - py, size))
