"""Places where a video cannot be written, or where something stands already: nothing is replaced, nothing half-made stays."""
import os
import pathlib
import resource
import subprocess

import support
from support import PROMPT, TINY, probe


class Refused(support.Case):
    def refuse(self, output, *words, **options):
        done = self.run_cli("generate", PROMPT, *TINY, "--output", str(output), **options)
        self.assertIn(done.code, (2, 3), done.err)
        self.assert_refused(done, done.code, *words)
        return done

    def test_a_folder_that_is_missing(self):
        self.refuse(self.out / "typo" / "a.mp4", "typo", "output")
        self.assert_nothing_left()

    def test_a_folder_that_is_a_file(self):
        (self.out / "file").write_text("mine")
        self.refuse(self.out / "file" / "a.mp4", "file")
        self.assertEqual((self.out / "file").read_text(), "mine")

    def test_a_read_only_place(self):
        # /proc refuses even root.
        self.refuse("/proc/turbo-studio/a.mp4", "/proc")
        if os.getuid() != 0:
            self.out.chmod(0o500)
            self.refuse(self.out / "a.mp4", str(self.out))
            self.out.chmod(0o700)

    def test_a_read_only_file_system(self):
        mount = self.folder / "mount"
        mount.mkdir()
        if os.getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(mount)], capture_output=True).returncode:
            self.skipTest("a file system can be mounted here by root only")
        self.addCleanup(subprocess.run, ["umount", str(mount)])
        self.refuse(mount / "a.mp4", str(mount))

    def test_a_symbolic_link_at_the_target(self):
        for target in (self.folder / "elsewhere.mp4", pathlib.Path("/dev/full"), self.folder / "existing.mp4"):
            (self.folder / "existing.mp4").write_bytes(b"mine")
            link = self.out / "a.mp4"
            link.symlink_to(target)
            with self.subTest(target=target.name):
                self.refuse(link, "a.mp4")
                self.assertTrue(link.is_symlink())
                self.assertFalse((self.folder / "elsewhere.mp4").exists())
                self.assertEqual((self.folder / "existing.mp4").read_bytes(), b"mine")
                self.assertEqual([p.name for p in self.out.iterdir()], ["a.mp4"])
            link.unlink()

    def test_a_name_that_is_too_long(self):
        done = self.run_cli("generate", PROMPT, *TINY, "--output", str(self.out / ("界" * 200 + ".mp4")))
        if done.code == 0:  # shortened by whole characters
            name, = (p.name for p in self.out.iterdir())
            self.assertTrue(name.endswith(".mp4") and name.startswith("界"))
        else:
            self.assert_refused(done, done.code)
            self.assert_nothing_left()


class Full(support.Case):
    JOB = [PROMPT, "--size", "128x128", "--frames", "17", "--steps", "2", "--crf", "0", "--threads", "1", "--json"]

    def small_disk(self, size):
        mount = self.folder / "mount"
        mount.mkdir()
        if os.getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(mount)], capture_output=True).returncode:
            self.skipTest("a small disk can be mounted here by root only; another test limits the file size instead")
        self.addCleanup(subprocess.run, ["umount", str(mount)])
        return mount

    @staticmethod
    def fill(folder):
        with open(folder / "ballast", "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(b"x" * 4096)
            except OSError:
                pass

    def test_a_disk_that_is_full_already(self):
        mount = self.small_disk("64k")
        self.fill(mount)
        done = self.run_cli("generate", *self.JOB, "--output", str(mount / "a.mp4"))
        self.assert_refused(done, 3, str(mount), "output")
        self.assertRegex(done.err, "(?i)space|full")
        self.assertEqual([p.name for p in mount.iterdir()], ["ballast"])

    def test_a_disk_that_fills_up_meanwhile(self):
        mount = self.small_disk("4m")
        process = self.start("generate", *self.JOB, "--output", str(mount / "a.mp4"))
        process.stdout.readline(), process.stdout.readline()
        self.fill(mount)
        out, error = process.communicate(timeout=support.LIMIT_S)
        done = support.Run(process.returncode, out, error)
        self.assert_refused(done, 3, "a.mp4")
        self.assertRegex(done.err, "(?i)space|full")
        self.assertEqual(done.events[-1]["event"], "failed")
        self.assertEqual([p.name for p in mount.iterdir()], ["ballast"])

    def test_a_limit_on_file_sizes(self):
        limit = 16 * 1024

        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        # Python ignores SIGXFSZ and hands that on, so that a write fails instead of killing.
        done = self.run_cli("generate", PROMPT, "--size", "128x128", "--frames", "9", "--steps", "1", "--crf", "0", "--threads", "1",
                            "--output", str(self.out / "a.mp4"), restore_signals=False, preexec_fn=small_files)
        self.assert_refused(done, 3)
        self.assert_nothing_left()

    def test_a_full_stdout(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with open("/dev/full", "wb") as full:
            process = self.start("models", "list", stdout=full)
            _, error = process.communicate(timeout=support.LIMIT_S)
        self.assertEqual(process.returncode, 3)
        self.assertIn(b"Standard output", error)


class NothingIsReplaced(support.Case):
    def test_a_taken_name_gets_a_number(self):
        target = self.out / "a.mp4"
        target.write_bytes(b"mine")
        path = self.generate(PROMPT, *TINY, "--output", str(target))
        self.assertEqual(target.read_bytes(), b"mine")
        self.assertEqual(path, self.out / "a (2).mp4")
        self.assertEqual(int(probe(path)[0]["nb_read_frames"]), 5)
        third = self.generate(PROMPT, *TINY, "--output", str(target))
        self.assertEqual(third, self.out / "a (3).mp4")

    def test_two_at_once_with_one_name_make_two_files(self):
        both = [self.start("generate", PROMPT, *TINY, "--seed", seed, "--output", str(self.out / "a.mp4")) for seed in ("1", "2")]
        results = [process.communicate(timeout=support.LIMIT_S) for process in both]
        self.assertEqual([p.returncode for p in both], [0, 0], [err.decode() for _, err in results])
        paths = {pathlib.Path(out.decode().strip()) for out, _ in results}
        self.assertEqual(len(paths), 2)
        self.assertEqual(paths, set(self.out.iterdir()))
        self.assertEqual({int(probe(p)[0]["nb_read_frames"]) for p in paths}, {5})
        self.assertEqual(len({tuple(support.frame_hashes(p)) for p in paths}), 2)

    def test_two_at_once_into_one_folder_make_two_files(self):
        both = [self.start("generate", PROMPT, *TINY, "--seed", "1", "--output", str(self.out)) for _ in range(2)]
        results = [process.communicate(timeout=support.LIMIT_S) for process in both]
        self.assertEqual([p.returncode for p in both], [0, 0], [err.decode() for _, err in results])
        self.assertEqual(len(list(self.out.iterdir())), 2)


if __name__ == "__main__":
    support.main()
