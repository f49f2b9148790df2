"""Exponential moving average of a whole generator, and the recalibration of its statistics."""

import tensorflow as tf

NUM_RECALIBRATION_BATCHES = 51


def update(ema_model, model, decay):
    """ema = decay * ema + (1 - decay) * weight, for every weight, statistics and u, v too.

    Args:
        ema_model, model: two models of the same architecture.
        decay: float in [0, 1]; 0 copies.
    """
    for average, weight in zip(ema_model.weights, model.weights, strict=True):
        average.assign(decay * average + (1.0 - decay) * weight)


def recalibrated(generator, batches, *, num_batches=NUM_RECALIBRATION_BATCHES):
    """Returns a copy of the generator with norm statistics that fit its weights, see
    `Recalibration`; the generator itself is left alone.

    Args:
        generator: the EMA generator, an `OASISGenerator`.
        batches, num_batches: see `Recalibration`.
    """
    return Recalibration(generator)(batches, num_batches=num_batches)


class Recalibration:
    """Copies a generator, as often as asked, with norm statistics that fit its (averaged) weights.

    An average of statistics is not the statistics of the average: the copy makes training-mode
    forwards, which let its running moments follow.

    There is one copy and one graph for all calls. TensorFlow keeps every graph that was traced,
    so that a copy of its own for each call took 5 MB more every time.

    Args:
        generator: the EMA generator, an `OASISGenerator`; left alone.
    """

    def __init__(self, generator):
        self.generator = generator
        self.copy = clone(generator)
        self._forward = tf.function(self.copy)

    def __call__(self, batches, *, num_batches=NUM_RECALIBRATION_BATCHES):
        """Makes the copy anew.

        Args:
            batches: iterable of (label_map int (b, h, w), z float (b, z_dim) or None).
            num_batches: int, forwards to make; the official code makes 51, which leaves
                0.9**51 = 0.5% of the old statistics.
        Returns: the copy, the same object at every call.
        """
        copy_weights(self.generator, to=self.copy)
        for _, (label_map, z) in zip(range(num_batches), batches, strict=False):
            self._forward(label_map, z, training=True)
        return self.copy


def clone(model, *, dtype=None, name=None):
    """Returns a second model of the same architecture and with the same weights.

    Args:
        model: `OASISGenerator`.
        dtype: `keras.DTypePolicy` or its name; default that of `model`.
        name: str; default that of `model`.
    """
    config = model.get_config()
    changed = {"dtype": dtype or config["dtype"], "name": name or config["name"]}
    copy = model.__class__.from_config(config | changed)
    copy_weights(model, to=copy)
    return copy


def copy_weights(model, *, to):
    """Gives `to`, of the same architecture, the weights of `model`."""
    for target, source in zip(to.weights, model.weights, strict=True):
        target.assign(source)
