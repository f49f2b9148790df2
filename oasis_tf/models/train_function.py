"""What `fit` calls again and again: some training steps, and what they log."""

import inspect

import tensorflow as tf

from oasis_tf.models.inputs import in_plain_words


def train_function(model):
    """Like the one that Keras makes, but the logs are those of all replicas.

    Keras's averages what each replica logs, which is wrong for a mean IoU and fails on several
    workers; here the metrics are read once, after the steps.

    Args:
        model: a compiled `keras.Model` whose metrics are those of the global batch.
    Returns: function(iterator) -> logs, after `model.steps_per_execution` steps, or after the one
        batch that `train_on_batch` has. An iterator that ends within them raises, and the steps
        before its end are not reported.
    """

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
        if inspect.isgenerator(iterator):  # that of `train_on_batch`, which holds arrays
            return on_batch(next(iterator))
        return on_iterator(iterator)

    return in_plain_words(execution)
