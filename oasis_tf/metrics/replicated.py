"""Metrics of the global batch, with the same values on every replica."""

import keras

from oasis_tf.runtime.replicas import mean_over_replicas


class ReplicatedMetric(keras.metrics.Metric):
    """Base of metrics whose variables are equal on all replicas: updates sum over replicas.

    Keras's metrics hold the values of their replica and sum when they are read. Reading them needs
    all workers, but one worker alone writes checkpoints.
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
    """Running mean of a scalar, which is a mean over this replica's part of the batch."""

    def update_state(self, values, sample_weight=None):
        super().update_state(mean_over_replicas(values), sample_weight)
