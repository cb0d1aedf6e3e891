"""The four kinds of attention on the demo model: every one makes a video, and each stays as near the dense one as it should."""
import json
import subprocess

import support
from support import LIMIT_S, PROMPT, frame_hashes

SMALL = ["--size", "128x128", "--frames", "9", "--steps", "4", "--sampler", "rcm", "--seed", "3", "--threads", "1", "--crf", "0"]


def pixels(path):
    return subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "gray", "-"],
                          capture_output=True, check=True, timeout=LIMIT_S).stdout


def distance(a, b):
    """Root mean square of 8-bit differences."""
    return (sum((x - y) ** 2 for x, y in zip(a, b)) / len(b)) ** 0.5


class Kinds(support.Case):
    def test_each_makes_a_video_near_the_dense_one(self):
        made = {kind: self.generate(PROMPT, *SMALL, "--attention", kind, "--output", str(self.out / f"{kind}.mp4"))
                for kind in ("auto", "dense", "sage", "sla", "sagesla")}
        self.assertEqual(frame_hashes(made["auto"]), frame_hashes(made["dense"]), "the demo was made for dense attention")
        dense = pixels(made["dense"])
        far = {kind: distance(pixels(made[kind]), dense) for kind in ("sage", "sla", "sagesla")}
        for kind, bound in (("sage", 8), ("sla", 45), ("sagesla", 45)):
            self.assertGreater(far[kind], 0, f"{kind} drew the dense picture: it was not used")
            self.assertLess(far[kind], bound, json.dumps(far))


if __name__ == "__main__":
    support.main()
