"""No source file grows into a giant: over 500 lines fails unless its reason stands here. Usage: sizes_test.py ROOT."""
import os
import sys

LIMIT = 500
REASONS = {
    # "path": "why it is one thing all the same"
}
TOPS = ("src", "ui", "kernels", "tests", "bench", "models", "scripts")
ENDINGS = (".h", ".cpp", ".cu", ".cuh", ".py", ".sh", ".cmake")


def main(root):
    count, bad = 0, 0
    for top in TOPS:
        for folder, _, files in os.walk(os.path.join(root, top)):
            for name in files:
                if not name.endswith(ENDINGS):
                    continue
                path = os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
                with open(os.path.join(root, path), encoding="utf-8") as lines:
                    length = sum(1 for _ in lines)
                count += 1
                if length > LIMIT and path not in REASONS:
                    bad += 1
                    print(f"{path}: {length} lines (limit {LIMIT}): split it, or give its reason in {os.path.basename(__file__)}")
    print(f"{count} files read, {bad} too long")
    return 0 if count and not bad else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
