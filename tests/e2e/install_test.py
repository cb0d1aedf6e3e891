"""An installation works away from the source tree: its own demo model is found, a video is made. STUDIO_BUILD_DIR is the build."""
import json
import os
import pathlib
import subprocess
import unittest

import support


class Install(support.Case):
    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "prefix"
        done = subprocess.run(["cmake", "--install", os.environ["STUDIO_BUILD_DIR"], "--prefix", str(self.prefix)],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.program = str(self.prefix / "bin" / "turbo-studio-cli")
        self.env = self.environment()
        del self.env["STUDIO_DEMO_MODEL"]

    def installed(self, *args):
        return subprocess.run([self.program, *args], cwd=self.folder, env=self.env, capture_output=True, text=True,
                              timeout=support.LIMIT_S, stdin=subprocess.DEVNULL)

    def test_demo_model_of_the_installation_makes_a_video(self):
        listed = self.installed("models", "list", "--json")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn(str(self.prefix / "share" / "turbo-studio" / "models" / "demo"), listed.stdout)
        done = self.installed("generate", "--prompt", support.PROMPT, *support.TINY, "--output", str(self.out))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(pathlib.Path(done.stdout.strip()).is_file())
        self.assertFalse((self.prefix / "share" / "turbo-studio" / "models" / "demo" / "training").exists())

    def test_every_program_is_there(self):
        wanted = {"turbo-studio-cli"} | ({"turbo-studio"} if os.environ.get("STUDIO_HAS_WINDOW") == "ON" else set())
        self.assertEqual({p.name for p in (self.prefix / "bin").iterdir()}, wanted)
        self.assertTrue(json.loads((self.prefix / "share/turbo-studio/models/demo/model_index.json").read_text()))


if __name__ == "__main__":
    unittest.main()
