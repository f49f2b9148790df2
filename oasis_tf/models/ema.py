"""Exponential moving average of a generator, and the recalibration of its norm statistics."""

import tensorflow as tf

NUM_RECALIBRATION_BATCHES = 51


def update(ema_model, model, decay):
    """ema = decay * ema + (1 - decay) * weight, for every weight, including statistics and u, v.

    Args:
        ema_model, model: two models of the same architecture.
        decay: float in [0, 1], or a tensor; 0 copies.
    """
    new_share = 1.0 - decay
    for average, weight in zip(ema_model.weights, model.weights, strict=True):
        average.assign(decay * average + new_share * weight)


def warmed_up(decay, *, step):
    """min(decay, (1 + step) / (10 + step)), float32: at first the average covers few steps.

    With a constant decay the initial weights, which are noise, have the share decay**step: at 0.999
    still 37 % after 1,000 steps. So images of short runs are those of a half-trained network.

    Args:
        decay: float in [0, 1]. step: int, number of finished steps.
    Reference: `num_updates` of `tf.train.ExponentialMovingAverage`.
    """
    step = tf.cast(step, tf.float32)
    return tf.minimum(decay, (1.0 + step) / (10.0 + step))


def recalibrated(generator, batches, *, num_batches=NUM_RECALIBRATION_BATCHES):
    """Returns a copy of the generator with recalibrated norm statistics, see `Recalibration`.

    Args:
        generator: the EMA generator, an `OASISGenerator`.
        batches, num_batches: see `Recalibration`.
    """
    return Recalibration(generator)(batches, num_batches=num_batches)


class Recalibration:
    """Copies a generator and recomputes the norm statistics for its averaged weights.

    The average of the statistics differs from the statistics of the average. So the copy makes
    forward passes in training mode, which update its running moments.

    All calls share one copy and one graph. TensorFlow never frees a traced graph: a new copy per
    call leaked 5 MB each.

    Args:
        generator: the EMA generator, an `OASISGenerator`; not changed.
    """

    def __init__(self, generator):
        self.generator = generator
        self.copy = clone(generator)
        self._forward = tf.function(self.copy, autograph=False)

    def __call__(self, batches, *, num_batches=NUM_RECALIBRATION_BATCHES):
        """Updates the copy.

        Args:
            batches: iterable of (label_map int (b, h, w), z float (b, z_dim) or None).
            num_batches: int, number of forward passes. The official code makes 51, which leave
                0.9**51 = 0.5% of the old statistics.
        Returns: the copy, the same object at every call.
        """
        copy_weights(self.generator, to=self.copy)
        for _, (label_map, z) in zip(range(num_batches), batches, strict=False):
            self._forward(label_map, z, training=True)
        return self.copy


def clone(model, *, dtype=None, name=None):
    """Returns a second model of the same architecture with the same weights.

    Args:
        model: `keras.Model` that its config recreates.
        dtype: `keras.DTypePolicy` or its name; None for that of `model`.
        name: str; None for that of `model`.
    """
    config = model.get_config()
    changed = {"dtype": dtype or config["dtype"], "name": name or config["name"]}
    copy = model.__class__.from_config(config | changed)
    copy_weights(model, to=copy)
    return copy


def copy_weights(model, *, to):
    """Copies the weights of `model` to `to`, which has the same architecture."""
    for target, source in zip(to.weights, model.weights, strict=True):
        target.assign(source)
