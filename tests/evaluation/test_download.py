"""A download is the file that was meant, or nothing."""

import hashlib
import os

import pytest
from web_server import CutShort, Silent, serving

from oasis_tf.io.download import CHUNK, DownloadError, download

CONTENT = bytes(range(256)) * 10_000  # 2.56 MB
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "file").write_bytes(CONTENT)
    return tmp_path / "site"


@pytest.fixture
def cache(tmp_path):
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


def untracked(items, **_):
    return items


def fetch(site, cache, *, name="file", sha256=SHA256[:8], track=untracked, handler=Silent):
    with serving(site, handler) as url:
        download(f"{url}/{name}", cache / "file", sha256=sha256, track=track)


def test_the_file_comes_whole_and_progress_is_shown(site, cache):
    shown = []

    def track(items, *, description, total):
        shown.append((description.split("/")[-1], total))
        for item in items:
            assert not (cache / "file").exists()
            yield item

    fetch(site, cache, track=track)
    assert (cache / "file").read_bytes() == CONTENT
    assert shown == [("file (2.6 MB)", -(-len(CONTENT) // CHUNK))]
    assert os.listdir(cache) == ["file"]


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [
        ({"sha256": "6726825d"}, f"is not the expected file: its SHA-256 is {SHA256}"),
        ({"name": "none"}, "/none cannot be downloaded: HTTP Error 404"),
        ({"handler": CutShort}, "cannot be downloaded: 100 of 2560000 bytes arrived"),
    ],
    ids=["another file", "no file", "half a file"],
)
def test_anything_else_is_said_and_leaves_nothing(site, cache, faults, sentence):
    with pytest.raises(DownloadError, match=sentence):
        fetch(site, cache, **faults)
    assert os.listdir(cache) == []


def test_nobody_there_is_said(cache):
    with pytest.raises(
        DownloadError,
        match="http://127.0.0.1:1/ cannot be downloaded: .Errno 111. Connection refused",
    ):
        download("http://127.0.0.1:1/", cache / "file", sha256="", track=untracked)
