"""Charts look the same everywhere, and are this program's files."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from readable_chart import assert_readable

from oasis_tf.io.output_files import is_own
from oasis_tf.visualization import charts
from oasis_tf.visualization.class_chart import class_chart


@charts.styled
def chart(title="Title"):
    figure = charts.new_figure(300, 260, title=title, notes=["A note. " * 20])
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=charts.BLUE)
    axes.set(xlabel="x, px", ylabel="y, %", xlim=(0, 1), ylim=(0, 1))
    return figure


def test_a_file_is_marked_whole_and_the_same_each_time(tmp_path):
    for name in ("one.png", "other.png"):
        charts.save(chart(), tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.png", "other.png"]
    assert is_own(tmp_path / "one.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "other.png").read_bytes()
    with Image.open(tmp_path / "one.png") as image:
        assert image.mode == "RGB" and image.width == 300 and image.height > 260


def test_the_users_settings_have_no_influence():
    import matplotlib

    expected = charts.pixels(chart())
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.dpi": 10}):
        np.testing.assert_array_equal(charts.pixels(chart()), expected)


@pytest.mark.parametrize(
    "title", ["short", "a long title of a chart " * 5, "a$b$ $\\frac$", "x" * 90]
)
def test_titles_and_notes_are_wrapped_and_never_formulas(title):
    assert_readable(chart(title))


@pytest.mark.parametrize("num_classes", [2, 41, 256])
def test_classes_are_bars_on_a_logarithmic_axis(num_classes):
    shares = np.zeros(num_classes)
    shares[:2] = [0.01, 0.99]
    figure = class_chart(
        {"train": shares, "val": shares[::-1]},
        class_names=[f"class {index} of $many$" for index in range(num_classes)],
        palette=np.full((num_classes, 3), 51, np.uint8),
        title="Classes",
    )
    assert_readable(figure)
    bars = figure.axes[0].patches
    assert [bar.get_x() + bar.get_width() for bar in bars] == pytest.approx(
        [0.99, 0.0103], rel=0.04
    )
    assert bars[0].get_facecolor()[:3] == pytest.approx([0.2] * 3)
    assert figure.axes[0].get_xscale() == "log"
    names = [label.get_text() for axes in figure.axes for label in axes.get_yticklabels()]
    assert names[:2] == ["class 1 of $many$", "class 0 of $many$"] and len(names) == num_classes


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_labels_are_pushed_apart_and_keep_their_order(positions):
    places = charts.spread(positions, least=15, highest=120)
    ordered = sorted(range(len(positions)), key=lambda index: positions[index])
    gaps = np.diff([places[index] for index in ordered])
    assert (gaps >= 15 - 1e-9).all() and max(places) <= 120


def test_labels_that_are_apart_stay_where_they_are():
    assert charts.spread([50, 10, 90], least=15, highest=120) == [50, 10, 90]


def test_long_names_are_shortened():
    assert charts.shortened("a very long name of a class", 12) == "a very long…"
    assert charts.shortened("sky", 12) == "sky"
