"""Newcomer scenario 14 on the real program with the real engine: the process is killed at random moments of a job's life
and started again. Nothing acknowledged is lost or doubled, no broken video stays, the next start is quick and tells.
Usage: kill_test.py PROGRAM MODEL. STUDIO_PROGRAM_KILLS: how many kills (default 6). Needs Xvfb."""
import glob
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, MODEL = sys.argv[1], sys.argv[2]
KILLS = int(os.environ.get("STUDIO_PROGRAM_KILLS", "6"))
QUEUED, RUNNING, INTERRUPTED, FINISHED = 0, 1, 2, 3
READY_S = 3.0  # on a free machine; ten times that on a busy one


class Kill(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="studio 杀 ")
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        self.videos = os.path.join(self.root, "videos")
        self.server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.terminate)
        self.addCleanup(self.server.stdout.close)
        self.env = {**os.environ, "STUDIO_DEMO_MODEL": MODEL, "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8",
                    "DISPLAY": ":" + self.server.stdout.readline().strip(), "QT_QPA_PLATFORM": "xcb"}

    def start(self, *arguments):
        process = subprocess.Popen([PROGRAM, "--data-root", self.root, "--output", self.videos, "--lang", "en", *arguments],
                                   env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        return process

    def database(self):
        found = glob.glob(os.path.join(glob.escape(self.root), "**", "jobs.sqlite"), recursive=True)
        return found[0] if found else None

    def log(self):
        text = ""
        for path in glob.glob(os.path.join(glob.escape(self.root), "**", "studio*.log"), recursive=True):
            with open(path, encoding="utf-8", errors="replace") as file:
                text += file.read()
        return text

    def jobs(self):
        """(uid, prompt, state, output) of every job, as another program reads them."""
        path = self.database()
        if not path:
            return []
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as database:
            try:
                return database.execute("SELECT uid, prompt, state, output_path FROM jobs ORDER BY id").fetchall()
            except sqlite3.OperationalError:
                return []  # the table is being made

    def wait(self, process, condition, seconds, what):
        end = time.time() + seconds
        while time.time() < end:
            if condition():
                return
            self.assertIsNone(process.poll(), f"the program ended by itself while waiting for {what}")
            time.sleep(0.02)
        self.fail(f"{what} did not come within {seconds} s")

    def test_kills(self):
        random.seed(int(os.environ.get("STUDIO_SEED", "7")))
        acknowledged = {}
        print("| kill | after s | jobs | state of the newest |\n|---|---|---|---|")
        for kill in range(KILLS):
            prompt = f"a star number {kill}"
            process = self.start("--prompt", prompt, "--generate")
            self.wait(process, lambda: any(p == prompt for _, p, _, _ in self.jobs()), 90, "the stored job")
            acknowledged.update({uid: p for uid, p, _, _ in self.jobs()})
            moment = random.uniform(0, 3.0)
            time.sleep(moment)
            process.send_signal(signal.SIGKILL)
            process.wait()
            after = self.jobs()
            self.check(after, acknowledged)
            print(f"| {kill + 1} | {moment:.2f} | {len(after)} | {after[-1][2]} |")
        opened = self.log().count("the queue is open")
        began = time.time()
        process = self.start()
        self.wait(process, lambda: self.log().count("the queue is open") > opened, 90, "the queue")
        ready = time.time() - began
        print(f"ready again {ready:.2f} s after the start")
        self.assertLess(ready, 10 * READY_S)
        self.check(self.jobs(), acknowledged)
        time.sleep(2)  # interrupted jobs wait for a person: nothing may begin by itself
        self.assertFalse([j for j in self.jobs() if j[2] == RUNNING], "an interrupted job began without being asked to")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 0)
        leftovers = [name for name in os.listdir(self.videos) if not name.endswith(".mp4")] if os.path.isdir(self.videos) else []
        self.assertEqual(leftovers, [], "half-written files stay in the folder of the videos")

    def check(self, jobs, acknowledged):
        uids = [uid for uid, _, _, _ in jobs]
        self.assertEqual(len(uids), len(set(uids)), "a job is there twice")
        self.assertEqual(set(acknowledged) - set(uids), set(), "a job that was acknowledged is gone")
        prompts = [p for _, p, _, _ in jobs]
        self.assertEqual(len(prompts), len(set(prompts)), "a job was made twice")
        with sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True, timeout=10) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone()[0], "ok")
        for uid, prompt, state, output in jobs:
            if state != FINISHED:
                continue
            self.assertTrue(os.path.isfile(output), f"{prompt}: finished without a video")
            if shutil.which("ffprobe"):
                done = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", output],
                                      capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""), f"{output} cannot be read")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
