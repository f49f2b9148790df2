"""The server of the page: its own files and images, to its own address, and nothing else."""

import json
import socket
import threading
from contextlib import contextmanager

import numpy as np
import pytest
from requests_to_page import ask, running

from oasis_tf.paint import painter as queue
from oasis_tf.paint import server as paint_server
from oasis_tf.paint.painter import BusyError, QueuedPainter
from oasis_tf.paint.server import PaintServer
from oasis_tf.paint.site import PaintAddressError, open_site
from oasis_tf.runtime import noise

pytestmark = pytest.mark.usefixtures("untraced")

IDS = np.uint8(np.repeat([1, 5], 16)[:, None] * np.ones((1, 32)))


def z_of(seed):
    return noise.seeded_noise([seed], 4).numpy()[0]


def test_the_page_is_told_the_run_and_is_isolated(address):
    status, headers, body = ask(address, "/model.json")
    model = json.loads(body)
    assert status == 200 and model["backend"] == "server" and model["image_size"] == [32, 32]
    assert [c["name"] for c in model["classes"]][:3] == ["void", "sky", "mountain"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "Python" not in headers["Server"]
    assert ask(address, f"/{model['examples'][0]['file']}")[2].startswith(b"\x89PNG")


def test_an_image_is_that_of_generate(address, sampler):
    status, _, body = ask(address, "/api/paint", body=IDS.tobytes() + z_of(7).tobytes())
    assert status == 200
    expected = sampler.paint(np.int32(IDS)[None], z_of(7)[None])[0]
    assert np.ptp(expected) > 50
    np.testing.assert_array_equal(np.frombuffer(body, np.uint8).reshape(32, 32, 3), expected)


def test_a_redrawn_class_gets_its_own_noise(address, sampler):
    body = IDS.tobytes() + z_of(7).tobytes() + z_of(8).tobytes()
    status, _, body = ask(address, "/api/paint?redrawn=5", body=body)
    z = np.where((IDS == 5)[..., None], z_of(8), z_of(7))
    expected = sampler.paint(np.int32(IDS)[None], z[None])[0]
    assert status == 200
    np.testing.assert_array_equal(np.frombuffer(body, np.uint8).reshape(32, 32, 3), expected)


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/api/paint", b"", "1040 bytes"),
        ("/api/paint", bytes(1041), "1040 bytes"),
        ("/api/paint", b"\xff" * 1024 + bytes(16), "255"),
        ("/api/paint", bytes(1024) + np.full(4, np.nan, "<f4").tobytes(), "finite"),
        ("/api/paint?redrawn=1,x", bytes(1040), "class ids"),
        ("/api/paint?redrawn=1", bytes(1040), "1056 bytes"),
    ],
    ids=["empty", "long", "no class", "NaN", "no id", "no noise for it"],
)
def test_what_is_no_label_map_is_answered_in_a_sentence(address, path, body, words):
    status, _, answer = ask(address, path, body=body)
    assert status == 400 and words in json.loads(answer)["error"]


def test_a_body_that_is_too_long_is_not_read(address):
    status, headers, _ = ask(address, "/api/paint", body=b"x", **{"Content-Length": "99999999999"})
    assert status == 400 and headers["Connection"] == "close"


@pytest.mark.parametrize(
    "path",
    ["/../tiny_run.py", "/%2e%2e/x", "//etc/passwd", "/README.mdx", "/.git", "/api"],
)
def test_nothing_but_its_files_is_served(address, path):
    assert ask(address, path)[0] == 404


def test_other_hosts_and_origins_are_refused(address):
    port = address[1]
    assert ask(address, "/model.json", Host=f"localhost:{port}")[0] == 200
    assert ask(address, "/model.json", Host=f"evil.example:{port}")[0] == 403
    assert ask(address, "/model.json", Host="127.0.0.1:1")[0] == 403
    assert ask(address, "/model.json", Origin="http://evil.example")[0] == 403
    body = IDS.tobytes() + z_of(7).tobytes()
    assert ask(address, "/api/paint", body=body, Origin="null")[0] == 403


