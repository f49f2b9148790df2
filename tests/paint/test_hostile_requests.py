"""What is sent to the page's server to break it, and two servers at once."""

import threading
import time

import pytest
from requests_to_page import ask, raw, running

from oasis_tf.paint import site
from oasis_tf.paint.server import PaintServer
from oasis_tf.paint.site import open_site

pytestmark = pytest.mark.usefixtures("untraced")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["GET / HTTP/1.1", "Content-Length: 5"], 200),
        (["GET / HTTP/1.1", "Host: evil.example"], 400),
        (["POST /api/paint HTTP/1.1", "Content-Length: 1040", "Content-Length: 3"], 400),
        (["POST /api/paint HTTP/1.1", "Transfer-Encoding: chunked", "Content-Length: 1040"], 400),
        (["POST /api/paint HTTP/1.1", "Content-Length: -1040"], 400),
        (["POST /api/paint HTTP/1.1", "Content-Length: +1040"], 400),
        (["CONNECT evil.example:80 HTTP/1.1"], 501),
        (["OPTIONS * HTTP/1.1"], 501),
        (["GET //[::1 HTTP/1.1"], 404),
    ],
)
def test_ambiguous_requests_end_the_connection(address, lines, status):
    """So that no part of one is taken for the next."""
    lines = [lines[0], f"Host: 127.0.0.1:{address[1]}", *lines[1:]]
    assert raw(address, *lines, body=b"GET / HTTP/1.1\r\n\r\n") == (status, True)


def test_links_out_of_the_folder_and_removed_files_are_no_files(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    for name in ("index.html", "gone.js"):
        (folder / name).write_text("page")
    (folder / "secret").symlink_to(tmp_path / "secret")
    (folder / "up").symlink_to(tmp_path)
    (folder / "same.html").symlink_to(folder / "index.html")
    with PaintServer(("127.0.0.1", 0), folder, extra={}) as server, running(server):
        (folder / "gone.js").unlink()
        status = {
            path: ask(server.server_address, path)[0]
            for path in ("/", "/same.html", "/secret", "/up/secret", "/gone.js")
        }
    expected = {"/": 200, "/same.html": 200, "/secret": 404, "/up/secret": 404, "/gone.js": 404}
    assert status == expected


def test_two_of_them_write_the_page_of_a_run_once(run, tmp_path, monkeypatch):
    written, opened, both = [], [], threading.Barrier(2)

    def write(run, checkpoint, folder, **_):
        written.append(folder)
        time.sleep(0.2)
        folder.mkdir()
        (folder / "model.json").write_text('{"examples": []}')

    def open_one():
        both.wait(10)
        with open_site(
            run, run.require_checkpoint(), address=("127.0.0.1", 0), in_page=True
        ) as server:
            opened.append(server.files)

    monkeypatch.setattr(site, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(site.web, "write_folder", write)
    threads = [threading.Thread(target=open_one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(written) == 1 and len(opened) == 2 and opened[0] == opened[1]
