"""Ctrl-C and SIGTERM at every stage: the right exit code, soon, and nothing left behind."""
import json
import signal
import time

import support
from support import PROMPT

# Long enough that each stage can be hit, short enough to wait for when it is missed.
JOB = [PROMPT, "--size", "128x128", "--frames", "33", "--steps", "4", "--threads", "1", "--json"]
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


class Cancel(support.Case):
    def stop_at(self, stage, number, times=1):
        """Start a job, send the signal at the first event of the stage. Returns exit code, seconds it took, last event."""
        process = self.start("generate", *JOB, "--output", str(self.out / "a.mp4"))
        last, sent_at = None, None
        for line in process.stdout:
            last = json.loads(line)
            is_there = last["event"] == stage or last.get("stage") == stage
            if is_there and sent_at is None:
                sent_at = time.monotonic()
                for _ in range(times):
                    process.send_signal(number)
                    time.sleep(0.01 if times > 1 else 0)
        code = process.wait(support.LIMIT_S)
        took = time.monotonic() - (sent_at or time.monotonic())
        self.error = process.stderr.read().decode()
        process.stdout.close(), process.stderr.close()
        self.assertIsNotNone(sent_at, f"never saw {stage}: {self.error}")
        return code, took, last

    def check(self, stage, number):
        code, took, last = self.stop_at(stage, number)
        if code == 0 and stage == "save":
            # The signal came after the file was complete: then it must be whole.
            self.assertEqual(int(support.probe(self.out / "a.mp4")[0]["nb_read_frames"]), 33)
            return
        self.assertEqual(code, CODES[number], self.error)
        self.assertEqual(last["event"], "cancelled")
        self.assertLess(took, 20, "a cancel takes one block, not the rest of the job")
        self.assert_nothing_left()

    def test_interrupt_while_loading(self):
        self.check("load", signal.SIGINT)

    def test_interrupt_while_reading_the_prompt(self):
        self.check("text", signal.SIGINT)

    def test_interrupt_while_denoising(self):
        self.check("denoise", signal.SIGINT)

    def test_interrupt_while_decoding(self):
        self.check("decode", signal.SIGINT)

    def test_interrupt_while_saving(self):
        self.check("save", signal.SIGINT)

    def test_terminate_at_every_stage(self):
        for stage in ("started", "load", "text", "denoise", "decode", "save"):
            with self.subTest(stage=stage):
                for left in self.out.iterdir():
                    left.unlink()
                self.check(stage, signal.SIGTERM)

    def test_hang_up(self):
        self.check("denoise", signal.SIGHUP)

    def test_the_second_interrupt_ends_at_once(self):
        code, took, _ = self.stop_at("denoise", signal.SIGINT, times=2)
        self.assertEqual(code, 130, self.error)
        self.assertLess(took, 5)

    def test_interrupt_stops_a_series(self):
        process = self.start("generate", *JOB, "--count", "50", "--output", str(self.out))
        for line in process.stdout:
            if json.loads(line)["event"] == "progress":
                process.send_signal(signal.SIGINT)
                break
        process.communicate(timeout=support.LIMIT_S)
        self.assertEqual(process.returncode, 130)
        self.assert_nothing_left()

    def test_people_are_told(self):
        process = self.start("generate", *[a for a in JOB if a != "--json"], "--output", str(self.out))
        for line in process.stderr:
            if b"step" in line:
                process.send_signal(signal.SIGINT)
                break
        out, rest = process.communicate(timeout=support.LIMIT_S)
        self.assertEqual((process.returncode, out), (130, b""))
        self.assertIn(b"Stopped", rest)
        self.assert_nothing_left()


if __name__ == "__main__":
    support.main()
