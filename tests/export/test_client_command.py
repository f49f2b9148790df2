"""export client: label maps in, images out, and a clear error for each failure."""

import base64
import os
import subprocess
import sys
import time

import grpc
import pytest
from command_line import call_export
from scripted_server import answering, predictions, refusal, speaking
from scripted_service import serving

pytestmark = pytest.mark.process


def client(url, labels, out, *options, **keywords):
    files = ("--labels", labels, "--out", out)
    return call_export("client", "--url", url, *files, *options, **keywords)


@pytest.mark.slow
def test_a_folder_is_painted_over_rest(rest_server, served, labels, tmp_path):
    out = tmp_path / "new" / "painted"
    seed = int(served.seeds[0])
    message = client(rest_server.rest, labels, out, "--seed", seed).stdout
    assert message == f"Painted 3 photographs with seed {seed}: {out}\n"
    assert sorted(os.listdir(out)) == ["0.png", "1.png", "2.png"]
    served.assert_painted_pngs([(out / "0.png").read_bytes()], of=slice(0, 1))


def test_a_file_is_painted_over_grpc(grpc_server, served, labels, tmp_path):
    out = tmp_path / "mine.png"
    out.write_text("an older picture")
    options = ("--seed", int(served.seeds[1]), "--grpc")
    message = client(grpc_server.grpc, labels / "1.png", out, *options, exit_code=2).stderr
    assert f"Error: {out} is there, and was not made by this program" in message
    assert out.read_text() == "an older picture"
    client(grpc_server.grpc, labels / "1.png", out, *options, "--overwrite")
    served.assert_painted_pngs([out.read_bytes()], of=slice(1, 2))
    client(grpc_server.grpc, labels / "1.png", tmp_path, "--seed", int(served.seeds[1]), "--grpc")
    assert (tmp_path / "1.png").read_bytes() == out.read_bytes()


def test_what_a_rest_server_refuses_is_bad_input(rest_server, labels, tmp_path):
    out = tmp_path / "out.png"
    (labels / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing else")
    message = client(rest_server.rest, labels, tmp_path / "painted", exit_code=1).stderr
    assert "Error: left out 1 of 3 label maps:" in message
    assert f"  {labels / '1.png'}: " in message and "answered 400: " in message
    assert sorted(os.listdir(tmp_path / "painted")) == ["0.png", "2.png"]
    message = client(rest_server.rest, labels / "1.png", out, exit_code=2).stderr
    assert f"Error: {labels / '1.png'}: " in message and "answered 400: " in message
    message = client(rest_server.rest, labels / "0.png", out, "--model", "nope", exit_code=2).stderr
    assert (
        "/v1/models/nope:predict answered 404: " in message
        and "nope" in message.partition("404")[2]
    )
    assert not out.exists()


def test_what_a_grpc_server_refuses_is_bad_input(grpc_server, labels, tmp_path):
    out = tmp_path / "out.png"
    (labels / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing else")
    message = client(grpc_server.grpc, labels / "1.png", out, "--grpc", exit_code=2).stderr
    assert f"Error: {labels / '1.png'}: {grpc_server.grpc} answered INVALID_ARGUMENT: " in message
    options = ("--grpc", "--model", "nope")
    message = client(grpc_server.grpc, labels / "0.png", out, *options, exit_code=2).stderr
    assert "answered NOT_FOUND: Servable not found" in message
    assert not out.exists()


@pytest.mark.parametrize("options", [(), ("--grpc",)])
def test_a_server_that_is_not_there_is_a_failure(labels, tmp_path, options):
    url = "127.0.0.1:1" if options else "http://127.0.0.1:1"
    message = client(url, labels, tmp_path / "out", *options, exit_code=1).stderr
    assert (
        f"Error: {url}" in message
        and "cannot be reached" in message
        and "Connection refused" in message
    )
    assert options or "; a server must run at --url" in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [(), ("--grpc",)])
def test_a_server_that_never_answers_is_a_failure_in_time(labels, tmp_path, options):
    start = time.monotonic()
    with answering(None) as (url, _):
        url = url.removeprefix("http://") if options else url
        options = (*options, "--timeout", "0.3")
        message = client(url, labels, tmp_path / "out", *options, exit_code=1).stderr
    # A server of another protocol may close the connection before the timeout.
    assert "within 0.3 s; --timeout waits longer" in message or "cannot be reached" in message
    assert time.monotonic() - start < 10


def test_each_protocol_says_so_at_the_others_port(rest_server, grpc_server, labels, tmp_path):
    message = client(f"http://{grpc_server.grpc}", labels, tmp_path / "out", exit_code=1).stderr
    assert "is no HTTP server" in message
    url = rest_server.rest.removeprefix("http://")
    message = client(url, labels, tmp_path / "out", "--grpc", exit_code=1).stderr
    assert f"Error: {url} " in message


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (refusal(500, "out of paint\nand more"), "answered 500: out of paint"),
        (refusal(503, "The batch queue is full"), "answered 503: The batch queue is full"),
        (refusal(429, "slower"), "answered 429: slower"),
        ((502, b"<html>a proxy's page</html>"), "answered 502: Bad Gateway"),
        ((200, b"<html>a page</html>"), "without predictions in base64"),
        ((200, b'{"predictions": [[1, 2]]}'), "without predictions in base64"),
        ((200, b'{"predictions": [{"b64": "?"}]}'), "without predictions in base64"),
        ((200, b'{"predictions": []}'), "answered 0 images to 1 label maps"),
        (predictions(b"no picture"), "the server's answer is no PNG\n"),
        ((500, b'{"error": {"code": 13}}'), "answered 500: Internal Server Error"),
        (refusal(500, "\x1b[31mred\x07"), "answered 500: [31mred\n"),
    ],
)
def test_a_server_that_fails_is_a_failure(labels, tmp_path, answer, sentence):
    out = tmp_path / "out.png"
    with answering(answer) as (url, asked):
        message = client(url, labels / "0.png", out, exit_code=1).stderr
    assert sentence in message and "and more" not in message
    assert len(asked) == 1 and not out.exists()
    assert [name for name in os.listdir(tmp_path) if name != "labels"] == []


