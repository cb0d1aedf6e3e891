#!/usr/bin/env python3
"""Writes the tables beside it: HTML entities, single-byte code pages and the character classes of ftfy's mojibake heuristic.

    python3 generate_tables.py          (needs ftfy 6.3.1 and Python 3.11 or later)

The tables are facts about characters; the matching code in ../ is our own. ftfy: Robyn Speer, Apache License 2.0.
"""
import codecs
import html
import html.entities
import pathlib
import re

import ftfy
import ftfy.badness
import ftfy.chardata

HERE = pathlib.Path(__file__).resolve().parent
CLASSES = ["common", "c1", "bad", "law", "currency", "start_punctuation", "end_punctuation", "numeric", "kaomoji",
           "upper_accented", "lower_accented", "upper_common", "lower_common", "box"]
CLUES = ["utf8_first_of_2", "utf8_first_of_3", "utf8_first_of_4", "utf8_continuation", "utf8_continuation_strict"]
CODE_PAGES = ["windows-1252", "windows-1251", "windows-1250", "windows-1253", "windows-1254", "windows-1257"]


def wrap(items, width=118):
    lines, line = [], ""
    for item in items:
        if line and len(line) + len(item) + 1 > width:
            lines.append(line)
            line = ""
        line += (" " if line else "") + item
    return lines + ([line] if line else [])


def write(name, what, lines):
    head = [f"// {what} Written by generate_tables.py; do not edit.", "// clang-format off"]
    (HERE / name).write_text("\n".join(head + lines + ["// clang-format on", ""]), encoding="ascii")


def entities():
    points = lambda s: "+".join(f"{ord(c):X}" for c in s)
    rows = [f"{name}={points(char)}" for name, char in sorted(html.entities.html5.items())]
    quoted = ['"' + line + ' "' for line in wrap(rows, 114)]
    write("html_entities.inc", "The HTML5 named character references, name=code points in hexadecimal.", quoted)
    upper = []
    for name, char in sorted(html.entities.html5.items()):
        shouted = "&" + name.upper()
        if name.endswith(";") and name == name.lower() and html.unescape(shouted) == shouted and char.upper() != char:
            upper.append(f"{name.upper()}={points(char.upper())}")
    write("html_entities_upper.inc", "Names in capitals whose character has a capital form of its own.",
          ['"' + line + ' "' for line in wrap(upper, 114)])


def code_pages():
    lines = []
    for page in CODE_PAGES + ["iso-8859-2", "macroman", "cp437"]:
        name = "sloppy-" + page if page in CODE_PAGES else page
        chars = [ord(c) for c in codecs.decode(bytes(range(128, 256)), name)]
        lines += [f"{{  // {page}, bytes 80 to FF"] + wrap([f"0x{c:04X}," for c in chars]) + ["},"]
    write("code_pages.inc", "Upper halves of the code pages; unassigned bytes of the windows ones stand for themselves.", lines)


def mojibake_classes():
    named = {**ftfy.badness.MOJIBAKE_CATEGORIES, **ftfy.chardata.UTF8_CLUES}
    tests = [re.compile("[" + named[c] + "]") for c in CLASSES + CLUES]
    mask = lambda cp: sum(1 << i for i, t in enumerate(tests) if t.match(chr(cp)))
    ranges = []
    for cp in range(0x20, 0x10000):
        m = mask(cp)
        if not m:
            continue
        if ranges and ranges[-1][1] == cp - 1 and ranges[-1][2] == m:
            ranges[-1][1] = cp
        else:
            ranges.append([cp, cp, m])
    bits = ", ".join(f"{i} {c}" for i, c in enumerate(CLASSES + CLUES))
    write("mojibake_classes.inc", "Character classes of ftfy " + ftfy.__version__ + " (Apache License 2.0): first, last, bits.",
          ["// bits: " + line for line in wrap(bits.split(" "), 110)]
          + wrap([f"{{0x{a:04X}, 0x{b:04X}, 0x{m:05X}}}," for a, b, m in ranges]))


if __name__ == "__main__":
    entities()
    code_pages()
    mojibake_classes()
