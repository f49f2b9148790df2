"""The client and hostile servers: endless or huge answers, redirects to other hosts."""

import gzip
import io
import itertools
import json
import struct
import time
import zlib

import grpc
import pytest
from command_line import call_export
from PIL import Image
from scripted_server import answering, dripping, predictions
from scripted_service import serving

from oasis_tf.export import png_limits
from oasis_tf.export.client import AddressError, RequestError, ServerError, connect
from oasis_tf.export.client.address import shown
from oasis_tf.export.client.files import LabelFileError, read_label_png, require_png

pytestmark = pytest.mark.process

HEADERS = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEADERS + b"Transfer-Encoding: chunked\r\n\r\n"
SECRET = "pass/w@rd"


def png(*, side=8):
    content = io.BytesIO()
    Image.new("L", (side, side)).save(content, "PNG")
    return content.getvalue()


def paint(url, *, timeout=20, is_grpc=False):
    with connect(url, model="oasis", timeout=timeout, grpc=is_grpc) as client:
        return client.paint([png()], [0])


@pytest.fixture
def small_answers(monkeypatch):
    """Limits answers to a mebibyte."""
    monkeypatch.setattr(png_limits, "MAX_PNG_BYTES", 1)


@pytest.mark.parametrize(
    ("content", "again"),
    [
        (HEADERS + b"Content-Length: 100000\r\n\r\n", b" "),
        (HEADERS + b"X: ", b"x"),
        (HEADERS, b"X: x\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"H", b"T"),
        (CHUNKED, b"1\r\n \r\n"),
        (CHUNKED, b"0"),
    ],
    ids=["body", "a header", "headers", "continue", "status", "chunks", "a chunk's length"],
)
def test_an_answer_that_drips_ends_with_the_timeout(content, again):
    start = time.monotonic()
    with (
        dripping(content, again=again) as url,
        pytest.raises(ServerError, match=r"within 0\.3 s; --timeout waits longer"),
    ):
        paint(url, timeout=0.3)
    assert time.monotonic() - start < 2


def test_all_redirects_share_one_timeout():
    start = time.monotonic()
    with (
        answering((307, b"", {"Location": "/again"}), delay=0.25) as (url, _),
        pytest.raises(ServerError, match=r"within 0\.4 s"),
    ):
        paint(url, timeout=0.4)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("content", "again"),
    [
        (HEADERS + b"\r\n", b" " * 2**16),
        (HEADERS + b"Content-Length: 99999999999\r\n\r\n", b" " * 2**16),
        (CHUNKED, b"10000\r\n" + b" " * 2**16 + b"\r\n"),
        (CHUNKED, b"0" * 2**16),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    ],
    ids=["until closed", "length", "chunks", "a chunk's length", "continue"],
)
def test_an_answer_without_end_is_not_kept(small_answers, content, again):
    with (
        dripping(content, again=again, pause=0) as url,
        pytest.raises(ServerError, match="answer is larger than 1,048,57. bytes|closed the conn"),
    ):
        paint(url)


def test_an_answer_of_a_batch_may_be_larger():
    assert png_limits.largest_answer(4) > 4 * png_limits.MAX_PNG_BYTES * 4 / 3
    assert png_limits.largest_answer(10**6) == 2**30


def test_a_gzip_bomb_is_not_opened():
    """The client requests no compressed answers, and refuses them."""
    bomb = gzip.compress(b" " * 2**20)
    for encoding in ("gzip", "deflate, gzip", "br"):
        with (
            answering((200, bomb, {"Content-Encoding": encoding})) as (url, _),
            pytest.raises(
                ServerError, match=f"in the encoding {encoding}, which was not requested"
            ),
        ):
            paint(url)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"predictions": [' + b'{"b64": ' * 90_000 + b"1",
        b'{"predictions": ' + b"9" * 5_000 + b"}",
        b'{"predictions": [{"b64": ' + b"9" * 5_000 + b"}]}",
        b'{"predictions": "\xff"}',
        b"",
    ],
    ids=["lists", "mappings", "integer", "integer inside", "no UTF-8", "empty"],
)
def test_json_that_harms_its_reader_is_a_sentence(content):
    with (
        answering((200, content)) as (url, _),
        pytest.raises(ServerError, match="without predictions in base64"),
    ):
        paint(url)
    with answering((500, content)) as (url, _), pytest.raises(ServerError, match="answered 500"):
        paint(url)


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_within_the_host_is_followed(status):
    image = png()
    redirect = (status, b"", {"Location": "/v1/models/oasis/versions/1:predict"})
    with answering(redirect, predictions(image)) as (url, asked):
        assert paint(url) == [image]
    assert len(asked) == 2 and asked[0] == asked[1]