def test_half_a_png_is_a_failure(served, labels, tmp_path):
    for length in (30, 60, len(served.label_pngs[0]) - 5):
        with answering(predictions(served.label_pngs[0][:length])) as (url, _):
            message = client(url, labels / "0.png", tmp_path / "out.png", exit_code=1).stderr
        assert "the server's answer is no PNG" in message


def test_what_a_merged_batch_refused_is_asked_once_more(served, labels, tmp_path):
    """The first refusal may have been caused by another client's label map."""
    out = tmp_path / "out.png"
    others = refusal(400, "label_png_bytes: example 5 holds …")
    with answering(others, predictions(served.label_pngs[0])) as (url, asked):
        client(url, labels / "0.png", out, "--seed", 7)
    (row,) = asked[1]["instances"]
    assert asked == [{"signature_name": "png", "instances": [row]}] * 2
    assert row["seed"] == 7 and base64.b64decode(row["label_png_bytes"]["b64"]) == out.read_bytes()
    with answering(others) as (url, asked):
        client(url, labels / "0.png", out, "--overwrite", exit_code=2)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "closed the connection, or is no HTTP server"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "closed the connection, or is no HTTP server"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", "closed the connection"),
    ],
)
def test_an_answer_that_breaks_off_is_a_failure(labels, tmp_path, content, sentence):
    with speaking(content) as url:
        message = client(url, labels, tmp_path / "out", exit_code=1).stderr
    assert sentence in message


