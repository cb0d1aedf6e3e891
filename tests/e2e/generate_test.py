"""A prompt becomes a video: what the file holds, that a seed means the same every time, and that a recipe makes it again."""
import json
import pathlib

import support
from support import PROMPT, TINY, frame_hashes, probe


class TheFile(support.Case):
    def test_has_the_size_frames_and_rate_asked_for(self):
        path = self.generate("--prompt", PROMPT, "--size", "96x64", "--frames", "9", "--steps", "2", "--fps", "12", "--threads", "1",
                             "--output", str(self.out / "a.mp4"))
        self.assertEqual(path, self.out / "a.mp4")
        stream, form = probe(path)
        self.assertEqual((stream["width"], stream["height"]), (96, 64))
        self.assertEqual(int(stream["nb_read_frames"]), 9)
        self.assertEqual(stream["r_frame_rate"], "12/1")
        self.assertEqual((stream["codec_name"], stream["pix_fmt"], stream["color_space"]), ("h264", "yuv420p", "bt709"))
        self.assertAlmostEqual(float(form["duration"]), 9 / 12, delta=0.02)
        self.assertGreater(len(set(frame_hashes(path))), 1, "a still picture is no video")
        self.assertEqual(sorted(p.name for p in self.out.iterdir()), ["a.mp4"])

    def test_film_rate_stays_a_fraction(self):
        path = self.generate(PROMPT, *TINY, "--fps", "23.976", "--output", str(self.out))
        self.assertEqual(probe(path)[0]["r_frame_rate"], "24000/1001")

    def test_seconds_choose_the_nearest_possible_frames(self):
        path = self.generate(PROMPT, "--size", "64x64", "--seconds", "0.6", "--fps", "16", "--steps", "1", "--threads", "1", "--output", str(self.out))
        self.assertEqual(int(probe(path)[0]["nb_read_frames"]), 9)

    def test_every_sampler_and_guidance_runs(self):
        for sampler in ("rcm", "unipc", "euler", "dpmpp"):
            more = ["--guidance", "3", "--negative-prompt", "blue"] if sampler == "unipc" else []
            with self.subTest(sampler=sampler):
                path = self.generate(PROMPT, *TINY, "--sampler", sampler, *more, "--output", str(self.out / f"{sampler}.mp4"))
                self.assertEqual(int(probe(path)[0]["nb_read_frames"]), 5)

    def test_an_odd_name_is_only_a_name(self):
        name = "a 'b' %s #1 {} 一个球 \n é.mp4"
        self.run_cli("generate", PROMPT, *TINY, "--output", str(self.out / name))
        self.assertEqual([p.name for p in self.out.iterdir()], [name])


class Output(support.Case):
    def test_for_people_the_path_is_on_stdout_and_the_rest_on_stderr(self):
        done = self.run_cli("generate", PROMPT, *TINY, "--output", str(self.out))
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(len(done.out.splitlines()), 1)
        self.assertTrue(pathlib.Path(done.out.strip()).is_file())
        for stage in ("load", "text", "denoise", "decode", "save", "total"):
            self.assertRegex(done.err, rf"{stage} \d")
        self.assertIn("step 2 of 2", done.err)
        self.assertNotIn("\x1b", done.err, "no terminal, no escape sequences")

    def test_for_scripts_every_line_is_an_event(self):
        done = self.run_cli("generate", PROMPT, *TINY, "--json", "--output", str(self.out))
        self.assertEqual(done.code, 0, done.err)
        kinds = [event["event"] for event in done.events]
        self.assertEqual(kinds[-1], "finished")
        for kind in ("queued", "started", "progress", "preview"):
            self.assertIn(kind, kinds)
        progress = [event for event in done.events if event["event"] == "progress"]
        fractions = [event["fraction"] for event in progress]
        self.assertEqual(fractions, sorted(fractions), "progress never falls")
        self.assertLessEqual(max(fractions), 1)
        stages = list(dict.fromkeys(event["stage"] for event in progress))
        self.assertEqual([s for s in ("load", "text", "denoise", "decode", "save") if s in stages], stages, "stages come in order")
        self.assertIn("denoise", stages)
        self.assertIn("decode", stages)
        self.assertTrue(pathlib.Path(done.events[-1]["output_path"]).is_file())

    def test_the_default_folder_is_outputs(self):
        planned = self.run_cli("generate", PROMPT, *TINY, "--dry-run")
        self.assertEqual(planned.code, 0, planned.err)
        self.assertFalse((self.folder / "outputs").exists(), "a dry run makes nothing")
        path = self.generate(PROMPT, *TINY)
        self.assertEqual(path.parent, self.folder / "outputs")

    def test_count_makes_many_with_seeds_in_a_row(self):
        done = self.run_cli("generate", PROMPT, *TINY, "--seed", "5", "--count", "2", "--output", str(self.out))
        self.assertEqual(done.code, 0, done.err)
        paths = done.out.splitlines()
        self.assertEqual(len(set(paths)), 2)
        seeds = [json.loads(self.run_cli("inspect", path, "--json").out)["recipe"]["settings"]["seed"] for path in paths]
        self.assertEqual(seeds, [5, 6])
        self.assertNotEqual(frame_hashes(paths[0]), frame_hashes(paths[1]))

    def test_dry_run_decides_everything_and_makes_nothing(self):
        done = self.run_cli("generate", PROMPT, "--dry-run", "--json", "--output", str(self.out))
        self.assertEqual(done.code, 0, done.err)
        plan, = done.events
        for key in ("width", "height", "num_frames", "fps", "steps", "sampler", "seed"):
            self.assertIsNotNone(plan["settings"][key], key)
        self.assertGreaterEqual(plan["settings"]["seed"], 0)
        self.assertGreater(plan["predicted_peak_bytes"], 0)
        self.assert_nothing_left()

    def test_a_reader_that_leaves_does_not_stop_the_work(self):
        process = self.start("generate", PROMPT, *TINY, "--json", "--output", str(self.out))
        process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read().decode()
        self.assertEqual(process.wait(support.LIMIT_S), 0, error)
        self.assertEqual(len(list(self.out.glob("*.mp4"))), 1)
        process.stderr.close()

    def test_the_log_holds_no_prompt(self):
        canary = "a zanzibarquux star"
        self.generate(canary, *TINY, "--log-level", "trace", "--output", str(self.out))
        logs = b"".join(p.read_bytes() for p in (self.folder / "home").rglob("*") if p.is_file())
        self.assertGreater(len(logs), 0, "there is no log")
        self.assertNotIn(b"zanzibarquux", logs)