@pytest.mark.parametrize(
    ("status", "location", "message"),
    [
        (
            307,
            "http://other.example/paint",
            "redirect to http://other.example/paint, which is not followed",
        ),
        (308, "http://u:secret@other.example/", "redirect to http://…@other.example/, which"),
        (307, "//127.0.0.2:80/", "redirect to //127.0.0.2:80/"),
        (302, "/", "redirect to /,"),
        (307, "http://[", r"redirect to http://\[,"),
        (307, "http://127.0.0.1:port/", "redirect to http://127.0.0.1:port/,"),
        (307, f"http://{'a' * 300}.example/", "redirect to http://aaaa"),
        (307, "file:///etc/passwd", "redirect to file:///etc/passwd,"),
        (307, "ftp://127.0.0.1/", "redirect to ftp://127.0.0.1/,"),
    ],
)
def test_a_redirect_to_elsewhere_is_a_sentence(status, location, message):
    with (
        answering((status, b"", {"Location": location}), predictions(png())) as (url, asked),
        pytest.raises(ServerError, match=message) as raised,
    ):
        paint(url)
    assert len(asked) == 1 and "secret" not in str(raised.value)


def test_redirects_in_a_circle_end():
    with (
        answering((308, b"", {"Location": "/"})) as (url, asked),
        pytest.raises(ServerError, match="answered 308"),
    ):
        paint(url)
    assert len(asked) == 4


@pytest.mark.parametrize("host", ["a" * 300, "a." * 150 + "example", "a..example", "-" * 64])
@pytest.mark.parametrize("is_grpc", [False, True])
def test_a_host_that_no_name_server_knows_is_an_address_error(host, is_grpc):
    url = f"{host}:80" if is_grpc else f"http://{host}:80"
    with pytest.raises(AddressError, match="expected an address like"):
        connect(url, model="oasis", timeout=1, grpc=is_grpc)


def test_a_password_is_sent_and_never_printed(tmp_path):
    """For a good address, a bad one, a server that is not running, and one that refuses."""
    (tmp_path / "map.png").write_bytes(png())
    quoted = SECRET.replace("/", "%2F").replace("@", "%40")
    urls = [f"http://me:{word}@127.0.0.1:1" for word in (quoted, SECRET)]
    urls += [f"me:{SECRET}@127.0.0.1", f"ftp://me:{SECRET}@127.0.0.1", f"http://me:{SECRET}@["]
    with answering((401, b"{}")) as (url, _):
        urls.append(url.replace("//", f"//me:{quoted}@"))
        for verb in (("client", "--out", tmp_path / "out"), ("load-test", "--batch", "1")):
            for url, options in itertools.product(urls, ((), ("--grpc",))):
                is_not_there = url == urls[0] and not options
                arguments = (*verb, "--labels", tmp_path / "map.png", "--url", url, *options)
                message = call_export(*arguments, exit_code=1 if is_not_there else 2).output
                assert "Error" in message and "me:" not in message
                assert "pass" not in message.replace("without a password", "")


def test_the_password_logs_in():
    with connect("http://me:s%40cret@127.0.0.1:1", model="m", timeout=1, grpc=False) as client:
        assert client._session.auth == ("me", "s@cret")


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("http://host:80/path", "http://host:80/path"),
        ("http://user:password@host", "http://…@host"),
        ("http://user:pass/word@host", "http://…@host"),
        ("user:password@host:80", "…@host:80"),
        ("http://a@b@host", "http://…@host"),
    ],
)
def test_addresses_are_shown_without_what_stands_before_the_host(url, printed):
    assert shown(url) == printed


def test_grpc_takes_no_larger_answer_packed_or_not(small_answers):
    for compression in (None, grpc.Compression.Gzip):
        with (
            serving([b"\0" * 2**22], compression=compression) as (address, _),
            pytest.raises(ServerError, match="answered RESOURCE_EXHAUSTED: .*larger than max"),
        ):
            paint(address, is_grpc=True)


def test_a_label_map_that_is_too_large_is_not_sent(tmp_path):
    """13,000 x 13,000 pixels of one colour are a small file."""
    path = tmp_path / "large.png"
    header = struct.pack(">IIBBBBB", 13_000, 13_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk)
    with pytest.raises(LabelFileError, match="large.png has 13,000 x 13,000 pixels, servers take"):
        read_label_png(path)
    with path.open("r+b") as file:
        file.truncate(png_limits.MAX_PNG_BYTES + 1)  # sparse
    with pytest.raises(LabelFileError, match="large.png has more than the 67,108,864 bytes"):
        read_label_png(path)
    with pytest.raises(ServerError, match="answer is 13,000 x 13,000 pixels large"):
        require_png(path.read_bytes()[:100])


def test_load_tests_are_no_longer_than_their_timeouts(tmp_path):
    (tmp_path / "map.png").write_bytes(png())
    options = ("--labels", tmp_path / "map.png", "--timeout", "0.3", "--concurrency", "2")
    with dripping(HEADERS + b"X: ", again=b"x") as url:
        message = call_export("load-test", "--url", url, *options, exit_code=1).stderr
    assert "within 0.3 s; --timeout waits longer" in message
    body = json.dumps({"predictions": [[[]]]}).encode()
    with answering((307, body, {"Location": "http://other.example"})) as (url, _):
        message = call_export("load-test", "--url", url, *options, exit_code=1).stderr
    assert "redirect to http://other.example" in message


def test_what_a_server_refuses_stays_bad_input():
    with answering((404, b"{}")) as (url, _), pytest.raises(RequestError, match="answered 404"):
        paint(url)
