"""The probability of augmentation follows the discriminator's overfitting, and is resumed."""

import csv

import numpy as np
import pytest
from tiny import assert_same_weights, fit, tiny_pairs, weights_of
from tiny_checkpoint import saved_and_loaded, tiny_checkpoint
from tiny_config import TINY
from tiny_training import train
from toy_gan import toy

from oasis_tf.augment.augmentation import Augmentation
from oasis_tf.config import ConfigError, load_config
from oasis_tf.metrics.adaptive_probability import AdaptiveProbability, overfitting
from oasis_tf.runs import checkpoint
from oasis_tf.runtime import noise
from oasis_tf.training.callbacks import AdaptiveAugmentation

TRAINED, HELD_OUT = tiny_pairs(3, seed=1), tiny_pairs(2, seed=2)
AUGMENT = "training.discriminator_augment"


def adaptive(target=0.5, **settings):
    settings = {"cutout": 0.5, "color": 1.0, "probability": 0.4, "probability_step": 0.3} | settings
    return toy(augmentation=Augmentation(target=target, **settings))


def callback(every=1):
    return AdaptiveAugmentation(TRAINED, HELD_OUT, every=every)


def state_of(model):
    return model.adaptive_probability.state.numpy()


def test_overfitting_by_hand():
    assert overfitting(trained=3.0, held_out=1.0, generated=-1.0) == 0.5
    assert overfitting(trained=2.0, held_out=3.0, generated=1.0) == -1.0
    assert overfitting(trained=1.0, held_out=0.0, generated=1.5) == 0.0


def test_what_is_measured_is_the_formula_on_the_images_as_they_are():
    model, measured = adaptive(), callback()
    measured.set_model(model)

    def predicted(images, label_map):
        outputs = model.discriminator(images, label_map)
        return np.mean([np.mean(logits, axis=(1, 2, 3)) for _, logits in outputs], axis=0)

    means, fakes = [], []
    for images, label_maps in (TRAINED, HELD_OUT):
        means.append(predicted(images, label_maps).mean())
        z = noise.seeded_noise(np.arange(len(images)), 3)
        fakes.append(predicted(model.generator(label_maps, z), label_maps))
    trained, held_out = means
    expected = (trained - held_out) / (trained - np.concatenate(fakes).mean())
    if trained <= np.concatenate(fakes).mean():
        expected = 0.0
    assert measured.measure() == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_the_probability_moves_towards_the_target_and_stays_between_0_and_1(monkeypatch):
    model, moved = adaptive(), callback()
    moved.set_model(model)
    found = []
    for measured in (0.9, 0.9, 0.9, 0.1, 0.5):
        monkeypatch.setattr(moved, "measure", lambda measured=measured: measured)
        moved.act()
        found.append(state_of(model))
    expected = [(0.7, 0.9), (1.0, 0.9), (1.0, 0.9), (0.7, 0.1), (0.4, 0.5)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_current_probability_is_the_one_that_is_used():
    never, always = adaptive(probability=0.0), adaptive(probability=0.0)
    always.adaptive_probability.move(1.0, measured=1.0)
    plain = toy()
    for model in (never, always, plain):
        fit(model, num_batches=1)
    assert_same_weights(weights_of(never), weights_of(plain))
    with pytest.raises(AssertionError):
        assert_same_weights(weights_of(always), weights_of(plain))


def test_logs_of_training_have_it_and_those_of_an_evaluation_do_not():
    model = adaptive()
    history = fit(model, num_batches=2, callbacks=[callback(every=2)]).history
    assert set(AdaptiveProbability.names) <= set(history)
    assert abs(state_of(model)[0] - 0.4) == pytest.approx(0.3)  # once in two steps
    logs = model.test_on_batch(*tiny_pairs(2), return_dict=True)
    assert not set(AdaptiveProbability.names) & set(logs)


def test_a_saved_and_a_resumed_model_go_on_with_the_probability(tmp_path):
    model, resumed = adaptive(), adaptive()
    fit(model, num_batches=2, callbacks=[callback()])
    path = tiny_checkpoint(tmp_path, model)
    checkpoint.restore(resumed, path)
    loaded = saved_and_loaded(tmp_path, model)
    assert abs(state_of(model)[0] - 0.4) > 0.1
    for one in (model, resumed, loaded):
        fit(one, num_batches=2, callbacks=[callback()])
    for one in (resumed, loaded):
        assert_same_weights(weights_of(one), weights_of(model))
        np.testing.assert_array_equal(state_of(one), state_of(model))


@pytest.mark.heavy
@pytest.mark.usefixtures("untraced")
@pytest.mark.slow
def test_a_run_measures_and_writes_it(tmp_path):
    keys = {"target": 0.6, "cutout": 0.5, "probability": 0.5, "measure_every": 2}
    settings = [f"--set={AUGMENT}.{key}={value}" for key, value in keys.items()]
    settings += ["--set=training.epochs=1", "--set=training.steps_per_epoch=2"]
    train("--run-dir", tmp_path / "run", *settings)
    with (tmp_path / "run" / "metrics.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["augment_probability"]) == 0.5 and float(row["overfitting"]) == 0
    (state,) = (tmp_path / "run" / "checkpoints").glob("step_00000002/training.npz")
    probability, measured = np.load(state)["metrics/adaptive_probability.state"]
    assert abs(probability - 0.5) == pytest.approx(0.02) and measured != 0


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["target=0.6"], "target moves the probability of translation, cutout and color"),
        (["target=1.5", "cutout=0.5"], "target"),
        (["target=0.6", "cutout=0.5", "measure_every=50"], "steps_per_execution is 3"),
    ],
)
def test_settings_that_do_not_fit_are_refused(keys, message):
    overrides = [f"{AUGMENT}.{key}" for key in keys] + ["training.steps_per_execution=3"]
    with pytest.raises(ConfigError, match=message):
        load_config(TINY, overrides=overrides)
