"""models download against a server that cuts, lies, redirects and stalls. Row numbers are those of the list of faults (67-73)."""
import json
import os
import random
import socket
import threading
import time

from store_support import MIB, ModelServer, StoreCase, limited, main, sha256

class Cuts(StoreCase):
    def test_row_67_cut_anywhere_keeps_the_part_and_goes_on(self):
        self.settings(tries=1)
        for share in (0, 1e-9, 0.5, 0.999):
            with self.subTest(share=share):
                data = self.offer(f"file-{share}", f"{share}.pth", size=400_000)
                cut = min(len(data) - 1, int(share * len(data)) + (share == 1e-9))
                self.server.plan(self.web(f"{share}.pth"), {"cut_at": cut}, {"status": 503})
                self.assert_error(self.download(f"file-{share}"), "Io", "status" if cut else "connection", "goes on" if not cut else "mirror")
                self.assertFalse(self.target(f"{share}.pth").exists())
                self.assertEqual(self.part(f"{share}.pth").stat().st_size if cut else 0, cut)
                self.server.plan(self.web(f"{share}.pth"), {})
                done = self.download(f"file-{share}")
                self.assert_downloaded(done, data, f"{share}.pth")
                self.assertEqual(json.loads(done.out)["fetched"], len(data) - cut)
                self.assertEqual(self.server.sent(self.web(f"{share}.pth")), len(data))

    def test_row_67_five_hundred_cuts_in_one_run(self):
        data = self.offer(size=12 * MIB)
        chance = random.Random(1)
        self.server.plan(self.web(), *[{"cut_at": chance.randrange(1, 40_000)} for _ in range(500)], {})
        done = self.download()
        self.assert_downloaded(done, data)
        self.assertEqual(self.server.count(self.web()), 501)
        # What was cut is not fetched again.
        self.assertLessEqual(self.server.sent(self.web()), len(data) + 500 * 1000)

    def test_part_of_another_file_is_not_used(self):
        data = self.offer()
        self.part().parent.mkdir(parents=True)
        self.part().write_bytes(b"something else")
        self.assert_downloaded(self.download(), data)

    def test_a_damaged_part_is_found_out_and_fetched_again(self):
        self.settings(tries=1)
        data = self.offer(size=200_000)
        self.server.plan(self.web(), {"cut_at": 100_000}, {"status": 500})
        self.download()
        raw = bytearray(self.part().read_bytes())
        raw[500] ^= 1
        self.part().write_bytes(raw)
        self.server.plan(self.web(), {})
        done = self.download()
        self.assert_downloaded(done, data)
        self.assertIn("starts again: the parts do not fit together", done.err)

    def test_kill_at_any_moment_and_go_on(self):
        data = self.offer(size=2 * MIB)
        chance = random.Random(2)
        for _ in range(4):
            self.server.plan(self.web(), {"rate": 4 * MIB})
            program = self.start("models", "download", "test-file", env=self.environment())
            time.sleep(0.25 + chance.random() * 0.5)
            program.kill()
            program.communicate()
            self.assertFalse(self.target().exists() and self.target().read_bytes() != data)
        self.server.plan(self.web(), {})
        self.assert_downloaded(self.download(), data)

    def test_stall_is_noticed_and_the_download_goes_on(self):
        self.settings(stall_seconds=1.0, tries=5)
        data = self.offer()
        self.server.plan(self.web(), {"stall_after": 100_000, "stall_s": 6}, {})
        start = time.monotonic()
        self.assert_downloaded(self.download(), data)
        self.assertLess(time.monotonic() - start, 30)
        self.assertGreaterEqual(self.server.count(self.web()), 2)

    def test_stall_for_ever_is_told(self):
        self.settings(tries=1, stall_seconds=1.0)
        self.offer()
        self.server.plan(self.web(), {"stall_after": 16384, "stall_s": 4}, {"silent_s": 4})
        self.assert_error(self.download(), "Io", "connection", "does not answer")
        self.assertGreater(self.part().stat().st_size, 0)


