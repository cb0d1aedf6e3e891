"""Every #include must follow an edge of cmake/layers.txt; Torch, Qt and FFmpeg headers only where their family is allowed;
headers of app that the window or the command line see include only app, core and std. Usage: layers_test.py ROOT. Prints
file:line for each offence."""
import os
import re
import sys

FAMILIES = {
    "torch": re.compile(r"^(ATen|c10|torch|caffe2)/"),
    "qt": re.compile(r"^(Q[A-Z]\w*|Qt\w*/\w+)$"),
    "ffmpeg": re.compile(r"^lib(av|sw)\w+/"),
    "sqlite": re.compile(r"^sqlite3\.h$"),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
SOURCE = (".h", ".hpp", ".cpp", ".cc", ".cu", ".cuh")


def read_layers(path):
    """module -> (allowed modules, allowed families)"""
    layers = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            match = re.match(r"^([a-z]+):(.*)$", line)
            if match:
                words = match[2].split()
                layers[match[1]] = ({w for w in words if w[0] != "<"}, {w.strip("<>") for w in words if w[0] == "<"})
    return layers


def sources(root):
    for top in ("src", "ui", "kernels"):
        for folder, _, files in os.walk(os.path.join(root, top)):
            for name in sorted(files):
                if name.endswith(SOURCE):
                    yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")


def module_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else parts[0]


def includes_of(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match[1]


def public_app_headers(root):
    """What ui/ and cli/ include of app, directly or through another header of app."""
    waiting = [target for path in sources(root) if module_of(path) in ("ui", "cli") for _, target in includes_of(root, path)]
    seen = set()
    while waiting:
        path = "src/" + waiting.pop()
        if path.startswith("src/app/") and path not in seen and os.path.isfile(os.path.join(root, path)):
            seen.add(path)
            waiting += [target for _, target in includes_of(root, path)]
    return seen


def offences(root):
    public = public_app_headers(root)
    layers = read_layers(os.path.join(root, "cmake", "layers.txt"))
    for path in sources(root):
        module = module_of(path)
        if module not in layers:
            yield f"{path}:1: module '{module}' has no line in cmake/layers.txt"
            continue
        modules, families = layers[module]
        for number, target in includes_of(root, path):
            for family, pattern in FAMILIES.items():
                if pattern.match(target) and family not in families:
                    yield f"{path}:{number}: '{target}' is a {family} header; '{module}' may not include those"
            first = target.split("/")[0] if "/" in target else module
            if first in layers and first != module and first not in modules:
                yield f"{path}:{number}: '{module}' may not include '{target}' ({first} is not in its line of cmake/layers.txt)"
            if path in public and first in layers and first not in ("app", "core", "store", "library"):
                yield f"{path}:{number}: public headers of app include only app, library, core, store and std, not '{target}'"
            if target == "torch/torch.h":
                yield f"{path}:{number}: never include torch/torch.h (9 s a file)"


def main(root):
    found = list(offences(root))
    print("\n".join(found))
    count = len(list(sources(root)))
    print(f"{count} files read, {len(found)} offences")
    return 0 if count and not found else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
