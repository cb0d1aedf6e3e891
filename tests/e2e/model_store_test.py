"""models add, remove, verify, and a whole model from the catalogue to a video."""
import json
import os
import shutil
import signal
import time

import support
from store_support import StoreCase, main, sha256

PARTS = {"transformer", "vae", "text_encoder", "tokenizer"}


class FromTheCatalogue(StoreCase):
    def test_download_list_generate_verify_remove(self):
        self.offer_demo()
        env = self.environment()
        done = self.run_cli("models", "download", "test-model", "--json", env=env)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(json.loads(done.out)["models"], [{"name": "test-model", "path": str(self.models / "test-model")}])
        listed = self.listed(env)["test-model"]
        self.assertTrue(listed["complete"], listed)
        self.assertEqual(listed["state"], "ready")
        made = self.run_cli("generate", "--model", "test-model", *support.TINY, "--output", str(self.out / "a.mp4"), "a red ball", env=env)
        self.assertEqual(made.code, 0, made.err)
        verified = json.loads(self.run_cli("models", "verify", "test-model", "--json", env=env).out)
        self.assertEqual((verified["bad"], verified["missing"]), (0, []))
        self.assertEqual({f["verdict"] for f in verified["files"]}, {"published"})
        before = self.bytes_in(self.models)
        removed = json.loads(self.run_cli("models", "remove", "test-model", "--yes", "--json", env=env).out)
        self.assertTrue(removed["removed"])
        self.assertEqual(removed["bytes"], before)
        self.assertEqual(list(self.models.rglob("*")), [])
        self.assertNotIn("test-model", self.listed(env))

    def test_a_stopped_download_is_shown_and_finished(self):
        self.offer_demo()
        path = self.web("transformer/diffusion_pytorch_model.safetensors")
        self.settings(tries=1)
        self.server.plan(path, {"cut_at": 5_000_000}, {"status": 503})
        env = self.environment()
        self.assertEqual(self.run_cli("models", "download", "test-model", env=env).code, 3)
        entry = self.listed(env)["test-model"]
        self.assertFalse(entry["complete"])
        self.assertRegex(entry["state"], r"^stopped at \d+ %$")
        verified = self.run_cli("models", "verify", "test-model", "--json", env=env)
        self.assertEqual(verified.code, 3)
        self.assertTrue(any("stopped in the middle" in m for m in json.loads(verified.out)["missing"]))
        removed = json.loads(self.run_cli("models", "remove", "test-model", "--dry-run", "--json", env=env).out)
        self.assertGreater(removed["bytes"], 5_000_000)  # the part counts
        self.server.plan(path, {})
        self.assertEqual(self.run_cli("models", "download", "test-model", env=env).code, 0)
        self.assertEqual(self.listed(env)["test-model"]["state"], "ready")

    def test_shared_files_stay_until_the_last_model_goes(self):
        parts = self.offer_demo()
        self.catalog["models"].append({"id": "sibling", "title": "Sibling", "kind": "text-to-video",
                                       "parts": {**parts, "transformer": self.other_transformer()}})
        env = self.environment()
        self.assertEqual(self.run_cli("models", "download", "test-model", "sibling", env=env).code, 0)
        vae = self.target("vae/diffusion_pytorch_model.safetensors")
        removed = json.loads(self.run_cli("models", "remove", "test-model", "--yes", "--json", env=env).out)
        self.assertIn({"path": str(vae), "reason": "used by sibling"}, removed["kept"])
        self.assertFalse(self.target("transformer/diffusion_pytorch_model.safetensors").exists())
        self.assertTrue(vae.exists())
        self.assertTrue(self.listed(env)["sibling"]["complete"])
        before = self.bytes_in(self.models)
        removed = json.loads(self.run_cli("models", "remove", "sibling", "--yes", "--json", env=env).out)
        self.assertEqual(removed["bytes"], before)
        self.assertEqual(list(self.models.rglob("*")), [])

    def other_transformer(self):
        ids = []
        for file in sorted((support.DEMO / "transformer").iterdir()):
            ids.append(f"other-{file.name}".lower().replace("_", "-"))
            self.offer(ids[-1], f"other/{file.name}", file.read_bytes())
        return ids

    def test_row_66_one_flipped_bit_is_found(self):
        self.offer_demo()
        env = self.environment()
        self.assertEqual(self.run_cli("models", "download", "test-model", env=env).code, 0)
        file = self.target("vae/diffusion_pytorch_model.safetensors")
        raw = bytearray(file.read_bytes())
        raw[-3] ^= 1
        file.write_bytes(raw)
        for what in ("test-model", str(file), str(file.parent)):
            done = self.run_cli("models", "verify", what, "--json", env=env)
            self.assertEqual(done.code, 3, done.err)
            bad = [f for f in json.loads(done.out)["files"] if f["verdict"] == "bad"]
            self.assertEqual(len(bad), 1)
            self.assertEqual((bad[0]["error"]["code"], bad[0]["error"]["field"], bad[0]["error"]["file"]), ("CorruptFile", "sha256", str(file)))
            self.assertIn("download", bad[0]["error"]["fix"].lower())
            self.assertIn(sha256(bytes(raw)), bad[0]["error"]["message"])

    def test_remove_waits_for_nobody_who_downloads(self):
        self.offer_demo()
        self.server.plan(self.web("transformer/diffusion_pytorch_model.safetensors"), {"rate": 1_000_000}, {})
        env = self.environment()
        program = self.start("models", "download", "test-model", env=env)
        part = self.part("transformer/diffusion_pytorch_model.safetensors")
        while not part.exists():
            time.sleep(0.05)
        self.assertRegex(self.listed(env)["test-model"]["state"], r"^downloading \d+ %$")
        done = self.run_cli("models", "remove", "test-model", "--yes", "--json", env=env)
        self.assert_error(done, "Io", "lock", "being downloaded")
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=30)

    def listed(self, env):
        return {m["name"]: m for m in json.loads(self.run_cli("models", "list", "--json", env=env).out)["models"]}

    def bytes_in(self, folder):
        return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


