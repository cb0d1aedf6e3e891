"""turbo-studio-cli settings, and that the other commands obey them."""
import json
import re
import subprocess
import unittest

from support import Case, PROMPT, TINY


class SettingsTest(Case):
    def file(self):
        return next((self.folder / "home").rglob("settings.json"))

    def generate(self, *more):
        return self.run_cli("generate", PROMPT, *TINY, "--seed", "5", *more)

    def test_list_names_every_setting_and_changes_come_back(self):
        listed = self.run_cli("settings", "list", "--json")
        self.assertEqual(listed.code, 0, listed.err)
        entries = {one["key"]: one for one in json.loads(listed.out)["settings"]}
        for key in ("general.language", "output.folder", "downloads.mirror", "performance.ram_limit", "notifications.sound"):
            self.assertIn(key, entries)
            self.assertTrue(entries[key]["is_default"] and entries[key]["help"])
        self.assertEqual(self.run_cli("settings", "set", "performance.ram_limit", "12GB").out, "12000000000\n")
        self.assertEqual(self.run_cli("settings", "set", "general.language", "zh_CN").code, 0)
        self.assertEqual(self.run_cli("settings", "get", "general.language").out, "zh_CN\n")
        self.assertEqual(json.loads(self.file().read_text())["performance"]["ram_limit"], 12_000_000_000)
        self.assertEqual(self.run_cli("settings", "reset", "general.language").out, "system\n")
        self.assertEqual(self.run_cli("settings", "reset").code, 0)
        self.assertEqual(self.run_cli("settings", "get", "performance.ram_limit").out, "0\n")

    def test_what_is_wrong_is_refused_and_changes_nothing(self):
        bad = [("set", "general.language", "tlh"), ("set", "nothing.here", "1"), ("get", "nothing.here"), ("set", "general.language"),
               ("get",), ("list", "x"), ("dance",), ("set", "performance.threads", "1,5"), ("reset", "x.y"), ("set", "a", "b", "c")]
        for done in self.run_many([("settings", *words) for words in bad]):
            self.assertEqual(done.code, 2, (done.out, done.err))
            self.assertEqual(done.out, "")
            self.assertTrue(done.err.strip())
        self.assertFalse(list((self.folder / "home").rglob("settings.json")))
        error = json.loads(self.run_cli("settings", "set", "downloads.proxy", "ftp://x", "--json").out)["error"]
        self.assertEqual(error["field"], "downloads.proxy")
        self.assertTrue(error["fix"])

    def test_a_damaged_file_is_set_aside_and_said(self):
        self.run_cli("settings", "set", "general.language", "en")
        self.file().write_text("{ not json")
        done = self.run_cli("settings", "get", "general.language")
        self.assertEqual((done.code, done.out), (0, "system\n"))
        self.assertIn("settings.json.damaged", done.err)
        self.assertEqual((self.folder / "home").rglob("settings.json.damaged").__next__().read_text(), "{ not json")

    def test_many_programs_at_once_lose_no_change(self):
        keys = [f"shortcuts.key{n}" for n in range(12)]
        for done in self.run_many([("settings", "set", key, "F2") for key in keys]):
            self.assertEqual(done.code, 0, done.err)
        self.assertEqual(sorted(json.loads(self.file().read_text())["shortcuts"]), sorted(key.split(".")[1] for key in keys))

    def test_generate_obeys_name_threads_and_metadata(self):
        for key, value in (("output.name_pattern", "{source}{prompt} 片 {seed}"), ("output.metadata", "strip"), ("performance.threads", "1")):
            self.assertEqual(self.run_cli("settings", "set", key, value).code, 0)
        made = self.generate("--output", str(self.out))
        self.assertEqual(made.code, 0, made.err)
        video = self.out / "a-red-ball-bouncing 片 5.mp4"
        self.assertTrue(video.exists(), list(self.out.iterdir()))
        tags = json.loads(subprocess.run(["ffprobe", "-v", "error", "-show_format", "-of", "json", str(video)], capture_output=True,
                                         check=True).stdout)["format"]["tags"]
        self.assertNotIn("red ball", json.dumps(tags))
        self.assertNotRegex(video.read_bytes().decode("latin-1"), re.escape(PROMPT))
        self.assertIn('"Label":"1"', tags["AIGC"])  # the mark stays
        kept = self.generate("--output", str(self.out / "kept.mp4"), "--metadata", "keep", "--name-pattern", "x")
        self.assertEqual(kept.code, 0, kept.err)

    def test_offline_downloads_nothing(self):
        self.assertEqual(self.run_cli("settings", "set", "downloads.offline", "on").code, 0)
        # An address that answers nothing: the refusal comes before any attempt.
        done = self.run_cli("models", "download", "wan2.1-vae", "--mirror", "https://127.0.0.1:1", "--json")
        self.assertEqual(done.code, 3, done.err)
        self.assertIn("stays offline", done.err)
        self.assertEqual(json.loads(done.out.splitlines()[-1])["error"]["field"], "downloads.offline")


if __name__ == "__main__":
    unittest.main(verbosity=2)
