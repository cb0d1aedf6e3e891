"""What a Linux desktop reads about the program, judged by the desktops' own validators.
Usage: desktop_files_test.py SOURCE_TREE METAINFO [TURBO_STUDIO TURBO_STUDIO_CLI]"""
import configparser
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

SOURCE, METAINFO = sys.argv[1], sys.argv[2]
PROGRAMS = sys.argv[3:5]
LINUX = os.path.join(SOURCE, "installer", "linux")
ID = "org.turbostudio.TurboStudio"
RECIPE = "application/x-turbo-studio-recipe+json"


def needs(tool):
    return unittest.skipUnless(shutil.which(tool), f"{tool} is not installed (scripts/setup.sh --tests)")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


class DesktopFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def entry(self):
        parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
        parser.optionxform = str
        parser.read(os.path.join(LINUX, ID + ".desktop"), encoding="utf-8")
        return parser["Desktop Entry"]

    @needs("desktop-file-validate")
    def test_entry_is_valid(self):
        done = run("desktop-file-validate", os.path.join(LINUX, ID + ".desktop"))
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_entry_opens_files_and_finds_its_window(self):
        entry = self.entry()
        self.assertTrue(entry["Exec"].endswith(" %F"), entry["Exec"])
        types = set(filter(None, entry["MimeType"].split(";")))
        self.assertLessEqual({RECIPE, "video/mp4", "image/png", "image/jpeg", "image/webp"}, types)
        self.assertEqual(entry["Icon"], ID)
        with open(os.path.join(SOURCE, "ui", "main.cpp"), encoding="utf-8") as file:
            self.assertIn(f'setDesktopFileName(QStringLiteral("{ID}"))', file.read())
        for key in ("GenericName", "Comment", "Keywords"):
            self.assertIn(key + "[zh_CN]", entry)

    @needs("appstreamcli")
    def test_metainfo_is_valid(self):
        done = run("appstreamcli", "validate", "--no-net", "--pedantic", METAINFO)
        problems = [line for line in done.stdout.splitlines() if re.match(r"^\s*[EW]:", line)]
        # Links and pictures come with the address that a publisher sets (STUDIO_HOMEPAGE).
        problems = [line for line in problems if "homepage" not in line and "screenshot" not in line]
        self.assertEqual(problems, [], done.stdout)

    def test_metainfo_agrees_with_the_entry(self):
        root = xml.parse(METAINFO).getroot()
        self.assertEqual(root.findtext("id"), ID)
        self.assertTrue(root.findtext("project_license"))
        self.assertEqual(root.findtext("launchable"), ID + ".desktop")
        self.assertIn(RECIPE, [e.text for e in root.iter("mediatype")])
        self.assertRegex(root.find("releases/release").get("version"), r"^\d+\.\d+\.\d+$")

    @needs("update-mime-database")
    def test_mime_type_is_known_after_installing(self):
        packages = os.path.join(self.folder, "mime", "packages")
        os.makedirs(packages)
        shutil.copy(os.path.join(LINUX, ID + ".mime.xml"), os.path.join(packages, ID + ".xml"))
        done = run("update-mime-database", os.path.join(self.folder, "mime"), env={**os.environ, "PKGSYSTEM_ENABLE_FSYNC": "0"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("rror", done.stderr)
        with open(os.path.join(self.folder, "mime", "globs2"), encoding="utf-8") as file:
            self.assertIn(f"60:{RECIPE}:*.studio.json", file.read())
        with open(os.path.join(self.folder, "mime", "subclasses"), encoding="utf-8") as file:
            self.assertIn(f"{RECIPE} application/json", file.read())

    def test_icons_are_of_the_sizes_they_claim(self):
        for side in (16, 24, 32, 48, 64, 128, 256, 512):
            with open(os.path.join(SOURCE, "resources", "icons", f"turbo-studio-{side}.png"), "rb") as file:
                head = file.read(24)
            self.assertEqual((int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")), (side, side))
        xml.parse(os.path.join(SOURCE, "resources", "icons", "turbo-studio.svg"))


@unittest.skipUnless(len(PROGRAMS) == 2, "the programs are not built")
class MadeFromHelp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = cls.holder.name
        done = run(sys.executable, os.path.join(LINUX, "make_docs.py"), *PROGRAMS, cls.folder)
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def text(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def options_of(self, *command):
        out = run(*command, "--help").stdout
        return set(re.findall(r"^  (?:-\w, ?)?(--[a-z][\w-]*)", out, re.M))

    def test_pages_name_every_option(self):
        window = self.options_of(PROGRAMS[0])
        self.assertGreater(len(window), 6)
        page = self.text("turbo-studio.1").replace("\\-", "-")
        self.assertEqual([o for o in window if o not in page], [])
        commands = re.findall(r"^  (\w+) {2,}", run(PROGRAMS[1], "--help").stdout.split("Subcommands:")[1], re.M)
        self.assertIn("generate", commands)
        page = self.text("turbo-studio-cli.1").replace("\\-", "-")
        for command in commands:
            options = self.options_of(PROGRAMS[1], command)
            self.assertEqual([o for o in options if o not in page], [], command)
            self.assertIn("COMMAND: " + command.upper(), page)

    @needs("groff")
    def test_pages_are_well_formed(self):
        for name in ("turbo-studio.1", "turbo-studio-cli.1"):
            done = run("groff", "-man", "-ww", "-Tutf8", "-K", "utf8", os.path.join(self.folder, name))
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            self.assertGreater(len(done.stdout), 500)

    def complete(self, function, *words):
        script = (f'source "{self.folder}/turbo-studio.bash"; COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}; '
                  f'[[ $COMP_CWORD -ge 0 ]]; {function}; printf "%s\\n" "${{COMPREPLY[@]}}"')
        done = run("bash", "-c", script)
        return [line for line in done.stdout.splitlines() if line]

    @needs("bash")
    def test_bash_completes(self):
        self.assertEqual(self.complete("_turbo_studio", "turbo-studio", "--the"), ["--theme"])
        self.assertEqual(self.complete("_turbo_studio_cli", "turbo-studio-cli", "gen"), ["generate"])
        self.assertEqual(self.complete("_turbo_studio_cli", "turbo-studio-cli", "generate", "--image-fit", "cr"), ["crop"])
        self.assertIn("--seed", self.complete("_turbo_studio_cli", "turbo-studio-cli", "generate", "--se"))
        self.assertNotIn("--seed", self.complete("_turbo_studio_cli", "turbo-studio-cli", "doctor", "--se"))

    @needs("zsh")
    def test_zsh_reads_its_file(self):
        done = run("zsh", "-n", os.path.join(self.folder, "_turbo-studio"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
