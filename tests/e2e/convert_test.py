"""models convert through the program: the result reloads with equal outputs, and a whole model still makes the same video."""
import json
import os
import pathlib
import shutil
import signal
import time

import support
from support import Case, read_safetensors, write_safetensors

GOLDEN = support.SOURCE / "tests" / "data" / "golden"
LAYOUTS = GOLDEN / "layouts"


class Parts(Case):
    def convert(self, source, target, *args):
        done = self.run_cli("models", "convert", str(source), str(target), *args, "--json")
        self.assertEqual(done.code, 0, done.err)
        return json.loads(done.out)

    def dit(self, model):
        """One forward pass of the transformer: the bytes of its output."""
        inputs, outputs = self.folder / "in.safetensors", self.folder / "out.safetensors"
        if not inputs.exists():
            tensors, _ = read_safetensors(LAYOUTS / "diffusers_sharded.io.safetensors")
            write_safetensors(inputs, {n.removeprefix("in."): t for n, t in tensors.items() if n.startswith("in.")})
        done = self.run_cli("component", "dit", "--model", str(model), "--inputs", str(inputs), "--outputs", str(outputs), "--options", '{"precision":"fp32"}')
        self.assertEqual(done.code, 0, f"{model}: {done.err}")
        tensors, _ = read_safetensors(outputs)
        outputs.unlink()
        return next(t for n, t in tensors.items() if n == "output")

    def test_lossless_forms_give_bit_equal_outputs(self):
        cases = [(LAYOUTS / "diffusers_sharded" / "transformer", ("blocks", "diffusers")), (LAYOUTS / "turbodiffusion" / "sla.pth", ("blocks", "diffusers")),
                 (LAYOUTS / "turbodiffusion" / "sla-quant.pth", ("blocks", "w8a8")), (LAYOUTS / "comfy" / "fp8_e4m3fn_scaled.safetensors", ("blocks",)),
                 (LAYOUTS / "lightx2v" / "int8.safetensors", ("blocks",))]
        for source, forms in cases:
            want = self.dit(source)
            for form in forms:
                with self.subTest(source=source.name, form=form):
                    target = self.folder / f"{source.stem}-{form}"
                    result = self.convert(source, target, "--to", form)
                    self.assertEqual(result["changed"], 0)
                    self.assertEqual(self.dit(target), want)
                    file = self.folder / f"{source.stem}-{form}.safetensors"
                    if form != "diffusers":
                        self.convert(source, file, "--to", form)
                        self.assertEqual(self.dit(file), want)

    def test_w8a8_equals_the_published_quantisation(self):
        target = self.folder / "ours.safetensors"
        self.assertEqual(self.convert(LAYOUTS / "turbodiffusion" / "sla.pth", target, "--to", "w8a8")["quantised"], 10)
        self.assertEqual(self.dit(target), self.dit(LAYOUTS / "turbodiffusion" / "sla-quant.pth"))

    def test_f32_of_bf16_is_exact_and_back(self):
        source = LAYOUTS / "turbodiffusion" / "sla.pth"
        self.convert(source, self.folder / "wide", "--to", "diffusers", "--dtype", "f32")
        self.assertEqual(self.dit(self.folder / "wide"), self.dit(source))

    def test_a_model_of_gguf_quantisation(self):
        result = self.convert(LAYOUTS / "gguf" / "q4_0_align64.gguf", self.folder / "converted", "--to", "diffusers", "--dtype", "f32")
        self.assertEqual(self.dit(self.folder / "converted"), self.dit(LAYOUTS / "gguf" / "q4_0_align64.gguf"))
        self.assertTrue(result["files"])

    def test_what_is_refused(self):
        source = str(LAYOUTS / "turbodiffusion" / "sla.pth")
        there = self.folder / "there.safetensors"
        there.write_text("mine")
        for args, code, field in (((source, str(there), "--to", "blocks"), 2, "DST"), ((source, "new"), 2, "--to"), ((source, "new", "--to", "pth"), 2, "--to"),
                                  ((source, "new", "--to", "blocks", "--dtype", "int4"), 2, "--dtype"), ((source,), 2, "SRC"),
                                  ((str(support.DEMO / "vae"), "new", "--to", "w8a8"), 2, "--to"), ((str(self.folder / "nowhere"), "new", "--to", "blocks"), 3, ""),
                                  ((str(there), "new", "--to", "blocks"), 3, ""), ((source, "no/such/folder/new", "--to", "blocks"), 3, "")):
            with self.subTest(args=args):
                done = self.run_cli("models", "convert", *args, "--json")
                error = json.loads(done.out)["error"]
                self.assertEqual((done.code, error["field"]), (code, field), error)
                self.assertGreater(len(error["fix"]), 10)
        self.assertEqual(there.read_text(), "mine")
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name not in ("out", "home", "there.safetensors")], [])

    def test_cancel_leaves_nothing(self):
        big = self.folder / "big.safetensors"
        tensors, _ = read_safetensors(support.weights(support.DEMO / "transformer"))
        # A text embedding of half a gigabyte keeps it busy.
        tensors["condition_embedder.text_embedder.linear_1.weight"] = support.resized(tensors["condition_embedder.text_embedder.linear_1.weight"], [256, 1_000_000])
        config = json.loads((support.DEMO / "transformer" / "config.json").read_text())
        write_safetensors(big, tensors)
        (self.folder / "config.json").write_text(json.dumps({**config, "text_dim": 1_000_000}))
        before = sorted(p.name for p in self.folder.iterdir())
        for form in ("blocks", "diffusers"):
            program = self.start("models", "convert", str(big), str(self.folder / "new"), "--to", form, "--dtype", "f32", env=self.environment())
            while not list(self.folder.glob(".unfinished-*")):
                if program.poll() is not None:
                    self.fail(program.communicate())
                time.sleep(0.01)
            program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=60)
            self.assertIn(program.returncode, (0, 130), err)
            if program.returncode == 0:
                shutil.rmtree(self.folder / "new")  # it was faster than the signal
            self.assertEqual(sorted(p.name for p in self.folder.iterdir() if p.name != "home"), [n for n in before if n != "home"])


