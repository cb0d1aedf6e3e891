"""Memory limits, plans, and jobs that were killed after their latents were kept."""
import json
import resource
import signal

import support
from support import PROMPT

JOB = [PROMPT, "--size", "128x128", "--frames", "33", "--steps", "2", "--threads", "1", "--seed", "5", "--precision", "fp32"]


class Memory(support.Case):
    def plan(self, *args):
        run = self.run_cli("generate", PROMPT, "--dry-run", "--json", "--precision", "fp32", "--output", str(self.out / "p.mp4"), *args)
        self.assertEqual(run.code, 0, run.err)
        return run.events[-1]

    def test_a_dry_run_tells_stages_and_ways_and_makes_nothing(self):
        plan = self.plan("--size", "512x512")
        memory = plan["memory"]
        self.assertEqual([stage["stage"] for stage in memory["stages"]], ["text", "denoise", "decode"])
        self.assertEqual(memory["host_bytes"], max(stage["host_bytes"] for stage in memory["stages"]))
        self.assertEqual(plan["predicted_peak_bytes"], memory["host_bytes"])
        self.assertGreater(len(memory["ways"]), 3)
        self.assertTrue(all(way["price"] for way in memory["ways"][1:]))
        self.assertEqual(list(self.out.iterdir()), [])
        text = self.run_cli("generate", PROMPT, "--dry-run", "--size", "512x512", "--output", str(self.out / "p.mp4")).out
        for words in ("memory needed", "memory free", "plan", "ways to run it", "bands"):
            self.assertIn(words, text)

    def test_a_limit_gives_the_same_video_in_less_memory(self):
        videos, peaks = [], []
        for name, limit in (("all", []), ("limited", ["--ram-limit", "420MB"])):
            run = self.run_cli("generate", PROMPT, "--size", "384x384", "--frames", "5", "--steps", "1", "--threads", "1", "--seed", "1", "--precision", "fp32",
                               "--json", "--output", str(self.out / f"{name}.mp4"), *limit)
            self.assertEqual(run.code, 0, run.err + run.out)
            videos.append(support.pictures(self.out / f"{name}.mp4"))
            peaks.append(run.events[-1]["peak_rss_bytes"])
        # Convolutions in bands round their last bits in other places: now and then a colour is one of 255 steps off.
        self.assertGreater(support.psnr(*videos), 50.0)
        self.assertLess(peaks[1], 420e6)
        self.assertLess(peaks[1], 0.8 * peaks[0])

    def test_nothing_fits_is_refused_with_a_setting_that_does(self):
        run = self.run_cli("generate", PROMPT, "--size", "2048x2048", "--ram-limit", "260MB", "--json", "--output", str(self.out / "a.mp4"))
        self.assertEqual(run.code, 4, run.err)
        error = run.events[-1]["error"]
        self.assertEqual(error["code"], "OutOfMemory")
        self.assertIn("260.0 MB", error["message"])
        self.assertIn("It would fit with ", error["fix"])
        for wrong in ("much", "12,5GB", "-1"):
            self.assertEqual(self.run_cli("generate", PROMPT, f"--ram-limit={wrong}").code, 2, wrong)

    def test_a_killed_decode_is_finished_later_with_the_same_frames(self):
        direct = self.run_cli("generate", *JOB, "--output", str(self.out / "direct.mp4"))
        self.assertEqual(direct.code, 0, direct.err)
        latents = self.kill_while_decoding(self.out / "killed.mp4")
        self.assertTrue(any(self.out.glob("killed.mp4*.part")), "it was killed while it wrote")
        done = self.run_cli("decode", str(latents), "--output", str(self.out / "later.mp4"), "--json")
        self.assertEqual(done.code, 0, done.err + done.out)
        self.assertEqual(support.frame_hashes(self.out / "later.mp4"), support.frame_hashes(self.out / "direct.mp4"))
        self.assertNotIn("denoise", [e.get("stage") for e in done.events])
        self.assertFalse(any(self.out.glob("*.part")), "left by the killed run, removed by the next")
        self.assertFalse(latents.exists())

    def test_decode_refuses_what_is_no_latents_or_of_another_model(self):
        latents = self.kill_while_decoding(self.out / "killed.mp4")
        moved = support.copy_model(self.folder / "other")
        weights = support.weights(support.real_part(moved, "vae"))
        content = bytearray(weights.read_bytes())
        content[-2] ^= 1
        weights.write_bytes(content)
        other = self.run_cli("decode", str(latents), "--model", str(moved), "--json")
        self.assertEqual(other.code, 3, other.err)
        self.assertEqual(other.events[-1]["error"]["field"], "model")
        missing = self.run_cli("decode", str(latents), "--model", str(self.folder / "gone"))
        self.assertEqual(missing.code, 3, missing.err)
        for path in (support.DEMO / "model_index.json", weights, self.folder / "nothing.safetensors"):
            refused = self.run_cli("decode", str(path))
            self.assertEqual(refused.code, 3, f"{path}: {refused.err}")
            self.assertIn("fix:", refused.err)
        self.assertTrue(latents.exists(), "a refusal costs nothing")

    def test_memory_that_the_system_refuses(self):
        """Address space is short, which no plan can know: one more try in a smaller way, then numbers."""
        def run(gigabytes):
            limit = int(gigabytes * 2**30)
            return self.run_cli("generate", PROMPT, "--size", "512x512", "--frames", "5", "--steps", "1", "--threads", "1", "--precision", "fp32", "--json",
                                "--output", str(self.out / "a.mp4"), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))

        outcomes = set()
        for gigabytes in (1.0, 1.15, 1.3):
            done = run(gigabytes)
            last = done.events[-1]
            outcomes.add(last["event"])
            if done.code == 0:
                continue
            self.assertEqual((done.code, last["error"]["code"]), (4, "OutOfMemory"), done.err)
            self.assertRegex(last["error"]["message"], r"needed.*free")
            self.assertIn("would fit", last["error"]["fix"])
            self.assertFalse(any(self.out.glob("*.part")))
        self.assertIn("failed", outcomes)

    def kill_while_decoding(self, output):
        process = self.start("generate", *JOB, "--json", "--output", str(output))
        latents = None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "latents":
                latents = event["path"]
            if event.get("stage") == "decode" and event["done"] >= 2:
                process.send_signal(signal.SIGKILL)
                break
        process.wait(support.LIMIT_S)
        process.stdout.close(), process.stderr.close()
        self.assertIsNotNone(latents)
        return support.pathlib.Path(latents)


if __name__ == "__main__":
    support.main()
