"""The train function of `fit`, which runs training steps and returns their logs."""

import inspect

import tensorflow as tf

from oasis_tf.models.inputs import with_value_errors


def train_function(model):
    """Replaces Keras's train function. The logs are those of the global batch.

    Keras averages the logs of the replicas. This is wrong for a mean IoU and fails on several
    workers. Here the metrics are read once after the steps.

    Args:
        model: a compiled `keras.Model` whose metrics are those of the global batch.
    Returns: function(iterator) -> logs. It runs `model.steps_per_execution` steps, or one for
        `train_on_batch`. If the iterator ends within them, it raises, without logs of the steps
        before.
    """

    @tf.autograph.experimental.do_not_convert  # as in Keras; a fifth of the time to trace a step
    def one_step(batch):
        model.distribute_strategy.run(model.train_step, args=(batch,))

    def on_batch(batch):
        one_step(batch)
        return model.get_metrics_result()

    def on_iterator(iterator):
        if model.steps_per_execution == 1:
            one_step(next(iterator))
        else:
            for _ in tf.range(model.steps_per_execution):
                one_step(next(iterator))
        return model.get_metrics_result()

    if not model.run_eagerly:
        on_batch, on_iterator = tf.function(on_batch), tf.function(on_iterator)

    def execution(iterator):
        if inspect.isgenerator(iterator):  # from `train_on_batch`: arrays
            return on_batch(next(iterator))
        return on_iterator(iterator)

    return with_value_errors(execution)
