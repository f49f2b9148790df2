"""What earlier versions wrote stays readable.

`golden/before_layout.zip` was written by commit 3d31002: `train --config configs/tiny.yaml` with
`init_gain` 1 in both networks and a generator learning rate of 0.02, its checkpoint of step 4 in
`run/`; the generator of step 6; the SavedModel of it in `served/`; what they paint, in
`expected.npz`; and mean and norm of every array of the training state at step 6.

`golden/before_gan.zip` was written by commit 91264d7: `tiny_oasis(lambda_label_mix=3.0,
class_balancing=False, seed=4, run_eagerly=True)` after two batches of `tiny_data`; an image, the
recent losses, and the losses of the next `fit` on one batch.
"""

import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import fit, tiny_oasis, tiny_pairs, tiny_z

from oasis_tf.config import load_config
from oasis_tf.losses.perceptual import PerceptualLoss
from oasis_tf.models import OASISGenerator
from oasis_tf.runs.folder import RunFolder
from oasis_tf.runtime.devices import open_devices
from oasis_tf.training.run import TrainingRun

pytestmark = pytest.mark.heavy

GOLDEN = Path(__file__).parent / "golden"
ARCHIVE = GOLDEN / "before_layout.zip"


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """The unpacked archive."""
    folder = tmp_path_factory.mktemp("before")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def expected(before):
    return dict(np.load(before / "expected.npz"))


def test_a_generator_paints_the_same_images(before, expected):
    generator = keras.saving.load_model(
        before / "generator.keras", custom_objects={"OASISGenerator": OASISGenerator}
    )
    image = generator(expected["label_map"].astype(np.int32), expected["z"])
    np.testing.assert_allclose(image, expected["image"], atol=1e-5)


def test_a_saved_model_serves_the_same_images(before, expected):
    served = tf.saved_model.load(str(before / "served" / "1"))
    label_map = tf.constant(expected["label_map"], tf.int32)
    seed = tf.constant([7, 8], tf.int64)
    image = served.signatures["serving_default"](label_map=label_map, seed=seed)["image"]
    difference = np.abs(image.numpy().astype(int) - expected["served"])
    assert difference.max() <= 1


def test_a_run_goes_on_to_the_same_weights(before):
    folder = RunFolder(before / "run")
    config = load_config(folder.config)
    run = TrainingRun(config=config, folder=folder, resume=True, devices=open_devices())
    assert run.step == 4
    assert run.fit(show_progress=False)
    after = json.loads((before / "after_step_6.json").read_text())
    for name in ("generator", "discriminator", "ema_generator"):
        weights = getattr(run.model, name).weights
        norms = sorted(np.linalg.norm(weight.numpy().ravel()) for weight in weights)
        wanted = sorted(norm for key, (_, norm) in after.items() if key.startswith(f"{name}/"))
        np.testing.assert_allclose(norms, wanted, rtol=1e-3, atol=1e-5)


def test_a_model_goes_on_from_a_file_without_named_losses(tmp_path):
    with zipfile.ZipFile(GOLDEN / "before_gan.zip") as archive:
        archive.extractall(tmp_path)
    expected = np.load(tmp_path / "expected.npz")
    model = keras.saving.load_model(tmp_path / "oasis.keras")
    image = model.generate(tiny_pairs(2)[1], tiny_z(2))
    np.testing.assert_allclose(image, expected["image"], atol=1e-5)
    names = ("g_adv", "d_real", "d_fake", "d_label_mix")
    for name, losses in zip(names, expected["recent"].T, strict=True):
        np.testing.assert_array_equal(model.recent_losses.by_name[name].numpy()[:2], losses)
    model.run_eagerly = True
    history = fit(model, num_batches=1).history
    third = [history[name][0] for name in names]
    np.testing.assert_allclose(third, expected["third"], rtol=1e-5)


def test_a_compile_config_with_a_perceptual_loss_of_its_own_is_read(monkeypatch):
    monkeypatch.setattr("oasis_tf.losses.perceptual.vgg19_features", lambda weights, key: None)
    model = tiny_oasis()
    config = model.get_compile_config()
    del config["generator_losses"], config["discriminator_losses"]
    perceptual = keras.saving.serialize_keras_object(PerceptualLoss("vgg.h5"))
    perceptual["config"] = {"weights": "vgg.h5"}
    old = {"perceptual_loss": perceptual, "lambda_vgg": 3.0, "lambda_label_mix": 5.0}
    model.compile_from_config(config | old)
    losses = [*model.generator_losses, *model.discriminator_losses]
    assert {loss.name: loss.weight for loss in losses} == {
        "g_adv": 1.0,
        "g_vgg": 3.0,
        "d_real": 1.0,
        "d_fake": 1.0,
        "d_label_mix": 5.0,
    }
    assert losses[1].weights == "vgg.h5"
