"""Sums, means and draws over the replicas of a step, called inside of a replica."""

import tensorflow as tf


def num_replicas():
    """Number of replicas that share the batch; 1 without a strategy."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def sum_over_replicas(values):
    """Adds up a tensor, or a nest of them, over all replicas; every replica gets the sums.

    Outside of a replica, and with one replica, it is returned unchanged.
    """
    replicas = tf.distribute.get_replica_context()
    if replicas is None or replicas.num_replicas_in_sync == 1:
        return values
    return replicas.all_reduce("sum", values)


def rows_of_replica(draw, *, local_batch):
    """Draws for the global batch and returns the rows of this replica.

    Args:
        draw: function(number of rows) -> tensor (rows, ...), the same on every replica.
        local_batch: int, rows of this replica, as many as of every other.
    Returns: tensor (local_batch, ...).
    """
    rows = draw(local_batch * num_replicas())
    replicas = tf.distribute.get_replica_context()
    first = local_batch * (replicas.replica_id_in_sync_group if replicas else 0)
    return rows[first : first + local_batch]


def mean_over_replicas(values):
    """`sum_over_replicas`, divided by their number."""
    count = num_replicas()
    return (
        values
        if count == 1
        else tf.nest.map_structure(lambda total: total / count, sum_over_replicas(values))
    )
