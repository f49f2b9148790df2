"""The perceptual loss, against VGG19 written again in NumPy on random weights."""

import shutil

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from command_line import call
from numpy_vgg import features, random_vgg19
from tiny import tiny_oasis
from tiny_run import TINY

from oasis_tf.feature_extractors.vgg19 import VGGImageError, VGGWeightsError
from oasis_tf.losses.adversarial import NPlusOneAdversarial
from oasis_tf.losses.perceptual import PerceptualLoss


@pytest.fixture(scope="module")
def vgg():
    return random_vgg19()


@pytest.fixture(scope="module")
def weights_file(vgg, tmp_path_factory):
    path = tmp_path_factory.mktemp("vgg") / "vgg19.weights.h5"
    vgg.save_weights(path)
    return path


@pytest.fixture(scope="module")
def loss(weights_file):
    return PerceptualLoss(weights_file)


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (2, 2, 16, 32, 3)).astype(np.float32)


def test_the_loss_is_the_weighted_l1_distance_of_the_features(vgg, loss, images):
    pairs = zip(features(vgg, images[0]), features(vgg, images[1]), strict=True)
    distances = [np.abs(real - fake).mean() for real, fake in pairs]
    expected = np.dot(distances, [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1])
    assert float(loss.distance(*images)) == pytest.approx(expected, rel=1e-4)


def test_equal_images_cost_nothing_and_only_the_fake_has_a_gradient(loss, images):
    assert float(loss.distance(images[0], images[0])) == 0.0
    real, fake = tf.Variable(images[0]), tf.Variable(images[1])
    with tf.GradientTape() as tape:
        distance = loss.distance(real, fake)
    to_real, to_fake = tape.gradient(distance, [real, fake])
    assert to_real is None and np.abs(to_fake).max() > 0


def test_it_computes_in_float32_under_mixed_precision(weights_file, loss, images):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = PerceptualLoss(weights_file)
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_array_equal(mixed.distance(*images), loss.distance(*images))


def test_images_that_vgg_cannot_halve_are_refused(loss, images):
    with pytest.raises(VGGImageError, match="at least 16x16 is needed; got 8x32"):
        loss.distance(images[0][:, :8], images[1][:, :8])


def test_a_model_saves_which_weights_it_was_trained_with_but_not_the_weights(
    weights_file, images, tmp_path
):
    loss = PerceptualLoss(weights_file, weight=3.0)
    losses = [NPlusOneAdversarial(), loss]
    model = tiny_oasis(generator_losses=losses, log_gradient_norms=False)
    assert len(model.weights) == len(tiny_oasis().weights)
    model.save(tmp_path / "oasis.keras")
    assert (tmp_path / "oasis.keras").stat().st_size < 2e6  # VGG19 has 80 MB
    loaded = keras.saving.load_model(tmp_path / "oasis.keras")
    _, perceptual = loaded.generator_losses
    assert (perceptual.weight, loaded.log_gradient_norms) == (3.0, False)
    assert perceptual.weights == str(weights_file)
    np.testing.assert_array_equal(perceptual.distance(*images), loss.distance(*images))


def train_with_vgg(folder, weights, *, exit_code):
    keys = {"add_vgg_loss": "true", "vgg_weights": weights, "epochs": 1}
    options = [f"--set=training.{key}={value}" for key, value in keys.items()]
    result = call("train", "--config", TINY, "--run-dir", folder, *options, exit_code=exit_code)
    assert folder.exists() == (exit_code == 0)
    return result


@pytest.mark.slow
@pytest.mark.heavy
def test_a_run_logs_it(weights_file, tmp_path):
    train_with_vgg(tmp_path / "run", weights_file, exit_code=0)
    heading, row = (tmp_path / "run" / "metrics.csv").read_text().splitlines()
    assert float(dict(zip(heading.split(","), row.split(","), strict=True))["g_vgg"]) > 0


def test_a_weights_file_that_is_not_there_is_named_with_the_one_to_get(tmp_path):
    result = train_with_vgg(tmp_path / "run", tmp_path / "none.h5", exit_code=2)
    assert str(tmp_path / "none.h5") in result.stderr
    assert "/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5" in result.stderr


@pytest.mark.parametrize("kind", ["garbage", "other shapes", "other layers"])
def test_weights_of_something_else_are_refused(vgg, tmp_path, kind):
    path = tmp_path / "other.weights.h5"
    if kind == "garbage":
        path.write_bytes(b"VGG" * 1000)
    elif kind == "other layers":
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).save_weights(path)
    else:
        narrow = {"block1_conv1": {"filters": 8}}
        keras.models.clone_model(
            vgg, clone_function=lambda x: type(x)(**x.get_config() | narrow.get(x.name, {}))
        ).save_weights(path)
    result = train_with_vgg(tmp_path / "run", path, exit_code=2)
    assert f"{path} does not hold the weights of VGG19 without its top" in result.stderr
    if kind == "other shapes":
        assert "(3, 3, 3, 64)" in result.stderr and "(3, 3, 3, 8)" in result.stderr


def test_a_download_that_fails_says_what_to_do(monkeypatch):
    def unreachable(*arguments, **keywords):
        raise Exception("URL fetch failure: Name or service not known")  # as Keras does

    monkeypatch.setattr("keras.src.applications.vgg19.file_utils.get_file", unreachable)
    with pytest.raises(VGGWeightsError, match="cannot be downloaded .*fetch https://.*vgg_weights"):
        PerceptualLoss("imagenet")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda array: array * np.float32(np.inf), "numbers that are not finite"),
        (lambda array: array.astype(np.int32), "holds int32, expected floating-point numbers"),
    ],
)
def test_weights_that_are_none_are_named(weights_file, tmp_path, change, problem):
    path = tmp_path / "broken.weights.h5"
    shutil.copy(weights_file, path)
    with h5py.File(path, "r+") as file:
        bias = "layers/conv2d/vars/1"
        changed = change(file[bias][()] + 1)
        del file[bias]
        file[bias] = changed
    with pytest.raises(VGGWeightsError, match=f"training.vgg_weights: {path}: .*{problem}"):
        PerceptualLoss(path)
