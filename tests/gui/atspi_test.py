"""The real program as a screen reader meets it: AT-SPI on a private bus, on a screen of its own.
Usage: atspi_test.py PROGRAM MODEL.   Needs Xvfb, dbus-daemon, at-spi2-core, python3-gi, gir1.2-atspi-2.0
(scripts/setup.sh --tests); ends with 77 (skipped) where one is missing."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, MODEL = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
try:
    import gi
    gi.require_version("Atspi", "2.0")
except (ImportError, ValueError) as problem:
    print(f"skipped: {problem}")
    sys.exit(77)
MISSING = [tool for tool in ("Xvfb", "dbus-daemon") if not shutil.which(tool)]
if MISSING:
    print(f"skipped: {MISSING} not installed")
    sys.exit(77)
SLOW = 10  # a machine that is busy with other things takes this many times longer


class Desktop:
    """An X server and a message bus that belong to this test alone."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.processes = []
        screen = self.start("Xvfb", "-displayfd", "1", "-screen", "0", "1600x1000x24")
        os.environ.pop("WAYLAND_DISPLAY", None)
        os.environ["DISPLAY"] = ":" + screen.stdout.readline().strip()
        bus = self.start("dbus-daemon", "--session", "--nofork", "--print-address=1")
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        os.environ["XDG_RUNTIME_DIR"] = self.folder.name
        os.environ.pop("AT_SPI_BUS_ADDRESS", None)

    def start(self, *command, **options):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **options)
        self.processes.append(process)
        return process

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
            process.stdout.close()
        self.folder.cleanup()


DESKTOP = Desktop()
from gi.repository import Atspi, GLib  # noqa: E402  (reads the bus address when it is first used)

Role, State = Atspi.Role, Atspi.StateType
USED = {Role.PUSH_BUTTON, Role.TOGGLE_BUTTON, Role.CHECK_BOX, Role.RADIO_BUTTON, Role.COMBO_BOX, Role.SLIDER, Role.SPIN_BUTTON,
        Role.ENTRY, Role.TEXT, Role.PAGE_TAB, Role.LIST, Role.TREE, Role.TREE_TABLE, Role.TABLE, Role.PUSH_BUTTON_MENU}


def turn():
    """Let events of the bus in."""
    while GLib.MainContext.default().iteration(False):
        pass


def until(seconds, question):
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        turn()
        answer = question()
        if answer:
            return answer
        time.sleep(0.05)
    return None


def walk(node, depth=0):
    if node is None or depth > 40:
        return
    yield node
    try:
        for i in range(min(node.get_child_count(), 300)):
            yield from walk(node.get_child_at_index(i), depth + 1)
    except GLib.Error:  # it went away while we looked
        return


def states(node):
    try:
        return node.get_state_set()
    except GLib.Error:
        return Atspi.StateSet.new([])


def is_shown(node):
    has = states(node)
    return has.contains(State.SHOWING) and has.contains(State.VISIBLE) and has.contains(State.ENABLED)


def about(node):
    return f"{node.get_role_name()} '{node.get_name()}'"


class ScreenReader(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory()
        config = os.path.join(cls.home.name, "config")
        os.makedirs(config)
        for folder in (config, cls.home.name):  # the pages of the first start have a test of their own
            with open(os.path.join(folder, "settings.json"), "w", encoding="utf-8") as file:
                json.dump({"general": {"is_welcomed": True}}, file)
        env = {**os.environ, "STUDIO_HOME": cls.home.name, "STUDIO_DEMO_MODEL": MODEL, "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8",
               "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "QT_QPA_PLATFORM": "xcb"}
        cls.process = subprocess.Popen([PROGRAM, "--lang", "en", "--window-size", "1280x800", "--output", os.path.join(cls.home.name, "videos")],
                                       env=env, stderr=subprocess.PIPE, text=True)
        cls.app = until(10, cls.find_app)
        assert cls.app, "the program is not on the accessibility bus"
        assert until(10, lambda: cls.find(Role.COMBO_BOX, "Model")), "no model picker"

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        try:
            cls.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            cls.process.kill()
            cls.process.wait()
        cls.process.stderr.close()
        cls.home.cleanup()

    @classmethod
    def find_app(cls):
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            app = desktop.get_child_at_index(i)
            if app and app.get_process_id() == cls.process.pid and app.get_child_count() > 0:
                return app
        return None

    @classmethod
    def find(cls, role, name=None):
        for node in walk(cls.app):
            if node.get_role() != role or not is_shown(node):
                continue
            if name is None or node.get_name() == name or node.get_name().startswith(name + ", "):  # "Model, Postcards"
                return node
        return None

    def test_1_everything_has_a_name_and_a_role(self):
        shown = [node for node in walk(self.app) if is_shown(node)]
        used = [node for node in shown if node.get_role() in USED or states(node).contains(State.FOCUSABLE)]
        self.assertGreater(len(used), 15)
        frames = (Role.FRAME, Role.WINDOW, Role.SCROLL_PANE, Role.PAGE_TAB_LIST, Role.FILLER)
        nameless = [about(n) for n in used if not n.get_name().strip() and n.get_role() not in frames]
        self.assertEqual(nameless, [])
        roleless = [about(n) for n in used if n.get_role() in (Role.UNKNOWN, Role.INVALID)]
        self.assertEqual(roleless, [])
        self.assertTrue(self.find(Role.PUSH_BUTTON, "Generate"))

    def test_2_what_is_used_can_have_the_focus(self):
        """That Tab goes there, gui.accessible shows in the process: without a window manager no window here is active."""
        used = [n for n in walk(self.app) if is_shown(n) and n.get_role() in USED and n.get_role() != Role.PAGE_TAB]
        self.assertGreater(len(used), 10)
        missed = [about(n) for n in used if not states(n).contains(State.FOCUSABLE)]
        self.assertEqual(missed, [])

    def test_3_progress_is_announced(self):
        events = []
        listener = Atspi.EventListener.new(lambda event: events.append((event.type, event.source.get_role(), event.source.get_name())))
        for kind in ("object:property-change:accessible-value", "object:property-change:accessible-name"):
            listener.register(kind)
        prompt = next(n for n in walk(self.app) if n.get_role() == Role.TEXT and is_shown(n))
        self.assertTrue(prompt.get_editable_text_iface().set_text_contents("a yellow star spins in the night sky"))
        button = self.find(Role.PUSH_BUTTON, "Generate")
        self.assertTrue(button.get_action_iface().do_action(0))
        values, names = set(), set()

        def watch():
            bar = self.find(Role.PROGRESS_BAR)
            if bar:
                values.add(bar.get_value_iface().get_current_value())
                names.add(bar.get_name())
            return values and not bar

        self.assertTrue(until(30, watch), f"no video was finished; values {values}")
        told = [e for e in events if e[0] == "object:property-change:accessible-value" and e[1] == Role.PROGRESS_BAR]
        self.assertGreaterEqual(len(told), 3, f"values {sorted(values)}")
        self.assertGreaterEqual(len({e[2] for e in events if e[0].endswith("accessible-name")} | names), 2)
        self.assertLessEqual(max(values), 100)


if __name__ == "__main__":
    try:
        done = unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result
    finally:
        DESKTOP.stop()
    sys.exit(0 if done.wasSuccessful() else 1)
