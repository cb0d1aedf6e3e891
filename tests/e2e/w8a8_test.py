"""The demo model in 8 bits: converted, it makes nearly the video that its fp32 weights make, and another seed makes another."""
import json
import shutil
import unittest

import support

# A file alone holds no default of its attention (the demo's folder says dense), so it is named.
SIZE = ["--attention", "dense", "--size", "128x128", "--frames", "9", "--steps", "4", "--sampler", "rcm", "--threads", "1"]


class W8A8(support.Case):
    def make(self, model, seed, name):
        target = self.out / name
        done = self.run_cli("generate", "--model", str(model), "--prompt", support.PROMPT, *SIZE, "--seed", str(seed), "--output", str(target))
        self.assertEqual(done.code, 0, done.err)
        return target

    def converted(self):
        model = self.folder / "in8bits"
        model.mkdir()
        for part in ("vae", "text_encoder", "tokenizer"):
            shutil.copytree(support.DEMO / part, model / part)
        done = self.run_cli("models", "convert", str(support.DEMO / "transformer"), str(model / "transformer.safetensors"), "--to", "w8a8", "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(json.loads(done.out)["quantised"], 50)  # ten linears in each of five blocks
        return model

    @unittest.skipUnless(shutil.which("ffmpeg"), "needs ffmpeg")
    def test_the_converted_demo_makes_nearly_the_same_video(self):
        model = self.converted()
        wide, narrow, other = self.make(support.DEMO, 5, "wide.mp4"), self.make(model, 5, "narrow.mp4"), self.make(model, 6, "other.mp4")
        self.assertNotEqual(support.pictures(wide), support.pictures(narrow), "the 8-bit weights were not used")
        near = support.psnr(support.pictures(wide), support.pictures(narrow))
        far = support.psnr(support.pictures(narrow), support.pictures(other))
        self.assertGreater(near, 32.0)  # 42 dB measured
        self.assertLess(far, near - 6.0)

    def test_a_damaged_scale_is_refused(self):
        model = self.converted()
        path = model / "transformer.safetensors"
        tensors, metadata = support.read_safetensors(path)
        name = next(n for n in tensors if n.endswith("ffn.0.scale"))
        dtype, shape, data = tensors[name]
        tensors[name] = (dtype, [1, shape[1]], data[: 4 * shape[1]])
        support.write_safetensors(path, tensors, metadata)
        done = self.run_cli("generate", "--model", str(model), "--prompt", support.PROMPT, *SIZE, "--output", str(self.out / "x.mp4"))
        self.assert_refused(done, 3, "scale")


if __name__ == "__main__":
    support.main()
