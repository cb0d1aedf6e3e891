"""Settings and prompts that cannot work: each is refused before anything runs, names the setting, and says what would work."""
import json
import os
import shutil
import subprocess

import support
from support import PROMPT

# arguments after "generate PROMPT", words that the message must hold
REFUSED = [
    # sizes (fault 112): the nearest valid ones are named
    (["--size", "0x64"], ["width"]),
    (["--size", "15x64"], ["width", "16"]),
    (["--size", "65x64"], ["width", "64", "80"]),
    (["--size", "64x100"], ["height", "96", "112"]),
    (["--size", "833x480"], ["width", "832", "848"]),
    (["--size", "1000000000x64"], ["width"]),
    (["--size", "64"], ["size", "832x480"]),
    (["--size", "64xx64"], ["size"]),
    # frames (113)
    (["--frames", "0"], ["num_frames", "--frames"]),
    (["--frames", "80"], ["num_frames", "77", "81"]),
    (["--frames", "4"], ["num_frames", "1", "5"]),
    (["--frames", "1000000"], ["num_frames"]),
    (["--seconds", "0"], ["seconds"]),
    (["--frames", "5", "--seconds", "1"], ["--frames", "--seconds"]),
    # steps (114)
    (["--steps", "0"], ["steps", "--steps"]),
    (["--steps", "5", "--sampler", "rcm"], ["steps", "4"]),
    (["--steps", "four"], ["steps", "four"]),
    (["--steps", "2.5"], ["steps"]),
    (["--steps", ""], ["steps"]),
    # seeds (115)
    (["--seed", "-2"], ["seed", "9223372036854775807"]),
    (["--seed", "9223372036854775808"], ["seed"]),
    (["--seed", "abc"], ["seed", "abc"]),
    (["--count", "2", "--seed", "9223372036854775807"], ["seed"]),
    # guidance, shift, sigma (116)
    (["--guidance", "nan"], ["guidance"]),
    (["--guidance", "1e308"], ["guidance"]),
    (["--guidance", "-1"], ["guidance"]),
    (["--guidance", "1,5"], ["guidance", "1.5"]),
    (["--shift", "0"], ["shift"]),
    (["--shift", "NaN"], ["shift"]),
    (["--sigma-max", "-80"], ["sigma_max"]),
    # fps (117) and the rest
    (["--fps", "0"], ["fps"]),
    (["--fps", "1000"], ["fps"]),
    (["--crf", "52"], ["crf", "51"]),
    (["--threads", "-1"], ["threads"]),
    (["--sla-topk", "1.5"], ["sla_topk"]),
    (["--sampler", "ddim"], ["sampler", "rcm", "unipc", "euler", "dpmpp"]),
    (["--attention", "flash"], ["attention", "dense"]),
    (["--precision", "fp8"], ["precision", "bf16"]),
    (["--device", "tpu"], ["device", "cpu", "cuda"]),
    (["--count", "0"], ["--count"]),
    # options
    (["--sead", "4"], ["--sead", "--seed"]),
    (["--seed"], ["--seed"]),
    (["--seed", "1", "--seed", "2"], ["--seed"]),
    (["another word"], ["another word"]),
    (["--log-level", "loud"], ["--log-level"]),
]


class Settings(support.Case):
    def test_refused(self):
        runs = self.run_many([["generate", PROMPT, "--output", str(self.out), *arguments] for arguments, _ in REFUSED])
        for (arguments, words), done in zip(REFUSED, runs):
            with self.subTest(arguments=arguments):
                self.assert_refused(done, 2, *words)
                self.assertEqual(done.out, "")
        self.assert_nothing_left()

    def test_with_json_the_refusal_is_an_event_too(self):
        for arguments, field in ((["--steps", "0"], "steps"), (["--size", "65x64"], "width")):
            done = self.run_cli("generate", PROMPT, "--json", *arguments, "--output", str(self.out))
            self.assert_refused(done, 2, field)
            event = done.events[-1]
            self.assertEqual((event["event"], event["error"]["field"], event["error"]["code"]), ("failed", field, "InvalidArgument"))
            self.assertTrue(event["error"]["fix"])

    def test_no_gpu_is_said(self):
        if os.path.exists("/dev/nvidia0"):
            self.skipTest("this machine has a GPU")
        self.assert_refused(self.run_cli("generate", PROMPT, "--device", "cuda", "--output", str(self.out)), 3)

    def comma_locale(self):
        """A German locale of our own, since few machines have one installed."""
        if shutil.which("localedef") is None or not os.path.exists("/usr/share/i18n/locales/de_DE"):
            self.skipTest("no localedef sources here; unit.app_tools.settings checks the parser")
        subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(self.folder / "de_DE.UTF-8")], capture_output=True, check=False)
        return self.environment(LOCPATH=str(self.folder), LC_ALL="de_DE.UTF-8", LANG="de_DE.UTF-8")

    def test_a_comma_locale_changes_nothing(self):
        env = self.comma_locale()
        self.assert_refused(self.run_cli("generate", PROMPT, "--guidance", "1,5", env=env), 2, "guidance")
        done = self.run_cli("generate", PROMPT, "--guidance", "1.5", "--sampler", "unipc", "--steps", "4", "--fps", "12.5", "--dry-run", "--json",
                            "--output", str(self.out), env=env)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual((done.events[0]["settings"]["guidance"], done.events[0]["settings"]["fps"]), (1.5, 12.5))


