"""A tiny model of every family goes from prompt (and image) to MP4: size and frames by ffprobe, same seed same frames, the image
matters, both experts matter."""
import json
import pathlib
import struct
import zlib

import support
import tiny_models
from support import frame_hashes, probe

PROMPT = "a red fox in the snow"
SMALL = ["--size", "64x48", "--frames", "5", "--steps", "2", "--threads", "1", "--seed", "3"]


def write_png(path, width, height, seed=1):
    """A picture with two colours and a gradient, different for every seed."""
    rows = b"".join(b"\0" + bytes(v for x in range(width) for v in ((x * 255 // width + 40 * seed) % 256, y * 255 // height, 60 * seed % 256))
                    for y in range(height))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) +
                     chunk(b"IEND", b""))
    return path


class Family(support.Case):
    def make(self, model, *args, name="a.mp4"):
        return self.generate(PROMPT, "--model", str(model), *args, "--output", str(self.out / name))

    def picture(self, name="fox.png", size=(64, 48), seed=1):
        return write_png(self.folder / name, *size, seed)

    def assert_video(self, path, width, height, frames):
        stream, _ = probe(path)
        self.assertEqual((stream["width"], stream["height"], int(stream["nb_read_frames"])), (width, height, frames))

    def settings(self, path):
        done = self.run_cli("inspect", str(path), "--json")
        self.assertEqual(done.code, 0, done.err)
        return json.loads(done.out)["recipe"]["settings"]

    def plan(self, model, *args):
        done = self.run_cli("generate", PROMPT, "--model", str(model), *args, "--dry-run", "--json")
        self.assertEqual(done.code, 0, done.err)
        return done.events[-1]

    def refused(self, model, *args, named=()):
        done = self.run_cli("generate", PROMPT, "--model", str(model), *args, "--output", str(self.out))
        self.assert_refused(done, 2, *named)
        self.assert_nothing_left()


class TextToVideo(Family):
    def test_makes_a_video_and_a_single_picture(self):
        model = tiny_models.t2v(self.folder / "m")
        first = self.make(model, *SMALL)
        self.assert_video(first, 64, 48, 5)
        self.assertEqual(frame_hashes(first), frame_hashes(self.make(model, *SMALL, name="b.mp4")))
        self.assert_video(self.make(model, *SMALL[:2], "--frames", "1", "--steps", "2", name="c.mp4"), 64, 48, 1)

    def test_published_defaults(self):
        settings = self.plan(tiny_models.t2v(self.folder / "m"))["settings"]
        self.assertEqual((settings["steps"], settings["guidance"], settings["shift"], settings["sampler"]), (50, 5, 5, "unipc"))
        self.assertEqual((settings["width"], settings["height"], settings["num_frames"], settings["fps"]), (832, 480, 81, 16))
        self.assertIn("最差质量", settings["negative_prompt"])
        for key in ("guidance_2", "boundary", "image", "sampler_mode"):
            self.assertNotIn(key, settings)

    def test_what_it_cannot_use_is_refused(self):
        model, image = tiny_models.t2v(self.folder / "m"), str(self.picture())
        self.refused(model, "--image", image, named=["image", "from text only"])
        self.refused(model, "--guidance-2", "3", named=["guidance_2", "one transformer"])
        self.refused(model, "--boundary", "0.9", named=["boundary", "one transformer"])
        self.refused(model, "--image-fit", "crop", named=["image_fit"])
        self.refused(model, "--sampler-mode", "ode", named=["sampler_mode"])


class ImageToVideo21(Family):
    def test_the_image_decides(self):
        model, image = tiny_models.i2v_21(self.folder / "m"), self.picture()
        first = self.make(model, *SMALL, "--image", str(image))
        self.assert_video(first, 64, 48, 5)
        self.assertEqual(frame_hashes(first), frame_hashes(self.make(model, *SMALL, "--image", str(image), name="b.mp4")))
        other = self.make(model, *SMALL, "--image", str(self.picture("other.png", seed=3)), name="c.mp4")
        self.assertNotEqual(frame_hashes(first), frame_hashes(other))
        self.assertEqual(self.settings(first)["image"], str(image))

    def test_recipe_makes_it_again_and_tells_a_changed_or_missing_image(self):
        model, image = tiny_models.i2v_21(self.folder / "m"), self.picture()
        first = self.make(model, *SMALL, "--image", str(image))
        again = self.generate("--recipe", str(first), "--output", str(self.out / "b.mp4"))
        self.assertEqual(frame_hashes(first), frame_hashes(again))
        self.picture(seed=4)
        changed = self.run_cli("generate", "--recipe", str(first), "--output", str(self.out / "c.mp4"))
        self.assertEqual(changed.code, 0, changed.err)
        self.assertIn("has changed since", changed.err)
        image.unlink()
        gone = self.run_cli("generate", "--recipe", str(first), "--output", str(self.out / "d.mp4"))
        self.assert_refused(gone, 3, "fox.png", "not there any more", "SHA-256")

    def test_size_follows_the_image(self):
        model = tiny_models.i2v_21(self.folder / "m")
        tall = self.plan(model, "--image", str(self.picture(size=(50, 100))), "--size", "64x64")
        self.assertEqual((tall["settings"]["width"], tall["settings"]["height"]), (32, 80))
        self.assertTrue(any("follows the image" in notice for notice in tall["notices"]), tall["notices"])
        for fit in ("crop", "pad", "stretch"):
            path = self.make(model, *SMALL, "--image", str(self.picture(size=(50, 100))), "--image-fit", fit, name=fit + ".mp4")
            self.assert_video(path, 64, 48, 5)
        self.assertEqual(len({tuple(frame_hashes(self.out / f"{fit}.mp4")) for fit in ("crop", "pad", "stretch")}), 3)

    def test_published_defaults(self):
        model, image = tiny_models.i2v_21(self.folder / "m"), str(self.picture(size=(832, 480)))
        settings = self.plan(model, "--image", image)["settings"]
        self.assertEqual((settings["steps"], settings["guidance"], settings["shift"]), (40, 5, 3))
        self.assertTrue(settings["negative_prompt"].startswith("镜头晃动"))
        self.assertEqual(self.plan(model, "--image", image, "--size", "1280x720")["settings"]["shift"], 5)

    def test_needs_an_image_and_takes_no_end(self):
        model, image = tiny_models.i2v_21(self.folder / "m"), str(self.picture())
        self.refused(model, *SMALL, named=["image", "from an image", "--image"])
        self.refused(model, *SMALL, "--image", image, "--end-image", image, named=["end_image"])

    def test_broken_images(self):
        model = tiny_models.i2v_21(self.folder / "m")
        for name, content in (("page.png", b"<html><body>Not found</body></html>"), ("empty.jpg", b""), ("film.jpg", b"\0\0\0\x18ftypisom" + bytes(64)),
                              ("draw.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), ("photo.heic", b"\0\0\0\x18ftypheic" + bytes(64))):
            with self.subTest(name=name):
                (self.folder / name).write_bytes(content)
                done = self.run_cli("generate", PROMPT, "--model", str(model), *SMALL, "--image", str(self.folder / name), "--output", str(self.out))
                self.assert_refused(done, 3, name)
                self.assert_nothing_left()


class FirstLastFrame(Family):
    def test_both_images_decide(self):
        model = tiny_models.flf2v(self.folder / "m")
        start, end, other = (str(self.picture(f"{n}.png", seed=n)) for n in (1, 2, 3))
        first = self.make(model, *SMALL, "--image", start, "--end-image", end)
        self.assert_video(first, 64, 48, 5)
        self.assertNotEqual(frame_hashes(first), frame_hashes(self.make(model, *SMALL, "--image", start, "--end-image", other, name="b.mp4")))
        self.refused_without_end(model, start)
        settings = self.plan(model, "--image", start, "--end-image", end)["settings"]
        self.assertEqual((settings["steps"], settings["shift"]), (50, 16))

    def refused_without_end(self, model, start):
        done = self.run_cli("generate", PROMPT, "--model", str(model), *SMALL, "--image", start, "--output", str(self.out / "x.mp4"))
        self.assert_refused(done, 2, "end_image", "--end-image")


class TwoExperts(Family):
    def check(self, model, *image):
        four = [*SMALL[:4], "--steps", "4", "--threads", "1", "--seed", "3", *image]
        first = self.make(model, *four)
        self.assert_video(first, 64, 48, 5)
        # Each guidance reaches its own expert, and the boundary decides who runs when.
        seen = {tuple(frame_hashes(first))}
        for i, more in enumerate((["--guidance", "9"], ["--guidance-2", "9"], ["--boundary", "0.4"])):
            seen.add(tuple(frame_hashes(self.make(model, *four, *more, name=f"{i}.mp4"))))
        self.assertEqual(len(seen), 4)

    def test_text_to_video(self):
        model = tiny_models.a14b(self.folder / "m", False)
        self.check(model)
        settings = self.plan(model)["settings"]
        self.assertEqual([settings[k] for k in ("steps", "shift", "guidance", "guidance_2", "boundary")], [40, 12, 4, 3, 0.875])
        self.assertEqual((settings["width"], settings["height"]), (1280, 720))

    def test_image_to_video(self):
        model, image = tiny_models.a14b(self.folder / "m", True), str(self.picture())
        self.check(model, "--image", image)
        settings = self.plan(model, "--image", image)["settings"]
        self.assertEqual([settings[k] for k in ("steps", "shift", "guidance", "guidance_2", "boundary")], [40, 5, 3.5, 3.5, 0.9])

    def test_one_expert_at_a_time_gives_the_same_video(self):
        model = tiny_models.a14b(self.folder / "m", False)
        four = [*SMALL[:4], "--steps", "4", "--threads", "1", "--seed", "3"]
        whole = self.make(model, *four)
        plan = self.plan(model, *four)["memory"]
        small = min(way["host_bytes"] for way in plan["ways"]) if "ways" in plan else None
        if small:
            self.assertEqual(frame_hashes(whole), frame_hashes(self.make(model, *four, "--ram-limit", str(small + (1 << 20)), name="b.mp4")))


class TextImageToVideo5B(Family):
    def test_with_and_without_image(self):
        model = tiny_models.ti2v_5b(self.folder / "m")
        size = ["--size", "64x64", *SMALL[2:]]
        plain = self.make(model, *size)
        self.assert_video(plain, 64, 64, 5)
        from_image = self.make(model, *size, "--image", str(self.picture(size=(64, 64))), name="b.mp4")
        self.assert_video(from_image, 64, 64, 5)
        self.assertNotEqual(frame_hashes(plain), frame_hashes(from_image))
        settings = self.plan(model)["settings"]
        self.assertEqual([settings[k] for k in ("width", "height", "num_frames", "fps", "steps", "guidance")], [1280, 704, 121, 24, 50, 5])


class Turbo(Family):
    def test_text_to_video(self):
        model = tiny_models.turbo_t2v(self.folder / "m")
        path = self.make(model, "--size", "64x48", "--frames", "5", "--threads", "1", "--seed", "3")
        self.assert_video(path, 64, 48, 5)
        settings = self.plan(model)["settings"]
        self.assertEqual([settings[k] for k in ("sampler", "steps", "guidance", "sigma_max", "sampler_mode", "attention", "negative_prompt")],
                         ["rcm", 4, 1, 80, "sde", "sla", ""])
        self.refused_both(model)

    def refused_both(self, model, *more):
        for field, args in (("guidance", ["--guidance", "5"]), ("negative_prompt", ["--negative-prompt", "blue"])):
            done = self.run_cli("generate", PROMPT, "--model", str(model), *more, *args, "--output", str(self.out / "x.mp4"))
            self.assert_refused(done, 2, field, "distilled")

    def test_image_to_video(self):
        model, image = tiny_models.turbo_i2v(self.folder / "m"), str(self.picture())
        four = ["--size", "64x48", "--frames", "5", "--threads", "1", "--seed", "3", "--image", image]
        sde, ode = self.make(model, *four), self.make(model, *four, "--sampler-mode", "ode", name="b.mp4")
        self.assert_video(sde, 64, 48, 5)
        self.assertNotEqual(frame_hashes(sde), frame_hashes(ode))
        settings = self.plan(model, "--image", image)["settings"]
        self.assertEqual([settings[k] for k in ("sampler", "steps", "guidance", "guidance_2", "sigma_max", "boundary")], ["rcm", 4, 1, 1, 200, 0.9])
        # Adaptive size: nearest multiples of 16 for the area of 720p (TurboDiffusion's own examples).
        photo = self.plan(model, "--image", str(self.picture("photo.png", (800, 600))))["settings"]
        self.assertEqual((photo["width"], photo["height"]), (1104, 832))


class Adapters(Family):
    def test_strength_order_and_expert_matter_and_nothing_stays(self):
        model = tiny_models.a14b(self.folder / "m", False)
        lora = str(tiny_models.lora(self.folder / "style.safetensors", model / "transformer", tiny_models.all_linears(2)))
        four = [*SMALL[:4], "--steps", "4", "--threads", "1", "--seed", "3"]
        plain = frame_hashes(self.make(model, *four))
        seen = {tuple(plain)}
        for i, text in enumerate(("", ":0.5", ":1:high", ":1:low")):
            seen.add(tuple(frame_hashes(self.make(model, *four, "--lora", lora + text, name=f"{i}.mp4"))))
        self.assertEqual(len(seen), 5)
        recipe = self.settings(self.out / "3.mp4")
        self.assertEqual(recipe["loras"], [{"path": lora, "strength": 1, "expert": "low"}])
        self.assertEqual(plain, frame_hashes(self.make(model, *four, "--lora", lora + ":0", name="z.mp4")))

    def test_distilled_ones_bring_their_defaults(self):
        model = tiny_models.t2v(self.folder / "m")
        # Told by content: rank 64, a whole-number alpha, the ten linears of every block.
        lora = tiny_models.lora(self.folder / "x.safetensors", model / "transformer", tiny_models.all_linears(2), rank=64, alpha=8)
        plan = self.plan(model, "--lora", str(lora))
        settings = plan["settings"]
        self.assertEqual([settings[k] for k in ("sampler", "steps", "shift", "guidance", "negative_prompt")], ["euler_linear", 4, 5, 1, ""])
        self.assertTrue(any("distilled" in notice for notice in plan["notices"]), plan["notices"])
        self.assertEqual(self.plan(model, "--lora", str(lora), "--steps", "8")["settings"]["steps"], 8)
        self.assertEqual(self.plan(model, "--lora", f"{lora}:0")["settings"]["steps"], 50)
        named = tiny_models.lora(self.folder / "Wan_CausVid.safetensors", model / "transformer", tiny_models.all_linears(1))
        settings = self.plan(model, "--lora", str(named))["settings"]
        self.assertEqual([settings[k] for k in ("sampler", "steps", "shift", "guidance")], ["unipc", 8, 8, 1])
        self.assert_video(self.make(model, *SMALL[:4], "--threads", "1", "--lora", str(lora)), 64, 48, 5)

    def test_refused(self):
        model = tiny_models.t2v(self.folder / "m")
        lora = str(tiny_models.lora(self.folder / "style.safetensors", model / "transformer", tiny_models.all_linears(2)))
        self.refused(model, "--lora", lora + ":1:low", named=["loras", "one transformer"])
        self.refused(model, "--lora", lora + ":1000", named=["loras"])
        done = self.run_cli("generate", PROMPT, "--model", str(model), "--lora", str(self.folder / "gone.safetensors"), "--output", str(self.out))
        self.assert_refused(done, 3, "gone.safetensors")


class Parts(Family):
    def test_another_vae_is_used(self):
        model = tiny_models.t2v(self.folder / "m")
        plain = self.make(model, *SMALL)
        other = pathlib.Path(tiny_models.GOLDEN / "vae" / "v21" / "weights.safetensors")
        path = self.make(model, *SMALL, "--vae", str(other), name="b.mp4")
        self.assertNotEqual(frame_hashes(plain), frame_hashes(path))
        self.assertEqual(self.settings(path)["vae"], str(other))
        again = self.generate("--recipe", str(path), "--output", str(self.out / "c.mp4"))
        self.assertEqual(frame_hashes(path), frame_hashes(again))

    def test_a_part_that_does_not_fit_is_named(self):
        model = tiny_models.t2v(self.folder / "m")
        done = self.run_cli("generate", PROMPT, "--model", str(model), "--vae", str(tiny_models.GOLDEN / "vae" / "v22" / "weights.safetensors"),
                            "--output", str(self.out))
        self.assert_refused(done, 3, "VAE")


if __name__ == "__main__":
    support.main()
