"""An HTTP server of the page's files and, if asked, of images; for this machine only by default.

It answers requests for the files that the folder held at the start, and nothing else: a path is
looked up, never joined. The Host header must be this server's, so that another site's page cannot
reach it by a name of its own (DNS rebinding), and so must Origin, where a browser sends it.
"""

import json
import mimetypes
import select
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np

from oasis_tf.data import DataError
from oasis_tf.paint.painter import AbandonedError, BusyError, QueuedPainter

LOCAL = ("127.0.0.1", "localhost", "[::1]")
ALL_ADDRESSES = ("", "0.0.0.0", "::")  # other machines know this one by names of their own
SECONDS = 20  # that a client may be silent
MOST_SECONDS = 120  # of a connection; browsers open another one
MOST_CONNECTIONS = 32
MOST_CHARACTERS = 2**11  # of a query
TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}
HEADERS = {
    # LiteRT.js uses several threads only on pages that are isolated from others.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class PaintServer(ThreadingHTTPServer):
    """Serves a folder, and `POST /api/paint` where there is a painter.

    Args:
        address: (host, port); port 0 for a free one.
        folder: path with index.html.
        extra: dict of URL path to bytes, which go before the files of the folder.
        painter: `QueuedPainter`, or None.
        size: (h, w) of label maps. z_dim: int, length of z.
        redraws: bool, whether single classes can have noise of their own.
    Raises: OSError for a port in use.
    """

    daemon_threads = True
    request_queue_size = 16

    def __init__(
        self,
        address,
        folder,
        *,
        extra: Mapping,
        painter=None,
        size=(0, 0),
        z_dim=0,
        redraws=False,
    ):
        self.files = files_of(folder)
        self.extra = dict(extra)
        self.painter: QueuedPainter | None = painter
        self.size, self.z_dim, self.redraws = size, z_dim, redraws
        self.slots = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(address, Handler)
        self.hosts = {f"{name}:{self.server_port}" for name in (*LOCAL, address[0])}
        self.answers_to_all = address[0] in ALL_ADDRESSES

    @property
    def url(self):
        """The address for a browser on this machine."""
        host = self.server_address[0]
        return f"http://{'127.0.0.1' if host in ALL_ADDRESSES else host}:{self.server_port}/"

    def process_request(self, request, client_address):
        if not self.slots.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request, client_address):
        ending = threading.Timer(MOST_SECONDS, self.shutdown_request, [request])
        ending.daemon = True
        ending.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            ending.cancel()
            self.slots.release()

    def handle_error(self, request, client_address):
        """A client that went away is no error of this server."""


def files_of(folder):
    """dict of URL path to the path of a file, of all files of a folder; without hidden ones, and
    without links that lead out of it."""
    folder = Path(folder).resolve()
    found = {
        f"/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.resolve().is_relative_to(folder)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
    if "/index.html" in found:
        found["/"] = found["/index.html"]
    return found


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "oasis-tf", ""  # without those of Python
    timeout = SECONDS
    server: PaintServer

    def do_GET(self):
        if not self._is_ours():
            return
        if self.headers.get("Content-Length") is not None:
            self.close_connection = True  # its body is not read
        path = urlsplit(self.path).path
        content = self.server.extra.get(path)
        if content is None and path in self.server.files:
            with suppress(OSError):  # it was removed since the start
                content = self.server.files[path].read_bytes()
        if content is None:
            self._refuse(HTTPStatus.NOT_FOUND, "There is no such file.")
        else:
            name = "index.html" if path == "/" else path
            self._send(HTTPStatus.OK, content, kind=_type_of(name))

    do_HEAD = do_GET

    def do_POST(self):
        if not self._is_ours():
            return
        address = urlsplit(self.path)
        if address.path != "/api/paint" or self.server.painter is None:
            self._refuse(HTTPStatus.NOT_FOUND, "There is no such address.")
            return
        try:
            label_map, z = self._request(address.query)
            image = self.server.painter.paint(label_map, z, is_wanted=self._is_connected)
        except (ValueError, DataError) as error:
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        except BusyError as error:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        except AbandonedError:
            self.close_connection = True
        except Exception as error:  # such as diverged weights
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, str(error).partition("\n")[0])
        else:
            self._send(HTTPStatus.OK, image.tobytes(), kind="application/octet-stream")

    def _request(self, query):
        """Label map uint8 (h, w), and noise, see export/web/page/README.md.

        Raises: ValueError in a sentence.
        """
        (height, width), z_dim = self.server.size, self.server.z_dim
        redrawn = _ids(parse_qs(query[:MOST_CHARACTERS], max_num_fields=2).get("redrawn", [""])[0])
        if redrawn and not self.server.redraws:
            raise ValueError("This network takes no noise maps: no class can be redrawn.")
        num_noises = (1 + len(redrawn)) if z_dim else 0
        length = height * width + 4 * z_dim * num_noises
        if self.headers.get_all("Content-Length") != [str(length)]:
            raise ValueError(
                f"The body must be {length} bytes: {height}x{width} ids, then {num_noises} times "
                f"{z_dim} float32."
            )
        body = self.rfile.read(length)
        label_map = np.frombuffer(body, np.uint8, height * width).reshape(height, width)
        if not z_dim:
            return label_map, None
        noises = np.frombuffer(body, "<f4", offset=height * width).reshape(-1, z_dim)
        if not np.isfinite(noises).all():
            raise ValueError("The noise must be finite numbers.")
        if not redrawn:
            return label_map, noises[0]
        z = np.tile(noises[0], (height, width, 1))
        for class_id, noise in zip(redrawn, noises[1:], strict=True):
            z[label_map == class_id] = noise
        return label_map, z

    def _is_connected(self):
        """Whether the client has not closed the connection, as a browser does for a tab that is
        closed or loaded anew."""
        readable = select.poll()
        readable.register(self.connection, select.POLLIN)
        try:
            return not readable.poll(0) or self.connection.recv(1, socket.MSG_PEEK) != b""
        except OSError:
            return False

    def _is_ours(self):
        """Whether the request was meant for this server; answers it if not."""
        origin = self.headers.get("Origin")
        hosts = self.headers.get_all("Host", [])
        is_ours = set(hosts) <= self.server.hosts and (
            origin is None or origin.removeprefix("http://") in self.server.hosts
        )
        if len(hosts) != 1 or "Transfer-Encoding" in self.headers:
            self._refuse(HTTPStatus.BAD_REQUEST, "One Host, and no Transfer-Encoding, is needed.")
            return False
        if is_ours or self.server.answers_to_all:
            return True
        self._refuse(HTTPStatus.FORBIDDEN, "This server answers to its own address only.")
        return False

    def _refuse(self, status, sentence):
        self.close_connection = True  # an unread body would be taken for the next request
        self._send(status, json.dumps({"error": sentence}).encode(), kind="application/json")

    def _send(self, status, body, *, kind):
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format, *arguments):
        """Prints nothing: a page asks for an image with every stroke."""


def _ids(text):
    """List of class ids of "3,5". Raises: ValueError in a sentence."""
    parts = text.split(",") if text else []
    if not all(part.isascii() and part.isdecimal() and len(part) <= 3 for part in parts):
        raise ValueError("redrawn must be class ids with commas between them.")
    return [int(part) for part in parts]


def _type_of(name):
    suffix = Path(name).suffix
    return TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