class Prompts(support.Case):
    def test_refused(self):
        for prompt, words in (("", ["prompt"]), (" \t ", ["prompt"]), (b"bad \xff byte", ["prompt", "UTF-8", "4"]), ("x" * 100_000, ["prompt", "32768"])):
            with self.subTest(prompt=prompt[:20]):
                self.assert_refused(self.run_cli("generate", "--prompt", prompt, "--output", str(self.out)), 2, *words)
        self.assert_refused(self.run_cli("generate", "--output", str(self.out)), 2, "prompt")
        self.assert_refused(self.run_cli("generate", PROMPT, "--negative-prompt", b"\xc3", "--output", str(self.out)), 2, "negative_prompt")
        self.assert_nothing_left()

    def test_a_megabyte_is_refused_whichever_way_it_comes(self):
        self.assert_refused(self.run_cli("generate", "-", stdin=b"a" * 1_000_000), 2, "prompt")
        recipe = self.folder / "r.json"
        for size in (1_000_000, 1_100_000):  # inside and over the limit of a recipe file
            recipe.write_text(json.dumps({"prompt": "a" * size}))
            done = self.run_cli("generate", "--recipe", str(recipe))
            self.assertIn(done.code, (2, 3))
            self.assert_refused(done, done.code)

    def test_control_characters_are_taken_out_with_a_notice(self):
        done = self.run_cli("generate", "-", "--dry-run", "--json", stdin=b"a red\0 ball\x1b bouncing")
        self.assertEqual(done.code, 0, done.err)
        self.assertNotRegex(done.events[0]["settings"]["prompt"], r"[\x00\x1b]")
        self.assertTrue(done.events[0]["notices"], "removed in silence")

    def test_a_prompt_longer_than_the_model_reads_is_told_where_it_ends(self):
        prompt = " ".join(f"word{i}" for i in range(600))
        done = self.run_cli("generate", prompt, "--dry-run", "--json")
        self.assertEqual(done.code, 0, done.err)
        notice = " ".join(done.events[0]["notices"])
        self.assertIn("512", notice)
        self.assertRegex(notice, r"word\d+")

    def test_special_words_and_markup_are_only_text(self):
        for prompt in ("</s> <extra_id_0> <img src=x> %s%n {} $(x) '; DROP TABLE", "[a, b]", "一个红色的球", "👩‍🚀🚩"):
            done = self.run_cli("generate", "--dry-run", "--json", "--prompt", prompt)
            self.assertEqual(done.code, 0, done.err)
            self.assertEqual(done.events[0]["settings"]["prompt"], prompt)


class Recipes(support.Case):
    def test_damaged_recipes_name_their_file(self):
        cases = {"empty.json": "", "cut.json": '{"prompt": "a', "list.json": "[1]", "type.json": '{"prompt": 5}', "text.json": '{"prompt": "a", "steps": "4"}',
                 "twice.json": '{"prompt": "a", "prompt": "b"}', "nested.json": '{"settings": 5}', "new.json": '{"schema": 99, "prompt": "a"}',
                 "noise.mp4": "\x00\x00\x00\x18ftypmp42" + "\x01" * 50}
        for name, text in cases.items():
            (self.folder / name).write_text(text)
        runs = self.run_many([["generate", "--recipe", name, "--output", str(self.out)] for name in cases])
        for name, done in zip(cases, runs):
            with self.subTest(name=name):
                self.assertIn(done.code, (2, 3))
                self.assert_refused(done, done.code, name)
        self.assert_refused(self.run_cli("generate", "--recipe", "absent.mp4"), 3, "absent.mp4")
        self.assert_refused(self.run_cli("generate", "--recipe", str(support.weights(support.DEMO / "vae"))), 3, "model")
        self.assert_nothing_left()

    def test_values_of_a_recipe_are_checked_like_options(self):
        changes = (({"steps": 0}, "steps"), ({"width": 65}, "width"), ({"num_frames": 80}, "num_frames"), ({"guidance": 1e308}, "guidance"),
                   ({"seed": -7}, "seed"), ({"sampler": "ddim"}, "sampler"), ({"prompt": ""}, "prompt"))
        for change, field in changes:
            (self.folder / f"{field}.json").write_text(json.dumps({"prompt": PROMPT, **change}))
        runs = self.run_many([["generate", "--recipe", f"{field}.json", "--output", str(self.out)] for _, field in changes])
        for (_, field), done in zip(changes, runs):
            with self.subTest(field=field):
                self.assert_refused(done, 2, field)
        self.assert_nothing_left()


if __name__ == "__main__":
    support.main()