class WholeModels(Case):
    def test_the_demo_model_makes_the_same_video(self):
        done = self.run_cli("models", "convert", str(support.DEMO), str(self.folder / "copy"), "--to", "diffusers", "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(json.loads(done.out)["changed"], 0)
        checked = json.loads(self.run_cli("models", "check", str(self.folder / "copy"), "--json").out)
        self.assertTrue(checked["complete"], checked)
        a = self.generate("--model", str(support.DEMO), *support.TINY, "--seed", "5", "--output", str(self.out / "a.mp4"), support.PROMPT)
        b = self.generate("--model", str(self.folder / "copy"), *support.TINY, "--seed", "5", "--output", str(self.out / "b.mp4"), support.PROMPT)
        self.assertEqual(support.frame_hashes(a), support.frame_hashes(b))

    def test_from_a_folder_the_transformer_is_taken(self):
        done = self.run_cli("models", "convert", str(support.DEMO), str(self.folder / "t.safetensors"), "--to", "w8a8", "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("only the transformer", done.err)
        checked = json.loads(self.run_cli("models", "check", str(self.folder / "t.safetensors"), "--json").out)
        self.assertEqual(checked["kind"], "diffusion transformer")

    def test_two_experts_are_converted_one_by_one(self):
        model = support.copy_model(self.folder / "pair")
        (model / "transformer_2").symlink_to(support.DEMO / "transformer")
        (model / "model_index.json").unlink()
        shutil.copy(support.DEMO / "model_index.json", model / "model_index.json")
        support.change_json(model / "model_index.json", transformer_2=["diffusers", "WanTransformer3DModel"], boundary_ratio=0.9)
        done = self.run_cli("models", "convert", str(model), str(self.folder / "t.safetensors"), "--to", "blocks", "--json")
        self.assertEqual(done.code, 2)
        error = json.loads(done.out)["error"]
        self.assertEqual(error["field"], "SRC")
        self.assertIn("transformer_2", error["fix"])
        done = self.run_cli("models", "convert", str(model), str(self.folder / "converted"), "--to", "diffusers", "--json")
        self.assertEqual(done.code, 0, done.err)
        index = json.loads((self.folder / "converted" / "model_index.json").read_text())
        self.assertEqual((index["boundary_ratio"], index["transformer_2"][1]), (0.9, "WanTransformer3DModel"))


if __name__ == "__main__":
    support.main()
