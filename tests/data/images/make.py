"""Writes the pictures beside this file (Pillow 10 or later, numpy). They are committed; tests need no Pillow.
    python3 tests/data/images/make.py
The base picture is 24 x 16: left third red, middle green, right blue, darker downwards; so every corner has its own colour."""
import io
import pathlib
import struct
import zlib

import numpy
from PIL import Image, ImageCms

HERE = pathlib.Path(__file__).parent
W, H = 24, 16


def base():
    pixels = numpy.zeros((H, W, 3), numpy.uint8)
    for x in range(W):
        for y in range(H):
            pixels[y, x, x * 3 // W] = 255 - 8 * y
    return Image.fromarray(pixels)


def save(name, image, **options):
    image.save(HERE / name, **options)


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


def turned(orientation):
    """The picture as a camera stores it, so that applying the orientation gives the base picture."""
    t = Image.Transpose
    undo = {1: None, 2: t.FLIP_LEFT_RIGHT, 3: t.ROTATE_180, 4: t.FLIP_TOP_BOTTOM, 5: t.TRANSPOSE, 6: t.ROTATE_90, 7: t.TRANSVERSE, 8: t.ROTATE_270}
    return base() if undo[orientation] is None else base().transpose(undo[orientation])


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, bits, kind, rows, *before):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(before) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def png_parts(image, **options):
    data = io.BytesIO()
    image.save(data, "PNG", **options)
    return data.getvalue()


