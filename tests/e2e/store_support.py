"""What tests of `models download` and its kin need: a test catalogue, a server, settings without patience."""
import hashlib
import json
import os
import pathlib
import resource
import shutil
import signal
import sys
import tempfile
import unittest

import support

sys.path.insert(0, str(support.SOURCE / "tests" / "support"))
from model_server import Certificates, ModelServer  # noqa: E402

REPO = "Somebody/Test-Model"
QUICK = {"backoff_seconds": 0.01, "stall_seconds": 20.0, "tries": 2, "reserve_mb": 1}


MIB = 1 << 20


def limited(size):
    """Options of a process whose files cannot grow beyond `size`: a full disk, or a guard against filling a real one."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return {"preexec_fn": limit, "restore_signals": False}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def file_entry(id, path, data, **more):
    return {"id": id, "role": "dit", "repo": REPO, "path": path, "size": len(data), "sha256": sha256(data), "licence": "Apache-2.0", **more}


class StoreCase(support.Case):
    """`self.server` serves what `self.offer` was given; the program sees it as its mirror."""

    @classmethod
    def setUpClass(cls):
        cls.certificate_folder = pathlib.Path(tempfile.mkdtemp(prefix="turbo-studio-certificates-"))
        cls.addClassCleanup(shutil.rmtree, cls.certificate_folder, True)
        cls.certificates = Certificates(cls.certificate_folder)

    def setUp(self):
        super().setUp()
        self.server = ModelServer(self.certificates)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.home = self.folder / "home"
        self.models = self.home / "data" / "models"
        self.catalog = {"version": 1, "files": [], "models": []}
        self.settings()
        self.mirror = self.server.url

    def environment(self, **more):
        path = self.folder / "catalog.json"
        path.write_text(json.dumps(self.catalog))
        return super().environment(STUDIO_CATALOG=str(path), HF_ENDPOINT=self.mirror, STUDIO_CA_FILE=str(self.certificates.ca), **more)

    def settings(self, **more):
        folder = self.home / "config"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "downloads.json").write_text(json.dumps({**QUICK, **more}))

    def offer(self, id="test-file", path="weights.pth", data=None, size=300_000, **more):
        """One more published file; returns its content."""
        # Random text could begin like a page or JSON, which is refused as it should be.
        data = (b"\x80" + os.urandom(size - 1)) if data is None else data
        self.catalog["files"].append(file_entry(id, path, data, **more))
        self.server.put(self.web(path), data)
        return data

    def web(self, path="weights.pth"):
        return f"/{REPO}/resolve/main/{path}"

    def target(self, path="weights.pth"):
        return self.models / "parts" / REPO / path

    def part(self, path="weights.pth"):
        return self.target(path).with_name(self.target(path).name + ".part")

    def download(self, *names, env=None, **options):
        return self.run_cli("models", "download", *(names or ("test-file",)), "--json", env=env or self.environment(), **options)

    def assert_downloaded(self, done, data, path="weights.pth"):
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.target(path).read_bytes(), data)
        self.assert_tidy(path)

    def assert_tidy(self, path="weights.pth"):
        self.assertEqual([p.name for p in self.target(path).parent.glob("*.part*")], [])

    def assert_error(self, done, code, field, *words, exit_code=3):
        """The one error of a run with --json: code, field, file or nothing, words of its message, and a fix."""
        self.assertEqual(done.code, exit_code, f"stdout: {done.out[-800:]}\nstderr: {done.err[-2000:]}")
        error = json.loads(done.out.strip().splitlines()[-1])["error"]
        self.assertEqual((error["code"], error["field"]), (code, field), error)
        self.assertGreater(len(error["fix"]), 10, error)
        for word in words:
            self.assertIn(word, error["message"] + " " + error["fix"])
        self.assertNotRegex(done.err, r"terminate called|std::|Traceback|Segmentation")
        return error

    def offer_demo(self, id="test-model", tag=""):
        """The demo model as a published one: every part a file or two."""
        parts = {}
        for part in ("transformer", "vae", "text_encoder", "tokenizer"):
            for file in sorted((support.DEMO / part).iterdir()):
                if part == "tokenizer" and file.name != "spiece.model" and file.name != "tokenizer_config.json":
                    continue
                name = f"{id}-{part}-{file.name}".lower().replace("_", "-")
                self.offer(name, f"{tag}{part}/{file.name}", file.read_bytes(), role={"transformer": "dit", "text_encoder": "text-encoder"}.get(part, part))
                parts.setdefault(part, []).append(name)
        self.catalog["models"].append({"id": id, "title": f"Test model {id}", "kind": "text-to-video", "parts": parts,
                                       "defaults": {"width": 64, "height": 64, "num_frames": 5, "steps": 2}})
        return parts


def main():
    unittest.main(verbosity=2)
