"""Charts show values where they belong."""

import invented
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oasis_tf.evaluation.results.class_scores_chart import BARS, class_scores_chart
from oasis_tf.evaluation.results.comparison_chart import BARS as COMPARISON_BARS
from oasis_tf.evaluation.results.comparison_chart import comparison_chart
from oasis_tf.evaluation.results.evaluation import validated
from oasis_tf.evaluation.results.references import Reference
from oasis_tf.evaluation.results.training_chart import COLORS, training_chart
from oasis_tf.visualization.canvas import BLUE, ORANGE, Canvas
from oasis_tf.visualization.frame import Frame
from oasis_tf.visualization.labels import drawable, shortened, spread, text_width, wrapped
from oasis_tf.visualization.scale import Scale


def lengths(image, color):
    """Of the horizontal bars of exactly this colour, from top to bottom."""
    widths = (image == np.array(color)).all(-1).sum(1)
    widths[widths < 20] = 0  # text has no such colour, marks of legends are short
    starts = np.flatnonzero((widths[1:] > 0) & (widths[:-1] == 0)) + 1
    return [int(widths[start : start + 4].max()) for start in starts]


def one(metrics, **arguments):
    return validated([invented.evaluation(metrics=metrics, **arguments)])


def test_without_fid_the_miou_is_a_bar_beside_that_of_real_images():
    miou = invented.miou() | {
        "real": invented.scores([0.8] * 11),
        "fake": invented.scores([0.2] * 11),
    }
    image = comparison_chart(one({"miou": miou}), [])
    assert lengths(image, BLUE) == [pytest.approx(COMPARISON_BARS / 4, abs=2)]


def test_another_networks_distance_is_not_drawn_as_fid():
    metrics = {"fid": invented.fid(5.0, "Fréchet distance in my_net"), "miou": invented.miou()}
    with_it = comparison_chart(one(metrics), [])
    np.testing.assert_array_equal(with_it, comparison_chart(one({"miou": invented.miou()}), []))


def test_bars_of_classes_are_as_long_as_their_iou():
    miou = invented.miou() | {
        "real": invented.scores([1.0, 0.5, 0.25]),
        "fake": invented.scores([0.75, 0.25, None]),
    }
    classes = invented.classes(["a", "b", "c"], [0.5, 0.3, 0.2], [0.1] * 3)
    image = class_scores_chart(one({"miou": miou}, classes=classes)[0])
    assert lengths(image, BLUE) == pytest.approx([BARS, BARS / 2, BARS / 4], abs=2)
    assert lengths(image, ORANGE) == pytest.approx([0.75 * BARS, BARS / 4], abs=2)


def test_every_group_has_a_panel_in_its_colour():
    image = training_chart(validated(invented.over_training()))
    middle, half = image.shape[1] // 2, image.shape[0] // 2
    where = {
        name: np.argwhere((image == np.array(color)).all(-1)).mean(0)
        for name, color in COLORS.items()
    }
    assert {name: (y > half, x > middle) for name, (y, x) in where.items()} == {
        "frequent": (False, False),
        "rare": (False, True),
        "uniform": (True, False),
        "complex": (True, True),
    }
    assert where["frequent"][0] < where["rare"][0]  # what is learned sooner stands higher


def test_one_step_is_no_training():
    assert training_chart(validated([invented.evaluation(5), invented.evaluation(5)])) is None


def test_a_frame_places_values():
    frame = Frame(10, 20, 110, 220, across=Scale(0, 50), up=Scale(0, 1))
    assert frame.place(25, 0.75) == (60, 70)


def test_a_canvas_keeps_places_and_colours():
    canvas = Canvas(30, 20)
    canvas.box(5, 5, 15, 10, BLUE)
    canvas.line([(0, 15), (30, 15)], ORANGE, width=2)
    image = canvas.finished()
    assert image.shape == (20, 30, 3)
    assert tuple(image[7, 10]) == BLUE and tuple(image[15, 20]) == ORANGE
    assert tuple(image[2, 2]) == (255, 255, 255)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_labels_are_pushed_apart_and_keep_their_order(wanted):
    places = spread(wanted, least=15, highest=120)
    ordered = sorted(range(len(wanted)), key=lambda index: wanted[index])
    gaps = np.diff([places[index] for index in ordered])
    assert (gaps >= 15 - 1e-9).all() and max(places) <= 120


def test_labels_with_room_stay_where_they_are_wanted():
    assert spread([50, 10, 90], least=15, highest=120) == [50, 10, 90]


def test_text_is_fitted():
    assert drawable("Schönfeld, é…") == "Schonfeld, e…"
    lines = wrapped("one two three four five six", 80)
    assert " ".join(lines) == "one two three four five six" and len(lines) > 1
    assert all(text_width(line) <= 80 for line in lines)
    short = shortened("a very long name of a class", 80)
    assert short.endswith("…") and text_width(short) <= 80
    assert shortened("sky", 80) == "sky"


def test_fid_and_miou_place_a_models_dot():
    miou = invented.miou() | {
        "real": invented.scores([0.8] * 11),
        "fake": invented.scores([0.4] * 11),
    }
    better = miou | {"fake": invented.scores([0.8] * 11)}

    def dot(fid, miou):
        """Where our one dot is, with one published model that holds the axes."""
        image = comparison_chart(
            one({"fid": invented.fid(fid), "miou": miou}),
            [Reference(model="x", data="ade20k", fid=200, miou=10, source="y")],
        )
        return np.argwhere((image == np.array(BLUE)).all(-1)).mean(0)

    (y, x), (other_y, _), (_, other_x) = dot(50, miou), dot(50, better), dot(100, miou)
    origin = 64  # of the axis, where FID is 0
    assert (other_x - origin) / (x - origin) == pytest.approx(2, rel=0.02)
    assert other_y < y - 100
