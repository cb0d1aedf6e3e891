"""The layer check must find what it is for: a small made-up tree with one offence of each kind."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import layers_test


class LayerCheck(unittest.TestCase):
    def tree(self, files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        layers = "core:\nio: core\nmedia: core <ffmpeg>\ntensor: core io <torch>\napp: core tensor\nui: core app <qt>\n"
        for path, text in {"cmake/layers.txt": layers, **files}.items():
            full = os.path.join(folder.name, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        return folder.name

    def check(self, files, *wanted):
        found = list(layers_test.offences(self.tree(files)))
        self.assertEqual(len(found), len(wanted), found)
        for text, words in zip(found, wanted):
            for word in words:
                self.assertIn(word, text)

    def test_allowed_tree_is_clean(self):
        self.check({"src/io/a.cpp": '#include "core/b.h"\n#include <vector>\n', "ui/w.cpp": '#include <QWidget>\n#include "w.h"\n'})

    def test_upward_include(self):
        self.check({"src/core/a.h": '\n#include "io/b.h"\n'}, ["src/core/a.h:2", "io"])

    def test_torch_outside_its_modules(self):
        self.check({"src/io/a.cpp": "#include <ATen/core/Tensor.h>\n"}, ["torch header"])

    def test_qt_outside_ui(self):
        self.check({"src/app/a.cpp": "#include <QString>\n"}, ["qt header"])

    def test_ffmpeg_outside_media(self):
        self.check({"src/app/a.cpp": "#include <libavcodec/avcodec.h>\n"}, ["ffmpeg header"])

    def test_app_header_reaches_down(self):
        inner = {"src/app/a.h": '#include "app/b.h"\n', "src/app/b.h": '#include "tensor/c.h"\n'}
        self.check(inner)
        self.check({**inner, "ui/w.cpp": '#include "app/a.h"\n'}, ["src/app/b.h:1", "public headers of app"])

    def test_module_without_a_line(self):
        self.check({"src/extra/a.cpp": "\n"}, ["no line in cmake/layers.txt"])


if __name__ == "__main__":
    unittest.main()
