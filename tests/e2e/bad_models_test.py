"""Model files and folders that are missing, damaged, of the wrong kind or do not fit together: exit 3, the part at fault is
named, nothing is written."""
import json
import shutil
import zipfile

import support
from support import DEMO, PROMPT, TINY, change_json, copy_model, read_safetensors, real_part, resized, weights, write_safetensors


class BadModels(support.Case):
    def refuse(self, model, *words):
        done = self.run_cli("generate", PROMPT, *TINY, "--model", str(model), "--output", str(self.out))
        self.assert_refused(done, 3, *words)
        self.assert_nothing_left()
        return done

    def model(self, part=None):
        model = copy_model(self.folder / "model")
        return (model, real_part(model, part)) if part else model

    def test_missing(self):
        self.refuse(self.folder / "absent", "absent")
        self.refuse("no-such-name", "no-such-name")

    def test_empty_folder_and_unrelated_folder(self):
        (self.folder / "empty").mkdir()
        self.refuse(self.folder / "empty", "empty")
        (self.folder / "empty" / "letter.txt").write_text("hello")
        self.refuse(self.folder / "empty", "empty")

    def test_a_file_where_a_model_should_be(self):
        (self.folder / "letter.txt").write_text("hello, I am a letter")
        self.refuse(self.folder / "letter.txt", "letter.txt")
        (self.folder / "nothing.safetensors").write_bytes(b"")
        self.refuse(self.folder / "nothing.safetensors", "nothing.safetensors")

    def test_one_part_alone_is_no_model(self):
        self.refuse(weights(DEMO / "vae"))
        alone = self.folder / "alone" / "transformer"  # beside its model the other parts would be found
        shutil.copytree(DEMO / "transformer", alone)
        self.refuse(alone)

    def test_each_missing_part_is_named(self):
        for part in ("transformer", "vae", "text_encoder", "tokenizer"):
            with self.subTest(part=part):
                self.refuse(copy_model(self.folder / f"no-{part}", without=[part]), part)

    def test_each_part_empty_truncated_or_of_another_kind(self):
        html = b"<!DOCTYPE html><html><title>404 Not Found</title></html>" * 20
        cases = []
        for part in ("transformer", "vae", "text_encoder"):
            whole = weights(DEMO / part).read_bytes()
            for what, content in (("empty", b""), ("cut", whole[:len(whole) // 2]), ("short", whole[:5]), ("one byte less", whole[:-1]),
                                  ("one byte more", whole + b"x"), ("web page", html), ("zeros", b"\0" * 4096)):
                model = copy_model(self.folder / f"{part} {what}")
                file = weights(real_part(model, part))
                file.write_bytes(content)
                cases.append((model, part, file.name))
        runs = self.run_many([["generate", PROMPT, *TINY, "--model", str(model), "--output", str(self.out)] for model, _, _ in cases])
        for (model, part, name), done in zip(cases, runs):
            with self.subTest(model=model.name):
                self.assert_refused(done, 3, part, name)
        self.assert_nothing_left()

    def test_a_part_in_the_place_of_another(self):
        model, part = self.model("transformer")
        shutil.copy(weights(DEMO / "vae"), weights(part))
        self.refuse(model, weights(part).name)

    def test_a_program_disguised_as_weights_does_not_run(self):
        model, part = self.model("transformer")
        weights(part).unlink()
        victim = self.folder / "ran"
        with zipfile.ZipFile(part / "diffusion_pytorch_model.pth", "w") as archive:
            archive.writestr("archive/data.pkl", b"cposix\nsystem\n(S'touch " + str(victim).encode() + b"'\ntR.")
        self.refuse(model, "transformer")
        self.assertFalse(victim.exists())

    def test_one_tensor_missing_renamed_or_of_another_shape(self):
        model, part = self.model("transformer")
        tensors, metadata = read_safetensors(weights(part))
        name = next(n for n in sorted(tensors) if "blocks.0.ffn" in n and n.endswith("weight"))
        cases = {"missing": {k: v for k, v in tensors.items() if k != name},
                 "renamed": {(k + "x" if k == name else k): v for k, v in tensors.items()},
                 "reshaped": {**tensors, name: resized(tensors[name], [tensors[name][1][0], tensors[name][1][1] + 1])}}
        for what, changed in cases.items():
            with self.subTest(what=what):
                write_safetensors(weights(part), changed, metadata)
                self.refuse(model, weights(part).name)

    def test_a_config_that_contradicts_the_weights_names_both_values(self):
        model, part = self.model("transformer")
        layers = json.loads((part / "config.json").read_text())["num_layers"]
        change_json(part / "config.json", num_layers=layers + 1)
        self.refuse(model, "config.json", str(layers), str(layers + 1))

    def test_a_config_that_is_damaged(self):
        model, part = self.model("vae")
        for text in ("", "{", "[]", '{"z_dim": "sixteen"}', '{"z_dim": -1}', '{"z_dim": 16, "z_dim": 48}'):
            with self.subTest(text=text):
                (part / "config.json").write_text(text)
                self.refuse(model, "config.json")

    def test_a_model_index_that_is_damaged(self):
        model = copy_model(self.folder / "model", without=["model_index.json"])
        for text in ("", "{", "[]"):
            with self.subTest(text=text):
                (model / "model_index.json").write_text(text)
                self.refuse(model, "model_index.json")

    def test_a_text_encoder_that_does_not_fit(self):
        model, part = self.model("transformer")
        tensors, metadata = read_safetensors(weights(part))
        name = next(n for n in tensors if n.endswith("text_embedder.linear_1.weight"))
        rows, columns = tensors[name][1]
        tensors[name] = resized(tensors[name], [rows, columns // 2])
        write_safetensors(weights(part), tensors, metadata)
        change_json(part / "config.json", text_dim=columns // 2)
        self.refuse(model, "text_encoder", str(columns), str(columns // 2))

    def test_a_vae_that_does_not_fit(self):
        model, part = self.model("transformer")
        tensors, metadata = read_safetensors(weights(part))
        dim, channels, *patch = tensors["patch_embedding.weight"][1]
        rows = tensors["proj_out.weight"][1][0]
        tensors["patch_embedding.weight"] = resized(tensors["patch_embedding.weight"], [dim, 3 * channels, *patch])
        tensors["proj_out.weight"] = resized(tensors["proj_out.weight"], [3 * rows, dim])
        tensors["proj_out.bias"] = resized(tensors["proj_out.bias"], [3 * rows])
        write_safetensors(weights(part), tensors, metadata)
        change_json(part / "config.json", in_channels=3 * channels, out_channels=3 * channels)
        self.refuse(model, "vae", str(channels), str(3 * channels))

    def test_weights_that_are_not_finite(self):
        model, part = self.model("transformer")
        tensors, metadata = read_safetensors(weights(part))
        name = "proj_out.bias"
        dtype, shape, data = tensors[name]
        bad = {"F32": b"\x00\x00\xc0\x7f", "BF16": b"\xc0\x7f", "F16": b"\x00\x7e"}[dtype]
        tensors[name] = (dtype, shape, bad + data[len(bad):])
        write_safetensors(weights(part), tensors, metadata)
        self.refuse(model, name)

    def test_a_tokenizer_that_is_damaged(self):
        model, part = self.model("tokenizer")
        whole = (part / "spiece.model").read_bytes()
        for path in part.glob("*.json"):
            path.unlink()
        for what, content in (("empty", b""), ("cut", whole[:len(whole) // 2]), ("text", b"not a tokenizer" * 50)):
            with self.subTest(what=what):
                (part / "spiece.model").write_bytes(content)
                self.refuse(model, "spiece.model")

    def test_fixtures_of_broken_files(self):
        folder = support.SOURCE / "tests" / "data" / "bad"
        files = sorted(folder.glob("st_*.safetensors"))
        self.assertGreater(len(files), 15)
        for file, done in zip(files, self.run_many([["models", "check", str(file)] for file in files])):
            with self.subTest(file=file.name):
                self.assert_refused(done, 3, file.name)


if __name__ == "__main__":
    support.main()
