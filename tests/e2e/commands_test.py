"""models, inspect, doctor, bench, component, and what surrounds them: help, version, exit codes, closed pipes."""
import json
import os
import pathlib
import subprocess

import support
from support import DEMO, PROMPT, TINY


class Surroundings(support.Case):
    def test_help_and_version(self):
        done = self.run_cli("--help")
        self.assertEqual((done.code, done.err), (0, ""))
        for word in ("generate", "models", "inspect", "doctor", "bench", "component", "130"):
            self.assertIn(word, done.out)
        self.assertRegex(self.run_cli("--version").out, r"^turbo-studio-cli \d+\.\d+\.\d+\n$")
        for command in ("generate", "models", "inspect", "doctor", "bench"):
            done = self.run_cli(command, "--help")
            self.assertEqual((done.code, done.err), (0, ""), command)
            self.assertIn("--", done.out)

    def test_usage_errors_exit_2_with_a_suggestion(self):
        for arguments, word in (([], "command"), (["genrate"], "generate"), (["--versoin"], "--version"), (["inspect"], "FILE"), (["models", "lst"], "list"),
                                (["models", "list", "--jsn"], "--json"), (["bench", "--repeats", "0"], "--repeats"), (["doctor", "extra"], "extra")):
            with self.subTest(arguments=arguments):
                self.assert_refused(self.run_cli(*arguments), 2, word)

    def test_a_closed_pipe_is_no_crash(self):
        for arguments in (["--help"], ["models", "list"], ["generate", "--help"], ["models", "show", "--json"]):
            read, write = os.pipe()
            os.close(read)
            process = self.start(*arguments, stdout=write)
            os.close(write)
            _, error = process.communicate(timeout=support.LIMIT_S)
            self.assertEqual(process.returncode, 0, error)

    def test_no_home_no_display(self):
        env = self.environment()
        del env["HOME"]
        env["STUDIO_HOME"] = "/proc/nowhere"
        done = self.run_cli("generate", PROMPT, *TINY, "--output", str(self.out), env=env)
        self.assertEqual(done.code, 0, done.err)


class Models(support.Case):
    def test_list_shows_the_demo_model(self):
        done = self.run_cli("models", "list")
        self.assertEqual(done.code, 0, done.err)
        self.assertRegex(done.out, r"(?m)^demo .*ready$")
        first = json.loads(self.run_cli("models", "list", "--json").out)["models"][0]
        self.assertEqual((first["name"], first["complete"], first["kind"]), ("demo", True, "text-to-video"))

    def test_list_shows_every_folder_of_the_variable(self):
        support.copy_model(self.folder / "models" / "mine")
        (self.folder / "models" / "broken").mkdir()
        env = self.environment(STUDIO_MODELS=str(self.folder / "models"))
        done = self.run_cli("models", "list", env=env)
        self.assertRegex(done.out, r"(?m)^mine .* ready$")
        self.assertRegex(done.out, r"(?m)^broken .*not ready$")
        self.generate(PROMPT, *TINY, "--model", "mine", "--output", str(self.out), env=env)

    def test_show_and_check(self):
        done = self.run_cli("models", "show")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("can generate    yes", done.out)
        done = self.run_cli("models", "check", str(DEMO / "vae"))
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("video VAE", done.out)
        half = support.copy_model(self.folder / "half", without=["vae"])
        report = json.loads(self.run_cli("models", "check", str(half), "--json").out)
        self.assertFalse(report["complete"])
        self.assertIn("vae", report["missing"][0])
        self.assert_refused(self.run_cli("models", "check", "absent"), 3, "absent")
        done = self.run_cli("models", "check", str(pathlib.Path(__file__)), "--json")
        self.assertEqual(done.code, 3)
        self.assertTrue(json.loads(done.out)["error"]["fix"])


