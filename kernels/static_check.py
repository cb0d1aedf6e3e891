"""What the compiler made of the kernels, without a device: registers, stack, local memory and tensor instructions of every
kernel in the CUDA plugin, held against kernels/static_table.txt.

  static_check.py PLUGIN TABLE --tools FOLDER [--nvcc VERSION] [--write]

A kernel fails when it uses more registers than its budget, any stack or local memory, or another number of tensor-core
instructions; when one that loads through cp.async, ldmatrix or TMA no longer does; and when it is missing or not listed.
--write makes the table anew: look at the difference before you commit it. Exit 77: skipped, with the reason."""
import argparse
import os
import re
import subprocess
import sys

EXACT = ("HMMA", "IMMA", "QMMA", "HGMMA", "IGMMA", "QGMMA", "USETMAXREG")
PRESENT = ("LDSM", "LDGSTS", "UTMALDG", "UBLKCP")
FORBIDDEN = ("LDL", "STL")
OPCODE = re.compile(r"/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][A-Z0-9_]*)")


def run(tool, *arguments):
    return subprocess.run([tool, *arguments], capture_output=True, text=True, check=True).stdout


def short_names(mangled):
    """_ZN... -> "flash_kernel<false, true>": no return type, namespaces or arguments."""
    lines = subprocess.run(["c++filt"], input="\n".join(mangled), capture_output=True, text=True, check=True).stdout
    names = {}
    for raw, text in zip(mangled, lines.splitlines()):
        text = text.replace("(anonymous namespace)::", "").replace("studio::kernels::", "").replace("studio::gpu::", "")
        text = re.sub(r"^void ", "", text)
        depth = 0
        for at, letter in enumerate(text):
            depth += (letter == "<") - (letter == ">")
            if letter == "(" and depth == 0:
                text = text[:at]
                break
        names[raw] = re.sub(r"\((?:bool|int)\)", "", text)
    return names


def blocks(text, start):
    """(architecture, rest) for every embedded cubin"""
    for part in re.split(r"Fatbin elf code:", text)[1:]:
        arch = re.search(r"arch = (\S+)", part)
        if arch:
            yield arch[1], part


def usage(cuobjdump, plugin):
    """(arch, mangled) -> registers, stack, local"""
    found = {}
    for arch, part in blocks(run(cuobjdump, "-res-usage", plugin), "Resource"):
        for name, line in re.findall(r"Function (\S+):\n\s*(.*)", part):
            values = dict(re.findall(r"(REG|STACK|LOCAL):(\d+)", line))
            found[arch, name] = {key: int(value) for key, value in values.items()}
    return found


def instructions(cuobjdump, plugin):
    found = {}
    for arch, part in blocks(run(cuobjdump, "-sass", plugin), "sass"):
        for body in re.split(r"\n\s*Function : ", part)[1:]:
            name = body.split("\n", 1)[0].strip()
            counts = {}
            for operation in OPCODE.findall(body):
                counts[operation] = counts.get(operation, 0) + 1
            found[arch, name] = counts
    return found


def measure(cuobjdump, plugin):
    """(arch, short name) -> (registers, bytes of stack and local memory, {opcode: count})"""
    resources, sass = usage(cuobjdump, plugin), instructions(cuobjdump, plugin)
    names = short_names(sorted({name for _, name in resources}))
    table = {}
    for (arch, name), values in resources.items():
        counts = sass.get((arch, name), {})
        kept = {op: counts.get(op, 0) for op in EXACT + PRESENT + FORBIDDEN if counts.get(op)}
        table[arch, names[name]] = (values["REG"], values.get("STACK", 0) + values.get("LOCAL", 0), kept)
    return table


def write(path, table, nvcc):
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"# nvcc {nvcc}. architecture | kernel | register budget | instructions. Made by kernels/static_check.py --write.\n")
        for (arch, name), (registers, _, counts) in sorted(table.items()):
            budget = (registers + 7) // 8 * 8
            text = " ".join(f"{op}={counts[op]}" if op in EXACT else op for op in EXACT + PRESENT if op in counts)
            file.write(f"{arch} | {name} | {budget} | {text}\n")


def read(path):
    nvcc, table = "", {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                nvcc = re.search(r"nvcc (\S+?)\.?\s", line)[1]
            elif line.strip():
                arch, name, budget, text = (part.strip() for part in line.split("|"))
                table[arch, name] = (int(budget), dict((word.split("=") + [None])[:2] for word in text.split()))
    return nvcc, table


def compare(wanted, found, archs):
    for key, (budget, needed) in wanted.items():
        if key[0] not in archs:
            continue
        if key not in found:
            yield f"{key[0]} {key[1]}: not in the plugin"
            continue
        registers, local, counts = found[key]
        if registers > budget:
            yield f"{key[0]} {key[1]}: {registers} registers, the budget is {budget}"
        if local or any(op in counts for op in FORBIDDEN):
            yield f"{key[0]} {key[1]}: {local} bytes of stack or local memory ({counts})"
        for op in EXACT:
            if counts.get(op, 0) != int(needed.get(op) or 0):
                yield f"{key[0]} {key[1]}: {counts.get(op, 0)} {op}, wanted {needed.get(op) or 0}"
        for op in PRESENT:
            if op in needed and op not in counts:
                yield f"{key[0]} {key[1]}: no {op} any more"
    for key in found:
        if key not in wanted:
            yield f"{key[0]} {key[1]}: not in the table (make it anew with --write)"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plugin")
    parser.add_argument("table")
    parser.add_argument("--tools", default="")
    parser.add_argument("--nvcc", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    cuobjdump = os.path.join(options.tools, "cuobjdump")
    if not os.path.isfile(cuobjdump) or not os.path.isfile(os.path.join(options.tools, "nvdisasm")):
        print(f"skipped: no cuobjdump and nvdisasm in '{options.tools}' (scripts/setup.sh --tests installs them where nvcc is)")
        return 77
    os.environ["PATH"] = options.tools + os.pathsep + os.environ["PATH"]  # cuobjdump calls nvdisasm
    found = measure(cuobjdump, options.plugin)
    if options.write:
        write(options.table, found, options.nvcc)
        return 0
    nvcc, wanted = read(options.table)
    if options.nvcc and options.nvcc != nvcc:
        print(f"skipped: the table is for nvcc {nvcc}, this is {options.nvcc}")
        return 77
    archs = {arch for arch, _ in found}
    faults = list(compare(wanted, found, archs))
    print("\n".join(faults))
    worst = max(registers for registers, _, _ in found.values())
    print(f"{len(found)} kernels for {', '.join(sorted(archs))}: {len(faults)} faults, most registers {worst}")
    return 1 if faults or not found else 0


if __name__ == "__main__":
    sys.exit(main())
