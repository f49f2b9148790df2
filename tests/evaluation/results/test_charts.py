"""Charts show the values, and their texts can be read."""

import invented
import numpy as np
import pytest
from readable_chart import assert_readable

from oasis_tf.evaluation.results.class_scores_chart import COLORS as KIND_COLORS
from oasis_tf.evaluation.results.class_scores_chart import class_scores_chart
from oasis_tf.evaluation.results.comparison_chart import comparison_chart
from oasis_tf.evaluation.results.evaluation import validated
from oasis_tf.evaluation.results.references import Reference, read_references
from oasis_tf.evaluation.results.training_chart import training_chart


def one(metrics, **arguments):
    return validated([invented.evaluation(metrics=metrics, **arguments)])


def lines_of(axes, color):
    """(steps, values) of each line in a colour, thinnest first."""
    lines = [line for line in axes.lines if line.get_color() == color]
    lines.sort(key=lambda line: line.get_linewidth())
    return [line.get_xydata().T.tolist() for line in lines]


def test_without_fid_the_miou_is_a_bar_beside_that_of_real_images():
    miou = invented.miou() | {
        "real": invented.scores([0.8] * 11),
        "fake": invented.scores([0.2] * 11),
    }
    figure = comparison_chart(one({"miou": miou}), [])
    (axes,) = figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    widths = [bar.get_width() for bar in axes.patches]
    assert dict(zip(names, widths, strict=True)) == {
        "my, step 2,000": pytest.approx(20),
        "real images": pytest.approx(80),
    }
    assert "mIoU, %" in axes.get_xlabel()


def test_fid_and_miou_place_a_models_dot():
    published = Reference(model="x", data="ade20k", fid=200, miou=10, source="y")
    miou = invented.miou() | {"fake": invented.scores([0.4] * 11)}
    (axes,) = comparison_chart(one({"fid": invented.fid(50), "miou": miou}), [published]).axes
    dots = [line.get_xydata()[0].tolist() for line in axes.lines if line.get_marker() == "o"]
    assert dots == [pytest.approx([200, 10]), pytest.approx([50, 40])]
    assert axes.get_xlim()[0] == axes.get_ylim()[0] == 0


def test_another_networks_distance_is_not_drawn_as_fid():
    metrics = {"fid": invented.fid(5.0, "Fréchet distance in my_net"), "miou": invented.miou()}
    (axes,) = comparison_chart(one(metrics), []).axes
    assert "FID" not in axes.get_xlabel() and len(axes.patches) == 2
    assert comparison_chart(one({"fid": metrics["fid"]}), []) is None


def test_bars_of_classes_are_as_long_as_their_iou():
    miou = invented.miou() | {
        "real": invented.scores([1.0, 0.5, 0.25]),
        "fake": invented.scores([0.75, 0.25, None]),
    }
    classes = invented.classes(["a", "b", "c"], [0.2, 0.5, 0.3], [0.1] * 3)
    (axes,) = class_scores_chart(one({"miou": miou}, classes=classes)[0]).axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["b  50 %", "c  30 %", "a  20 %"]
    real, fake = ([bar.get_width() for bar in bars] for bars in axes.containers)
    assert real == pytest.approx([50, 25, 100]) and fake == pytest.approx([25, 0, 75])
    circles = [line.get_ydata().tolist() for line in axes.lines if len(line.get_ydata())]
    assert circles == [[pytest.approx(1.18)]]  # c has no IoU on fakes
    assert [handle.get_facecolor() for handle in axes.get_legend().get_patches()] == [
        bars[0].get_facecolor() for bars in axes.containers
    ]
    assert len(set(KIND_COLORS.values())) == 2


def test_every_group_has_a_panel_with_its_mean_and_its_classes():
    evaluations = validated(invented.over_training())
    panels = training_chart(evaluations).axes
    titles = ["frequent classes", "rare classes", "uniform classes", "complex classes"]
    assert [axes.get_title(loc="left") for axes in panels] == titles
    by_share = np.argsort(invented.SHARES)[::-1][:3]  # three of eleven
    ious = [
        [100 * e.metrics.miou.fake.per_class_iou[1 + index] for e in evaluations]
        for index in by_share
    ]
    color = max(panels[0].lines, key=lambda line: line.get_linewidth()).get_color()
    *classes, mean = lines_of(panels[0], color)
    assert mean[0] == [0, 250, 500, 1000, 1500, 2000]
    np.testing.assert_allclose(mean[1], np.mean(ious, axis=0))
    np.testing.assert_allclose(sorted(line[1] for line in classes), sorted(ious))


def test_one_step_is_no_training():
    assert training_chart(validated([invented.evaluation(5), invented.evaluation(5)])) is None


@pytest.fixture(scope="module")
def many():
    """Two evaluations with 150 classes of long names."""
    names = [f"clässe {i} $x " + "very " * (i % 9) for i in range(150)]
    classes = invented.classes(names, [(i + 1) ** -3 for i in range(150)], [0.01] * 150)
    miou = invented.miou() | {"real": None}
    return validated(
        [
            invented.evaluation(
                step,
                run="runs/" + "long" * 20,
                metrics={"miou": miou | {"fake": invented.scores([step / 20] * 150)}},
                classes=classes,
            )
            for step in (0, 10)
        ]
    )


def draw(name, evaluations):
    return {
        "comparison": lambda: comparison_chart(evaluations, read_references()[:4]),
        "classes": lambda: class_scores_chart(evaluations[-1]),
        "training": lambda: training_chart(evaluations),
    }[name]()


@pytest.mark.parametrize("name", ["comparison", "classes", "training"])
def test_no_text_is_cut_or_lies_on_another(name, many):
    for evaluations in (validated(invented.over_training()), many):
        assert_readable(draw(name, evaluations))