class Lies(StoreCase):
    def test_row_68_a_server_without_ranges(self):
        self.settings(tries=1)
        data = self.offer()
        self.server.plan(self.web(), {"cut_at": 1000}, {"status": 503})
        self.download()
        self.server.plan(self.web(), {"ignore_range": True})
        done = self.download()
        self.assert_downloaded(done, data)
        self.assertIn("cannot go on in the middle", done.err)

    def test_row_69_a_changed_file_starts_again(self):
        self.settings(tries=1)
        old = b"\x81" + os.urandom(299_999)
        data = self.offer()
        self.server.put(self.web(), old, '"old"')
        self.server.plan(self.web(), {"cut_at": 150_000}, {"status": 503})
        self.download()
        self.server.put(self.web(), data, '"new"')
        self.server.plan(self.web(), {})
        done = self.download()
        self.assert_downloaded(done, data)
        self.assertIn("starts again: the file was changed on the server", done.err)

    def test_row_69_a_weak_tag_is_compared_when_the_answer_comes(self):
        self.settings(tries=1)
        data = self.offer()
        self.server.put(self.web(), b"\x81" + os.urandom(299_999), 'W/"old"')
        self.server.plan(self.web(), {"cut_at": 150_000}, {"status": 503})
        self.download()
        self.server.put(self.web(), data, 'W/"new"')
        self.server.plan(self.web(), {})
        done = self.download()
        self.assert_downloaded(done, data)
        self.assertIn("starts again: the file was changed on the server", done.err)

    def test_row_69_changed_between_tries_of_one_run(self):
        data = self.offer()
        self.server.put(self.web(), b"\x81" + os.urandom(299_999), '"old"')
        self.server.plan(self.web(), {"cut_at": 150_000}, {"change": (data, '"new"')}, {})
        self.assert_downloaded(self.download(), data)

    def test_a_range_that_is_another_one_is_not_used(self):
        self.settings(tries=1)
        data = self.offer()
        self.server.plan(self.web(), {"cut_at": 1000}, {"status": 503})
        self.download()
        self.server.plan(self.web(), {"wrong_start": 5}, {})
        done = self.download()
        self.assert_downloaded(done, data)
        self.assertIn("starts again: the server sends another place", done.err)

    def test_row_70_pages_instead_of_files(self):
        page = b"<!DOCTYPE html><html><body>Please log in</body></html>"
        bodies = {"typed": (b"Dear guest, log in first.", "text/html; charset=utf-8"), "untyped": (page, "application/octet-stream"),
                  "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "text/plain"),
                  "xet": (b"# xet version 0\nfilesize = 3\n", "text/plain"), "json": (b'{"error":"Access denied"}', "application/json")}
        for name, (body, kind) in bodies.items():
            with self.subTest(name=name):
                self.offer(name, f"{name}.pth", size=len(body))
                self.server.plan(self.web(f"{name}.pth"), {"body": body, "type": kind})
                error = self.assert_error(self.download(name), "CorruptFile", "content", "localhost", "mirror")
                self.assertEqual(error["file"], str(self.target(f"{name}.pth")))
                self.assertFalse(self.target(f"{name}.pth").exists())

    def test_row_70_a_page_of_another_size(self):
        self.offer()
        self.server.plan(self.web(), {"body": b"not a page but short", "type": "application/octet-stream"})
        error = self.assert_error(self.download(), "CorruptFile", "size", "20 bytes", "300000")
        self.assertEqual(error["file"], str(self.target()))

    def test_row_71_longer_than_promised(self):
        data = self.offer()
        self.server.plan(self.web(), {"claim": len(data) + 5})
        self.assert_error(self.download(), "CorruptFile", "size", str(len(data) + 5), str(len(data)))
        self.server.plan(self.web(), {"endless": True, "chunked": True})  # the right file, again and again
        self.assert_downloaded(self.download(**limited(100 * MIB)), data)
        self.assertLess(self.server.sent(self.web()), len(data) + 8 * MIB)

    def test_row_71_endless_and_nobody_knows_the_size(self):
        data = self.offer(size=MIB)
        self.catalog["files"][0].update(size=0, sha256="")
        self.server.plan(self.web(), {"endless": True, "chunked": True})
        self.assert_error(self.download(**limited(100 * MIB)), "CorruptFile", "size", "does not say how long")
        self.assertFalse(self.target().exists())
        self.server.plan(self.web(), {"chunked": True})
        self.assert_downloaded(self.download(), data)

    def test_wrong_content_of_the_right_size(self):
        data = self.offer()
        wrong = bytearray(data)
        wrong[7] ^= 1
        self.server.put(self.web(), bytes(wrong))
        self.assert_error(self.download(), "CorruptFile", "sha256", sha256(data), sha256(bytes(wrong)), "mirror")
        self.assertFalse(self.target().exists())
        self.assert_tidy()