class Again(support.Case):
    def test_a_seed_fixes_every_frame(self):
        args = [PROMPT, *TINY, "--output", str(self.out)]
        first, second, other = (frame_hashes(self.generate(*args, "--seed", seed)) for seed in ("3", "3", "4"))
        self.assertEqual(first, second)
        self.assertNotEqual(first, other)

    def test_a_video_is_its_own_recipe(self):
        first = self.generate(PROMPT, *TINY, "--seed", "3", "--shift", "3", "--sampler", "euler", "--output", str(self.out / "a.mp4"))
        report = json.loads(self.run_cli("inspect", str(first), "--json").out)
        self.assertTrue(report["ai_generated"])
        self.assertEqual(report["recipe"]["settings"]["prompt"], PROMPT)
        self.assertEqual(report["video"]["num_frames"], 5)
        again = self.generate("--recipe", str(first), "--output", str(self.out / "b.mp4"))
        self.assertEqual(frame_hashes(first), frame_hashes(again))
        (self.folder / "r.json").write_text(json.dumps(report["recipe"]))
        third = self.generate("--recipe", str(self.folder / "r.json"), "--output", str(self.out / "c.mp4"))
        self.assertEqual(frame_hashes(first), frame_hashes(third))
        changed = self.generate("--recipe", str(first), "--seed", "9", "--output", str(self.out / "d.mp4"))
        self.assertNotEqual(frame_hashes(first), frame_hashes(changed))

    def test_a_recipe_of_another_model_is_told(self):
        first = self.generate(PROMPT, *TINY, "--seed", "3", "--output", str(self.out / "a.mp4"))
        recipe = json.loads(self.run_cli("inspect", str(first), "--json").out)["recipe"]
        for change, expected in ((0, False), (1, True)):
            if change:
                recipe["model"]["sha256"] = "0" * 64
            (self.folder / "r.json").write_text(json.dumps(recipe))
            done = self.run_cli("generate", "--recipe", "r.json", "--output", str(self.out))
            self.assertEqual(done.code, 0, done.err)
            self.assertEqual("not the model" in done.err, expected, done.err)

    def test_a_recipe_chooses_no_output_path(self):
        recipe = {"prompt": PROMPT, "width": 64, "height": 64, "num_frames": 5, "steps": 1, "output": str(self.out / "chosen.mp4"), "colour": "red"}
        (self.folder / "r.json").write_text(json.dumps(recipe))
        done = self.run_cli("generate", "--recipe", str(self.folder / "r.json"))
        self.assertEqual(done.code, 0, done.err)
        self.assert_nothing_left()
        self.assertIn("colour", done.err, "what was not used is told")

    def test_the_mark_is_readable_by_ffprobe(self):
        _, form = probe(self.generate(PROMPT, *TINY, "--output", str(self.out)))
        tags = {key.lower(): value for key, value in form["tags"].items()}
        self.assertIn("recipe", tags)
        self.assertEqual(json.loads(tags["recipe"])["settings"]["prompt"], PROMPT)
        self.assertRegex(" ".join(value for key, value in tags.items() if key != "recipe").lower(), "generated by artificial intelligence")


if __name__ == "__main__":
    support.main()
