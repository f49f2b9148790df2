"""Metrics of the global batch, which every replica holds."""

import keras

from oasis_tf.runtime.replicas import mean_over_replicas


class ReplicatedMetric(keras.metrics.Metric):
    """Keeps the same numbers on every replica; subclasses add up over replicas as they update.

    Keras's metrics keep what their replica saw, and add up when they are read. That takes all
    replicas, and so all workers, at each reading: but one worker alone writes checkpoints.
    """

    def add_variable(self, shape, initializer, dtype=None, aggregation=None, name=None):
        return keras.Variable(
            initializer=initializer,
            shape=shape,
            dtype=dtype,
            trainable=False,
            aggregation="only_first_replica",
            name=name,
        )


@keras.saving.register_keras_serializable(package="oasis_tf")
class ReplicatedMean(ReplicatedMetric, keras.metrics.Mean):
    """Running mean of a scalar that is itself a mean over a replica's part of the batch."""

    def update_state(self, values, sample_weight=None):
        super().update_state(mean_over_replicas(values), sample_weight)