class Redirects(StoreCase):
    def redirect(self, *targets):
        """Each address leads to the next; the last one is as given."""
        self.server.plan(self.web(), *[{"redirect": target} for target in targets])

    def test_own_host_and_relative_ones_are_followed(self):
        data = self.offer()
        self.server.put("/elsewhere", data)
        for to in ("/elsewhere", "../../../../elsewhere", f"{self.server.url}/elsewhere?sign=secret"):
            self.redirect(to)
            done = self.download()
            self.assert_downloaded(done, data)
            self.assertNotIn("secret", done.err)
            self.target().unlink()

    def test_row_72_other_hosts_and_schemes_are_refused(self):
        self.offer()
        with ModelServer(self.certificates) as other, ModelServer() as plain:
            other.put("/x", b"x")
            plain.put("/x", b"x")
            for to, named in ((f"https://127.0.0.1:{other.port}/x", "127.0.0.1"), (f"http://localhost:{plain.port}/x", "https"),
                              ("file:///etc/passwd", "https"), ("https://evil.example/x", "evil.example"), ("https://evil.hf.co.example/x", "evil.hf.co.example")):
                with self.subTest(to=to):
                    self.redirect(to)
                    self.assert_error(self.download(), "Unsupported", "redirect", named, "mirror")
            self.assertEqual((other.requests, plain.requests), ([], []))

    def test_row_72_a_known_host_with_a_private_address_is_refused(self):
        self.offer()
        with ModelServer(self.certificates) as other:
            other.put("/x", b"x")
            self.settings(resolve=[f"private.hf.co:{other.port}:127.0.0.1"])
            self.redirect(f"https://private.hf.co:{other.port}/x")
            self.assert_error(self.download(), "Unsupported", "redirect", "private.hf.co", "127.0.0.1", "allowed_hosts")
            self.assertEqual(other.requests, [])

    def test_a_host_that_the_user_named_is_followed(self):
        data = self.offer()
        with ModelServer(self.certificates) as other:
            other.put("/x", data)
            self.settings(allowed_hosts=["cdn.hf.co"], resolve=[f"cdn.hf.co:{other.port}:127.0.0.1"])
            self.redirect(f"https://cdn.hf.co:{other.port}/x")
            self.assert_downloaded(self.download(), data)
            self.assertEqual(len(other.requests), 1)

    def test_row_72_loops_end(self):
        self.offer()
        self.server.plan("/loop", {"redirect": "/loop"})
        self.redirect("/loop")
        self.assert_error(self.download(), "Unsupported", "redirect", "more than 5 times")
        self.assertLessEqual(self.server.count("/loop"), 6)

    def test_resume_goes_through_the_redirect_again(self):
        self.settings(tries=1)
        data = self.offer()
        self.server.put("/elsewhere", data)
        self.redirect("/elsewhere")
        self.server.plan("/elsewhere", {"cut_at": 100_000}, {"status": 503})
        self.download()
        self.server.plan("/elsewhere", {})
        self.assert_downloaded(self.download(), data)
        self.assertEqual(self.server.sent("/elsewhere"), len(data))

    def test_the_token_goes_to_its_own_server_only(self):
        data = self.offer()
        token = "hf_SecretToken123"
        with ModelServer(self.certificates) as other:
            other.put("/x", data)
            self.settings(allowed_hosts=["cdn.hf.co"], resolve=[f"cdn.hf.co:{other.port}:127.0.0.1"])
            self.redirect(f"https://cdn.hf.co:{other.port}/x")
            done = self.download(env=self.environment(HF_TOKEN=token, STUDIO_LOG="trace"))
            self.assert_downloaded(done, data)
            self.assertEqual(self.server.requests[0][1].get("Authorization"), f"Bearer {token}")
            self.assertNotIn("Authorization", other.requests[0][1])
            for file in self.home.rglob("*"):
                if file.is_file():
                    self.assertNotIn(token.encode(), file.read_bytes(), file)
            self.assertNotIn(token, done.err + done.out)


