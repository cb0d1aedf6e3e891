"""Rows 60 to 66, 75 and 76 of the list of faults: a wrong, half or damaged set of model files. Rows 67 to 74 are in downloads_test.py.

Each row: exit code, error code, file or field, and a sentence that says what to do."""
import json
import os
import shutil
import signal
import struct
import time

import support
from store_support import StoreCase, main
from support import read_safetensors, write_safetensors, resized

GOLDEN = support.SOURCE / "tests" / "data" / "golden"


class ModelSet(StoreCase):
    def check(self, path):
        return self.run_cli("models", "check", str(path), "--json")

    def refused(self, done, code, *words, file=None, exit_code=3):
        self.assertEqual(done.code, exit_code, f"stdout: {done.out[-800:]}\nstderr: {done.err[-1500:]}")
        error = json.loads(done.out.strip().splitlines()[-1])["error"]
        self.assertEqual(error["code"], code, error)
        self.assertGreater(len(error["fix"]), 10, error)
        self.assertTrue(error["file"] or error["field"], error)
        if file is not None:
            self.assertIn(str(file), error["file"] + error["message"])
        for word in words:
            self.assertIn(word.lower(), (error["message"] + " " + error["fix"]).lower())
        self.assertNotRegex(done.err, r"terminate called|std::|c10::|Traceback")
        return error

    def generate_with(self, model, *more):
        return self.run_cli("generate", "--model", str(model), "--json", *support.TINY, *more, "--output", str(self.out / "a.mp4"), "a red ball")

    def generation_refused(self, done, code, *words):
        self.assertEqual(done.code, 3, done.out[-500:] + done.err[-1500:])
        support.Case.assert_refused(self, done, 3, *words)
        self.assert_nothing_left()

    def model(self, name="model"):
        """A copy of the demo model that may be changed."""
        target = self.folder / name
        shutil.copytree(support.DEMO, target, ignore=shutil.ignore_patterns("training"))
        return target

    def change(self, part, change):
        file = support.weights(part)
        tensors, metadata = read_safetensors(file)
        change(tensors)
        write_safetensors(file, tensors, metadata)
        return file

    def test_row_60_a_language_model_and_an_image_model(self):
        language = {f"model.layers.{i}.self_attn.q_proj.weight": ("F32", [4, 4], bytes(64)) for i in range(3)} | {"lm_head.weight": ("F32", [4, 4], bytes(64))}
        image = {"model.diffusion_model.input_blocks.0.0.weight": ("F32", [4, 4], bytes(64)), "conditioner.embedders.0.transformer.text_model.embeddings.position_embedding.weight": ("F32", [4, 4], bytes(64))}
        for name, tensors in (("llm", language), ("sdxl", image)):
            with self.subTest(name=name):
                file = self.folder / f"{name}.safetensors"
                write_safetensors(file, tensors)
                error = self.refused(self.check(file), "Unsupported", "wan", file=file)
                self.assertTrue(any(word in error["message"] for word in list(tensors) + ["language model", "Stable Diffusion", "SDXL", "tensors"]), error)
                self.refused(self.run_cli("models", "add", str(file), "--json"), "Unsupported", "wan", file=file)

    def test_row_61_parts_that_do_not_fit(self):
        model = self.model()
        shutil.rmtree(model / "vae")
        shutil.copytree(GOLDEN / "vae" / "v22", model / "vae", ignore=shutil.ignore_patterns("io.safetensors"))
        (model / "vae" / "weights.safetensors").rename(model / "vae" / "diffusion_pytorch_model.safetensors")
        done = self.check(model)
        self.refused(done, "Unsupported", "vae", "48", "16")
        self.generation_refused(self.generate_with(model), "Unsupported", "vae")

    def test_row_62_half_of_a_pair(self):
        model = self.model()
        (model / "transformer").rename(model / "high_noise_model")
        for name in ("model_index.json", "demo.json", "preview.json"):
            (model / name).unlink()
        shutil.rmtree(model / "scheduler")
        done = self.check(model)
        answer = json.loads(done.out)
        self.assertFalse(answer["complete"])
        other = next(text for text in answer["missing"] if "transformer_2" in text)
        self.assertRegex(other, r"low_noise_model.*GB.*huggingface\.co")  # which file, how large, where it is published
        self.generation_refused(self.generate_with(model), "NotFound", "low_noise_model")

    def test_row_63_an_adapter_as_model_and_a_model_as_adapter(self):
        adapter = self.folder / "lora.safetensors"
        tensors = {}
        for layer in ("q", "k"):
            tensors[f"diffusion_model.blocks.0.self_attn.{layer}.lora_A.weight"] = ("F32", [4, 8], bytes(128))
            tensors[f"diffusion_model.blocks.0.self_attn.{layer}.lora_B.weight"] = ("F32", [8, 4], bytes(128))
        write_safetensors(adapter, tensors)
        self.assertIn("LoRA", json.loads(self.check(adapter).out)["kind"])
        self.generation_refused(self.generate_with(adapter), "Unsupported", "LoRA")
        self.generation_refused(self.generate_with(support.DEMO, "--lora", str(support.weights(support.DEMO / "transformer"))), "Unsupported")
        # An adapter of another width: both shapes are named.
        done = self.generate_with(support.DEMO, "--lora", str(adapter))
        self.generation_refused(done, "Unsupported", "8", "256")

    def test_row_64_a_type_that_the_network_does_not_have(self):
        model = self.model()

        def widen(tensors):
            name = next(n for n, t in tensors.items() if n.endswith("ffn.net.2.bias"))
            kind, shape, data = tensors[name]
            tensors[name] = ("F64", shape, bytes(8 * shape[0]))

        self.change(model / "transformer", widen)
        done = self.generate_with(model)
        self.assertEqual(done.code, 0, done.err)  # converted

        def whole(tensors):
            name = next(n for n, t in tensors.items() if n.endswith("ffn.net.2.bias"))
            tensors[name] = ("I32", tensors[name][1], bytes(4 * tensors[name][1][0]))

        self.change(model / "transformer", whole)
        (self.out / "a.mp4").unlink()
        self.generation_refused(self.generate_with(model), "Unsupported", "ffn")

    def test_row_65_one_tensor_missing_extra_or_renamed(self):
        for kind in ("missing", "renamed", "extra"):
            with self.subTest(kind=kind):
                model = self.model(kind)

                def change(tensors):
                    name = next(n for n in tensors if n.endswith("attn1.to_q.weight"))
                    if kind == "extra":
                        tensors["blocks.0.extra.weight"] = ("F32", [2], struct.pack("<2f", 1, 2))
                        return
                    value = tensors.pop(name)
                    if kind == "renamed":
                        tensors[name.replace("to_q", "to_quux")] = value

                file = self.change(model / "transformer", change)
                done = self.generate_with(model)
                if kind == "extra":
                    self.assertEqual(done.code, 0, done.err)
                    (self.out / "a.mp4").unlink()
                else:
                    self.generation_refused(done, "CorruptFile", "self_attn.q.weight", str(file))

    def test_row_66_a_changed_published_file_is_said_when_it_is_used(self):
        self.offer_demo()
        env = self.environment()
        self.assertEqual(self.run_cli("models", "download", "test-model", env=env).code, 0)
        file = self.target("transformer/diffusion_pytorch_model.safetensors")
        raw = bytearray(file.read_bytes())
        raw[-1] ^= 1  # lowest byte order: a slightly other number
        file.write_bytes(raw)
        done = self.run_cli("generate", "--model", "test-model", *support.TINY, "--output", str(self.out / "a.mp4"), "a red ball", env=env)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("not the published file", done.err)
        self.assertIn("models verify", done.err)

    def test_row_75_a_model_that_goes_away_while_it_is_used(self):
        codes = set()
        for moment in (0.2, 0.35, 0.5, 0.8, 1.2):
            model = self.model(f"model-{moment}")
            file = support.weights(model / "transformer")
            program = self.start("generate", "--model", str(model), "--size", "128x128", "--frames", "17", "--steps", "4", "--threads", "1", "--json",
                                 "--output", str(self.out / "a.mp4"), "a red ball", env=self.environment())
            time.sleep(moment)
            os.truncate(file, 1000)  # as a network share that breaks away under the mapping
            shutil.rmtree(model)
            out, err = program.communicate(timeout=120)
            codes.add(program.returncode)
            # It had everything already, or says which file failed; it never dies of a signal.
            self.assertIn(program.returncode, (0, 3), err[-1500:])
            if program.returncode == 3:
                self.assertIn(b"fix:", err)
                self.assertIn(str(model).encode(), err)
                self.assert_nothing_left()
            else:
                (self.out / "a.mp4").unlink()
        self.assertIn(3, codes)

    def test_row_76_files_that_may_not_be_read(self):
        model = self.model()
        file = support.weights(model / "vae")
        options = {}
        if os.geteuid() == 0:
            for folder in [self.folder, *self.folder.rglob("*")]:
                folder.chmod(0o755 if folder.is_dir() else 0o644)
            (self.folder / "home").mkdir(exist_ok=True)
            (self.folder / "home").chmod(0o777)
            options = {"user": 65534, "group": 65534}
        file.chmod(0)
        done = self.run_cli("models", "check", str(model), "--json", **options)
        error = self.refused(done, "Io", "permission")
        self.assertIn(str(file), error["file"] + error["message"])
        file.chmod(0o644)
        (model / "vae").chmod(0)
        done = self.run_cli("models", "check", str(model), "--json", **options)
        (model / "vae").chmod(0o755)
        self.assertEqual(done.code if done.code else 3, 3, done.err)
        self.assertRegex(done.out.lower(), "permission|vae")


if __name__ == "__main__":
    main()
