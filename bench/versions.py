"""Two builds of turbo-studio-cli beside each other: the same model, prompt, size, frames, steps, threads and precision, in turn
(A B A B ...), medians of the warm runs, stage by stage. Prints a Markdown table.

    bench/versions.py --before OLD/bin/turbo-studio-cli --after build/dev/bin/turbo-studio-cli [--model models/demo] [--rounds 5]

Each round starts one process a build ("bench": one warm-up run, then the measured ones, each with the next seed); what a stage
contains is the same in both: the program's own clock. Processor time is that of the whole process, start and warm-up included:
comparable on a busy machine where elapsed time is not.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
STAGES = ("text", "denoise", "decode", "save", "total")


def run(cli, a):
    size = f"{a.size}x{a.size}"
    command = [cli, "bench", "--model", a.model, "--prompt", a.prompt, "--size", size, "--frames", str(a.frames), "--steps",
               str(a.steps), "--precision", "fp32", "--threads", str(a.threads), "--repeats", str(a.repeats), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=dict(os.environ, OMP_NUM_THREADS=str(a.threads)))
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}\nfailed with status {status}:\n{err[-2000:]}")
    return json.loads(out.strip().splitlines()[-1])["runs"], usage.ru_utime + usage.ru_stime


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--before", required=True, help="turbo-studio-cli of the older build")
    p.add_argument("--after", required=True, help="turbo-studio-cli of the newer build")
    p.add_argument("--model", default=os.path.join(HERE, "..", "models", "demo"))
    p.add_argument("--prompt", default="a blue star spinning at night")
    p.add_argument("--size", type=int, default=128)
    p.add_argument("--frames", type=int, default=17)
    p.add_argument("--steps", type=int, default=4)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--repeats", type=int, default=7)
    p.add_argument("--rounds", type=int, default=5)
    a = p.parse_args()
    times = {"before": {s: [] for s in STAGES}, "after": {s: [] for s in STAGES}}
    cpu = {"before": [], "after": []}
    for _ in range(a.rounds):
        for side in ("before", "after"):
            runs, seconds = run(getattr(a, side), a)
            cpu[side].append(seconds)
            for stage in STAGES:
                times[side][stage] += [r[stage] for r in runs]
    print(f"{a.size}x{a.size}, {a.frames} frames, {a.steps} steps, fp32, {a.threads} threads, load {os.getloadavg()[0]:.2f}; medians of "
          f"{a.rounds} processes of {a.repeats} warm runs a side, in turn\n")
    print("| | before | p10-p90 | after | p10-p90 | ratio |\n|---|---|---|---|---|---|")
    for stage in STAGES:
        cells = []
        for side in ("before", "after"):
            values = sorted(times[side][stage])
            tenth = lambda share: values[min(len(values) - 1, int(share * len(values)))]
            cells.append(f"{statistics.median(values) * 1e3:.1f} | {tenth(0.1) * 1e3:.1f}-{tenth(0.9) * 1e3:.1f}")
        before, after = (statistics.median(times[side][stage]) for side in ("before", "after"))
        print(f"| {stage}, ms | {cells[0]} | {cells[1]} | {before / max(after, 1e-9):.2f}x |")
    before, after = (statistics.median(cpu[side]) for side in ("before", "after"))
    print(f"| processor time of a process, s | {before:.2f} | | {after:.2f} | | {before / after:.2f}x |")


if __name__ == "__main__":
    main()