class FromTheDisk(StoreCase):
    def add(self, *args, **options):
        return self.run_cli("models", "add", *map(str, args), "--json", **options)

    def model(self, name="mine"):
        target = self.folder / "elsewhere" / name
        shutil.copytree(support.DEMO, target, ignore=shutil.ignore_patterns("training"))
        return target

    def listed(self):
        return {m["name"]: m for m in json.loads(self.run_cli("models", "list", "--json").out)["models"]}

    def snapshot(self, folder):
        return {p.relative_to(folder): (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}

    def test_in_place_nothing_is_touched(self):
        model = self.model()
        before = self.snapshot(model)
        done = self.add(model)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(json.loads(done.out)["path"], str(model))
        self.assertEqual(self.listed()["mine"]["path"], str(model))
        self.generate("--model", "mine", *support.TINY, "--output", str(self.out / "a.mp4"), "a red ball")
        removed = json.loads(self.run_cli("models", "remove", "mine", "--yes", "--json").out)
        self.assertEqual((removed["is_only_forgotten"], removed["bytes"], removed["files"]), (True, 0, []))
        self.assertNotIn("mine", self.listed())
        self.assertEqual(self.snapshot(model), before)

    def test_copy_and_move(self):
        model = self.model()
        content = {k: v[1] for k, v in self.snapshot(model).items()}
        for mode in ("--copy", "--move"):
            done = self.add(model, mode, "--name", "stored")
            self.assertEqual(done.code, 0, done.err)
            stored = self.models / "stored"
            self.assertEqual({k: v[1] for k, v in self.snapshot(stored).items() if k.name != "turbo-studio-files.json"}, content)
            self.assertEqual(model.exists(), mode == "--copy")
            self.assertTrue(self.listed()["stored"]["complete"])
            verified = json.loads(self.run_cli("models", "verify", "stored", "--json").out)
            self.assertEqual(verified["bad"], 0)
            if mode == "--copy":
                weights = support.weights(stored / "vae")
                weights.write_bytes(weights.read_bytes()[:-1] + b"\x55")
                self.assertEqual(self.run_cli("models", "verify", "stored", "--json").code, 3)
            note = stored / "my notes.txt"
            note.write_text("keep me")
            done = self.run_cli("models", "remove", "stored", "--yes", "--json")
            self.assertEqual(done.code, 0, done.err)
            self.assertEqual([p for p in stored.rglob("*") if p.is_file()], [note])  # what a person put there stays
            shutil.rmtree(stored)

    def test_loose_parts_make_a_model(self):
        demo = support.DEMO
        parts = [support.weights(demo / "vae"), demo / "tokenizer", support.weights(demo / "text_encoder"), demo / "transformer"]
        done = self.add(*parts, "--name", "loose")
        self.assertEqual(done.code, 0, done.err)
        self.assertTrue(self.listed()["loose"]["complete"], self.listed()["loose"])
        done = self.add(*parts, "--name", "loose-copy", "--copy")
        self.assertEqual(done.code, 0, done.err)
        self.assertTrue(self.listed()["loose-copy"]["complete"])
        self.assertEqual(self.run_cli("models", "remove", "loose", "--yes").code, 0)
        self.assertTrue(all(p.exists() for p in parts))
        self.assert_error(self.add(parts[0], parts[0], "--name", "two"), "InvalidArgument", "PATH", "both a vae", exit_code=2)
        self.assert_error(self.add(parts[0], parts[1], "--name", "two"), "InvalidArgument", "PATH", "transformer", exit_code=2)

    def test_what_is_refused(self):
        model = self.model()
        self.assertEqual(self.add(model).code, 0)
        self.assert_error(self.add(model), "InvalidArgument", "--name", "already", exit_code=2)
        for name in ("demo", "parts", "a/b", "..", "CON", "-x", "a\nb", "x" * 200):
            self.assert_error(self.add(model, f"--name={name}"), "InvalidArgument", "--name", exit_code=2)
        self.assert_error(self.add(model, "--copy", "--move", "--name", "x"), "InvalidArgument", "--move", exit_code=2)
        self.assertEqual(self.add(self.folder / "nowhere").code, 3)
        self.assertEqual(self.add().code, 2)
        page = self.folder / "page.safetensors"
        page.write_text("<html>log in</html>")
        done = self.add(page)
        self.assertEqual(done.code, 3)
        self.assertIn("web page", done.err)
        self.assertEqual(set(self.listed()), {"demo", "mine"})

    def test_remove_asks_and_leaves_what_is_not_its_own(self):
        model = self.model()
        self.add(model)
        done = self.run_cli("models", "remove", "mine", "--json", stdin=b"no\n")
        self.assert_error(done, "InvalidArgument", "--yes", exit_code=2)
        self.assertIn("mine", self.listed())
        self.assert_error(self.run_cli("models", "remove", "mine", "--json"), "InvalidArgument", "--yes", exit_code=2)
        self.assertEqual(self.run_cli("models", "remove", "mine", stdin=b"yes\n").code, 0)
        self.assert_error(self.run_cli("models", "remove", "mine", "--yes", "--json"), "NotFound", "NAME")
        self.assert_error(self.run_cli("models", "remove", "demo", "--yes", "--json"), "Unsupported", "NAME")
        self.assert_error(self.run_cli("models", "remove", "../../etc", "--yes", "--json"), "NotFound", "NAME")
        own = self.models / "by-hand"
        shutil.copytree(model, own)
        error = self.assert_error(self.run_cli("models", "remove", "by-hand", "--yes", "--json"), "Unsupported", "", "not put there")
        self.assertEqual(error["file"], str(own))
        self.assertTrue(own.exists())

    def test_a_list_of_files_from_a_stranger_deletes_nothing_else(self):
        precious = self.folder / "precious.txt"
        precious.write_text("mine")
        other = self.models / "other"
        shutil.copytree(self.model(), other)
        evil = self.models / "evil"
        evil.mkdir()
        (evil / "link").symlink_to(self.folder)
        paths = ["../../precious.txt", str(precious), "evil/../../../precious.txt", "evil/link/precious.txt", "other/demo.json", "other"]
        (evil / "turbo-studio-files.json").write_text(json.dumps({"version": 1, "origin": "catalogue", "files": [{"path": p} for p in paths]}))
        self.run_cli("models", "remove", "evil", "--yes")
        self.assertTrue(precious.exists())
        self.assertTrue((other / "demo.json").exists())

    def test_true_size_with_hard_links(self):
        model = self.model()
        self.assertEqual(self.add(model, "--copy", "--name", "stored").code, 0)
        weights = support.weights(self.models / "stored" / "transformer")
        os.link(weights, self.folder / "another-name")
        plan = json.loads(self.run_cli("models", "remove", "stored", "--dry-run", "--json").out)
        everything = sum(p.stat().st_size for p in (self.models / "stored").rglob("*") if p.is_file())
        self.assertEqual(plan["bytes"], everything - weights.stat().st_size)

    def test_cancelled_copy_leaves_nothing(self):
        big = self.folder / "big"
        shutil.copytree(support.DEMO, big, ignore=shutil.ignore_patterns("training"))
        with open(big / "padding.bin", "wb") as file:
            file.truncate(3_000_000_000)  # a hole: costs no disk here
        program = self.start("models", "add", str(big), "--copy", "--name", "big", env=self.environment())
        while not self.models.exists() or not list(self.models.glob(".unfinished-*")):
            if program.poll() is not None:
                self.fail(program.communicate())
            time.sleep(0.02)
        time.sleep(0.2)
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=30)
        self.assertEqual(program.returncode, 130, err)
        self.assertEqual(list(self.models.iterdir()), [])

    def test_verify_finds_damage_without_any_hash(self):
        model = self.model()
        done = self.run_cli("models", "verify", str(model), "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("unknown", {f["verdict"] for f in json.loads(done.out)["files"]})
        weights = support.weights(model / "vae")
        tensors, metadata = support.read_safetensors(weights)
        nan = {"F32": b"\x00\x00\xc0\x7f", "BF16": b"\xc0\x7f", "F16": b"\x00\x7e"}
        name, (kind, shape, data) = next((n, t) for n, t in tensors.items() if t[0] in nan)
        tensors[name] = kind, shape, nan[kind] + data[len(nan[kind]):]
        support.write_safetensors(weights, tensors, metadata)
        done = self.run_cli("models", "verify", str(model), "--json")
        self.assertEqual(done.code, 3)
        bad = [f for f in json.loads(done.out)["files"] if f["verdict"] == "bad"]
        self.assertEqual((bad[0]["error"]["file"], bad[0]["error"]["field"]), (str(weights), name))
        weights.write_bytes(weights.read_bytes()[:-10])
        done = self.run_cli("models", "verify", str(weights), "--json")
        self.assertEqual(done.code, 3)
        self.assertEqual(self.run_cli("models", "verify", str(self.folder / "nowhere"), "--json").code, 3)


if __name__ == "__main__":
    main()
