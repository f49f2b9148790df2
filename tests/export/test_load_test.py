"""python -m oasis_tf export load-test: its figures, on servers with known answers and delays."""

import json
from collections import Counter

import pytest
from command_line import call_export
from scripted_server import answering, predictions, refusal

from oasis_tf.export.client.load_test import Measurement, percentile

pytestmark = pytest.mark.process

DELAY = 0.05


def load_test(url, labels, *options, **keywords):
    options = ("--url", url, "--labels", labels, *options)
    return call_export("load-test", *options, **keywords)


def measured(url, labels, *options, **keywords):
    return json.loads(load_test(url, labels, "--json", *options, **keywords).stdout)


def test_percentiles_are_values_that_were_measured():
    values = [0.4, 0.1, 0.3, 0.2]
    assert [percentile(values, percent) for percent in (1, 25, 26, 50, 99)] == [
        0.1,
        0.1,
        0.2,
        0.2,
        0.4,
    ]
    assert percentile([7.0], 50) == 7.0 and percentile([], 50) is None


def test_rates_count_what_was_answered():
    errors = Counter({"full": 3})
    measurement = Measurement(2, 4, seconds=2.0, latencies=[0.1, 0.3, 0.2], errors=errors)
    assert measurement.summary() == {
        "concurrency": 2,
        "batch": 4,
        "requests": 6,
        "seconds": 2.0,
        "requests_per_second": 1.5,
        "images_per_second": 6.0,
        "latency_p50_ms": 200.0,
        "latency_p90_ms": 300.0,
        "latency_p99_ms": 300.0,
        "errors": {"full": 3},
    }


def test_clients_ask_at_the_same_time_as_often_as_they_were_told(served, labels):
    answer = predictions(*served.label_pngs[:2])
    with answering(answer, delay=DELAY) as (url, asked):
        (result,) = measured(
            url, labels, "--concurrency", 4, "--batch", 2, "--requests", 9, "--model", "oasis"
        )
    assert result["requests"] == 9 and result["errors"] == {}
    assert len(asked) == 4 + 9  # every client's first one is not counted
    # Nine requests by four clients: three rounds. One client would take nine.
    assert 3 * DELAY <= result["seconds"] < 8 * DELAY
    assert 1000 * DELAY <= result["latency_p50_ms"] <= result["latency_p99_ms"] < 5000 * DELAY
    bodies = asked[4:]
    seeds = [row["seed"] for body in bodies for row in body["instances"]]
    assert sorted(seeds) == list(range(18))  # so that no cache can answer
    pngs = Counter(row["label_png_bytes"]["b64"] for body in bodies for row in body["instances"])
    assert sorted(pngs.values()) == [6, 6, 6]


def test_every_setting_has_a_line(rest_server, labels):
    options = ("--concurrency", "1,3", "--batch", "1,2", "--requests", 6)
    results = measured(rest_server.rest, labels, *options)
    settings = [(result["batch"], result["concurrency"]) for result in results]
    assert settings == [(1, 1), (1, 3), (2, 1), (2, 3)]
    for result in results:
        assert result["requests"] == 6 and result["errors"] == {}
        per_request = result["images_per_second"] / result["requests_per_second"]
        assert per_request == pytest.approx(result["batch"], rel=0.01)
    message = load_test(rest_server.rest, labels / "0.png", *options)
    assert "the first request of every client warms up and is not counted" in message.stderr
    rows = [line.split("│")[1:-1] for line in message.stdout.splitlines() if line.startswith("│")]
    assert [(int(row[1]), int(row[0])) for row in rows] == settings
    assert all(row[-1].strip() == "0" for row in rows)


@pytest.mark.slow
def test_over_grpc(grpc_server, labels):
    options = ("--grpc", "--concurrency", "2", "--batch", "2", "--requests", 4)
    (result,) = measured(grpc_server.grpc, labels, *options)
    assert result["requests"] == 4 and result["errors"] == {}


def test_errors_are_counted_and_fail(served, labels):
    good, full = predictions(served.label_pngs[0]), refusal(503, "The queue is full")
    options = ("--concurrency", "1", "--batch", "1", "--requests", "5")
    with answering(good, good, full, good, predictions(b"junk")) as (url, _):
        message = load_test(url, labels, *options, "--json", exit_code=1)
    (result,) = json.loads(message.stdout)
    place = f"{url}/v1/models/oasis:predict"
    assert result["errors"] == {
        f"{place} answered 503: The queue is full": 1,
        "the server's answer is no PNG": 2,
    }
    assert result["requests"] == 5 and result["latency_p99_ms"] > 0
    assert "Error: 2 requests: the server's answer is no PNG" in message.stderr
    with answering(good, full) as (url, _):
        message = load_test(url, labels, *options, exit_code=1)
    assert message.stdout.count(" - ") == 3  # no latencies


@pytest.mark.parametrize(
    ("answer", "exit_code", "sentence"),
    [
        (refusal(400, "label_png_bytes: example 0 holds …"), 2, "answered 400: label_png_bytes"),
        (refusal(500, "no"), 1, "answered 500: no"),
        (predictions(b"junk"), 1, "the server's answer is no PNG"),
    ],
)
def test_a_server_that_cannot_be_warmed_up_is_not_measured(labels, answer, exit_code, sentence):
    with answering(answer) as (url, asked):
        message = load_test(url, labels, "--concurrency", "2", "--batch", "1", exit_code=exit_code)
    assert sentence in message.stderr and len(asked) <= 2


@pytest.mark.parametrize(
    "options",
    [
        ("--concurrency", "0"),
        ("--concurrency", "1,,2"),
        ("--concurrency", "257"),
        ("--batch", "four"),
        ("--batch", "-1"),
        ("--requests", "0"),
        ("--requests", "100001"),
        ("--labels", "/nowhere"),
        ("--url", "ftp://127.0.0.1"),
    ],
)
def test_bad_options_are_refused(labels, options):
    load_test("http://127.0.0.1:1", labels, *options, exit_code=2)