def test_a_silent_client_is_left_and_does_not_keep_others_waiting(address, monkeypatch):
    monkeypatch.setattr(paint_server.Handler, "timeout", 0.2)
    with socket.create_connection(address) as silent:
        silent.sendall(b"GET / HTTP/1.1\r\n")
        assert ask(address, "/model.json")[0] == 200
        silent.settimeout(10)
        assert silent.recv(1) == b""


def test_connections_are_bounded_in_time(address, monkeypatch):
    monkeypatch.setattr(paint_server, "MOST_SECONDS", 0.3)
    with socket.create_connection(address) as slow:
        slow.settimeout(10)
        slow.sendall(b"POST /api/paint HTTP/1.1\r\n")
        assert slow.recv(1) == b""


def test_a_used_port_is_a_sentence(run, address):
    checkpoint = run.require_checkpoint()
    with (
        pytest.raises(PaintAddressError, match=rf"127\.0\.0\.1:{address[1]} .* --port 0"),
        open_site(run, checkpoint, address=tuple(address), in_page=False),
    ):
        pass


def test_on_all_addresses_every_name_of_the_machine_is_answered(tmp_path):
    (tmp_path / "index.html").write_text("page")
    with PaintServer(("0.0.0.0", 0), tmp_path, extra={}) as server, running(server):
        address = ("127.0.0.1", server.server_port)
        assert ask(address, "/", Host="machine.local")[2] == b"page"
        assert server.url == f"http://127.0.0.1:{server.server_port}/"


class Slow:
    """A sampler that waits until it is let go."""

    def __init__(self):
        self.begun, self.go, self.painted = threading.Event(), threading.Event(), []

    def paint(self, label_maps, z):
        self.begun.set()
        assert self.go.wait(10)
        self.painted.append(int(label_maps[0, 0, 0]))
        return np.zeros((1, 2, 2, 3), np.uint8) + np.uint8(self.painted[-1])


@contextmanager
def requests_that_wait(slow, numbers):
    """Yields a dict of number to its result: the first is being painted, the others wait."""
    results = {}

    def request(number):
        try:
            label_map = np.full((2, 2), number)
            results[number] = int(painter.paint(label_map, None)[0, 0, 0])
        except RuntimeError as error:
            results[number] = type(error).__name__

    with QueuedPainter(slow) as painter:
        threads = [threading.Thread(target=request, args=(number,)) for number in numbers]
        for position, thread in enumerate(threads):
            thread.start()
            assert slow.begun.wait(10)
            while len(painter._waiting) < position:
                pass
        yield painter, results
        slow.go.set()
        for thread in threads:
            thread.join(10)


def test_several_tabs_take_turns(monkeypatch):
    monkeypatch.setattr(queue, "MOST_WAITING", 2)
    slow = Slow()
    with (
        requests_that_wait(slow, (1, 2, 3)) as (painter, results),
        pytest.raises(BusyError, match="2 requests wait"),
    ):
        painter.paint(np.full((2, 2), 4), None)
    assert results == {1: 1, 2: 2, 3: 3}
    assert slow.painted == [1, 2, 3]


def test_a_request_that_nobody_waits_for_is_not_painted(address, sampler, monkeypatch):
    slow = Slow()
    monkeypatch.setattr(type(sampler), "paint", lambda _, *arguments: slow.paint(*arguments))
    body = IDS.tobytes() + z_of(7).tobytes()
    head = f"POST /api/paint HTTP/1.1\r\nHost: 127.0.0.1:{address[1]}\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(address) as first:
        first.sendall(head.encode() + body)
        assert slow.begun.wait(10)
        with socket.create_connection(address) as left:
            left.sendall(head.encode() + body)
        with socket.create_connection(address) as last:
            last.sendall(head.encode() + np.uint8(IDS + 1).tobytes() + z_of(7).tobytes())
            slow.go.set()
            assert last.recv(15) == b"HTTP/1.1 200 OK"
    assert slow.painted == [1, 2]


def test_an_error_reaches_the_request_and_the_painter_goes_on(sampler):
    with QueuedPainter(sampler) as painter:
        with pytest.raises(Exception, match="200"):
            painter.paint(np.full((32, 32), 200), z_of(1))
        assert painter.paint(IDS, z_of(1)).shape == (32, 32, 3)