def orientations():
    for o in range(1, 9):
        save(f"orientation_{o}.jpg", turned(o), quality=100, subsampling=0, exif=exif(o))
    save("orientation_6.png", turned(6), exif=exif(6))
    save("orientation_6.webp", turned(6), lossless=True, exif=exif(6))
    # A directory that points at itself, a maker note of 60 kB, a position: nothing of it may matter.
    entries = struct.pack("<HHI4s", 0x0112, 3, 1, struct.pack("<HH", 6, 0)) + struct.pack("<HHII", 0x927C, 7, 60000, 40) + struct.pack("<HHII", 0x8825, 4, 1, 8)
    loop = b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 3) + entries + struct.pack("<I", 8) + bytes(60000)
    save("exif_loop.jpg", turned(6), quality=100, subsampling=0, exif=loop)
    save("exif_garbage.jpg", base(), quality=100, subsampling=0, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")


def depths():
    b = base()
    save("plain.png", b), save("plain.bmp", b), save("plain.gif", b), save("plain.webp", b, lossless=True)
    save("grey.png", b.convert("L")), save("grey.jpg", b.convert("L"), quality=100)
    save("palette.png", b.convert("P", palette=Image.Palette.ADAPTIVE)), save("one_bit.png", b.convert("1"))
    save("grey_alpha.png", b.convert("LA"))
    save("interlaced_source.png", b)
    deep = numpy.asarray(b).astype(numpy.uint16) * 257
    rows = b"".join(b"\0" + line.astype(">u2").tobytes() for line in deep)
    (HERE / "sixteen_bit.png").write_bytes(png(W, H, 16, 2, rows))
    rgba = b.convert("RGBA")
    rgba.putalpha(Image.linear_gradient("L").resize((W, H)))
    save("alpha.png", rgba), save("alpha.webp", rgba, lossless=True)
    save("progressive.jpg", b, quality=100, subsampling=0, progressive=True)


def inks():
    """Stored with and without Adobe's inversion; the middle is pure cyan ink."""
    ink = numpy.zeros((H, W, 4), numpy.uint8)
    ink[:, : W // 3, 0], ink[:, W // 3: 2 * W // 3, 1], ink[:, 2 * W // 3:, 3] = 255, 255, 128
    save("cmyk_adobe.jpg", Image.fromarray(ink, "CMYK"), quality=100, subsampling=0)
    # The same without the APP14 marker: plain, not inverted.
    data = io.BytesIO()
    Image.fromarray(255 - ink, "CMYK").save(data, "JPEG", quality=100, subsampling=0)
    raw = data.getvalue()
    at = raw.find(b"\xff\xee")
    if at >= 0:
        size, = struct.unpack(">H", raw[at + 2:at + 4])
        raw = raw[:at] + raw[at + 2 + size:]
    (HERE / "cmyk_plain.jpg").write_bytes(raw)


def wide_profile():
    """A matrix profile with the primaries of Display P3 (the curve of sRGB), built from its numbers."""
    p3 = [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)]
    d50, d65 = numpy.array([0.9642, 1.0, 0.8249]), numpy.array([0.95047, 1.0, 1.08883])
    xyz = numpy.array([[x / y, 1, (1 - x - y) / y] for x, y in p3]).T
    xyz = xyz * numpy.linalg.solve(xyz, d65)
    bradford = numpy.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    adapted = numpy.linalg.inv(bradford) @ numpy.diag((bradford @ d50) / (bradford @ d65)) @ bradford @ xyz
    s15 = lambda v: struct.pack(">i", round(v * 65536))
    value = lambda v: b"XYZ \0\0\0\0" + b"".join(s15(c) for c in v)
    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + b"".join(s15(v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    text = b"desc\0\0\0\0" + struct.pack(">I", 11) + b"Wide gamut\0" + bytes(4 + 4 + 2 + 1 + 67)
    tags = [(b"desc", text), (b"wtpt", value(d50)), (b"rXYZ", value(adapted[:, 0])), (b"gXYZ", value(adapted[:, 1])), (b"bXYZ", value(adapted[:, 2])),
            (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve), (b"cprt", b"text\0\0\0\0CC0\0")]
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", at, len(data))
        body, at = body + data, at + len(data)
    head = struct.pack(">I4sI4s4s4s", at, b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ") + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp"
    head += bytes(4 + 4 + 4 + 4 + 8 + 4) + b"".join(s15(v) for v in d50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def profiles():
    wide = wide_profile()
    ImageCms.ImageCmsProfile(io.BytesIO(wide))  # readable by Little CMS
    patch = Image.new("RGB", (8, 8), (200, 100, 50))
    save("icc_wide.png", patch, icc_profile=wide), save("icc_wide.jpg", patch, quality=100, subsampling=0, icc_profile=wide)
    save("icc_wide.webp", patch, lossless=True, icc_profile=wide)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    save("icc_srgb.png", patch, icc_profile=srgb)
    save("icc_broken.jpg", patch, quality=100, subsampling=0, icc_profile=b"this is no profile" * 20)
    save("icc_broken.png", patch, icc_profile=wide[:200])
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    save("icc_wrong_class.jpg", patch, quality=100, subsampling=0, icc_profile=lab)
    huge = chunk(b"iCCP", b"big\0\0" + zlib.compress(bytes(20_000_000), 9))
    (HERE / "icc_20_mb.png").write_bytes(png(8, 8, 8, 2, (b"\0" + bytes((200, 100, 50) * 8)) * 8, huge))


def moving():
    frames = [base(), Image.new("RGB", (W, H), (0, 0, 255)), Image.new("RGB", (W, H), (255, 255, 0))]
    for name in ("moving.gif", "moving.webp", "moving.png"):
        more = {"lossless": True} if name.endswith("webp") else {}
        frames[0].save(HERE / name, save_all=True, append_images=frames[1:], duration=100, loop=0, **more)
    (HERE / "moving_gif_named.png").write_bytes((HERE / "moving.gif").read_bytes())


def main():
    orientations(), depths(), inks(), profiles(), moving()
    # Adam7 by hand would be long: Pillow has no writer, so the passes are laid out here.
    pixels = numpy.asarray(base())
    rows = b""
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        for line in pixels[y0::dy, x0::dx]:
            rows += b"\0" + line.tobytes()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 8, 2, 0, 0, 1))
    (HERE / "interlaced.png").write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
    (HERE / "interlaced_source.png").unlink(missing_ok=True)


main()
