"""Turbo Studio beside diffusers: the same model folder, prompt, size, steps, threads and precision (fp32), on this machine,
the two in turn (A B A B ...), medians. Prints a Markdown table.

    bench/compare.py --cli build/dev/bin/turbo-studio-cli --python PEER_PYTHON [--model models/demo] [--rounds 5]

PEER_PYTHON is a Python that has torch, diffusers, transformers, imageio and imageio-ffmpeg (bench/peers.txt).
Cold: process start to a finished MP4. Warm: the last runs inside one process. Memory: peak resident set of the process.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
STAGES = ("text", "denoise", "decode", "save", "total")


def run(command, env):
    """stdout, wall seconds, peak resident bytes of that one process"""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}\nfailed with status {status}:\n{err[-2000:]}")
    return out, time.perf_counter() - begin, usage.ru_maxrss * 1024


def median(values):
    return statistics.median(values)


def ours(a, env, folder, warm):
    size = f"{a.size}x{a.size}"
    common = ["--model", a.model, "--prompt", a.prompt, "--size", size, "--frames", str(a.frames), "--steps", str(a.steps),
              "--sampler", "unipc", "--precision", "fp32", "--threads", str(a.threads)]
    if warm:
        out, _, peak = run([a.cli, "bench", *common, "--repeats", str(a.repeats), "--json"], env)
        return json.loads(out.strip().splitlines()[-1])["runs"], peak
    _, wall, peak = run([a.cli, "generate", *common, "--output", os.path.join(folder, f"ours-{time.time_ns()}.mp4")], env)
    return wall, peak


def theirs(a, env, folder, repeats):
    command = [a.python, os.path.join(HERE, "diffusers_peer.py"), "--model", a.model, "--prompt", a.prompt, "--size", str(a.size),
               "--frames", str(a.frames), "--steps", str(a.steps), "--threads", str(a.threads), "--repeats", str(repeats),
               "--output", os.path.join(folder, "theirs.mp4")]
    out, wall, peak = run(command, env)
    return json.loads(out.strip().splitlines()[-1])["runs"], wall, peak


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--cli", required=True)
    p.add_argument("--python", required=True)
    p.add_argument("--model", default=os.path.join(HERE, "..", "models", "demo"))
    p.add_argument("--prompt", default="a blue star spinning at night")
    p.add_argument("--size", type=int, default=128)
    p.add_argument("--frames", type=int, default=17)
    p.add_argument("--steps", type=int, default=4)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--repeats", type=int, default=5, help="warm runs inside one process; the first is dropped")
    p.add_argument("--rounds", type=int, default=3, help="processes of each side, in turn")
    a = p.parse_args()
    env = dict(os.environ, OMP_NUM_THREADS=str(a.threads), HF_HUB_OFFLINE="1")
    got = {"ours": {s: [] for s in STAGES}, "theirs": {s: [] for s in STAGES}}
    cold, peak = {"ours": [], "theirs": []}, {"ours": [], "theirs": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(a.rounds):
            wall, top = ours(a, env, folder, False)
            cold["ours"].append(wall), peak["ours"].append(top)
            _, wall, top = theirs(a, env, folder, 1)
            cold["theirs"].append(wall), peak["theirs"].append(top)
            runs, top = ours(a, env, folder, True)
            peak["ours"].append(top)
            [got["ours"][s].append(r[s]) for r in runs[1:] for s in STAGES]
            runs, _, top = theirs(a, env, folder, a.repeats)
            peak["theirs"].append(top)
            [got["theirs"][s].append(r[s]) for r in runs[1:] for s in STAGES]
    print(f"{a.size}x{a.size}, {a.frames} frames, {a.steps} steps of UniPC, fp32, {a.threads} threads, medians of "
          f"{a.rounds} processes and {a.rounds * (a.repeats - 1)} warm runs of each side in turn\n")
    print("| | Turbo Studio | diffusers | ratio |\n|---|---|---|---|")
    for stage in STAGES:
        x, y = median(got["ours"][stage]), median(got["theirs"][stage])
        print(f"| warm {stage}, s | {x:.3f} | {y:.3f} | {y / max(x, 1e-9):.1f}x |")
    x, y = median(cold["ours"]), median(cold["theirs"])
    print(f"| process start to MP4, s | {x:.2f} | {y:.2f} | {y / x:.1f}x |")
    x, y = max(peak["ours"]), max(peak["theirs"])
    print(f"| peak memory, MB | {x / 1e6:.0f} | {y / 1e6:.0f} | {y / x:.1f}x |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
