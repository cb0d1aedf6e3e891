"""models download: full disks, several files, several programs, cancel. The misbehaving servers are in downloads_test.py."""
import json
import os
import signal
import time

from store_support import MIB, StoreCase, limited, main


class Disk(StoreCase):
    def test_row_74_too_little_space_is_told_before_the_first_byte(self):
        self.settings(reserve_mb=1_000_000)  # a terabyte is to stay free
        data = self.offer(size=1000)
        free = os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_frsize
        if free > 10**12:
            self.skipTest("more than a terabyte is free here")
        self.assert_error(self.download(), "Io", "disk", "are free", "Free ")
        self.assertEqual(self.server.requests, [])
        self.settings()
        self.assert_downloaded(self.download(), data)

    def test_row_74_a_disk_that_fills_keeps_the_part(self):
        data = self.offer(size=2 * MIB)

        done = self.download(**limited(MIB))
        error = self.assert_error(done, "Io", "disk", "Free ", "goes on where it stopped")
        self.assertEqual(error["file"], str(self.target()))
        self.assertFalse(self.target().exists())
        kept = self.part().stat().st_size
        self.assertGreater(kept, MIB // 2)
        done = self.download()
        self.assert_downloaded(done, data)
        self.assertEqual(json.loads(done.out)["fetched"], len(data) - kept)

    def test_row_76_no_permission_is_named(self):
        self.offer()
        for folder in (self.folder, self.home, self.home / "config", self.certificates.folder):
            folder.chmod(0o755)
        self.certificates.ca.chmod(0o644)
        for name in ("data", "state"):
            (self.home / name).mkdir()
            (self.home / name).chmod(0o777)
        self.models.mkdir()
        self.models.chmod(0o555)
        env = self.environment()
        (self.folder / "catalog.json").chmod(0o644)
        options = {"user": 65534, "group": 65534} if os.geteuid() == 0 else {}
        error = self.assert_error(self.download(env=env, **options), "Io", "", "ermission")
        self.assertIn(str(self.models), error["file"])


class Together(StoreCase):
    def test_two_at_a_time_with_one_progress(self):
        datas = {f"{i}.pth": self.offer(f"file-{i}", f"{i}.pth", size=400_000) for i in range(4)}
        for path in datas:
            self.server.plan(self.web(path), {"rate": 500_000})
        start = time.monotonic()
        done = self.download(*(f"file-{i}" for i in range(4)))
        for path, data in datas.items():
            self.assert_downloaded(done, data, path)
        self.assertIn(" of 1.6 MB", done.err)
        self.assertIn("/s", done.err)
        self.assertGreater(time.monotonic() - start, 1.5)  # four files of 0.8 s, two at a time

    def test_one_failure_ends_the_others_and_keeps_what_came(self):
        good = self.offer("good", "good.pth", size=MIB)
        self.offer("bad", "bad.pth")
        self.server.plan(self.web("good.pth"), {"rate": MIB // 2})
        self.server.plan(self.web("bad.pth"), {"status": 404, "silent_s": 0.5})
        error = self.assert_error(self.download("good", "bad"), "NotFound", "status", "404")
        self.assertEqual(error["file"], str(self.target("bad.pth")))
        self.assertTrue(self.part("good.pth").exists())
        self.server.plan(self.web("good.pth"), {})
        self.assert_downloaded(self.download("good"), good, "good.pth")

    def test_a_second_program_is_refused(self):
        data = self.offer(size=MIB)
        self.server.plan(self.web(), {"rate": MIB // 2}, {})
        first = self.start("models", "download", "test-file", env=self.environment())
        while not self.part().exists() or self.part().stat().st_size == 0:
            time.sleep(0.02)
        error = self.assert_error(self.download(), "Io", "lock", "another Turbo Studio")
        self.assertEqual(error["file"], str(self.target()))
        out, err = first.communicate(timeout=60)
        self.assertEqual(first.returncode, 0, err)
        self.assertEqual(self.target().read_bytes(), data)

    def test_cancel_is_quick_and_keeps_the_part(self):
        data = self.offer(size=4 * MIB)
        for step in ({"rate": MIB // 2}, {"stall_after": 16384, "stall_s": 20}, {"status": 503, "headers": {"Retry-After": "60"}}):
            with self.subTest(step=step):
                self.settings(stall_seconds=30)
                self.server.plan(self.web(), step)
                asked = self.server.count(self.web())
                program = self.start("models", "download", "test-file", env=self.environment())
                if "status" in step:
                    while self.server.count(self.web()) == asked:
                        time.sleep(0.02)
                else:
                    before = self.part().stat().st_size if self.part().exists() else 0
                    while not self.part().exists() or self.part().stat().st_size <= before:
                        time.sleep(0.02)
                time.sleep(0.2)
                start = time.monotonic()
                program.send_signal(signal.SIGINT)
                out, err = program.communicate(timeout=30)
                took = time.monotonic() - start
                self.assertEqual(program.returncode, 130, err)
                self.assertLess(took, 1.5)  # 0.2 s for the stop, the rest for the end of the process on a busy machine
                self.assertIn(b"Stopped", err)
                self.assertFalse(self.target().exists())
        self.server.plan(self.web(), {})
        self.assert_downloaded(self.download(), data)

    def test_what_is_there_is_not_fetched_again(self):
        data = self.offer()
        self.assert_downloaded(self.download(), data)
        asked = len(self.server.requests)
        done = self.download()
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(json.loads(done.out)["fetched"], 0)
        self.assertEqual(len(self.server.requests), asked)
        # A damaged one is replaced, also when its wrong hash is known already.
        self.target().write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        self.assert_downloaded(self.download(), data)
        self.target().write_bytes(data[:-1] + bytes([data[-1] ^ 2]))
        self.assertEqual(self.run_cli("models", "verify", str(self.target()), env=self.environment()).code, 3)
        self.assert_downloaded(self.download(), data)

    def test_usage(self):
        self.offer()
        for args, field in ((("download", "no-such-file"), "NAME"), (("download", "test-file", "--mirror", "http://example.com"), "--mirror"),
                            (("download", "test-file", "--proxy", "nonsense"), "--proxy"), (("download", "test-file", "--copy"), "--copy")):
            with self.subTest(args=args):
                self.assert_error(self.run_cli("models", *args, "--json", env=self.environment()), "InvalidArgument", field, exit_code=2)
        for settings, field in (({"mirrors": "x"}, "mirrors"), ({"parallel": 0}, "parallel"), ({"parallel": "2"}, "parallel"), ({"allowed_hosts": "x"}, "allowed_hosts")):
            with self.subTest(settings=settings):
                self.settings(**settings)
                self.assert_error(self.download(), "CorruptFile", field)
        self.settings()
        dry = self.run_cli("models", "download", "test-file", "--dry-run", "--json", env=self.environment())
        self.assertEqual(json.loads(dry.out)["missing"], 300_000)
        self.assertEqual(self.server.requests, [])
        listed = self.run_cli("models", "download", "--json", env=self.environment())
        self.assertEqual([f["id"] for f in json.loads(listed.out)["files"]], ["test-file"])



if __name__ == "__main__":
    main()
