"""Checkpoints of tiny models, without a config and with the EMA generator as it is."""

from types import SimpleNamespace

import keras

from oasis_tf.runs import checkpoint


def tiny_checkpoint(folder, model):
    """Writes the checkpoint of a model; returns its path."""
    return checkpoint.write(
        folder,
        model=model,
        config=SimpleNamespace(save=lambda path: path.write_text("")),
        recalibrated_ema=lambda: model.ema_generator,
        keep_last=1,
    )


def saved_and_loaded(folder, model):
    """A model that was saved by Keras and loaded, and runs eagerly."""
    model.save(folder / "model.keras")
    loaded = keras.saving.load_model(folder / "model.keras")
    loaded.run_eagerly = True
    return loaded
