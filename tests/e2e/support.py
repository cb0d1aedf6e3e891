"""What every end-to-end test needs: the program in a clean environment, files looked at by ffprobe, models to break.

STUDIO_CLI names the program, STUDIO_SOURCE_DIR the source tree; both are set by CMakeLists.txt."""
import concurrent.futures
import json
import math
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

CLI = os.environ["STUDIO_CLI"]
SOURCE = pathlib.Path(os.environ["STUDIO_SOURCE_DIR"])
DEMO = pathlib.Path(os.environ.get("STUDIO_DEMO_MODEL", SOURCE / "models" / "demo"))
LIMIT_S = 100  # for one program run on a slow, busy machine
PROMPT = "a red ball bouncing"
TINY = ["--size", "64x64", "--frames", "5", "--steps", "2", "--threads", "1"]


class Run:
    def __init__(self, code, out, err):
        self.code, self.raw_out = code, out
        self.out, self.err = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    @property
    def events(self):
        return [json.loads(line) for line in self.out.splitlines()]


class Case(unittest.TestCase):
    """A folder of its own per test: `self.folder`, with `out` for results and `home` for the program's user folders."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="turbo-studio-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.out = self.folder / "out"
        self.out.mkdir()

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH", "SYSTEMROOT")}
        return {**kept, "HOME": str(self.folder), "STUDIO_HOME": str(self.folder / "home"), "STUDIO_DEMO_MODEL": str(DEMO),
                "OMP_NUM_THREADS": "1", **more}

    def start(self, *args, env=None, **options):
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen([CLI, *args], cwd=self.folder, env=env or self.environment(), **options)

    def run_cli(self, *args, env=None, stdin=None, **options):
        done = subprocess.run([CLI, *args], cwd=self.folder, env=env or self.environment(), input=stdin, capture_output=True, timeout=LIMIT_S,
                              **({} if stdin is not None else {"stdin": subprocess.DEVNULL}), **options)
        return Run(done.returncode, done.stdout, done.stderr)

    def run_many(self, commands, **options):
        """Runs that do not touch each other, a few at a time: starting the program is most of their cost."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda args: self.run_cli(*args, **options), commands))

    def generate(self, *args, **options):
        """A run that must succeed; returns the path of the video."""
        done = self.run_cli("generate", *args, **options)
        self.assertEqual(done.code, 0, done.err)
        path = pathlib.Path(done.out.strip())
        self.assertTrue(path.is_file(), done.out)
        return path

    def assert_nothing_left(self, folder=None):
        self.assertEqual(sorted(p.name for p in (folder or self.out).rglob("*")), [])

    def assert_refused(self, done, code, *named):
        """The house form of an error: what, file or field, what to do; never a bare exception text or a crash."""
        self.assertEqual(done.code, code, f"stdout: {done.out[-500:]}\nstderr: {done.err[-2000:]}")
        self.assertRegex(done.err, r"(?m)^error: \S.{8,}")
        self.assertRegex(done.err, r"(?m)^  fix:   \S.{4,}")
        for word in named:
            self.assertIn(word, done.err)
        self.assertNotRegex(done.err, r"terminate called|std::|c10::|Traceback|Segmentation|\bat::")


def probe(path):
    """First video stream and format of a file, frames really counted."""
    done = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", str(path)],
                          capture_output=True, check=True, timeout=LIMIT_S)
    all_of_it = json.loads(done.stdout)
    return all_of_it["streams"][0], all_of_it["format"]


def pictures(path):
    """RGB bytes of all frames, by another program's reader."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True,
                          timeout=LIMIT_S)
    if done.returncode or not done.stdout:
        raise AssertionError(f"{path} cannot be read: {done.stderr}")
    return done.stdout


def psnr(one, other):
    """dB between two pictures() of equal size; 100 and more: hardly a bit differs."""
    if len(one) != len(other):
        raise AssertionError(f"{len(one)} bytes are not {len(other)}")
    squares = sum((x - y) * (x - y) for x, y in zip(one, other))
    return 10 * math.log10(255 * 255 * len(one) / max(squares, 1))


def frame_hashes(path):
    """One MD5 per decoded frame: equal lists mean equal pictures, whatever else is in the files."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-f", "framemd5", "-"], capture_output=True, check=True, timeout=LIMIT_S)
    return [line.rsplit(",", 1)[1].strip() for line in done.stdout.decode().splitlines() if not line.startswith("#")]


def copy_model(target, without=(), source=DEMO):
    """The demo model with links instead of copies; parts named in `without` are left out, to be written anew."""
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.name not in without and entry.name != "training":
            (target / entry.name).symlink_to(entry)
    return target


def real_part(model, part):
    """Replace the link of one part by a copy that may be changed."""
    (model / part).unlink()
    shutil.copytree(DEMO / part, model / part)
    return model / part


def weights(part):
    return next(part.glob("*.safetensors"))


def read_safetensors(path):
    raw = path.read_bytes()
    length, = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + length])
    data = raw[8 + length:]
    metadata = header.pop("__metadata__", None)
    return {k: (v["dtype"], v["shape"], data[slice(*v["data_offsets"])]) for k, v in header.items()}, metadata


def write_safetensors(path, tensors, metadata=None):
    header, at = {"__metadata__": metadata} if metadata else {}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))


def resized(tensor, shape):
    """The tensor with another shape, its bytes repeated or cut."""
    dtype, _, data = tensor
    size = {"F64": 8, "F32": 4, "BF16": 2, "F16": 2, "I8": 1}[dtype]
    for side in shape:
        size *= side
    return dtype, list(shape), (data * (size // len(data) + 1))[:size]


def change_json(path, **changes):
    document = json.loads(path.read_text())
    document.update(changes)
    path.write_text(json.dumps(document))


def main():
    for tool in ("ffprobe", "ffmpeg"):
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is needed to look at the videos: install the package ffmpeg")
    unittest.main(verbosity=2)
