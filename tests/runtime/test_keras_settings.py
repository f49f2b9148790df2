"""Keras as a user may have set it for other work."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from tiny import tiny_discriminator, tiny_generator, tiny_oasis

from oasis_tf.runtime import keras_settings
from oasis_tf.runtime.keras_settings import KerasSettingsError, prepare_environment, settle_keras


@pytest.fixture
def user_settings():
    """Puts Keras back to what it was."""
    names = ("floatx", "image_data_format", "epsilon", "dtype_policy")
    before = {name: getattr(keras.config, name)() for name in names}
    yield
    for name, value in before.items():
        getattr(keras.config, f"set_{name}")(value)
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


def test_the_commands_undo_them(user_settings):
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    keras.config.set_epsilon(0.1)
    keras.config.set_image_data_format("channels_first")
    keras.config.set_max_epochs(1)
    keras.config.set_max_steps_per_epoch(1)
    settle_keras()
    assert keras.config.floatx() == keras.config.dtype_policy().name == "float32"
    assert (keras.config.epsilon(), keras.config.image_data_format()) == (1e-7, "channels_last")
    assert (keras.config.max_epochs(), keras.config.max_steps_per_epoch()) == (None, None)


def test_the_environment_is_that_of_keras_3_on_tensorflow(monkeypatch):
    for name in ("KERAS_BACKEND", "TF_USE_LEGACY_KERAS", "KERAS_MAX_EPOCHS", "KERAS_NNX_ENABLED"):
        monkeypatch.setenv(name, "1")
    prepare_environment()
    assert os.environ["KERAS_BACKEND"] == "tensorflow"
    for name in ("TF_USE_LEGACY_KERAS", "KERAS_MAX_EPOCHS", "KERAS_NNX_ENABLED"):
        assert name not in os.environ


def test_the_networks_do_not_ask_where_channels_stand(user_settings):
    def image():
        generator = tiny_generator()
        label_map = np.zeros((1, *generator.image_size), np.int32)
        fake = generator(label_map, np.ones((1, generator.z_dim), np.float32))
        return fake, tiny_discriminator()(fake)

    expected = image()
    keras.config.set_image_data_format("channels_first")
    for mine, theirs in zip(image(), expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_what_needs_other_settings_says_so(user_settings):
    keras.config.set_image_data_format("channels_first")
    with pytest.raises(KerasSettingsError, match="VGG19 needs .*channels_last.*channels_first .in"):
        keras_settings.require_channels_last("VGG19")
    keras.config.set_floatx("float16")
    with pytest.raises(KerasSettingsError, match="set_floatx.'float32'., and Keras is set to flo"):
        tiny_oasis()


def test_another_backend_is_named(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(
        KerasSettingsError, match="runs on jax, and training OASIS needs TensorFlow: set"
    ):
        settle_keras()


@pytest.mark.process
@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        (
            {"floatx": "float16", "backend": "jax", "image_data_format": "channels_first"},
            {"KERAS_BACKEND": "torch", "TF_USE_LEGACY_KERAS": "1", "KERAS_MAX_EPOCHS": "x"},
        ),
        pytest.param({"floatx": "float12"}, None, marks=pytest.mark.slow),
        pytest.param([], None, marks=pytest.mark.slow),
    ],
    ids=["usable", "refused by Keras", "no mapping"],
)
def test_a_command_starts_whatever_they_are(tmp_path, settings, environment):
    path = tmp_path / "keras.json"
    path.write_text(json.dumps(settings))
    code = (
        "from oasis_tf.cli import app; app._root(); import os\n"
        "from oasis_tf.cli.exits import sentences_for_errors\n"
        "from oasis_tf.runtime.keras_settings import settle_keras\n"
        "with sentences_for_errors(): settle_keras()\n"
        "import keras; print(keras.config.backend(), keras.config.floatx())"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}"],
        env=os.environ | {"KERAS_HOME": str(tmp_path)} | (environment or {}),
        capture_output=True,
        text=True,
    )
    if environment is None:
        assert f"Keras does not start with its settings in {path} (" in done.stderr
    else:
        assert done.stdout.split() == ["tensorflow", "float32"]