class Inspect(support.Case):
    def test_tells_what_is_inside(self):
        path = self.generate(PROMPT, *TINY, "--seed", "21", "--output", str(self.out))
        done = self.run_cli("inspect", str(path))
        self.assertEqual(done.code, 0, done.err)
        for text in ("64 x 64", "5 frames", "h264", "AI-generated", PROMPT, "21", "denoise"):
            self.assertIn(text, done.out)

    def test_refuses_what_it_cannot_read(self):
        (self.folder / "a.mp4").write_bytes(b"")
        self.assert_refused(self.run_cli("inspect", "a.mp4"), 3, "a.mp4")
        (self.folder / "b.mp4").write_text("text")
        self.assert_refused(self.run_cli("inspect", "b.mp4"), 3, "b.mp4")
        self.assert_refused(self.run_cli("inspect", "absent.mp4"), 3, "absent.mp4")
        self.assert_refused(self.run_cli("inspect", str(self.folder)), 3)
        (self.folder / "list.m3u8").write_text("#EXTM3U\nhttp://localhost/x.ts\n")
        self.assert_refused(self.run_cli("inspect", "list.m3u8"), 3, "list.m3u8")

    def test_a_video_of_somebody_else_has_no_recipe(self):
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red:s=32x32:d=0.2", "-pix_fmt", "yuv420p", str(self.folder / "red.mp4")], check=True)
        report = json.loads(self.run_cli("inspect", "red.mp4", "--json").out)
        self.assertEqual((report["recipe"], report["ai_generated"]), (None, False))
        self.assert_refused(self.run_cli("generate", "--recipe", "red.mp4"), 3, "red.mp4", "recipe")


class DoctorAndBench(support.Case):
    def test_doctor_runs_the_engine(self):
        done = self.run_cli("doctor", "--json", "--output", str(self.out))
        report = json.loads(done.out)
        self.assertEqual(done.code, 0, done.out)
        found = {finding["key"]: finding for finding in report["findings"]}
        self.assertTrue(report["healthy"])
        for key in ("system", "processor", "memory", "gpu", "libraries", "folder.outputs", "demo_model", "self_test"):
            self.assertIn(key, found)
        self.assertEqual(found["self_test"]["data"]["num_frames"], 5)
        self.assertRegex(found["libraries"]["data"]["libtorch_cpu"]["version"], r"^\d")
        self.assert_nothing_left()

    def test_doctor_says_what_is_wrong(self):
        done = self.run_cli("doctor", env=self.environment(STUDIO_DEMO_MODEL=str(self.folder / "absent")))
        self.assertEqual(done.code, 3)
        self.assertRegex(done.out, r"(?m)^PROBLEM +Demo model")
        self.assertIn("->", done.out)

    def test_bench_times_every_stage(self):
        done = self.run_cli("bench", *TINY, "--repeats", "2", "--json")
        self.assertEqual(done.code, 0, done.err)
        report = json.loads(done.out.splitlines()[-1])
        self.assertEqual(len(report["runs"]), 2)
        for run in report["runs"]:
            self.assertGreater(run["total"], 0)
            self.assertLessEqual(run["text"] + run["denoise"] + run["decode"] + run["save"], run["total"] * 1.05)
            for stage in ("text", "denoise", "decode"):
                self.assertGreater(run[stage], 0)
        self.assertGreater(report["peak_rss"], 1_000_000)
        self.assertIn("median", self.run_cli("bench", *TINY, "--repeats", "1").out)


class Component(support.Case):
    def test_is_reached_and_keeps_its_own_rules(self):
        done = self.run_cli("component", "tokenize", "--model", str(DEMO), "--options", json.dumps({"text": PROMPT}))
        self.assertEqual(done.code, 0, done.err)
        answer = json.loads(done.out)
        self.assertEqual(answer["cleaned"], [PROMPT])
        self.assertEqual(answer["ids"][0][-1], 1)
        done = self.run_cli("component", "no-such-part", "--json-errors")
        self.assertEqual(done.code, 2)
        self.assertEqual(json.loads(done.err.splitlines()[-1])["code"], "InvalidArgument")
        done = self.run_cli("--log-level", "off", "component", "tokenize", "--model", "absent", "--options", "{\"text\": \"a\"}", "--json-errors")
        self.assertEqual(done.code, 3)


if __name__ == "__main__":
    support.main()
