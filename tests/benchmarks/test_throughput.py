"""Images a second of a tiny network: what is counted, by hand, and what is printed and drawn."""

import argparse
import sys

import numpy as np
import pytest
import tensorflow as tf
from readable_chart import assert_readable
from tiny import tiny_generator

from benchmarks import measure, performed, throughput, throughput_chart
from benchmarks.throughput_chart import Curve, Panel
from oasis_tf.models.fold import fold
from oasis_tf.models.multiply_adds import convolution_multiply_adds

pytestmark = pytest.mark.heavy

CLASSES, Z_DIM, HIDDEN = 5, 3, 4  # of the tiny generator
LEVELS = {  # of one class, at each size: distinct 3x3 and 5x5 neighbourhoods, which are of borders
    (4, 6): (3 * 3, 4 * 5),
    (8, 12): (3 * 3, 5 * 5),
}
WIDTHS = {(4, 6): (8, 4, 8), (8, 12): (4, 2, 4)}  # that the SPADEs of each block modulate


@pytest.fixture(scope="module")
def folded():
    return fold(tiny_generator(modulation="distinct"))


@pytest.fixture(autouse=True)
def gentle(monkeypatch):
    """A small matrix product, and this process's memory as the other tests expect it."""
    monkeypatch.setattr(measure, "MATRIX_SIDE", 64)
    monkeypatch.setattr(throughput, "keep_freed_memory", lambda: None)


@pytest.mark.parametrize("batch_size", [1, 2])
def test_operations_of_modulation_are_those_counted_by_hand(folded, batch_size):
    found = performed.modulations(folded, np.ones((batch_size, 8, 12), np.int32))
    for one, (size, (inner, outer)) in zip(found, LEVELS.items(), strict=True):
        looked_up = 2 * sum(WIDTHS[size])
        inner, outer, symbols = (batch_size * count for count in (inner, outer, 1))
        assert one.size == size
        assert one.symbols == 3 * 9 * (symbols + 1) * (Z_DIM + CLASSES) * HIDDEN
        assert one.hidden == 3 * 9 * inner * HIDDEN
        assert one.products == 9 * (inner + 1) * HIDDEN * looked_up
        assert one.sums == 9 * outer * looked_up
        assert one.looked_up == batch_size * size[0] * size[1] * looked_up


def test_multiply_adds_are_those_of_the_dense_graph_but_for_its_modulation(folded):
    """Dense modulation takes 9 taps of gamma and beta, and of the labels, at every pixel."""
    label_maps = np.ones((2, 8, 12), np.int32)
    dense = type(folded).from_config(folded.get_config() | {"modulation": "dense"})
    specs = tf.TensorSpec((2, 8, 12), tf.int32), tf.TensorSpec((2, Z_DIM), tf.float32)
    of_graph = convolution_multiply_adds(tf.function(dense).get_concrete_function(*specs))
    assert performed.multiply_adds(dense, [label_maps, label_maps[:1]]) == [of_graph, of_graph // 2]
    exchanged = 0
    for one in performed.modulations(folded, label_maps):
        pixels = one.size[0] * one.size[1]
        labels, noise = 3 * 9 * pixels * CLASSES * HIDDEN, 3 * 9 * 9 * Z_DIM * HIDDEN
        outputs = 9 * pixels * HIDDEN * 2 * sum(WIDTHS[one.size])
        exchanged += one.symbols + one.products - 2 * (labels + noise + outputs)
    assert performed.multiply_adds(folded, [label_maps]) == [of_graph + exchanged]


def test_rates_are_of_the_batches_in_their_order_on_so_many_processors(monkeypatch, tmp_path):
    limited = []
    monkeypatch.setattr(throughput.os, "sched_setaffinity", lambda *call: limited.append(call))
    arguments = argparse.Namespace(
        config="tiny", data_root=tmp_path, maps=2, batches=[2, 1], repeats=1
    )
    config = throughput.load_config("tiny")
    label_maps = throughput.label_maps_of(config, arguments, size=(32, 32))
    assert label_maps.shape == (2, 32, 32) and len(np.unique(label_maps)) > 2
    points = throughput.rates_of_threads(1, label_maps, arguments)
    assert limited == [(0, sorted(throughput.os.sched_getaffinity(0))[:1])]
    assert [point.batch_size for point in points] == [1, 2]
    assert all(point.seconds > 0 and point.limit > 0 for point in points)


@pytest.mark.slow
def test_growth_is_printed_and_drawn(monkeypatch, capsys, tmp_path):
    options = ["--config", "tiny", "--data-root", str(tmp_path), "--maps", "1", "--repeats", "1"]
    options += ["--sizes", "8", "16", "--classes", "3", "--out", str(tmp_path / "out.png")]
    monkeypatch.setattr(sys, "argv", ["throughput", "growth", *options])
    throughput.main()
    assert (tmp_path / "out.png").exists()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Machine: ")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "| " in line]
    shown = [row[:3] for row in rows[2:]]
    assert shown == [
        ["side, pixels", "8x8", "14"],
        ["side, pixels", "16x16", "14"],
        ["classes", "32x32", "3"],
    ]
    first, larger, other = rows[2:]
    assert first[4] == first[5] == other[4] == other[5] == "1.00"
    assert float(larger[5]) == pytest.approx(float(larger[4]) / 4, abs=0.01)  # 4 times the pixels


def test_the_chart_can_be_read():
    points = [(1, 3.9), (2, 4.4), (4, 4.6), (8, 4.6)]
    limits = [(1, 7.9), (2, 8.0), (4, 8.1), (8, 8.1)]
    curves = [Curve(f"{n} threads", points, limits) for n in (1, 2)]
    panels = [Panel("batch", "images a second", curves)]
    figure = throughput_chart.limit_chart(panels, title="The folded generator")
    assert_readable(figure)
