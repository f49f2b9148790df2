"""A model whose losses are the numbers in its data, for tests of what happens beside training."""

import keras
import numpy as np
import tensorflow as tf

from oasis_tf.metrics import RecentLosses
from oasis_tf.training.callbacks import EveryNSteps

LOSSES = ("g_adv", "d_real", "d_fake", "d_label_mix")


class Scripted(keras.Model):
    """Logs running means of the losses it is fed, one column each, and counts its steps.

    Args:
        steps_per_execution: int.
    """

    def __init__(self, *, steps_per_execution=1):
        super().__init__()
        self.step = self.add_weight(shape=(), dtype="int64", initializer="zeros", trainable=False)
        self.loss_trackers = {name: keras.metrics.Mean(name=name) for name in LOSSES}
        self.recent_losses = RecentLosses()
        self.recent_losses.record_losses_of(LOSSES)
        self.built = True
        self.compile(steps_per_execution=steps_per_execution)

    @property
    def metrics(self):
        return list(self.loss_trackers.values())

    def train_step(self, data):
        self.recent_losses.update_state(dict(zip(LOSSES, tf.unstack(data), strict=True)), self.step)
        self.step.assign_add(1)
        for index, tracker in enumerate(self.loss_trackers.values()):
            tracker.update_state(data[index])
        return self.get_metrics_result()


class Recorder(EveryNSteps):
    """Remembers the steps at which it acted."""

    def __init__(self, every, **keywords):
        super().__init__(every, **keywords)
        self.steps = []

    def act(self):
        self.steps.append(self.step)


def fit(model, losses, *, callbacks, epochs=1):
    """Trains on losses (steps of an epoch, 4)."""
    data = tf.data.Dataset.from_tensor_slices(np.float32(losses))
    model.fit(
        data.repeat(), steps_per_epoch=len(losses), epochs=epochs, callbacks=callbacks, verbose=0
    )
