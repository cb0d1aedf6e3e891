"""export: a generated video in every other form, looked at by ffprobe; its refusals, its end by Ctrl-C."""
import json
import os
import shutil
import signal
import subprocess
import unittest

from support import CLI, SOURCE, TINY, Case

SECRET = "an unmistakable purple walrus"


def probe(path):
    done = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-count_frames", "-show_format", "-show_streams", str(path)],
                          capture_output=True, check=True)
    return json.loads(done.stdout)


def packets(path):
    done = subprocess.run(["ffprobe", "-v", "error", "-show_packets", "-show_data_hash", "sha256", "-show_entries",
                           "packet=pts_time,dts_time,size,data_hash", "-of", "csv", str(path)], capture_output=True, check=True)
    return done.stdout


@unittest.skipUnless(shutil.which("ffprobe"), "the program ffprobe is not installed")
class ExportTest(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = None

    def video(self):
        """One generated clip for all tests of this class: making it is most of the cost."""
        if ExportTest.shared is None:
            made = self.generate("--prompt", SECRET, *TINY, "--fps", "16", "--seed", "7", "--output", str(self.out / "clip.mp4"))
            ExportTest.shared = made.read_bytes()
        path = self.out / "clip.mp4"
        path.write_bytes(ExportTest.shared)
        return path

    def export(self, *args):
        done = self.run_cli("export", *map(str, args))
        self.assertEqual(done.code, 0, done.err)
        return self.folder / done.out.strip()

    def test_every_format_that_is_ready(self):
        video = self.video()
        help_text = self.run_cli("export", "--help").out
        for name, codec, ending in (("h264", "h264", ".mp4"), ("hevc", "hevc", ".mp4"), ("webm", "vp9", ".webm"), ("av1", "av1", ".webm"),
                                    ("gif", "gif", ".gif")):
            if f"{name}" not in help_text or not any(line.split() == [name, "ready"] for line in help_text.splitlines()):
                continue
            made = self.export(video, "--format", name)
            self.assertEqual(made.suffix, ending)
            report = probe(made)
            self.assertEqual([s["codec_name"] for s in report["streams"]], [codec])
            self.assertEqual(report["streams"][0]["nb_read_frames"], "5")
            self.assertAlmostEqual(float(report["format"]["duration"]), 5 / 16, delta=0.011)
        frames = self.export(video, "--format", "png")
        self.assertEqual(sorted(p.name for p in frames.iterdir()), [f"frame_00000{i}.png" for i in range(1, 6)])

    def test_rate_size_and_plays(self):
        video = self.video()
        made = self.export(video, "--fps", "32", "--loop", "2", "--scale", "half", "--quality", "small")
        stream = probe(made)["streams"][0]
        self.assertEqual((stream["width"], stream["height"], stream["nb_read_frames"], stream["avg_frame_rate"]), (32, 32, "20", "32/1"))
        drawn = self.run_cli("export", str(video), "--fps", "32", "--interpolate", "--output", str(self.out / "smooth.mp4"))
        if "libavfilter" not in drawn.err:
            self.assertEqual(drawn.code, 0, drawn.err)
            self.assertEqual(probe(self.out / "smooth.mp4")["streams"][0]["nb_read_frames"], "10")

    def test_strip_is_a_copy_without_words(self):
        video = self.video()
        self.assertIn(SECRET.encode(), video.read_bytes())
        bare = self.export(video, "--strip", "--output", self.out / "bare.mp4")
        content = bare.read_bytes()
        for word in (SECRET, "Turbo Studio", "recipe", "AIGC", "demo", str(self.folder), str(SOURCE)):
            self.assertNotIn(word.encode(), content)
        tags = probe(bare)["format"].get("tags", {})
        self.assertLessEqual(set(tags), {"major_brand", "minor_version", "compatible_brands"})
        self.assertEqual(packets(bare), packets(video))
        self.assert_refused(self.run_cli("generate", "--recipe", str(bare), "--dry-run"), 3, "no recipe")
        in_place = self.export(video, "--strip", "--output", video, "--overwrite")
        self.assertEqual(in_place, video)
        self.assertNotIn(SECRET.encode(), video.read_bytes())

    def test_recipe_survives_an_export(self):
        video = self.video()
        for name in ("h264", "webm"):
            made = self.export(video, "--format", name)
            plan = self.run_cli("generate", "--recipe", str(made), "--dry-run", "--json")
            self.assertEqual(plan.code, 0, plan.err)
            self.assertEqual(plan.events[-1]["settings"]["prompt"], SECRET)
            self.assertEqual(plan.events[-1]["settings"]["seed"], 7)

    def test_json_tells_progress_and_result(self):
        done = self.run_cli("export", str(self.video()), "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.events[-1]["event"], "finished")
        self.assertEqual(done.events[-1]["num_frames"], 5)
        self.assertEqual(os.path.getsize(done.events[-1]["path"]), done.events[-1]["bytes"])
        steps = [e for e in done.events if e["event"] == "progress"]
        self.assertEqual(steps[-1]["done"], steps[-1]["total"])

    def test_refusals(self):
        video = str(self.video())
        broken = self.out / "broken.mp4"
        broken.write_bytes(self.video().read_bytes()[:-200])
        text = self.out / "text.mp4"
        text.write_text("no video")
        before = sorted(p.name for p in self.out.iterdir())
        for code, args, words in (
                (2, [], ["VIDEO"]),
                (2, [video, "--format", "avi"], ["avi", "h264"]),
                (2, [video, "--quality", "ultra"], ["ultra", "best"]),
                (2, [video, "--crf", "99"], ["99", "51"]),
                (2, [video, "--crf", "1.5"], ["1.5"]),
                (2, [video, "--fps", "1,5"], ["1,5"]),
                (2, [video, "--fps", "nan"], ["nan"]),
                (2, [video, "--loop", "0"], ["0"]),
                (2, [video, "--scale", "63x64"], ["63x64", "62x64"]),
                (2, [video, "--scale", "big"], ["big", "half"]),
                (2, [video, "--strip", "--metadata", "keep"], ["--strip"]),
                (2, [video, "--output", str(self.out / "x.mkv")], ["x.mkv"]),
                (2, [video, "--format", "copy", "--fps", "8"], ["copy"]),
                (2, [video, video, "--output", str(self.out / "one.mp4")], ["Several"]),
                (2, [video, "--interpolate", "--fps", "8"], []),
                (3, [str(self.out / "none.mp4")], ["none.mp4"]),
                (3, [str(broken)], ["broken.mp4"]),
                (3, [str(text)], ["text.mp4"]),
                (3, [video, "--output", str(self.out / "nowhere" / "x.mp4")], ["nowhere"])):
            done = self.run_cli("export", *args)
            if "--interpolate" in args and done.code == 3:
                continue  # a build without the filters
            self.assert_refused(done, code, *words)
        self.assertEqual(sorted(p.name for p in self.out.iterdir()), before)

    def test_ctrl_c_leaves_nothing(self):
        video = self.video()
        before = sorted(p.name for p in self.out.iterdir())
        running = self.start("export", str(video), "--loop", "1000", "--crf", "0", "--scale", "1280x1280", "--json")
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130, err)
        self.assertEqual(sorted(p.name for p in self.out.iterdir()), before)

    def test_what_a_killed_export_left_goes_with_the_next_run(self):
        video = self.video()
        running = self.start("export", str(video), "--loop", "1000", "--crf", "0", "--scale", "1280x1280", "--json")
        running.stdout.readline()
        running.kill()
        running.communicate(timeout=60)
        self.assertTrue(list(self.out.glob("*.part")))
        self.assertFalse((self.out / "clip export.mp4").exists())
        self.run_cli("export", str(video), "--output", str(self.out / "next.mp4"))
        self.assertFalse(list(self.out.glob("*.part")))

    def test_memory_does_not_grow_with_length(self):
        video = self.video()

        def peak(plays):
            command = [CLI, "export", str(video), "--loop", str(plays), "--scale", "640x640", "--output", str(self.out / f"{plays}.mp4")]
            with subprocess.Popen(command, env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            return usage.ru_maxrss

        short, long = peak(16), peak(96)  # 80 and 480 frames; 590 MB as pixels
        self.assertLess(long - short, 60_000)


if __name__ == "__main__":
    unittest.main()
