"""HTTP servers with given answers."""

import base64
import json
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer


@contextmanager
def answering(*answers, delay=0.0):
    """An HTTP server that gives these answers in turn, and then repeats the last one.

    Args:
        answers: (status, content) or (status, content, headers), or None for never answering.
        delay: float, seconds before every answer.
    Yields: its URL and the list of what it was asked: the JSON of a POST, the path of a GET.
    """
    asked, waiting, over = [], list(answers), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self):
            self.answer(self.path)

        def answer(self, question):
            asked.append(question)
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if answer is None:
                over.wait(30)
                return
            time.sleep(delay)
            status, content, *headers = answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            for name, value in headers[0].items() if headers else ():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            over.set()
            server.shutdown()


@contextmanager
def speaking(content, *, stays=False):
    """A server that reads a request, sends these bytes, and closes the connection unless `stays`.

    Yields: its URL.
    """
    over = threading.Event()

    class Handler(BaseRequestHandler):
        def handle(self):
            self.request.recv(1 << 20)
            self.request.sendall(content)
            if stays:
                over.wait(30)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()


@contextmanager
def dripping(content, *, again=b"", pause=0.05):
    """A server that sends `content`, then `again` after every pause, until the client closes.

    Args:
        content, again: bytes. pause: float, seconds; 0 for as fast as it goes.
    Yields: its URL.
    """

    class Handler(BaseRequestHandler):
        def handle(self):
            self.request.recv(1 << 20)
            self.request.sendall(content)
            with suppress(OSError):
                while not over.wait(pause) if pause else not over.is_set():
                    self.request.sendall(again)

    over = threading.Event()
    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()


def predictions(*contents):
    rows = [{"b64": base64.b64encode(content).decode()} for content in contents]
    return 200, json.dumps({"predictions": rows}).encode()


def refusal(status, sentence):
    return status, json.dumps({"error": sentence}).encode()
