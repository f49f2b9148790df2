"""Sets the settings of Keras that this program needs, instead of the user's own."""

import os
from pathlib import Path

# Settings of debugging, of other backends, and of Keras 2 beside TensorFlow.
_DROPPED = (
    *("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED"),
    "TF_USE_LEGACY_KERAS",
)


class KerasSettingsError(ValueError):
    """Settings with which Keras does not start or the networks do not run."""


def prepare_environment() -> None:
    """Sets this process's environment so that Keras starts on TensorFlow with its defaults.

    Processes started from this one inherit it. To be called before Keras and TensorFlow are
    imported.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"
    for name in _DROPPED:
        os.environ.pop(name, None)


def settle_keras() -> None:
    """Imports Keras and resets the settings of the user's keras.json, for this process.

    Raises: KerasSettingsError if Keras refuses its file, or was imported on another backend.
    """
    prepare_environment()
    try:
        import keras
    except (AttributeError, RecursionError, TypeError, ValueError) as error:
        raise KerasSettingsError(
            f"Keras does not start with its settings in {_settings_file()} ({error}); correct "
            "that file, or delete it"
        ) from error
    require_tensorflow()
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


def require_tensorflow() -> None:
    """Raises KerasSettingsError if Keras runs on another backend."""
    import keras

    if keras.config.backend() != "tensorflow":
        raise KerasSettingsError(
            f"Keras runs on {keras.config.backend()}, and training OASIS needs TensorFlow: set "
            "KERAS_BACKEND=tensorflow before Keras is imported"
        )


def require_channels_last(network: str) -> None:
    """Raises KerasSettingsError if Keras's own layers expect channels before height and width.

    The layers of OASIS set it themselves; `network` names the network of Keras's layers.
    """
    import keras

    if keras.config.image_data_format() != "channels_last":
        raise KerasSettingsError(
            f"{network} needs keras.config.set_image_data_format('channels_last'), and Keras is "
            f"set to {keras.config.image_data_format()} (in {_settings_file()}, or by the program)"
        )


def require_float32() -> None:
    """Raises KerasSettingsError if Keras's default dtype is not float32."""
    import keras

    if keras.config.floatx() != "float32":
        raise KerasSettingsError(
            f"OASIS trains with keras.config.set_floatx('float32'), and Keras is set to "
            f"{keras.config.floatx()} (in {_settings_file()}, or by the program); for half the "
            "memory give its networks dtype='mixed_bfloat16' or 'mixed_float16'"
        )


def _settings_file() -> Path:
    folder = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(os.path.expanduser(folder), "keras.json")  # without a home `~` stays
