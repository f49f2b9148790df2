"""Held-out scores of a discriminator that reads classes off images and an EMA generator of 1."""

import csv
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from events import scalars_of
from tiny import tiny_oasis, tiny_pairs

from oasis_tf.runtime import noise
from oasis_tf.training.callbacks import HeldOutScores

pytestmark = pytest.mark.usefixtures("untraced")  # the noise that came is compared

CLASS_NAMES = ("void", "sky", "grass", "snow")
Z_DIM = 3

# Three 1x2 images: what is labelled, and what the discriminator sees in the real images.
LABELLED = np.array([[[0, 1]], [[1, 2]], [[2, 2]]])
SEEN = np.array([[[1, 1]], [[2, 2]], [[2, 1]]])

# Void pixels left out, (labelled, seen) are 1-1, 1-2, 2-2, 2-2, 2-1; on fakes everything is 1.
REAL = {
    "accuracy": "0.6000",
    "miou": "0.4167",
    "1 sky": "0.3333",
    "2 grass": "0.5000",
    "3 snow": "",
}
FAKE = {
    "accuracy": "0.4000",
    "miou": "0.2000",
    "1 sky": "0.4000",
    "2 grass": "0.0000",
    "3 snow": "",
}


def image_of(classes):
    return np.repeat(np.float32(classes)[..., None], 3, axis=-1)


def batches():
    """A batch of two pairs and one of one."""
    yield image_of(SEEN[:2]), LABELLED[:2]
    yield image_of(SEEN[2:]), LABELLED[2:]


class RecalibratedEMA:
    """Paints class 1 everywhere; remembers how often it was asked for, and the noise it got."""

    num_classes, z_dim = len(CLASS_NAMES), Z_DIM

    def __init__(self):
        self.asked = 0
        self.noise = []

    def __call__(self):
        self.asked += 1
        return self.generator

    @property
    def generator(self):
        def paint(label_map, z):
            self.noise.append(z)
            return image_of(np.ones_like(label_map))

        paint.num_classes, paint.z_dim = self.num_classes, self.z_dim
        return paint


@pytest.fixture
def recalibrated_ema():
    return RecalibratedEMA()


@pytest.fixture
def start(tmp_path, recalibrated_ema):
    """Makes the callback for a model at a step, and begins training."""

    def started(step, *, begin=True):
        scores = HeldOutScores(
            tmp_path / "held_out.csv",
            every=2,
            batches=batches,
            class_names=CLASS_NAMES,
            summary_writer=tf.summary.create_file_writer(str(tmp_path / "tensorboard")),
            recalibrated_ema=recalibrated_ema,
        )
        scores.set_model(
            SimpleNamespace(
                step=tf.Variable(step, dtype=tf.int64),
                discriminator=lambda image: tf.one_hot(tf.cast(image[..., 0], tf.int32) + 1, 5),
            )
        )
        if begin:
            scores.on_train_begin()
        return scores

    return started


def train(scores, *, steps):
    for batch in range(steps):
        scores.model.step.assign_add(1)
        scores.on_train_batch_end(batch)


def rows(tmp_path):
    with (tmp_path / "held_out.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_real_and_fake_are_scored_over_all_batches_class_by_class(start, tmp_path):
    start(0)
    real, fake = rows(tmp_path)
    assert real == {"step": "0", "images": "real"} | REAL
    assert fake == {"step": "0", "images": "fake"} | FAKE


def test_image_i_is_painted_with_the_noise_of_seed_i(start, recalibrated_ema):
    start(0)
    np.testing.assert_array_equal(
        np.concatenate(recalibrated_ema.noise), noise.seeded_noise(np.arange(3), Z_DIM)
    )


def test_a_generator_without_noise_gets_none(start, recalibrated_ema):
    recalibrated_ema.z_dim = 0
    start(0)
    assert recalibrated_ema.noise == [None, None]


def test_rows_are_of_step_0_and_of_every_second_one(start, tmp_path):
    train(start(0), steps=5)
    kinds = [(row["step"], row["images"]) for row in rows(tmp_path)]
    assert kinds == [(step, kind) for step in "024" for kind in ("real", "fake")]


def test_a_step_is_scored_once(start, recalibrated_ema, tmp_path):
    scores = start(0)
    train(scores, steps=2)
    scores.act()
    assert recalibrated_ema.asked == 2 and len(rows(tmp_path)) == 4


def test_a_resumed_run_scores_again_what_came_after_it(start, recalibrated_ema, tmp_path):
    train(start(0), steps=6)
    scored = recalibrated_ema.asked
    scores = start(3)
    assert recalibrated_ema.asked == scored
    scores.model.discriminator = lambda image: tf.one_hot(tf.ones(image.shape[:3], tf.int32) + 1, 5)
    train(scores, steps=2)
    steps = [(row["step"], row["accuracy"]) for row in rows(tmp_path) if row["images"] == "real"]
    assert steps == [("0", "0.6000"), ("2", "0.6000"), ("4", "0.4000")]


def test_a_finished_run_is_scored_though_training_never_begins(start, tmp_path):
    start(0)
    start(2, begin=False).act()
    assert [row["step"] for row in rows(tmp_path)] == ["0", "0", "2", "2"]


def test_a_run_resumed_without_earlier_scores_starts_with_its_own(start, tmp_path):
    train(start(3), steps=1)
    assert [row["step"] for row in rows(tmp_path)] == ["4", "4"]


def test_scores_go_to_tensorboard(start, tmp_path):
    start(0)
    scalars = scalars_of(tmp_path / "tensorboard")
    for kind, expected in (("real", REAL), ("fake", FAKE)):
        tags = {key: f"score/held_out/{key}_{kind}" for key in ("accuracy", "miou")}
        tags |= {key: f"per_class/iou_{kind}/{key}" for key in ("1 sky", "2 grass")}
        for key, tag in tags.items():
            assert scalars[tag] == {0: pytest.approx(float(expected[key]), abs=1e-4)}
    assert not any("snow" in tag for tag in scalars)  # never seen, so it has no IoU


def test_traced_once_for_all_batch_sizes_networks_score_as_op_by_op(tmp_path):
    images, label_maps = tiny_pairs(3)
    model, tables, traces = tiny_oasis(), {}, []

    class Counted:
        num_classes, z_dim = model.ema_generator.num_classes, model.ema_generator.z_dim

        def __call__(self, label_map, z):
            traces.append(label_map.shape)
            return model.ema_generator(label_map, z)

    generator = Counted()
    for eagerly in (False, True):
        tf.config.run_functions_eagerly(eagerly)
        model.step.assign(0)
        folder = tmp_path / str(eagerly)
        scores = HeldOutScores(
            folder / "held_out.csv",
            every=2,
            batches=lambda: ((images[i : i + 2], label_maps[i : i + 2]) for i in (0, 2)),
            class_names=[str(i) for i in range(generator.num_classes)],
            summary_writer=tf.summary.create_file_writer(str(folder)),
            recalibrated_ema=lambda: generator,
        )
        scores.set_model(model)
        scores.act()
        model.step.assign_add(2)
        scores.act()
        tables[eagerly] = rows(folder)
    assert len(traces) == 1 + 4
    assert len(tables[True]) == 4 and tables[True] == tables[False]
