"""Every test file is built or named in a CMakeLists.txt, every module stands in src/README.md, and no tracked text holds a
machine's path. Usage: wiring_test.py ROOT BUILD_OF_EVERYTHING."""
import json
import os
import re
import subprocess
import sys

# Built from pieces, so that this file does not find itself.
PRIVATE_PATH = re.compile(r"(?<![\w.])/(?:wo" r"rk/(?:main|shared)|ro" r"ot/|ho" r"me/(?!somebody/)[a-z]+/|op" r"t/ts)")


def cmake_text(root):
    text = ""
    for folder, _, files in os.walk(root):
        if "CMakeLists.txt" in files and not re.search(r"/(build|\.deps)(/|$)", folder[len(root):]):
            with open(os.path.join(folder, "CMakeLists.txt"), encoding="utf-8") as file:
                text += file.read()
    return text


def compiled(build):
    """The sources that the build of everything compiles; CMake writes the list."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        return {os.path.realpath(os.path.join(entry["directory"], entry["file"])) for entry in json.load(file)}


def offences(root, build):
    cmake = cmake_text(root)
    built = compiled(build)
    for top in ("tests", "kernels"):
        for folder, _, files in os.walk(os.path.join(root, top)):
            for name in files:
                stem, ending = os.path.splitext(name)
                full = os.path.join(folder, name)
                if not stem.endswith("_test") or "arch" in folder:
                    continue
                if ending == ".cpp" and os.path.realpath(full) not in built or ending in (".py", ".sh") and name not in cmake:
                    yield f"{os.path.relpath(full, root)}: no CMakeLists.txt adds it, so it never runs"
    with open(os.path.join(root, "src", "README.md"), encoding="utf-8") as file:
        tour = file.read()
    for module in sorted(os.listdir(os.path.join(root, "src"))):
        if os.path.isdir(os.path.join(root, "src", module)) and f"`{module}`" not in tour:
            yield f"src/README.md: does not name the module `{module}`"
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, text=True, check=True).stdout
    for path in filter(None, listed.split("\0")):
        full = os.path.join(root, path)
        if not os.path.isfile(full) or os.path.getsize(full) > 2_000_000:
            continue
        with open(full, "rb") as file:
            raw = file.read()
        if b"\0" in raw:
            continue
        for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
            match = PRIVATE_PATH.search(line)
            if match:
                yield f"{path}:{number}: path of one machine: {match[0]}"


def main(root, build):
    found = list(offences(root, build))
    print("\n".join(found))
    print(f"{len(found)} offences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