def test_an_answer_that_gets_stuck_is_a_failure_in_time(labels, tmp_path):
    with speaking(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", stays=True) as url:
        message = client(url, labels, tmp_path / "out", "--timeout", "0.3", exit_code=1).stderr
    assert "within 0.3 s; --timeout waits longer" in message


@pytest.mark.parametrize(
    ("answer", "exit_code", "sentence"),
    [
        (grpc.StatusCode.INTERNAL, 1, "answered INTERNAL: no paint"),
        (grpc.StatusCode.UNAVAILABLE, 1, "cannot be reached, or is too busy: no paint"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, 1, "answered RESOURCE_EXHAUSTED: no paint"),
        (grpc.StatusCode.FAILED_PRECONDITION, 2, "answered FAILED_PRECONDITION: no paint"),
        ([], 1, "answered 0 images to 1 label maps"),
        ([b"no picture"], 1, "the server's answer is no PNG"),
        (None, 1, "within 0.3 s; --timeout waits longer"),
    ],
)
def test_a_grpc_server_that_fails_is_said_so(labels, tmp_path, answer, exit_code, sentence):
    out, options = tmp_path / "out.png", ("--grpc", "--timeout", "0.3")
    with serving(answer) as (address, asked):
        message = client(address, labels / "0.png", out, *options, exit_code=exit_code).stderr
    assert sentence in message and "and more" not in message
    assert len(asked) == 1 and not out.exists()


def test_what_a_merged_batch_refused_is_asked_once_more_over_grpc(served, labels, tmp_path):
    out, refused = tmp_path / "out.png", grpc.StatusCode.INVALID_ARGUMENT
    with serving(refused, served.label_pngs[:1]) as (address, asked):
        client(address, labels / "0.png", out, "--seed", 7, "--grpc")
    assert len(asked) == 2 and asked[0] == asked[1]
    assert out.read_bytes() == served.label_pngs[0]
    with serving(refused) as (address, asked):
        client(address, labels / "0.png", out, "--grpc", "--overwrite", exit_code=2)
    assert len(asked) == 2


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_that_no_one_can_wait_is_refused(labels, tmp_path, seconds):
    client("http://127.0.0.1:1", labels, tmp_path, "--timeout", seconds, exit_code=2)


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("ftp://127.0.0.1", ()),
        ("http://[", ()),
        ("http://.example", ()),
        ("http://exa mple/", ()),
        ("http://127.0.0.1:1/?model=mine", ()),
        ("http://127.0.0.1:1/#mine", ()),
        ("127.0.0.1:8501", ()),
        ("http://", ()),
        ("http://127.0.0.1:port", ()),
        ("http://127.0.0.1:8500", ("--grpc",)),
        ("127.0.0.1:99999", ("--grpc",)),
        ("127.0.0.1/path", ("--grpc",)),
    ],
)
def test_an_address_that_cannot_be_is_named(labels, tmp_path, url, options):
    message = client(url, labels, tmp_path / "out", *options, exit_code=2).stderr
    assert f"Error: {url}: " in message and "expected an address like" in message


def test_files_that_cannot_be_sent_or_written_are_named(served, labels, tmp_path):
    url = "http://127.0.0.1:1"  # nothing is sent
    missing = tmp_path / "nowhere"
    assert f"{missing}: no such file" in client(url, missing, tmp_path, exit_code=2).stderr
    notes = labels / "notes.txt"
    message = client(url, notes, tmp_path / "out.png", exit_code=2).stderr
    assert f"{notes} is no PNG" in message
    message = client(url, labels, notes, exit_code=2).stderr
    assert f"{notes} is a file; --labels is a folder" in message
    message = client(url, labels, labels, exit_code=2).stderr
    assert f"{labels / '0.png'} is a label map and would be painted over" in message
    os.mkfifo(tmp_path / "pipe")
    options = ("--overwrite",)
    message = client(url, labels / "0.png", tmp_path / "pipe", *options, exit_code=2).stderr
    assert f"{tmp_path / 'pipe'} is a device or a pipe" in message
    (tmp_path / "empty").mkdir()
    message = client(url, tmp_path / "empty", tmp_path / "out", exit_code=2).stderr
    assert "holds no .png label maps" in message


def test_without_the_stubs_it_says_what_to_install(labels, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_serving", None)
    monkeypatch.delitem(sys.modules, "oasis_tf.export.client.grpc_client", raising=False)
    for module in [name for name in sys.modules if name.startswith("tensorflow_serving.")]:
        monkeypatch.delitem(sys.modules, module)
    message = client("127.0.0.1:1", labels, tmp_path / "out", "--grpc", exit_code=1).stderr
    assert "pip install 'tensorflow-serving-api>=2.21,<2.22', or leave out --grpc" in message


def test_rest_needs_no_tensorflow(served, labels, tmp_path):
    """The client also runs without TensorFlow."""
    program = (
        "import sys\n"
        "sys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "from oasis_tf.cli.export.app import main\n"
        "main()\n"
    )
    with answering(predictions(served.label_pngs[0])) as (url, _):
        command = [sys.executable, "-c", program, "client", "--url", url, "--labels"]
        command += [labels / "0.png", "--out", tmp_path / "out.png"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.png").read_bytes() == served.label_pngs[0]