class Statuses(StoreCase):
    def test_refusals_say_what_to_do(self):
        self.offer()
        for step, code, words in (({"status": 401}, "Io", ["HF_TOKEN"]), ({"status": 403}, "Io", ["HF_TOKEN"]),
                                  ({"status": 403, "headers": {"X-Error-Code": "GatedRepo"}}, "Io", ["terms"]), ({"status": 404}, "NotFound", ["mirror"]),
                                  ({"status": 410}, "NotFound", ["mirror"]), ({"status": 500}, "Io", ["mirror"]), ({"status": 418}, "Io", ["mirror"])):
            with self.subTest(step=step):
                self.server.plan(self.web(), step)
                error = self.assert_error(self.download(), code, "status", str(step["status"]), *words)
                self.assertEqual(error["file"], str(self.target()))

    def test_row_73_busy_servers_are_waited_for(self):
        data = self.offer()
        for status in (429, 503):
            self.server.plan(self.web(), {"status": status, "headers": {"Retry-After": "1"}}, {})
            start = time.monotonic()
            done = self.download()
            self.assert_downloaded(done, data)
            self.assertGreaterEqual(time.monotonic() - start, 1.0)
            self.assertIn("waits 1.0 s", done.err)
            self.target().unlink()

    def test_row_73_a_longer_wait_than_allowed_is_told(self):
        self.offer()
        self.server.plan(self.web(), {"status": 429, "headers": {"Retry-After": "4000"}})
        self.assert_error(self.download(), "Io", "status", "429", "1 h")

    def test_row_73_certificates(self):
        for kind, word in (("expired", "expired"), ("future", "clock"), ("other-host", "another host")):
            with self.subTest(kind=kind), ModelServer(self.certificates, kind) as server:
                self.catalog["files"] = []
                self.offer()
                self.mirror = server.url
                self.assert_error(self.download(), "Io", "certificate", word)
                self.assertEqual(server.requests, [])

    def test_row_73_a_certificate_of_nobody(self):
        self.offer()
        env = self.environment()
        del env["STUDIO_CA_FILE"]
        self.assert_error(self.download(env=env), "Io", "certificate", "log-in page")

    def test_row_73_names_ports_and_proxies(self):
        self.offer()
        self.mirror = "https://no-such-host.invalid"
        self.assert_error(self.download(), "Io", "host", "no-such-host.invalid", "mirror")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # nobody listens there
            self.mirror = f"https://localhost:{taken.getsockname()[1]}"
            self.assert_error(self.download(), "Io", "host", "cannot be reached", "mirror")
            self.mirror = self.server.url
            proxy = f"http://user:hidden@127.0.0.1:{taken.getsockname()[1]}"
            done = self.run_cli("models", "download", "test-file", "--json", "--proxy", proxy, env=self.environment())
            self.assert_error(done, "Io", "proxy", "cannot be reached")
            self.assertNotIn("hidden", done.err + done.out)

    def test_row_73_a_proxy_is_used(self):
        data = self.offer()
        with Proxy() as proxy:
            done = self.run_cli("models", "download", "test-file", "--json", "--proxy", proxy.url, env=self.environment())
            self.assert_downloaded(done, data)
            self.assertTrue(proxy.asked[0].startswith(f"CONNECT localhost:{self.server.port}"), proxy.asked)
            self.target().unlink()
            self.assert_downloaded(self.download(env=self.environment(https_proxy=proxy.url)), data)
            self.assertEqual(len(proxy.asked), 2)

    def test_row_73_a_portal_that_answers_plainly(self):
        """A log-in page where TLS should be: the port speaks plain HTTP."""
        self.offer()
        with ModelServer() as plain:
            self.mirror = f"https://localhost:{plain.port}"
            self.assert_error(self.download(), "Io", "certificate", "log-in page")


class Proxy:
    """A CONNECT proxy; counts what it was asked for."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.asked, self.open = [], []

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        for one in (self.socket, *self.open):
            one.close()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.connect, args=(client,), daemon=True).start()

    def connect(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.asked.append(head.decode().splitlines()[0])
        host, port = head.split()[1].decode().split(":")
        server = socket.create_connection((host, int(port)))
        self.open += [client, server]
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for a, b in ((client, server), (server, client)):
            threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    @staticmethod
    def pump(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass


if __name__ == "__main__":
    main()
