"""A web server on this machine that serves files over HTTPS and misbehaves on request: cuts, lies, redirects, stalls.

    with Certificates(folder) as certificates, ModelServer(certificates) as server:
        server.put("/repo/resolve/main/a.pth", data)
        server.plan("/repo/resolve/main/a.pth", {"cut_at": 1000}, {})   # first answer, then every later one
"""
import datetime
import http.server
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading
import time


class Certificates:
    """An authority of the test's own and what it signed: good, expired, not yet valid, for another host."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        if shutil.which("openssl") is None:
            raise SystemExit("openssl is needed to make certificates: install the package openssl")
        self.ca = self.folder / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
                      "-days", "3650", "-subj", "/CN=Turbo Studio test authority")
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "server.key", "-out", "server.csr",
                      "-subj", "/CN=localhost")

    def _openssl(self, *args):
        done = subprocess.run(["openssl", *args], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def server(self, kind="good"):
        """Path of a file with certificate and key."""
        path = self.folder / f"{kind}.pem"
        if path.exists():
            return path
        names = "DNS:elsewhere.invalid" if kind == "other-host" else "DNS:localhost,DNS:cdn.hf.co,DNS:private.hf.co,IP:127.0.0.1"
        now = datetime.datetime.now(datetime.timezone.utc)
        days = {"expired": (-20, -10), "future": (10, 20)}.get(kind, (-1, 3650))
        start, end = ((now + datetime.timedelta(days=d)).strftime("%Y%m%d%H%M%SZ") for d in days)
        (self.folder / f"{kind}.cnf").write_text(
            f"[ca]\ndefault_ca=own\n[own]\ndir=.\ndatabase={kind}.db\nserial={kind}.serial\nnew_certs_dir=.\nprivate_key=ca.key\ncertificate=ca.pem\n"
            f"default_md=sha256\npolicy=any\nx509_extensions=ext\n[any]\ncommonName=supplied\n[ext]\nsubjectAltName={names}\n")
        (self.folder / f"{kind}.db").write_text("")
        (self.folder / f"{kind}.serial").write_text("%02X\n" % (16 + sum(map(ord, kind)) % 200))
        self._openssl("ca", "-batch", "-config", f"{kind}.cnf", "-in", "server.csr", "-out", f"{kind}.crt", "-startdate", start, "-enddate", end, "-notext")
        path.write_text((self.folder / f"{kind}.crt").read_text() + (self.folder / "server.key").read_text())
        return path


class ModelServer:
    """`port` is free to ask; `requests` is everything that was asked for: [path, headers, bytes of body that were sent]."""

    def __init__(self, certificates=None, kind="good"):
        self.files, self.plans, self.requests, self.lock = {}, {}, [], threading.Lock()
        self.context = None
        if certificates is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificates.server(kind))
        outer = self

        class Handler(_Handler):
            server_of_test = outer

        self.http = _Http(("127.0.0.1", 0), Handler)
        self.http.context = self.context
        self.port = self.http.server_address[1]
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def put(self, path, data, etag='"one"'):
        self.files[path] = (data, etag)

    def plan(self, path, *steps):
        self.plans[path] = list(steps)

    def step(self, path):
        with self.lock:
            steps = self.plans.get(path, [])
            return (steps.pop(0) if len(steps) > 1 else steps[0]) if steps else {}

    def sent(self, path=None):
        return sum(n for p, _, n in self.requests if path in (None, p))

    def count(self, path):
        return sum(p == path for p, _, _ in self.requests)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


class _Http(http.server.ThreadingHTTPServer):
    daemon_threads = True
    context = None

    def process_request_thread(self, request, client_address):
        # The handshake belongs to the connection's own thread.
        try:
            if self.context is not None:
                request.settimeout(20)
                request = self.context.wrap_socket(request, server_side=True)
        except (ssl.SSLError, OSError):
            request.close()
            return
        super().process_request_thread(request, client_address)

    def handle_error(self, request, client_address):
        pass  # a client that went away is what these tests are about


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        server, path = self.server_of_test, self.path.partition("?")[0]
        step = server.step(path)
        self.record = [path, dict(self.headers), 0]
        with server.lock:
            server.requests.append(self.record)
        time.sleep(step.get("silent_s", 0))
        self.answer(server, path, step)

    def head(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def answer(self, server, path, step):
        if "change" in step:
            server.put(path, *step["change"])
        if "redirect" in step:
            return self.head(step.get("status", 302), {"Location": step["redirect"], "Content-Length": 0})
        if "status" in step:
            body = step.get("body", b"no")
            self.head(step["status"], {"Content-Length": len(body), **step.get("headers", {})})
            self.wfile.write(body)
            return
        if "body" in step:
            self.head(200, {"Content-Length": len(step["body"]), "Content-Type": step.get("type", "application/octet-stream")})
            self.send(step["body"], step)
            return
        if path not in server.files:
            return self.head(404, {"Content-Length": 0})
        self.send_file(*server.files[path], step)

    def send_file(self, data, etag, step):
        etag = step.get("etag", etag)
        headers = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes"}
        if etag:
            headers["ETag"] = etag
        start, asked = 0, self.headers.get("Range")
        if asked and not step.get("ignore_range") and self.headers.get("If-Range", etag) == etag:
            start = int(asked.removeprefix("bytes=").split("-")[0])
            if start >= len(data):
                return self.head(416, {"Content-Range": f"bytes */{len(data)}", "Content-Length": 0})
        body = data[start:]
        total = step.get("claim", len(data))
        if start > 0:
            said = step.get("wrong_start", start)
            headers["Content-Range"] = f"bytes {said}-{total - 1}/{total}"
        if step.get("chunked"):
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = total - start
        self.head(206 if start > 0 else 200, headers)
        if step.get("endless"):
            while True:
                self.chunk(data, step)
        if step.get("chunked"):
            self.chunk(body, step)
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send(body, step)

    def chunk(self, data, step):
        self.wfile.write(b"%x\r\n" % len(data))
        self.send(data, step)
        self.wfile.write(b"\r\n")

    def send(self, body, step):
        cut = step.get("cut_at", len(body))  # bytes of this answer
        rate = step.get("rate")
        block = 16384 if rate is None else max(1, rate // 20)
        for at in range(0, min(cut, len(body)), block):
            piece = body[at:min(at + block, cut)]
            self.wfile.write(piece)
            self.record[2] += len(piece)
            if rate is not None:
                time.sleep(len(piece) / rate)
            if "stall_after" in step and self.record[2] >= step["stall_after"]:
                time.sleep(step.get("stall_s", 30))
        if cut < len(body):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)  # without a goodbye: the cable is out
            self.close_connection = True
